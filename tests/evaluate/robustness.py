"""How far a verdict hangs on a single answer: one left out, one changed to its neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.decision.decide import decide
from advisor.decision.explain.open_questions import open_questions
from advisor.decision.explain.pivotal_answers import find_flips
from advisor.decision.explain.what_if import Judge, candidates
from advisor.decision.fast.compile import tables_of
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import RuleBase
from advisor.knowledge.scenarios import Scenario


@dataclass(frozen=True)
class Robustness:
    """What one answer does to right verdicts.

    ``left_out``: answers dropped one by one, ``lost``: of them those that turned a right option wrong,
    ``asked_first`` and ``asked``: of those, where the missing question is the first open one, or an open one.
    ``changed``: answers changed to a neighbour, ``jumps``: of them those that changed the option,
    ``told``: of those, where the flips of the report tell it.
    """

    left_out: int
    lost: int
    asked_first: int
    asked: int
    changed: int
    jumps: int
    told: int


def robustness(rule_base: RuleBase, scenarios: Sequence[Scenario]) -> Robustness:
    """Return what single answers do to the scenarios whose option comes out right."""
    judge = Judge(rule_base, tables_of(rule_base))
    right = [item for item in scenarios if judge.outcome(item.answers)[0] == item.option]
    counts = [_of_one(rule_base, judge, item) for item in right]
    return Robustness(*(sum(column) for column in zip(*counts, strict=True)))


def _of_one(rule_base: RuleBase, judge: Judge, scenario: Scenario) -> tuple[int, ...]:
    without = [
        (key, {other: v for other, v in scenario.answers.items() if other != key}) for key in scenario.answers
    ]
    lost = [(key, rest) for key, rest in without if judge.outcome(rest)[0] != scenario.option]
    asked = [(key, [item.key for item in open_questions(rule_base, rest, judge)]) for key, rest in lost]
    changed = [(key, value) for key in scenario.answers for value in neighbours(rule_base, scenario, key)]
    after = [(key, value, judge.outcome({**scenario.answers, key: value})[0]) for key, value in changed]
    jumps = [(key, option) for key, _, option in after if option != scenario.option]
    flips = find_flips(rule_base, decide(rule_base, scenario.answers), judge) if jumps else ()
    told = {(key, flip.option) for flip in flips for key in flip.change if len(flip.change) == 1}
    return (
        len(without),
        len(lost),
        sum(keys[:1] == [key] for key, keys in asked),
        sum(key in keys for key, keys in asked),
        len(changed),
        len(jumps),
        sum(jump in told for jump in jumps),
    )


def neighbours(rule_base: RuleBase, scenario: Scenario, key: str) -> list[Answer]:
    """Return the answers beside the one given.

    Of choices those before and after it in the questionnaire, of numbers the nearest one that a rule tells
    apart, of lists those with one value more or less that a rule tells apart.
    """
    value, question = scenario.answers[key], rule_base.questionnaire.by_key[key]
    if question.kind in ("choice", "flag"):
        values = [choice.value for choice in question.choices]
        place = values.index(value)  # type: ignore[arg-type]
        return [*values[max(0, place - 1) : place], *values[place + 1 : place + 2]]
    others = [item.value for item in candidates(rule_base, key, value, scenario.answers)]
    if question.kind == "list":
        given = set(value) if isinstance(value, tuple) else set()
        return [v for v in others if isinstance(v, tuple) and len(given.symmetric_difference(v)) == 1]
    return others[:1]
