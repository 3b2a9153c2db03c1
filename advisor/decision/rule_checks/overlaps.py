"""Rules that fire on the same answers, and rules in vain: another one always rules their options out.

Answers on which one rule fires and another does not tell many pairs apart at once, so a thousand rules need
some thousand searches and not a million.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from advisor.decision.rule_checks.satisfiability import Undecided, fires_now, looks_at, witness
from advisor.knowledge.conditions import Answer, Facts
from advisor.knowledge.questions import Questionnaire
from advisor.knowledge.rules import Rule


def alike(questionnaire: Questionnaire, rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Yield groups of ``rules`` that look at the same questions and fire on the same answers."""
    by_questions: dict[tuple[str, ...], list[Rule]] = {}
    for rule in rules:
        by_questions.setdefault(looks_at(questionnaire, rule), []).append(rule)
    waiting = list(by_questions.values())
    place = {rule.id: number for number, rule in enumerate(rules)}
    while waiting:
        group, different = _split(questionnaire, waiting.pop())
        waiting += different
        if len(group) > 1:
            yield sorted(group, key=lambda rule: place[rule.id])


def _split(questionnaire: Questionnaire, rules: Sequence[Rule]) -> tuple[list[Rule], list[list[Rule]]]:
    """Return the first of ``rules`` with those that are like it, and groups of those that are not."""
    first, *others = rules
    same, different = [first], list[list[Rule]]()
    while others:
        rule = others[len(others) // 2]
        try:
            answers = _apart(questionnaire, first, rule) or _apart(questionnaire, rule, first)
        except Undecided:
            others.remove(rule)
            continue
        if answers is None:
            same.append(rule)
            others.remove(rule)
            continue
        facts = questionnaire.settle(answers).facts
        fired = fires_now(first, facts)
        different.append([other for other in others if fires_now(other, facts) is not fired])
        others = [other for other in others if fires_now(other, facts) is fired]
    return same, different


def in_vain(questionnaire: Questionnaire, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rule]]:
    """Yield rules that favour options, each with a rule that rules them all out whenever the first fires."""
    looked = {rule.id: set(looks_at(questionnaire, rule)) for rule in rules}
    excluding = [rule for rule in rules if rule.rules_out]
    for rule in rules:
        options = set(rule.favours)
        against = [
            other
            for other in excluding
            if options and options <= set(other.rules_out) and looked[other.id] <= looked[rule.id]
        ]
        if other := _always_with(questionnaire, rule, against):
            yield rule, other


def _always_with(questionnaire: Questionnaire, rule: Rule, others: Sequence[Rule]) -> Rule | None:
    """Return the first of ``others`` that fires whenever ``rule`` does."""
    known: list[Facts] = []  # on which the rule fires
    for other in others:
        if not all(fires_now(other, facts) for facts in reversed(known)):
            continue
        try:
            answers = _apart(questionnaire, rule, other)
        except Undecided:
            continue
        if answers is None:
            return other
        known.append(questionnaire.settle(answers).facts)
    return None


def _apart(questionnaire: Questionnaire, one: Rule, other: Rule) -> Mapping[str, Answer] | None:
    """Return answers on which ``one`` fires and ``other`` does not. Raises Undecided."""
    return None if one is other else witness(questionnaire, one, [other])
