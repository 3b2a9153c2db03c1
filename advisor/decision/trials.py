"""Other answers worth trying, and what they would lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from advisor.decision.conclude import option_of, workflow_type_of
from advisor.decision.decide import Decision, decide
from advisor.knowledge.conditions import Answer, Test, tests_in
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import NEITHER, RuleBase

Outcome: TypeAlias = tuple[str, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer worth trying: ``threshold`` says in words what it stands for."""

    key: str
    value: Answer
    threshold: str = ""


def outcome_of(decision: Decision) -> Outcome:
    """Return option, workflow type and, for ``neither``, what to use instead."""
    option, instead = option_of(decision)
    return option, workflow_type_of(decision, option), instead if option == NEITHER else ()


def candidates(rule_base: RuleBase, key: str, current: Answer | None) -> tuple[Candidate, ...]:
    """Return the other answers to ``key`` that a rule could tell apart from ``current``."""
    question = rule_base.questionnaire.by_key[key]
    if question.kind in ("choice", "flag"):
        return tuple(Candidate(key, c.value) for c in question.choices if c.value != current)
    if question.kind == "list":
        given = current if isinstance(current, tuple) else None
        return _list_candidates(rule_base, question, given)
    return _number_candidates(rule_base, question, current)


def _list_candidates(
    rule_base: RuleBase, question: Question, current: tuple[str, ...] | None
) -> tuple[Candidate, ...]:
    """Return one value more or less, nothing, and what a rule asks for at the same time."""
    values = [str(choice.value) for choice in question.choices]
    given = current or ()
    tried: dict[tuple[str, ...], None] = {}
    for value in values:
        changed = tuple(v for v in given if v != value) if value in given else (*given, value)
        tried.setdefault(changed)
    tried.setdefault(())
    for together in _together(rule_base, question.key):
        tried.setdefault(tuple(v for v in values if v in {*given, *together}))
    return tuple(Candidate(question.key, value) for value in tried if value != current)


def _together(rule_base: RuleBase, key: str) -> list[tuple[str, ...]]:
    """Return pairs of values that one rule wants to see in the same list."""
    found: list[tuple[str, ...]] = []
    for rule in rule_base.rules:
        wanted = [t.operand for t in tests_in(rule.when) if t.key == key and t.kind.startswith("includes")]
        found += [(str(a), str(b)) for one, other in combinations(wanted, 2) for a in one for b in other]
    return found


def _number_candidates(
    rule_base: RuleBase, question: Question, current: Answer | None
) -> tuple[Candidate, ...]:
    step = 1 if question.kind == "whole" else 0.001
    found: dict[float, Candidate] = {}
    for test in _number_tests(rule_base, question.key):
        limit = test.operand[0]
        assert isinstance(limit, int | float)
        unit = f" {question.unit}" if question.unit == "s" else ""
        upper = limit if test.kind == "at_least" else limit + step
        lower = limit - step if test.kind == "at_least" else limit
        above = f"from {limit:,.10g}{unit} on" if test.kind == "at_least" else f"above {limit:,.10g}{unit}"
        below = f"below {limit:,.10g}{unit}" if test.kind == "at_least" else f"up to {limit:,.10g}{unit}"
        for value, words in ((upper, above), (lower, below)):
            if question.minimum <= value <= question.maximum:
                found.setdefault(value, Candidate(question.key, value, words))
    given = current if isinstance(current, int | float) else None
    ordered = sorted(found.values(), key=lambda c: abs(float(c.value) - float(given or 0)))  # type: ignore[arg-type]
    return tuple(c for c in ordered if c.value != given)


def _number_tests(rule_base: RuleBase, key: str) -> list[Test]:
    return [
        test
        for rule in rule_base.rules
        for test in tests_in(rule.when)
        if test.key == key and test.kind in ("at_least", "at_most")
    ]


def tried(rule_base: RuleBase, requirements: Mapping[str, Answer], *changes: Candidate) -> Decision:
    return decide(rule_base, {**requirements, **{c.key: c.value for c in changes}})
