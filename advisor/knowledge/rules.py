"""Rules, alternatives and the whole rule base, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from msgspec import Struct, field

from advisor.errors import Place
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.conditions import Answer, Condition, Test, tests_in
from advisor.knowledge.contradictions import Contradiction
from advisor.knowledge.findings import InspectionBase
from advisor.knowledge.limits import Limit
from advisor.knowledge.prices import PriceList
from advisor.knowledge.questions import Questionnaire
from advisor.knowledge.services import Service

DESTINATIONS = "destinations"
STEP_FUNCTIONS = "step-functions"
BOTH = "both"
NEITHER = "neither"
STANDARD = "standard"
EXPRESS = "express"
DURABLE_FUNCTIONS = "durable-functions"

OPTIONS = (DESTINATIONS, STEP_FUNCTIONS)
WORKFLOW_TYPES = (STANDARD, EXPRESS)
SCORED = OPTIONS + WORKFLOW_TYPES


class Rule(Struct, frozen=True, kw_only=True):
    """One piece of knowledge: when it holds, what follows, why, and who says so.

    A rule fires where ``when`` holds, unless ``unless`` is known to hold: an exception counts only once
    somebody has said so.

    Effects, at least one: ``favours`` (points 1 leans, 2 favours, 3 strongly favours, for an option, a
    workflow type or an alternative), ``rules_out`` (what cannot be done), ``names`` (an alternative worth
    knowing beside the recommendation), ``combines`` (both options, each for its part), ``warns`` (options
    and alternatives for which ``because`` is a warning). ``fires_on`` and ``quiet_on`` are the rule's own
    test cases.
    """

    id: str
    title: str
    criterion: str
    when: Condition
    because: str
    source: str
    as_of: str
    unless: Condition | None = None
    favours: Mapping[str, int] = field(default_factory=dict)
    rules_out: tuple[str, ...] = ()
    names: str = ""
    combines: bool = False
    warns: tuple[str, ...] = ()
    fires_on: tuple[Mapping[str, Answer], ...] = ()
    quiet_on: tuple[Mapping[str, Answer], ...] = ()
    place: Place = Place("")


class Criterion(Struct, frozen=True, kw_only=True):
    """A group of rules about one aspect; ``code`` is the two letters its rule ids start with."""

    id: str
    code: str
    title: str
    text: str = ""


class Alternative(Struct, frozen=True, kw_only=True):
    """Something else than the two options, and how it would look in two lines."""

    id: str
    title: str
    sketch: str
    source: str


class TopicLine(Struct, frozen=True):
    """Line of the comparison: a topic in words for each option, shown if ``when`` holds."""

    when: Condition
    destinations: str
    step_functions: str


class Topic(Struct, frozen=True, kw_only=True):
    """One topic of the side-by-side comparison; the first line that holds is shown.

    ``alternatives`` has a line for each of them by id, for where it is recommended or named.
    """

    id: str
    title: str
    source: str
    alternatives: Mapping[str, str]
    lines: tuple[TopicLine, ...]


class SwitchedOff(Struct, frozen=True):
    """A rule an organisation does not follow, with its written reason."""

    rule: str
    reason: str
    place: Place = Place("")


class Overlay(Struct, frozen=True, kw_only=True):
    """A folder of an organisation's rules that was laid over ours: what it is, and what it does.

    ``digest`` is the SHA-256 of its YAML files; ``prices`` names the Regions it has prices for.
    """

    name: str
    digest: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()
    prices: tuple[str, ...] = ()


class RuleBase(Struct, frozen=True, kw_only=True, dict=True):
    """Everything the advisor knows, from one folder (and perhaps overlays of an organisation)."""

    version: str
    as_of: str
    questionnaire: Questionnaire
    criteria: tuple[Criterion, ...]
    rules: tuple[Rule, ...]
    alternatives: tuple[Alternative, ...]
    topics: tuple[Topic, ...] = ()
    prices: tuple[PriceList, ...] = ()
    limits: Mapping[str, Limit] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    switched_off: tuple[SwitchedOff, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    inspection: InspectionBase = InspectionBase()

    @cached_property
    def aws(self) -> AwsFacts:
        """Return limits and services together."""
        return AwsFacts(self.limits, self.services)

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def tests_of(self) -> Mapping[str, Sequence[tuple[Test, ...]]]:
        """By answer key, what each rule that looks at it asks there."""
        found: dict[str, list[tuple[Test, ...]]] = {}
        for rule in self.rules:
            own: dict[str, list[Test]] = {}
            for test in tests_in(rule.when):
                own.setdefault(test.key, []).append(test)
            for key, tests in own.items():
                found.setdefault(key, []).append(tuple(tests))
        return found

    @cached_property
    def contradictions_on(self) -> Mapping[str, Sequence[Contradiction]]:
        """By answer key, the contradictions that are about it."""
        found: dict[str, list[Contradiction]] = {}
        for item in self.contradictions:
            for key in item.keys:
                found.setdefault(key, []).append(item)
        return found

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """Everything that points count for: options, workflow types, alternatives."""
        return (*SCORED, *(item.id for item in self.alternatives))

    def alternative(self, alternative_id: str) -> Alternative:
        return next(item for item in self.alternatives if item.id == alternative_id)
