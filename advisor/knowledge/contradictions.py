"""Answers that cannot all be true, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.errors import Place
from advisor.knowledge.answers import Answers, ForEach, Parallel, Part
from advisor.knowledge.conditions import ALWAYS, Answer, Condition, Facts, Number, holds, keys_in

ComparisonKind: TypeAlias = Literal["more", "differs"]

# What ``project.steps`` says, as numbers: conditions may use them beside the answers
NAMED_STEPS, NAMED_BRANCHES, NAMED_LISTS = "named_steps", "named_branches", "named_lists"
UNLISTED_SERVICES = "unlisted_services"
NAMED = (NAMED_STEPS, NAMED_BRANCHES, NAMED_LISTS, UNLISTED_SERVICES)


class Comparison(Struct, frozen=True):
    """Two numeric answers: ``answer`` is more than ``times`` x ``other``, or differs from it."""

    kind: ComparisonKind
    answer: str
    other: str
    times: Number = 1

    def holds(self, values: Mapping[str, Answer]) -> bool:
        one, other = values.get(self.answer), values.get(self.other)
        if not isinstance(one, int | float) or not isinstance(other, int | float):
            return False
        return one > self.times * other if self.kind == "more" else one != other


class Contradiction(Struct, frozen=True, kw_only=True):
    """Answers that AWS or arithmetic makes impossible together: where ``when`` and ``compares`` hold.

    ``unless`` counts only once it is known, as in a rule. ``holds_on`` and ``quiet_on`` are its test cases.
    """

    id: str
    because: str
    source: str
    as_of: str
    when: Condition = ALWAYS
    unless: Condition | None = None
    compares: Comparison | None = None
    holds_on: tuple[Mapping[str, Answer], ...] = ()
    quiet_on: tuple[Mapping[str, Answer], ...] = ()
    place: Place = Place("")

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the answers it is about."""
        compared = (self.compares.answer, self.compares.other) if self.compares else ()
        return tuple(sorted({*keys_in(self.when), *compared}))

    def holds(self, values: Mapping[str, Answer]) -> bool:
        """Return whether ``values`` (answers, and what ``named`` says) contradict each other so."""
        facts = Facts(values)
        if self.compares and not self.compares.holds(values):
            return False
        return holds(self.when, facts) is True and not (self.unless and holds(self.unless, facts))


def named(answers: Answers) -> Mapping[str, Number]:
    """Return what the steps named in the project say; nothing where none is named."""
    steps = answers.project.steps
    if not steps:
        return {}
    targets = answers.requirements.get("targets")
    listed = targets if isinstance(targets, tuple) else tuple(unit.service for unit in answers.project.units)
    branches = [len(part.branches) for part in _all(steps) if isinstance(part, Parallel)]
    return {
        NAMED_STEPS: len(answers.project.units),
        NAMED_BRANCHES: max(branches, default=1),
        NAMED_LISTS: sum(isinstance(part, ForEach) for part in _all(steps)),
        UNLISTED_SERVICES: len({unit.service for unit in answers.project.units}.difference(listed)),
    }


def _all(parts: tuple[Part, ...]) -> list[Part]:
    found: list[Part] = []
    for part in parts:
        found.append(part)
        if isinstance(part, Parallel):
            found += [inner for branch in part.branches for inner in _all(branch)]
        elif isinstance(part, ForEach):
            found += _all(part.steps)
    return found
