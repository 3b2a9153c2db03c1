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
from typing import TypeAlias

from advisor.decision.rows import FAILS, HOLDS, NOT_HOLDS, Row, TooWide, add_rows
from advisor.decision.tally import Side, Tally, Weights, bits_of, weights_of
from advisor.knowledge.conditions import Answer, Test, Truth, keys_in
from advisor.knowledge.questions import Question, Questionnaire
from advisor.knowledge.rules import SCORED, Rule, RuleBase

MAX_MASKS = 4_096
_NUMBER = (int, float)  # a tuple: "int | float" would be made anew at every call

_Told: TypeAlias = tuple[tuple[Rule, ...], tuple[Rule, ...], tuple[Rule, ...]]


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
        if self.numeric and isinstance(answer, _NUMBER):
            at = bisect_left(self.thresholds, answer) + bisect_right(self.thresholds, answer)
            state = at + at + (type(answer) is float)
        found = self.masks.get(state)
        if found is None:
            if len(self.masks) >= MAX_MASKS:
                self.masks.clear()
            found = self.masks[state] = _standing(self.rows, [test.of(answer) for test in self.tests])
        return found


@dataclass(frozen=True, slots=True)
class Tables:
    """A rule base, compiled. Answers must fit the questionnaire, as ``load_answers`` returns them.

    ``named``, ``numbers``: columns of questions that always arise. ``conditional``: those of the others,
    in their order, with the rows that say that they do not arise. ``several``: rows of the same rule.
    ``telling``: rows of rules with more to say than points and vetoes; ``told`` remembers what they said.
    """

    named: tuple[tuple[str, _Column, int, dict[object, int]], ...]
    numbers: tuple[_Column, ...]
    conditional: tuple[tuple[_Column, int], ...]
    derived: tuple[tuple[_Column, tuple[str, ...]], ...]
    implying: tuple[tuple[str, Mapping[object, Mapping[str, Answer]]], ...]
    rule_of: tuple[Rule | None, ...]
    firing: int
    several: tuple[int, ...]
    weights: tuple[Weights, ...]
    telling: int
    told: dict[int, _Told]

    def fired(self, requirements: Mapping[str, Answer]) -> int:
        """Return one bit for each rule that fires; equal bits mean that the same rules fire."""
        values = self._with_implied(requirements)
        standing = -1
        dropped: list[str] = []
        for key, column, unknown, masks in self.named:
            if key in values:
                mask = masks.get(values[key])
                standing &= column.of(values[key]) if mask is None else mask
            else:
                standing &= unknown
        for column in self.numbers:
            standing &= column.of(values[column.key]) if column.key in values else column.unknown
        for column, unless in self.conditional:
            if standing & unless:
                standing &= column.inapplicable
                dropped.append(column.key)
            else:
                standing &= column.of(values[column.key]) if column.key in values else column.unknown
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
        sides = [item.side(fired) for item in self.weights]
        destinations, step_functions, standard, express = sides
        if not (standard.viable or express.viable):
            step_functions = Side(step_functions.score, False)
        instead, names, combines = self.told.get(fired & self.telling) or self._told(fired & self.telling)
        return Tally(destinations, step_functions, standard, express, instead, names, combines)

    def _told(self, fired: int) -> _Told:
        rules = self.rules(fired)
        if len(self.told) >= MAX_MASKS:
            self.told.clear()
        self.told[fired] = found = (
            tuple(rule for rule in rules if rule.instead),
            tuple(rule for rule in rules if rule.names),
            tuple(rule for rule in rules if rule.combines),
        )
        return found

    def _with_implied(self, requirements: Mapping[str, Answer]) -> Mapping[str, Answer]:
        implied: dict[str, Answer] = {}
        for key, implies in self.implying:
            if key in requirements:
                for other, follows in implies.get(requirements[key], {}).items():
                    implied.setdefault(other, follows)
        return {**implied, **requirements} if implied else requirements


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
    columns = [
        _column(question.key, by_key.get(question.key, {}), questionnaire)
        for question in questionnaire.questions
        if question.key in by_key or unless[question.key]
    ]
    return Tables(
        named=tuple((c.key, c, c.unknown, c.masks) for c in columns if not (unless[c.key] or c.numeric)),
        numbers=tuple(c for c in columns if c.numeric and not unless[c.key]),
        conditional=tuple((c, unless[c.key]) for c in columns if unless[c.key]),
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
        firing=bits_of(rule is not None for rule in rule_of),
        several=tuple(bits for bits in rows_of.values() if bits & (bits - 1)),
        weights=tuple(weights_of(option, rule_of) for option in SCORED),
        told={},
        telling=bits_of(bool(rule and (rule.instead or rule.names or rule.combines)) for rule in rule_of),
    )


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
    product, known = 1.0, True
    for key in factors:
        if key in dropped:
            return column.inapplicable
        value = values.get(key)
        if isinstance(value, _NUMBER):
            product *= float(value)
        else:
            known = False
    return column.of(product) if known else column.unknown


def _look_back_only(question: Question, questionnaire: Questionnaire) -> None:
    """Raise TooWide where a question arises depending on a later one: columns are read in order."""
    before = {q.key for q in questionnaire.questions[: questionnaire.questions.index(question)]}
    if not keys_in(question.applies_when) <= before:
        raise TooWide
