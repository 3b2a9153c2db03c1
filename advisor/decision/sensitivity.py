"""Which open questions could still change the verdict, and how firm it is. By search, not by guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advisor.decision.conclude import margin
from advisor.decision.decide import Decision, decide
from advisor.decision.recommendation import Strength
from advisor.decision.trials import candidates, outcome_of, tried
from advisor.knowledge.conditions import Answer, keys_in
from advisor.knowledge.rules import (
    BOTH,
    DESTINATIONS,
    EXPRESS,
    NEITHER,
    STANDARD,
    STEP_FUNCTIONS,
    RuleBase,
)


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question without an answer that could still change the verdict.

    ``turns``: how many of its answers change option or workflow type at once; ``swing``: by how many
    points its answers move the two options apart at most; ``weight`` orders questions.
    """

    key: str
    turns: int
    swing: int
    weight: float


def open_questions(rule_base: RuleBase, requirements: Mapping[str, Answer]) -> tuple[OpenQuestion, ...]:
    """Return the unanswered questions that could still change the verdict, most decisive first.

    A question counts where one of its answers changes option or workflow type on its own; where its
    points, together with those of the other open questions, could outweigh the lead; or where it is part
    of a constraint or alternative that needs several answers. Empty: nothing can change the verdict.
    """
    decision = decide(rule_base, requirements)
    facts = decision.settled.facts
    open_keys = [
        question.key
        for question in rule_base.questionnaire.questions
        if question.key not in facts.values and question.key not in facts.inapplicable
    ]
    reach = {key: _reach(rule_base, decision, key) for key in open_keys}
    joint = _joint_keys(rule_base, decision, open_keys)
    matter = _outweighing(decision, list(reach.values()))
    found = [
        OpenQuestion(key, item.turns, item.swing, item.weight + (0.5 if key in joint else 0.0))
        for key, item in reach.items()
        if item.turns or key in joint or any(getattr(item, side) for side in matter)
    ]
    return tuple(sorted(found, key=lambda item: (-item.weight, open_keys.index(item.key))))


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far the answers to one question can move the verdict, in points towards each side."""

    turns: int
    share: float
    destinations: int
    step_functions: int
    standard: int
    express: int

    @property
    def swing(self) -> int:
        return max(self.destinations, self.step_functions)

    @property
    def weight(self) -> float:
        return round(10 * self.share + self.swing, 3)


def _reach(rule_base: RuleBase, decision: Decision, key: str) -> _Reach:
    before, gap, type_gap = outcome_of(decision)[:2], _gap(decision), _type_gap(decision)
    after = [tried(rule_base, decision.settled.answers, c) for c in candidates(rule_base, key, None)]
    turns = sum(outcome_of(other)[:2] != before for other in after)
    moves = [_gap(other) - gap for other in after] or [0]
    type_moves = [_type_gap(other) - type_gap for other in after] or [0]
    return _Reach(
        turns,
        turns / max(1, len(after)),
        max(0, -min(moves)),
        max(0, *moves),
        max(0, -min(type_moves)),
        max(0, *type_moves),
    )


def _gap(decision: Decision) -> int:
    return decision.step_functions.score - decision.destinations.score


def _type_gap(decision: Decision) -> int:
    return decision.express.score - decision.standard.score


def _outweighing(decision: Decision, reach: list[_Reach]) -> tuple[str, ...]:
    """Return towards which sides all open answers together could still outweigh the lead."""
    workflow_type = outcome_of(decision)[1]
    replaceable = any(rule.instead for rule in (*decision.instead, *decision.open_rules))
    sides: list[str] = []
    if (decision.destinations.viable and decision.step_functions.viable) or replaceable:
        gap = _gap(decision)
        if gap > 0 and sum(item.destinations for item in reach) >= gap:
            sides.append(DESTINATIONS)
        if gap <= 0 and sum(item.step_functions for item in reach) > -gap:
            sides.append("step_functions")
    if workflow_type and decision.standard.viable and decision.express.viable:
        gap = _type_gap(decision)
        if gap > 0 and sum(item.standard for item in reach) >= gap:
            sides.append(STANDARD)
        if gap <= 0 and sum(item.express for item in reach) > -gap:
            sides.append(EXPRESS)
    return tuple(sides)


def _joint_keys(rule_base: RuleBase, decision: Decision, open_keys: list[str]) -> frozenset[str]:
    """Return open keys that several together could still veto or replace the verdict."""
    option, workflow_type, _ = outcome_of(decision)
    found: set[str] = set()
    for rule in decision.open_rules:
        keys = {
            factor
            for key in keys_in(rule.when)
            for factor in rule_base.questionnaire.derived.get(key, (key,))
        }
        missing = keys.intersection(open_keys)
        vetoes = option in rule.rules_out or workflow_type in rule.rules_out
        if len(missing) > 1 and (vetoes or rule.instead or (rule.combines and option == STEP_FUNCTIONS)):
            found |= missing
    return frozenset(found)


CLEAR_LEAD = 5
"""A lead of this many points (two strong reasons) is clear, whatever single answers are open."""


def strength_of(decision: Decision, option: str, still_open: tuple[OpenQuestion, ...]) -> Strength:
    """Return how firm the verdict is.

    ``clear``: the other option cannot be had, or the lead is large, or larger than what any single open
    answer weighs. ``tied``: equal points. ``close``: everything else.
    """
    lead = margin(decision)
    if option in (NEITHER, BOTH):
        decided = decision.instead or decision.combines or not decision.step_functions.viable
        return "clear" if decided else "close"
    if not (decision.destinations.viable and decision.step_functions.viable):
        return "clear" if lead or decision.step_functions.score else "close"
    if lead == 0:
        return "tied"
    weighs = max((item.swing for item in still_open), default=0)
    return "clear" if lead >= CLEAR_LEAD or lead > max(1, weighs) else "close"
