"""Rules to tables (``advisor.decision.tables``), once for many decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from advisor.decision.fast.bit_tables import MAX_REMEMBERED, Column, Parts, Tables
from advisor.decision.fast.dnf import FAILS, HOLDS, NOT_HOLDS, Row, TooWide, add_rows
from advisor.knowledge.conditions import Test, keys_in
from advisor.knowledge.questions import Question, Questionnaire
from advisor.knowledge.rules import Rule, RuleBase

MOST_POINTS = 3
MAX_BITS = 4_000_000  # of the numbers remembered for one question


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
    unless: dict[str, range] = {}
    for question in questionnaire.questions:
        _look_back_only(question, questionnaire)
        unless[question.key] = add_rows(rows, [(question.applies_when, FAILS)])
    spans: list[tuple[Rule, range]] = []
    for rule in rule_base.rules:
        if max(rule.favours.values(), default=0) > MOST_POINTS:
            raise TooWide
        exception = [(rule.unless, NOT_HOLDS)] if rule.unless else []
        spans.append((rule, add_rows(rows, [(rule.when, HOLDS), *exception])))
    parts = [_by_key(row) for row in rows]
    counters = _counters(questionnaire, parts, spans)
    return _tables(rule_base, counters, _columns(questionnaire, parts, counters), unless)


def _by_key(row: Row) -> dict[str, Parts]:
    """Return the tests of ``row`` by the question they ask."""
    found: dict[str, Parts] = {}
    for test, accepted in row:
        found[test.key] = (*found.get(test.key, ()), (test, accepted))
    return found


class _Counters(Struct, frozen=True, kw_only=True):
    """At which bit the counter of each row, implying question and product begins, each of ``width`` bits.

    ``start`` holds what they count without any answer. ``fires``: at which bit each rule shows that it fires;
    one of several rows in the ``guard`` above them, for which ``low`` is their first bit.
    """

    width: int
    start: int
    rows: Sequence[int]
    implying: Mapping[str, int]
    products: Mapping[str, int]
    fires: Sequence[tuple[Rule, int]]
    guard: Sequence[int]
    low: Sequence[int]

    def full(self, counters: Iterable[int]) -> int:
        """Return the bits that are set where ``counters`` are full."""
        return _bits(at + self.width - 1 for at in counters)


def _bits(places: Iterable[int]) -> int:
    found = bytearray()
    for place in sorted(places):
        found.extend(bytes((place >> 3) + 1 - len(found)))
        found[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(found, "little")


def _counters(
    questionnaire: Questionnaire, parts: Sequence[Mapping[str, Parts]], spans: Sequence[tuple[Rule, range]]
) -> _Counters:
    implying = [q.key for q in questionnaire.questions if any(choice.implies for choice in q.choices)]
    products = [name for name in questionnaire.derived if any(name in row for row in parts)]
    factors = [set(questionnaire.derived[name]) for name in products]
    width = max((len(wanted) for wanted in (*parts, *factors)), default=1).bit_length() + 1
    before = len(parts) - sum(len(span) for _, span in spans)
    places = list(range(0, width * (len(implying) + len(products) + before), width))
    at = width * len(places)
    fires, guard, low = [], [], []
    for rule, span in spans:
        places += range(at, at + width * len(span), width)
        at += width * len(span)
        if len(span) > 1:
            low.append(at - width * len(span))
            guard.append(at)
            at += 1
        if span:
            fires.append((rule, at - 1))
    missing = [1] * len(implying) + [len(keys) for keys in factors] + [_missing(row) for row in parts]
    return _Counters(
        width=width,
        start=sum(((1 << width - 1) - still) << place for still, place in zip(missing, places, strict=True)),
        rows=places[len(implying) + len(products) :],
        implying=dict(zip(implying, places, strict=False)),
        products=dict(zip(products, places[len(implying) :], strict=False)),
        fires=fires,
        guard=guard,
        low=low,
    )


def _missing(row: Mapping[str, Parts]) -> int:
    """Return how many questions keep ``row`` from standing as long as they have no answer."""
    return sum(any(None not in accepted for _, accepted in parts) for parts in row.values())


def _columns(
    questionnaire: Questionnaire, parts: Sequence[Mapping[str, Parts]], counters: _Counters
) -> dict[str, Column]:
    by_key: dict[str, list[tuple[int, Parts]]] = {
        **{question.key: [] for question in questionnaire.questions},
        **{name: [] for name in counters.products},
    }
    for row, place in zip(parts, counters.rows, strict=True):
        for key, tests in row.items():
            by_key[key].append((place, tests))
    return {key: _column(key, rows, questionnaire, counters) for key, rows in by_key.items()}


def _column(
    key: str, rows: Iterable[tuple[int, Parts]], questionnaire: Questionnaire, counters: _Counters
) -> Column:
    always, joined = 0, list[tuple[int, Parts]]()
    alike: dict[object, Test] = {}
    added: dict[object, int] = {}
    for place, parts in rows:
        unit = 1 << place
        if len(parts) > 1:
            joined.append((unit, parts))
            continue
        ((test, accepted),) = parts
        always += unit * ((False in accepted) - (None in accepted))
        mark = (test.kind, test.operand)  # its hash is quicker than that of the test
        alike.setdefault(mark, test)
        added[mark] = added.get(mark, 0) + unit * ((True in accepted) - (False in accepted))
    tests = (*alike.values(), *(test for _, parts in joined for test, _ in parts))
    operands = {value for test in tests for value in test.operand if isinstance(value, int | float)}
    question = questionnaire.by_key.get(key)
    choices = question.choices if question else ()
    return Column(
        tests=tuple((test, added[mark]) for mark, test in alike.items()),
        always=always,
        joined=tuple(joined),
        known=sum(
            1 << place for name, place in counters.products.items() if key in questionnaire.derived[name]
        ),
        implying={choice.value: 1 << counters.implying[key] for choice in choices if choice.implies},
        thresholds=tuple(sorted(operands)),
        numeric=question is None or question.kind in ("whole", "number"),
        states={},
    )


def _tables(
    rule_base: RuleBase,
    counters: _Counters,
    columns: Mapping[str, Column],
    unless: Mapping[str, range],
) -> Tables:
    questionnaire = rule_base.questionnaire
    arising = {key: counters.full(counters.rows[row] for row in rows) for key, rows in unless.items()}
    implies = counters.full(counters.implying.values())
    products = counters.full(counters.products.values())
    standing = [counters.rows[row] for row in range(sum(map(len, unless.values())), len(counters.rows))]
    fires = counters.fires
    firing = _bits(at for _, at in fires)
    return Tables(
        most=max(1, min(MAX_REMEMBERED, MAX_BITS // max(1, firing.bit_length()))),
        start=counters.start,
        added={question.key: {} for question in questionnaire.questions},
        columns=columns,
        special=sum(arising.values()) | implies | products,
        implies=implies,
        implying=tuple(
            (question.key, {choice.value: choice.implies for choice in question.choices if choice.implies})
            for question in questionnaire.questions
            if question.key in counters.implying
        ),
        conditional=tuple(
            (key, bits, columns[key].inapplicable) for key, bits in arising.items() if unless[key]
        ),
        derived=tuple(
            (columns[name], questionnaire.derived[name], counters.full([place]))
            for name, place in counters.products.items()
        ),
        standing=counters.full(standing),
        guard=_bits(counters.guard),
        low=_bits(counters.low),
        firing=firing,
        rule_at={at: rule for rule, at in fires},
        candidates=rule_base.candidates,
        scores=tuple(
            (
                _bits(at for rule, at in fires if rule.favours.get(option, 0) & 2),
                _bits(at for rule, at in fires if rule.favours.get(option, 0) & 1),
            )
            for option in rule_base.candidates
        ),
        vetoes=tuple(
            _bits(at for rule, at in fires if option in rule.rules_out) for option in rule_base.candidates
        ),
        telling=_bits(at for rule, at in fires if rule.names or rule.combines),
        told={},
        outcomes={},
    )


def _look_back_only(question: Question, questionnaire: Questionnaire) -> None:
    """Raise TooWide where a question arises depending on a later one: columns are read in order."""
    before = {q.key for q in questionnaire.questions[: questionnaire.questions.index(question)]}
    if not keys_in(question.applies_when) <= before:
        raise TooWide
