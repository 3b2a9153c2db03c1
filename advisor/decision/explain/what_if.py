"""Other answers worth trying, and what they would lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from math import ceil, floor, prod

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.decide import decide
from advisor.decision.fast.bit_tables import Tables
from advisor.decision.verdict import Outcome, Said, outcome_of
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import RuleBase


class Candidate(Struct, frozen=True, kw_only=True):
    """An answer worth trying: ``threshold`` says in words what it stands for.

    ``likely`` is False where hardly any workload has this answer.
    """

    key: str
    value: Answer
    threshold: str = ""
    likely: bool = True


def candidates(
    rule_base: RuleBase, key: str, current: Answer | None, known: Mapping[str, Answer] | None = None
) -> tuple[Candidate, ...]:
    """Return the other answers to ``key`` that a rule could tell apart from ``current``.

    ``known``: the other answers, which tell where a threshold on a product of answers lies.
    """
    question = rule_base.questionnaire.by_key[key]
    if question.kind in ("choice", "flag"):
        found = tuple(Candidate(key=key, value=c.value) for c in question.choices if c.value != current)
    elif question.kind == "list":
        given = current if isinstance(current, tuple) else None
        found = _list_candidates(rule_base, question, given)
    else:
        found = _number_candidates(question, _limits(rule_base, key, known or {}), current)
    return tuple(
        item if question.likely(item.value, current) else replace(item, likely=False) for item in found
    )


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
    return tuple(Candidate(key=question.key, value=value) for value in tried if value != current)


def _together(rule_base: RuleBase, key: str) -> list[tuple[str, ...]]:
    """Return pairs of values that one rule wants to see in the same list."""
    found: list[tuple[str, ...]] = []
    for tests in rule_base.tests_of.get(key, ()):
        wanted = [test.operand for test in tests if test.kind.startswith("includes")]
        found += [(str(a), str(b)) for one, other in combinations(wanted, 2) for a in one for b in other]
    return found


def _number_candidates(
    question: Question, limits: list[tuple[str, float]], current: Answer | None
) -> tuple[Candidate, ...]:
    """Return the values just inside and just outside each limit, the nearest to ``current`` first."""
    unit = f" {question.unit}" if question.unit == "s" else ""
    found: dict[float, Candidate] = {}
    for kind, limit in limits:
        at = f"{limit:,.15g}{unit}"
        inside = (limit, f"from {at} on") if kind == "at_least" else (limit, f"up to {at}")
        outside = (limit - 1, f"below {at}") if kind == "at_least" else (limit + 1, f"above {at}")
        for value, words in (inside, outside):
            if question.minimum <= value <= question.maximum:
                found.setdefault(value, Candidate(key=question.key, value=value, threshold=words))
    given = current if isinstance(current, int | float) else None
    nearest = sorted(found, key=lambda value: abs(value - (given or 0)))
    return tuple(found[value] for value in nearest if value != given)


def _limits(rule_base: RuleBase, key: str, known: Mapping[str, Answer]) -> list[tuple[str, float]]:
    """Return the limits that rules set for a number, or for a product it is a factor of."""
    factors = {key: 1.0}
    for name, keys in rule_base.questionnaire.derived.items():
        others = [known.get(other) for other in keys if other != key]
        numbers = [float(other) for other in others if isinstance(other, int | float) and other]
        if key in keys and len(numbers) == len(others):
            factors[name] = prod(numbers)
    return [
        (test.kind, _rounded(float(limit) / factor, test.kind))
        for name, factor in factors.items()
        for tests in rule_base.tests_of.get(name, ())
        for test in tests
        if test.kind in ("at_least", "at_most")
        for limit in test.operand
        if isinstance(limit, int | float)
    ]


def _rounded(limit: float, kind: str) -> float:
    """Return the whole number on the inner side of a limit that a product put between two."""
    limit = min(limit, 1e300)  # a product with next to nothing puts it out of reach, infinity included
    whole = ceil(limit) if kind == "at_least" else floor(limit)
    return int(whole) if limit != whole else int(limit)


class Judge(Struct, frozen=True):
    """What tells where answers lead: ``tables`` where the rules fit into some, else the rules themselves."""

    rule_base: RuleBase
    tables: Tables | None

    def tried(self, requirements: Mapping[str, Answer], *changes: Candidate) -> Said:
        """Return what the rules say of ``requirements`` with ``changes``."""
        changed = _with(requirements, changes)
        if self.tables is None:
            return decide(self.rule_base, changed)
        return self.tables.tally(self.tables.fired(changed))

    def outcome(self, requirements: Mapping[str, Answer], changes: Iterable[Candidate] = ()) -> Outcome:
        """Return where ``requirements`` with ``changes`` lead to."""
        changed = _with(requirements, changes)
        if self.tables is None:
            return outcome_of(decide(self.rule_base, changed))
        return self.tables.outcome(self.tables.fired(changed))


def _with(requirements: Mapping[str, Answer], changes: Iterable[Candidate]) -> Mapping[str, Answer]:
    return {**requirements, **{change.key: change.value for change in changes}}
