"""Weight of each option and criterion: a lopsided rule base is a biased one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from advisor.decision.explain.what_if import Judge
from advisor.decision.fast.compile import tables_of
from advisor.decision.rule_checks.satisfiability import (
    assignments,
    conditions_of,
    fires,
    fires_now,
    looks_at,
    telling_values,
)
from advisor.decision.verdict import sides
from advisor.knowledge.conditions import Answer, Facts, tests_in
from advisor.knowledge.rules import Criterion, Rule, RuleBase

MOST_STEPS = 20_000  # of a search; our own criteria need fewer than a thousand


class OptionWeight(Struct, frozen=True, kw_only=True):
    """Weight of the rules for one option or workflow type.

    ``points``: of all its rules, which never fire all at once; ``together``: the most found on one set of
    answers (``answers``) on which it is not ruled out. ``constraints``: rules that can rule it out.
    """

    option: str
    rules: int
    points: int
    together: int
    answers: Mapping[str, Answer]
    constraints: int


class CriterionWeight(Struct, frozen=True):
    """The most points the rules of a criterion can give one candidate at once: exact within MOST_STEPS."""

    criterion: Criterion
    rules: int
    most: Mapping[str, int]


class Weights(Struct, frozen=True):
    """The whole balance sheet."""

    options: tuple[OptionWeight, ...]
    criteria: tuple[CriterionWeight, ...]


def weigh(rule_base: RuleBase) -> Weights:
    """Return how much each option and each criterion of ``rule_base`` can weigh."""
    by_criterion = [
        (criterion, [rule for rule in rule_base.rules if rule.criterion == criterion.id])
        for criterion in rule_base.criteria
    ]
    judge = Judge(rule_base, tables_of(rule_base))
    return Weights(
        tuple(_option(judge, option) for option in rule_base.candidates),
        tuple(
            CriterionWeight(
                criterion, len(rules), {o: _most(rule_base, rules, o) for o in rule_base.candidates}
            )
            for criterion, rules in by_criterion
        ),
    )


def _option(judge: Judge, option: str) -> OptionWeight:
    rule_base = judge.rule_base
    favouring = [rule for rule in rule_base.rules if option in rule.favours]
    together, answers = _climb(judge, favouring, option)
    return OptionWeight(
        option=option,
        rules=len(favouring),
        points=sum(rule.favours[option] for rule in favouring),
        together=together,
        answers=answers,
        constraints=sum(option in rule.rules_out for rule in rule_base.rules),
    )


def _most(rule_base: RuleBase, rules: Iterable[Rule], option: str) -> int:
    """Return the most points ``rules`` can give ``option`` at once: search with a bound."""
    favouring = [rule for rule in rules if option in rule.favours]
    best = 0

    def better(facts: Facts) -> bool:
        return sum(rule.favours[option] for rule in favouring if fires(rule, facts) is not False) > best

    for _, facts in islice(assignments(rule_base.questionnaire, favouring, better), MOST_STEPS):
        best = max(best, sum(rule.favours[option] for rule in favouring if fires_now(rule, facts)))
    return best


def _climb(judge: Judge, favouring: Sequence[Rule], option: str) -> tuple[int, Mapping[str, Answer]]:
    """Return the most points found on one set of answers.

    From the case of a rule that gives most, question by question, until none adds any.
    """
    rule_base = judge.rule_base
    tests = [test for rule in favouring for condition in conditions_of(rule) for test in tests_in(condition)]
    keys = [
        key
        for key in rule_base.questionnaire.by_key
        if any(key in looks_at(rule_base.questionnaire, r) for r in favouring)
    ]
    cases = [dict[str, Answer](), *(dict(case) for rule in favouring for case in rule.fires_on)]
    best, answers = max(((_points(judge, case, option), case) for case in cases), key=lambda item: item[0])
    while True:
        tried = [
            (_points(judge, changed, option), changed)
            for key in keys
            for value in telling_values(rule_base.questionnaire, key, tests)
            if (changed := {**answers, key: value}) != answers
        ]
        points, changed = max(tried, key=lambda item: item[0], default=(0, answers))
        if points <= best:
            return best, answers
        best, answers = points, changed


def _points(judge: Judge, answers: Mapping[str, Answer], option: str) -> int:
    said = judge.tried(answers)
    card = next(side for side in sides(said) if side.option == option)
    return card.score if card.viable else -1
