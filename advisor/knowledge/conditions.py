"""Conditions on answers: shape, never an expression string, so that they can be reasoned about.

Evaluation is three-valued (Kleene): a test on an answer nobody gave is unknown, and stays unknown
unless the rest of the condition settles it either way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Number: TypeAlias = int | float  # spelt out, so that 900 is not decoded as 900.0
Answer: TypeAlias = str | bool | Number | tuple[str, ...]
Truth: TypeAlias = bool | None
TestKind: TypeAlias = Literal["is", "at_least", "at_most", "includes", "includes_any", "only"]


class Test(Struct, frozen=True, tag=True):
    """One test of one answer.

    ``is``: the answer is one of ``operand`` (a tuple). ``at_least``/``at_most``: a number, inclusive.
    ``includes``/``includes_any``: a list answer holds one of ``operand``. ``only``: a list answer holds
    something and nothing else than ``operand``; ``only`` with nothing means the empty list.
    """

    key: str
    kind: TestKind
    operand: tuple[Answer, ...]

    __test__ = False  # not a test class, whatever pytest thinks of the name

    def of(self, answer: Answer) -> bool:
        if self.kind == "is":  # true is no number, although Python has it equal to 1
            return any(answer == v and isinstance(answer, bool) == isinstance(v, bool) for v in self.operand)
        if self.kind in ("at_least", "at_most"):
            limit = self.operand[0]
            if not isinstance(answer, int | float) or not isinstance(limit, int | float):
                return False
            return answer >= limit if self.kind == "at_least" else answer <= limit
        given = answer if isinstance(answer, tuple) else ()
        if self.kind == "only":
            return set(given) <= set(self.operand) and bool(given) == bool(self.operand)
        return any(value in self.operand for value in given)


class AllOf(Struct, frozen=True, tag=True):
    parts: tuple[Condition, ...]


class AnyOf(Struct, frozen=True, tag=True):
    parts: tuple[Condition, ...]


class Not(Struct, frozen=True, tag=True):
    part: Condition


Condition: TypeAlias = Test | AllOf | AnyOf | Not
ALWAYS = AllOf(())


class Facts(Struct, frozen=True):
    """Answers ready to be judged: every known value, and the keys that cannot matter here.

    ``inapplicable`` keys belong to questions that do not arise for these answers: a test on them is
    false, not unknown.
    """

    values: Mapping[str, Answer]
    inapplicable: frozenset[str] = frozenset()


def holds(condition: Condition, facts: Facts) -> Truth:
    """Return True, False, or None where the answers leave it open."""
    if isinstance(condition, Test):
        if condition.key in facts.values:
            return condition.of(facts.values[condition.key])
        return False if condition.key in facts.inapplicable else None
    if isinstance(condition, Not):
        inner = holds(condition.part, facts)
        return None if inner is None else not inner
    deciding = isinstance(condition, AnyOf)
    open_part = False
    for part in condition.parts:
        truth = holds(part, facts)
        if truth is deciding:
            return deciding
        open_part = open_part or truth is None
    return None if open_part else not deciding


def tests_in(condition: Condition) -> Iterator[Test]:
    """Yield every single test inside ``condition``."""
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, Not):
        yield from tests_in(condition.part)
    else:
        for part in condition.parts:
            yield from tests_in(part)


def keys_in(condition: Condition) -> frozenset[str]:
    """Return the names of all answers that ``condition`` looks at."""
    return frozenset(test.key for test in tests_in(condition))
