"""Conditions as rows of tests: what has to be true at the same time, one row for each way.

This is the disjunctive normal form, in three-valued logic: a test may have to be true, to be false, or only
not to be true (false or open).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product
from math import prod
from typing import TypeAlias

from advisor.knowledge.conditions import AllOf, Condition, Not, Test, Truth

MAX_ROWS = 100_000
HOLDS = frozenset[Truth]((True,))
FAILS = frozenset[Truth]((False,))
NOT_HOLDS = frozenset[Truth]((False, None))

Row: TypeAlias = tuple[tuple[Test, frozenset[Truth]], ...]
"""Tests, each with the truths it may have; the row stands where all of them do."""


class TooWide(Exception):
    """The conditions have more rows than a table should; leave them to ``holds``."""


def add_rows(rows: list[Row], parts: Sequence[tuple[Condition, frozenset[Truth]]]) -> range:
    """Add the rows of all ``parts`` together and return their numbers."""
    if len(rows) + prod(_width(condition, accepted) for condition, accepted in parts) > MAX_ROWS:
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


def _width(condition: Condition, accepted: frozenset[Truth]) -> int:
    if isinstance(condition, Test):
        return 1
    if isinstance(condition, Not):
        return _width(condition.part, _negated(accepted))
    widths = [_width(part, accepted) for part in condition.parts]
    return prod(widths) if isinstance(condition, AllOf) == (True in accepted) else sum(widths)


def _negated(accepted: frozenset[Truth]) -> frozenset[Truth]:
    return frozenset(None if truth is None else not truth for truth in accepted)
