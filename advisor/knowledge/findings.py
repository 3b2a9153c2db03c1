"""Findings of `advisor inspect` as values, with the facts they test and AWS's own names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.errors import Place
from advisor.knowledge.conditions import Answer, Condition
from advisor.knowledge.questions import Questionnaire

Level: TypeAlias = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")


class FindingRule(Struct, frozen=True, kw_only=True):
    """One fault that a system may have: what shows it, why it hurts, and what to do.

    ``about`` is the kind of thing that ``when`` tests the facts of. ``fires_on`` and ``quiet_on`` are the
    rule's own cases, in facts.
    """

    id: str
    about: str
    group: str
    level: Level
    title: str
    when: Condition
    because: str
    source: str
    as_of: str
    fix: str
    fires_on: tuple[Mapping[str, Answer], ...]
    quiet_on: tuple[Mapping[str, Answer], ...]
    place: Place = Place("")


class FindingGroup(Struct, frozen=True):
    """Findings that belong together."""

    id: str
    title: str


class InspectionBase(Struct, frozen=True, kw_only=True):
    """Everything that inspecting needs to know.

    ``facts`` are the facts of each kind of thing, as questions that files answer; ``tables`` and ``lists``
    hold AWS's own names: actions, managed policies, errors, ends of runtimes.
    """

    groups: tuple[FindingGroup, ...] = ()
    rules: tuple[FindingRule, ...] = ()
    facts: Mapping[str, Questionnaire] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def table(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """Return the table ``name``."""
        return self.tables.get(name, {})

    def rule(self, rule_id: str) -> FindingRule | None:
        """Return the finding with this id."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)
