"""Answers that make rules fire, found by search: proof that something can happen, or that it never does.

The search knows every answer that the tests of a rule can tell apart, so for the rules it is given it is
exact. Answers that contradict each other, or whose question does not arise, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, count
from typing import TypeAlias

from advisor.knowledge.conditions import (
    AllOf,
    Answer,
    Condition,
    Facts,
    Not,
    Test,
    Truth,
    holds,
    keys_in,
    tests_in,
)
from advisor.knowledge.questions import Question, Questionnaire
from advisor.knowledge.rules import Rule

MOST_TRIES = 5_000  # of a search; our own rules need fewer than a hundred


class Undecided(Exception):
    """A search was given up: the conditions have too many ways to be met."""


def fires(rule: Rule, facts: Facts) -> Truth:
    """Return True or False where more answers could not change whether ``rule`` fires, else None.

    An exception that is still open leaves None, although the rule fires for now; see ``fires_now``.
    """
    when = holds(rule.when, facts)
    if when is False or rule.unless is None:
        return when
    excepted = holds(rule.unless, facts)
    if excepted is True:
        return False
    return True if when and excepted is False else None


def fires_now(rule: Rule, facts: Facts) -> bool:
    """Return whether ``rule`` fires on what is known: an exception counts only once known."""
    return holds(rule.when, facts) is True and not (rule.unless and holds(rule.unless, facts))


def witness(
    questionnaire: Questionnaire, firing: Rule, silent: Sequence[Rule] = ()
) -> Mapping[str, Answer] | None:
    """Return answers on which ``firing`` fires and none of ``silent`` does; None where there are none.

    Raises Undecided after ``MOST_TRIES``.

    ``firing`` fires where one of the ways to meet its condition is met, answer by answer. Only answers that
    something else looks at too, an exception, a silent rule, another question, need more than one try.
    """
    exceptions = [condition for rule in (firing, *silent) for condition in conditions_of(rule)[1:]]
    others = [*exceptions, *(rule.when for rule in silent)]
    disputed = set(asked_by(questionnaire, chain.from_iterable(map(keys_in, others)))) | _linked(
        questionnaire
    )
    extra = asked_by(questionnaire, chain.from_iterable(map(keys_in, exceptions)))
    tests = [test for condition in (firing.when, *others) for test in tests_in(condition)]
    tries = count(1)

    def possible(facts: Facts) -> bool:
        if next(tries) > MOST_TRIES:
            raise Undecided
        return _possible(firing, silent, facts)

    for way in ways(firing.when):
        met = _values(questionnaire, way, tests)
        values = {key: found if key in disputed else found[:1] for key, found in met.items()}
        values |= {key: telling_values(questionnaire, key, tests) for key in extra if key not in met}
        for answers, facts in _walk(questionnaire, values, possible, len(met)):
            if fires_now(firing, facts) and not any(fires_now(rule, facts) for rule in silent):
                return answers
    return None


Literal: TypeAlias = tuple[Test, bool]


def ways(condition: Condition, wanted: bool = True) -> Iterator[tuple[Literal, ...]]:
    """Yield the ways to make ``condition`` what is ``wanted``: single tests, each with what it must be."""
    if isinstance(condition, Test):
        yield ((condition, wanted),)
    elif isinstance(condition, Not):
        yield from ways(condition.part, not wanted)
    elif isinstance(condition, AllOf) is wanted:  # all parts must be met
        yield from _all_met(condition.parts, wanted)
    else:
        for part in condition.parts:
            yield from ways(part, wanted)


def _all_met(parts: Sequence[Condition], wanted: bool) -> Iterator[tuple[Literal, ...]]:
    """Yield the ways to make all ``parts`` what is ``wanted``, one after the other: there may be millions."""
    if len(parts) == 1:
        yield from ways(parts[0], wanted)
        return
    middle = len(parts) // 2
    for first in _all_met(parts[:middle], wanted):
        for rest in _all_met(parts[middle:], wanted):
            yield (*first, *rest)


def _values(
    questionnaire: Questionnaire, way: Sequence[Literal], tests: Sequence[Test]
) -> dict[str, tuple[Answer, ...]]:
    """Return for each question of a way the answers that meet its tests of it."""
    return {
        key: tuple(
            value
            for value in telling_values(questionnaire, key, tests)
            if all(test.of(value) is wanted for test, wanted in way if test.key == key)
        )
        for key in asked_by(questionnaire, (test.key for test, _ in way))
    }


def _linked(questionnaire: Questionnaire) -> set[str]:
    """Return the questions whose answers bear on other questions, and those borne on."""
    found: set[str] = set(chain.from_iterable(questionnaire.derived.values()))
    for question in questionnaire.questions:
        conditional = keys_in(question.applies_when)
        found |= {question.key, *conditional} if conditional else set()
        for choice in question.choices:
            found |= {question.key, *choice.implies} if choice.implies else set()
    return found


def _possible(firing: Rule, silent: Sequence[Rule], facts: Facts) -> bool:
    return fires(firing, facts) is not False and not any(fires(rule, facts) is True for rule in silent)


def assignments(
    questionnaire: Questionnaire, rules: Iterable[Rule], possible: Callable[[Facts], bool]
) -> Iterator[tuple[Mapping[str, Answer], Facts]]:
    """Yield answers to the questions of ``rules``, fewest first within a branch, while ``possible`` holds.

    ``possible`` takes the facts so far and returns False where no further answer can help.
    """
    tests = [test for rule in rules for condition in conditions_of(rule) for test in tests_in(condition)]
    keys = asked_by(questionnaire, (test.key for test in tests))
    values = {key: telling_values(questionnaire, key, tests) for key in keys}
    return _walk(questionnaire, values, possible)


def _walk(
    questionnaire: Questionnaire,
    values: Mapping[str, Sequence[Answer]],
    possible: Callable[[Facts], bool],
    needed: int = 0,
) -> Iterator[tuple[Mapping[str, Answer], Facts]]:
    """Yield answers out of ``values``; the first ``needed`` keys only stay open where they do not arise."""
    keys = tuple(values)
    waiting: list[tuple[dict[str, Answer], int]] = [({}, 0)]
    while waiting:
        answers, start = waiting.pop()
        settled = questionnaire.settle(answers)
        if settled.contradictions or settled.dropped or not possible(settled.facts):
            continue
        yield answers, settled.facts
        while start < needed and keys[start] in settled.facts.inapplicable:
            start += 1
        last = start + 1 if start < needed else len(keys)
        waiting += [
            ({**answers, keys[place]: value}, place + 1)
            for place in range(last - 1, start - 1, -1)
            if keys[place] not in settled.facts.inapplicable
            for value in reversed(values[keys[place]])
        ]


def conditions_of(rule: Rule) -> tuple[Condition, ...]:
    return (rule.when, rule.unless) if rule.unless else (rule.when,)


def looks_at(questionnaire: Questionnaire, rule: Rule) -> tuple[str, ...]:
    """Return the questions whose answers ``rule`` looks at, in the order they are asked."""
    return asked_by(questionnaire, chain.from_iterable(map(keys_in, conditions_of(rule))))


def asked_by(questionnaire: Questionnaire, keys: Iterable[str]) -> tuple[str, ...]:
    """Return the questions behind ``keys``: a derived number stands for its factors."""
    found = set(chain.from_iterable(questionnaire.derived.get(key, (key,)) for key in keys))
    return tuple(key for key in questionnaire.by_key if key in found)


def telling_values(questionnaire: Questionnaire, key: str, tests: Iterable[Test]) -> tuple[Answer, ...]:
    """Return answers to ``key``, one for each way in which ``tests`` can tell answers apart."""
    question = questionnaire.by_key[key]
    if question.kind in ("choice", "flag"):
        return tuple(choice.value for choice in question.choices)
    if question.kind == "list":
        return _lists(question, [test for test in tests if test.key == key])
    return _numbers(question, tests, [name for name, of in questionnaire.derived.items() if key in of])


def _lists(question: Question, tests: Sequence[Test]) -> tuple[Answer, ...]:
    kinds = {
        tuple(choice.value in test.operand for test in tests): choice.value for choice in question.choices
    }
    values = [str(value) for value in kinds.values()]
    return tuple(chain.from_iterable(combinations(values, size) for size in range(len(values) + 1)))


def _numbers(question: Question, tests: Iterable[Test], derived: Sequence[str]) -> tuple[Answer, ...]:
    step = 1 if question.kind == "whole" else 0.001
    found: set[float] = set()
    for test in tests:
        limit = test.operand[0]
        if not isinstance(limit, int | float) or test.key not in (question.key, *derived):
            continue
        if test.key == question.key:
            found |= {limit, limit - step if test.kind == "at_least" else limit + step}
        else:
            found |= {min(limit, question.maximum), max(1, question.minimum)}
    return tuple(sorted(value for value in found or {question.minimum} if _fits(question, value)))


def _fits(question: Question, value: float) -> bool:
    return question.minimum <= value <= question.maximum
