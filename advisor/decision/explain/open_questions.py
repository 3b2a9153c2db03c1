"""Open questions that could still change the verdict, and how firm it is; found by search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from advisor.decision.contradictions import Conflict, excluded
from advisor.decision.decide import Decision, decide
from advisor.decision.explain.what_if import Judge, candidates
from advisor.decision.fast.compile import tables_of
from advisor.decision.recommendation import Strength
from advisor.decision.verdict import Said, advice_in, margin, outcome_of
from advisor.knowledge.conditions import Answer, keys_in
from advisor.knowledge.rules import (
    DESTINATIONS,
    EXPRESS,
    OPTIONS,
    SCORED,
    STANDARD,
    STEP_FUNCTIONS,
    Rule,
    RuleBase,
)


class OpenQuestion(Struct, frozen=True, kw_only=True):
    """A question without an answer that could still change the verdict.

    ``turns``: how many of its answers change the advice on their own; ``swing``: by how many points its
    answers move the two options apart at most; ``weight`` orders questions. ``decides``: an answer that
    workloads are likely to have changes the advice on its own.
    """

    key: str
    turns: int
    swing: int
    weight: float
    decides: bool = False


def open_questions(
    rule_base: RuleBase, requirements: Mapping[str, Answer], judge: Judge | None = None
) -> tuple[OpenQuestion, ...]:
    """Return the unanswered questions that could still change the verdict, most decisive first.

    A question counts where one of its answers changes the advice on its own; where its points, together with
    those of the other open questions, could outweigh the lead; or where it is part of a constraint or
    alternative that needs several answers. Answers that contradict a given one do not count. Empty: nothing
    can change the verdict. ``judge``: made once, used again.
    """
    judge = judge or Judge(rule_base, tables_of(rule_base))
    decision = decide(rule_base, requirements)
    facts = decision.settled.facts
    open_keys = [
        question.key
        for question in rule_base.questionnaire.questions
        if question.key not in facts.values and question.key not in facts.inapplicable
    ]
    joint = _joint_rules(rule_base, decision, open_keys)
    reach = {key: _reach(judge, decision, key) for key in open_keys}
    sides = _outweighing(decision, list(reach.values()), [rule for rule, _ in joint])
    option, workflow_type, _ = outcome_of(decision)
    together = {
        key
        for rule, missing in joint
        if _could_turn(rule, option, workflow_type) or any(rule.favours.get(side) for side in sides)
        for key in missing
    }
    found = [
        OpenQuestion(
            key=key,
            turns=item.turns,
            swing=item.swing,
            weight=item.weight + 0.5 * (key in together),
            decides=item.share > 0,
        )
        for key, item in reach.items()
        if item.turns or key in together or any(item.towards(side) for side in sides)
    ]
    return tuple(sorted(found, key=lambda item: (not item.decides, -item.weight, open_keys.index(item.key))))


class _Reach(Struct, frozen=True, kw_only=True):
    """Most points that answers to one question can add to each side.

    ``turns``: answers that change the advice on their own; ``share``: how many of the likely ones do.
    """

    turns: int
    share: float
    destinations: int
    step_functions: int
    standard: int
    express: int

    def towards(self, side: str) -> int:
        points = (self.destinations, self.step_functions, self.standard, self.express)
        return dict(zip(SCORED, points, strict=True))[side]

    @property
    def swing(self) -> int:
        return max(self.destinations, self.step_functions)

    @property
    def weight(self) -> float:
        return round(10 * self.share + self.swing, 3)


def _reach(judge: Judge, decision: Decision, key: str) -> _Reach:
    given, before = decision.settled.answers, advice_in(outcome_of(decision))
    tried = [
        (other, judge.tried(given, other))
        for other in candidates(judge.rule_base, key, None, decision.settled.facts.values)
        if not excluded(judge.rule_base, given, {key: other.value})
    ]
    turning = [other for other, after in tried if advice_in(outcome_of(after)) != before]
    likely = sum(other.likely for other, _ in tried)
    gap, type_gap = _gap(decision), _type_gap(decision)
    moves = [_gap(after) - gap for _, after in tried] or [0]
    type_moves = [_type_gap(after) - type_gap for _, after in tried] or [0]
    return _Reach(
        turns=len(turning),
        share=sum(other.likely for other in turning) / max(1, likely),
        destinations=max(0, -min(moves)),
        step_functions=max(0, *moves),
        standard=max(0, -min(type_moves)),
        express=max(0, *type_moves),
    )


def _gap(decision: Said) -> int:
    return decision.step_functions.score - decision.destinations.score


def _type_gap(decision: Said) -> int:
    return decision.express.score - decision.standard.score


def _outweighing(decision: Decision, reach: list[_Reach], joint: list[Rule]) -> tuple[str, ...]:
    """Return towards which sides all open answers together could still outweigh the lead."""

    def most(side: str) -> int:
        return sum(item.towards(side) for item in reach) + sum(rule.favours.get(side, 0) for rule in joint)

    workflow_type = outcome_of(decision)[1]
    replaceable = any(rule.instead for rule in (*decision.instead, *decision.open_rules))
    sides: list[str] = []
    if _may_be_had(decision, DESTINATIONS, STEP_FUNCTIONS) or replaceable:
        gap = _gap(decision)
        if gap > 0 and most(DESTINATIONS) >= gap:
            sides.append(DESTINATIONS)
        if gap <= 0 and most(STEP_FUNCTIONS) > -gap:
            sides.append(STEP_FUNCTIONS)
    if workflow_type and _may_be_had(decision, STANDARD, EXPRESS):
        gap = _type_gap(decision)
        if gap > 0 and most(STANDARD) >= gap:
            sides.append(STANDARD)
        if gap <= 0 and most(EXPRESS) > -gap:
            sides.append(EXPRESS)
    return tuple(sides)


def _may_be_had(decision: Decision, *options: str) -> bool:
    """Return whether each option is viable, or vetoed only by rules whose exception is still open."""
    return all(
        rule in decision.open_rules for option in options for rule in decision.card(option).ruled_out_by
    )


def _joint_rules(
    rule_base: RuleBase, decision: Decision, open_keys: list[str]
) -> list[tuple[Rule, frozenset[str]]]:
    """Return the open rules that several answers together could still make fire, with those keys."""
    derived = rule_base.questionnaire.derived
    found = []
    for rule in decision.open_rules:
        keys = {factor for key in keys_in(rule.when) for factor in derived.get(key, (key,))}
        missing = frozenset(keys.intersection(open_keys))
        if len(missing) > 1:
            found.append((rule, missing))
    return found


def _could_turn(rule: Rule, option: str, workflow_type: str | None) -> bool:
    vetoes = option in rule.rules_out or workflow_type in rule.rules_out
    return vetoes or bool(rule.instead) or (rule.combines and option == STEP_FUNCTIONS)


def strength_of(
    decision: Decision, option: str, deciding: Sequence[str], conflicts: Sequence[Conflict]
) -> Strength:
    """Return how firm the verdict is.

    ``tied``: both options can be had and have equal points. ``close``: a single likely answer to one of the
    ``deciding`` questions changes the advice, or given answers exclude each other. ``clear``: neither.
    """
    both_can = decision.destinations.viable and decision.step_functions.viable
    if option in OPTIONS and both_can and margin(decision) == 0:
        return "tied"
    return "close" if deciding or conflicts else "clear"
