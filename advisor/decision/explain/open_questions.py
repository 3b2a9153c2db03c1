"""Open questions that could still change the verdict, and how firm it is; found by search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from advisor.decision.contradictions import Conflict, excluded
from advisor.decision.decide import Decision, Scorecard, decide
from advisor.decision.explain.what_if import Judge, candidates
from advisor.decision.fast.compile import tables_of
from advisor.decision.recommendation import Strength
from advisor.decision.scores import Side
from advisor.decision.verdict import Said, advice_in, lead, outcome_of, ranking, sides
from advisor.knowledge.conditions import Answer, keys_in
from advisor.knowledge.rules import BOTH, EXPRESS, NEITHER, OPTIONS, STANDARD, Rule, RuleBase


class OpenQuestion(Struct, frozen=True, kw_only=True):
    """A question without an answer that could still change the verdict.

    ``turns``: how many of its answers change the advice on their own; ``swing``: by how many points its
    answers move the lead at most; ``weight`` orders questions. ``decides``: an answer that
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

    A question counts where one of its answers changes the advice on its own; where it helps something to
    overtake what leads, and all open answers together could; or where it is part of a constraint that needs
    several answers. Answers that contradict a given one do not count. Empty: nothing can change the verdict.
    ``judge``: made once, used again.
    """
    judge = judge or Judge(rule_base, tables_of(rule_base))
    decision = decide(rule_base, requirements)
    facts = decision.settled.facts
    open_keys = [
        question.key
        for question in rule_base.questionnaire.questions
        if question.key not in facts.values and question.key not in facts.inapplicable
    ]
    reach = {key: _reach(judge, decision, key) for key in open_keys}
    races = _races(rule_base, decision, reach)
    option, workflow_type, _ = outcome_of(decision)
    together = {
        key
        for rule, missing in _waiting(rule_base, decision, open_keys)
        if (len(missing) > 1 and _could_turn(rule, option, workflow_type))
        or any(race.helped_by(rule, len(missing)) for race in races)
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
        if item.turns or key in together or any(item.gain(race.challenger, race.leader) > 0 for race in races)
    ]
    return tuple(sorted(found, key=lambda item: (not item.decides, -item.weight, open_keys.index(item.key))))


class _Reach(Struct, frozen=True, kw_only=True):
    """What the answers to one question can change.

    ``turns``: answers that change the advice on their own; ``share``: how many of the likely ones do;
    ``moves``: for each answer, by how many points it moves each candidate.
    """

    turns: int
    share: float
    swing: int
    moves: tuple[Mapping[str, int], ...]

    def gain(self, challenger: str, leader: str) -> int:
        """Return by how many points the challenger can gain on the leader."""
        return max((move[challenger] - move[leader] for move in self.moves), default=0)

    @property
    def weight(self) -> float:
        return round(10 * self.share + self.swing, 3)


class _Race(Struct, frozen=True):
    """A candidate that could still overtake one that is ahead of it, by points or because that one falls."""

    challenger: str
    leader: str
    falls: bool

    def helped_by(self, rule: Rule, missing: int) -> bool:
        """Return whether an open rule helps the challenger; one answer alone shows in its reach."""
        if self.falls and self.leader in rule.rules_out:
            return True
        return missing > 1 and bool(rule.favours.get(self.challenger) or rule.favours.get(self.leader))


def _reach(judge: Judge, decision: Decision, key: str) -> _Reach:
    given, before = decision.settled.answers, advice_in(outcome_of(decision))
    start, ahead = _points(decision), lead(decision)
    tried = [
        (other, judge.tried(given, other))
        for other in candidates(judge.rule_base, key, None, decision.settled.facts.values)
        if not excluded(judge.rule_base, given, {key: other.value})
    ]
    turning = [other for other, after in tried if advice_in(outcome_of(after)) != before]
    likely = sum(other.likely for other, _ in tried)
    return _Reach(
        turns=len(turning),
        share=sum(other.likely for other in turning) / max(1, likely),
        swing=max((abs(lead(after) - ahead) for _, after in tried), default=0),
        moves=tuple(
            {name: points - start[name] for name, points in _points(after).items()} for _, after in tried
        ),
    )


def _points(said: Said) -> Mapping[str, int]:
    return {side.option: side.score for side in sides(said)}


def _races(rule_base: RuleBase, decision: Decision, reach: Mapping[str, _Reach]) -> tuple[_Race, ...]:
    """Return who could still overtake whom, so that option or workflow type change.

    An option overtakes an alternative only where it overtakes all alternatives.
    """
    waiting = _waiting(rule_base, decision, list(reach))
    points, viable = _points(decision), [side.option for side in ranking(decision)]
    order = [side.option for side in sides(decision)]  # of two with equal points the first one wins
    option, workflow_type, _ = outcome_of(decision)

    def race(challenger: str, leader: str) -> _Race | None:
        falls = any(leader in rule.rules_out for rule, _ in waiting)
        most = sum(max(0, item.gain(challenger, leader)) for item in reach.values())
        most += sum(
            rule.favours.get(challenger, 0) + rule.favours.get(leader, 0)
            for rule, missing in waiting
            if len(missing) > 1
        )
        behind = points[leader] - points[challenger] + (order.index(challenger) > order.index(leader))
        enough = most >= behind
        return _Race(challenger, leader, falls) if falls or enough else None

    def all_won(challenger: str, leaders: Sequence[str]) -> list[_Race]:
        found = [race(challenger, leader) for leader in leaders]
        return [] if None in found else [item for item in found if item]

    possible = [side.option for side in sides(decision) if _may_be_had(decision, side)]
    alternatives = [name for name in possible if name not in (*OPTIONS, STANDARD, EXPRESS)]
    races: list[_Race] = []
    if option == NEITHER:
        ahead = [name for name in viable if name in alternatives]
        races += [item for name in OPTIONS if name in possible for item in all_won(name, ahead)]
    else:
        best = next(name for name in viable if name in OPTIONS)
        others = [name for name in (*OPTIONS, *alternatives) if name in possible and name != best]
        races += [item for name in others for item in all_won(name, [best])]
    if workflow_type:
        other = EXPRESS if workflow_type == STANDARD else STANDARD
        races += all_won(other, [workflow_type]) if other in possible else []
    return tuple(races)


def _may_be_had(decision: Decision, side: Scorecard | Side) -> bool:
    """Return whether an option is viable, or vetoed only by rules whose exception is still open."""
    return all(rule in decision.open_rules for rule in decision.card(side.option).ruled_out_by)


def _waiting(
    rule_base: RuleBase, decision: Decision, open_keys: Sequence[str]
) -> list[tuple[Rule, frozenset[str]]]:
    """Return the open rules with the questions they wait for."""
    derived = rule_base.questionnaire.derived
    found = []
    for rule in decision.open_rules:
        read = keys_in(rule.when) | (keys_in(rule.unless) if rule.unless else frozenset())
        keys = {factor for key in read for factor in derived.get(key, (key,))}
        missing = frozenset(keys.intersection(open_keys))
        if missing:
            found.append((rule, missing))
    return found


def _could_turn(rule: Rule, option: str, workflow_type: str | None) -> bool:
    vetoes = option in rule.rules_out or workflow_type in rule.rules_out
    return vetoes or (rule.combines and option != BOTH)


def strength_of(
    decision: Decision, option: str, deciding: Sequence[str], conflicts: Sequence[Conflict]
) -> Strength:
    """Return how firm the verdict is.

    ``tied``: something else can be had and has equal points. ``close``: a single likely answer to one of the
    ``deciding`` questions changes the advice, or given answers exclude each other. ``clear``: neither.
    """
    if option in OPTIONS and len(ranking(decision)) > 1 and lead(decision) == 0:
        return "tied"
    return "close" if deciding or conflicts else "clear"
