"""Rules as tables: what fires for any answers in a few microseconds, the same as ``decide`` says.

Each way in which a rule can fire is a row, and each row a bit. A question's column says for each answer,
for no answer and for a question that does not arise, which rows it leaves standing; the rows that every
column leaves standing fire. (In databases: bitmap indexes.) ``decide`` stays the reference: it explains
itself, and a property test holds both equal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TypeAlias

from advisor.decision.rows import FAILS, HOLDS, NOT_HOLDS, Row, TooWide, add_rows
from advisor.knowledge.conditions import Answer, Test, Truth, keys_in
from advisor.knowledge.questions import Question, Questionnaire
from advisor.knowledge.rules import SCORED, Rule, RuleBase

MAX_MASKS = 4_096

_Step: TypeAlias = "tuple[str, int, _Column, int, dict[object, int] | None]"


@dataclass(frozen=True, slots=True)
class Side:
    """Points for an option or workflow type, and whether it can be had."""

    score: int
    viable: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rules that fire add up to; the part of a decision that counts for the verdict."""

    destinations: Side
    step_functions: Side
    standard: Side
    express: Side
    instead: tuple[Rule, ...]
    names: tuple[Rule, ...]
    combines: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    """Which rows the answer to one question leaves standing; ``masks`` remembers them by answer."""

    key: str
    tests: tuple[Test, ...]
    rows: tuple[tuple[int, tuple[tuple[int, frozenset[Truth]], ...]], ...]
    thresholds: tuple[float, ...]
    numeric: bool
    unknown: int
    inapplicable: int
    masks: dict[object, int]

    def of(self, answer: Answer) -> int:
        """Return the rows that ``answer`` leaves standing."""
        state: object = answer
        if self.numeric and isinstance(answer, int | float):
            at = bisect_left(self.thresholds, answer) + bisect_right(self.thresholds, answer)
            state = at + at + (type(answer) is float)
        found = self.masks.get(state)
        if found is None:
            if len(self.masks) >= MAX_MASKS:
                self.masks.clear()
            found = self.masks[state] = _standing(self.rows, [test.of(answer) for test in self.tests])
        return found


@dataclass(frozen=True, slots=True)
class _Weights:
    """What rows count for one option: points by binary digit (rows with 1, with 2, …), and vetoes."""

    planes: tuple[int, ...]
    vetoes: int

    def score(self, fired: int) -> int:
        return sum((fired & plane).bit_count() << digit for digit, plane in enumerate(self.planes))


@dataclass(frozen=True, slots=True)
class Tables:
    """A rule base, compiled. Answers must fit the questionnaire, as ``load_answers`` returns them."""

    steps: tuple[_Step, ...]
    derived: tuple[tuple[_Column, tuple[str, ...]], ...]
    implying: tuple[tuple[str, Mapping[object, Mapping[str, Answer]]], ...]
    rule_of: tuple[Rule | None, ...]
    firing: int
    several: tuple[int, ...]
    weights: tuple[_Weights, ...]
    telling: int

    def fired(self, requirements: Mapping[str, Answer]) -> int:
        """Return one bit for each rule that fires; equal bits mean that the same rules fire."""
        values = self._with_implied(requirements)
        standing = -1
        dropped: list[str] = []
        for key, unless, column, unknown, masks in self.steps:
            if unless and standing & unless:
                standing &= column.inapplicable
                dropped.append(key)
            elif key not in values:
                standing &= unknown
            elif masks is None:
                standing &= column.of(values[key])
            else:
                mask = masks.get(values[key])
                standing &= column.of(values[key]) if mask is None else mask
        for column, factors in self.derived:
            standing &= _derived(column, factors, values, dropped)
        for rows in self.several:
            found = standing & rows
            if found & (found - 1):
                standing ^= found & (found - 1)
        return standing & self.firing

    def rules(self, fired: int) -> list[Rule]:
        """Return the rules behind the bits of ``fired``, in the order of the rule base."""
        found: list[Rule] = []
        while fired:
            lowest = fired & -fired
            rule = self.rule_of[lowest.bit_length() - 1]
            if rule is not None:
                found.append(rule)
            fired ^= lowest
        return found

    def tally(self, fired: int) -> Tally:
        """Return what the rules behind the bits of ``fired`` add up to."""
        sides = [_side(item.score(fired), not fired & item.vetoes) for item in self.weights]
        destinations, step_functions, standard, express = sides
        if not (standard.viable or express.viable):
            step_functions = _side(step_functions.score, False)
        telling = self.rules(fired & self.telling) if fired & self.telling else ()
        return Tally(
            destinations,
            step_functions,
            standard,
            express,
            tuple(rule for rule in telling if rule.instead),
            tuple(rule for rule in telling if rule.names),
            tuple(rule for rule in telling if rule.combines),
        )

    def _with_implied(self, requirements: Mapping[str, Answer]) -> Mapping[str, Answer]:
        implied: dict[str, Answer] = {}
        for key, implies in self.implying:
            if key in requirements:
                for other, follows in implies.get(requirements[key], {}).items():
                    implied.setdefault(other, follows)
        return {**implied, **requirements} if implied else requirements


_side = lru_cache(maxsize=1_024)(Side)


def tables_of(rule_base: RuleBase) -> Tables | None:
    """Return ``rule_base`` as tables; None where its conditions are too wide for them."""
    try:
        return compile_rules(rule_base)
    except TooWide:
        return None


