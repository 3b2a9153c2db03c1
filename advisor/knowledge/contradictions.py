"""Answers that cannot all be true, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.errors import Place
from advisor.knowledge.answers import PLACED_WAITS, Answers, Choice, ForEach, Parallel, PlacedWait, all_parts
from advisor.knowledge.conditions import ALWAYS, Answer, Condition, Facts, Number, holds, keys_in

ComparisonKind: TypeAlias = Literal["more", "differs"]

# What ``project.steps`` says, as numbers: conditions may use them beside the answers
NAMED_STEPS, NAMED_BRANCHES, NAMED_LISTS = "named_steps", "named_branches", "named_lists"
NAMED_CHOICES, UNLISTED_WAITS = "named_choices", "unlisted_waits"
UNLISTED_SERVICES = "unlisted_services"
NAMED = (NAMED_STEPS, NAMED_BRANCHES, NAMED_LISTS, NAMED_CHOICES, UNLISTED_SERVICES, UNLISTED_WAITS)


class Comparison(Struct, frozen=True, kw_only=True):
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
    every = tuple(all_parts(steps))
    branches = [len(part.branches) for part in every if isinstance(part, Parallel)]
    waits = answers.requirements.get("waits")
    known = waits if isinstance(waits, tuple) else PLACED_WAITS
    return {
        NAMED_STEPS: len(answers.project.units),
        NAMED_BRANCHES: max(branches, default=1),
        NAMED_LISTS: sum(isinstance(part, ForEach) for part in every),
        NAMED_CHOICES: sum(isinstance(part, Choice) for part in every),
        UNLISTED_WAITS: len({part.kind for part in every if isinstance(part, PlacedWait)}.difference(known)),
        UNLISTED_SERVICES: len({unit.service for unit in answers.project.units}.difference(listed)),
    }
