"""Conditions as rows of tests: what has to be true at the same time, one row for each way.

This is the disjunctive normal form, in three-valued logic: a test may have to be true, to be false, or only
not to be true (false or open).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, product
from typing import NamedTuple, TypeAlias

from advisor.knowledge.conditions import AllOf, Condition, Not, Test, Truth

MAX_ROWS = 12_000
MAX_TESTS = 4_000  # in all rows of one condition; memory and time grow with rows x tests
HOLDS = frozenset[Truth]((True,))
FAILS = frozenset[Truth]((False,))
NOT_HOLDS = frozenset[Truth]((False, None))

Row: TypeAlias = tuple[tuple[Test, frozenset[Truth]], ...]
"""Tests, each with the truths it may have; the row stands where all of them do."""


class TooWide(Exception):
    """The conditions have more rows than a table should; leave them to ``holds``."""


def add_rows(rows: list[Row], parts: Sequence[tuple[Condition, frozenset[Truth]]]) -> range:
    """Add the rows of all ``parts`` together and return their numbers."""
    size = _together(_size(condition, accepted) for condition, accepted in parts)
    if len(rows) + size.rows > MAX_ROWS or size.tests > MAX_TESTS:
        raise TooWide
    before = len(rows)
    ways = product(*(_ways(condition, accepted) for condition, accepted in parts))
    rows += [tuple(chain.from_iterable(way)) for way in ways]
    return range(before, len(rows))


def _ways(condition: Condition, accepted: frozenset[Truth]) -> list[Row]:
    """Return the rows under which the truth of ``condition`` is in ``accepted`` (disjunctive normal form)."""
    if isinstance(condition, Test):
        return [((condition, accepted),)]
    if isinstance(condition, Not):
        return _ways(condition.part, _negated(accepted))
    parts = [_ways(part, accepted) for part in condition.parts]
    if isinstance(condition, AllOf) == (True in accepted):
        return [tuple(chain.from_iterable(way)) for way in product(*parts)]
    return list(chain.from_iterable(parts))


class _Size(NamedTuple):
    rows: int
    tests: int


def _size(condition: Condition, accepted: frozenset[Truth]) -> _Size:
    """Return how many rows ``_ways`` makes, and how many tests are in them."""
    if isinstance(condition, Test):
        return _Size(1, 1)
    if isinstance(condition, Not):
        return _size(condition.part, _negated(accepted))
    sizes = [_size(part, accepted) for part in condition.parts]
    if isinstance(condition, AllOf) == (True in accepted):
        return _together(sizes)
    return _Size(sum(size.rows for size in sizes), sum(size.tests for size in sizes))


def _together(sizes: Iterable[_Size]) -> _Size:
    """Return the size of all combinations of rows."""
    rows, tests = 1, 0
    for size in sizes:
        rows, tests = rows * size.rows, tests * size.rows + size.tests * rows
    return _Size(rows, tests)


def _negated(accepted: frozenset[Truth]) -> frozenset[Truth]:
    return frozenset(None if truth is None else not truth for truth in accepted)