def compile_rules(rule_base: RuleBase) -> Tables:
    """Return ``rule_base`` as tables. Raises TooWide where its conditions have too many rows.

    Time and memory grow with the number of rows: one for a rule without ``any_of``, else the product of
    its alternatives.
    """
    questionnaire = rule_base.questionnaire
    rows: list[Row] = []
    unless: dict[str, int] = {}
    for question in questionnaire.questions:
        _look_back_only(question, questionnaire)
        unless[question.key] = add_rows(rows, [(question.applies_when, FAILS)])
    rule_of: list[Rule | None] = [None] * len(rows)  # the rows so far say which questions do not arise
    for rule in rule_base.rules:
        exception = [(rule.unless, NOT_HOLDS)] if rule.unless else []
        add_rows(rows, [(rule.when, HOLDS), *exception])
        rule_of += [rule] * (len(rows) - len(rule_of))
    return _tables(questionnaire, rows, unless, rule_of)


def _tables(
    questionnaire: Questionnaire,
    rows: Sequence[Row],
    unless: Mapping[str, int],
    rule_of: Sequence[Rule | None],
) -> Tables:
    by_key: dict[str, dict[int, list[tuple[Test, frozenset[Truth]]]]] = {}
    for number, row in enumerate(rows):
        for test, accepted in row:
            by_key.setdefault(test.key, {}).setdefault(number, []).append((test, accepted))
    rows_of: dict[str, int] = {}
    for number, rule in enumerate(rule_of):
        if rule is not None:
            rows_of[rule.id] = rows_of.get(rule.id, 0) | 1 << number
    return Tables(
        steps=tuple(
            _step(_column(question.key, by_key.get(question.key, {}), questionnaire), unless[question.key])
            for question in questionnaire.questions
            if question.key in by_key or unless[question.key]
        ),
        derived=tuple(
            (_column(name, by_key[name], questionnaire), factors)
            for name, factors in questionnaire.derived.items()
            if name in by_key
        ),
        implying=tuple(
            (question.key, {choice.value: choice.implies for choice in question.choices if choice.implies})
            for question in questionnaire.questions
            if any(choice.implies for choice in question.choices)
        ),
        rule_of=tuple(rule_of),
        firing=_bits(rule is not None for rule in rule_of),
        several=tuple(bits for bits in rows_of.values() if bits & (bits - 1)),
        weights=tuple(_weights(option, rule_of) for option in SCORED),
        telling=_bits(bool(rule and (rule.instead or rule.names or rule.combines)) for rule in rule_of),
    )


def _weights(option: str, rule_of: Sequence[Rule | None]) -> _Weights:
    points = [rule.favours.get(option, 0) if rule else 0 for rule in rule_of]
    digits = max(points, default=0).bit_length()
    planes = tuple(_bits(given >> digit & 1 for given in points) for digit in range(digits))
    return _Weights(planes, _bits(bool(rule and option in rule.rules_out) for rule in rule_of))


def _bits(flags: Iterable[int]) -> int:
    """Return a number whose n-th bit is the n-th of ``flags``."""
    return int("".join("1" if flag else "0" for flag in flags)[::-1] or "0", 2)


def _step(column: _Column, unless: int) -> _Step:
    """Return ``column`` laid out for the walk: its own lookups where no interval has to be found."""
    return column.key, unless, column, column.unknown, None if column.numeric else column.masks


def _column(
    key: str,
    rows: Mapping[int, Sequence[tuple[Test, frozenset[Truth]]]],
    questionnaire: Questionnaire,
) -> _Column:
    numbers: dict[Test, int] = {}
    numbered = tuple(
        (1 << row, tuple((numbers.setdefault(test, len(numbers)), accepted) for test, accepted in parts))
        for row, parts in rows.items()
    )
    tests = tuple(numbers)
    operands = {value for test in tests for value in test.operand if isinstance(value, int | float)}
    question = questionnaire.by_key.get(key)
    return _Column(
        key=key,
        tests=tests,
        rows=numbered,
        thresholds=tuple(sorted(operands)),
        numeric=question is None or question.kind in ("whole", "number"),
        unknown=_standing(numbered, [None] * len(tests)),
        inapplicable=_standing(numbered, [False] * len(tests)),
        masks={},
    )


def _standing(
    rows: Iterable[tuple[int, tuple[tuple[int, frozenset[Truth]], ...]]], truths: Sequence[Truth]
) -> int:
    """Return all bits but those of ``rows`` that ask for other ``truths``."""
    fallen = 0
    for bit, parts in rows:
        for test, accepted in parts:
            if truths[test] not in accepted:
                fallen |= bit
                break
    return ~fallen


def _derived(
    column: _Column, factors: Sequence[str], values: Mapping[str, Answer], dropped: Sequence[str]
) -> int:
    if any(key in dropped for key in factors):
        return column.inapplicable
    numbers = [values[key] for key in factors if key in values]
    if len(numbers) < len(factors):
        return column.unknown
    return column.of(prod(float(number) for number in numbers if isinstance(number, int | float)))


def _look_back_only(question: Question, questionnaire: Questionnaire) -> None:
    """Raise TooWide where a question arises depending on a later one: columns are read in order."""
    before = {q.key for q in questionnaire.questions[: questionnaire.questions.index(question)]}
    if not keys_in(question.applies_when) <= before:
        raise TooWide
