"""Recommendation as values: the verdict and everything that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.decision.contradictions import Conflict
from advisor.decision.decide import Decision
from advisor.knowledge.answers import Answers
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.conditions import Answer
from advisor.knowledge.failure_plan import FailurePlan
from advisor.knowledge.flow import Flow
from advisor.knowledge.rules import DESTINATIONS, NEITHER, Alternative, Overlay, Rule

Strength: TypeAlias = Literal["clear", "close", "tied"]


class Verdict(Struct, frozen=True, kw_only=True):
    """The answer itself; ``instead`` holds ids of alternatives, for ``neither`` what to use."""

    option: str
    workflow_type: str | None
    strength: Strength
    instead: tuple[str, ...]


class Flip(Struct, frozen=True, kw_only=True):
    """A smallest change of answers and the verdict it leads to.

    ``change`` holds one or two keys; ``threshold`` says in words where a number turns ("from 5 on").
    ``open`` is True where the key has no answer yet, ``likely`` False where hardly any workload has it.
    """

    change: Mapping[str, Answer]
    option: str
    workflow_type: str | None
    instead: tuple[str, ...] = ()
    threshold: str = ""
    open: bool = False
    likely: bool = True


class CostLine(Struct, frozen=True, kw_only=True):
    """One priced item of an option: ``units`` x price = ``usd`` a month, with the formula in words."""

    price_id: str
    title: str
    units: float
    unit: str
    usd: float
    formula: str
    source: str
    as_of: str
    verified: bool


class OptionCost(Struct, frozen=True, kw_only=True):
    """Monthly cost of ``destinations``, ``standard``, ``express`` or an alternative."""

    option: str
    usd: float
    usd_without_free_tier: float
    lines: tuple[CostLine, ...]


class BreakEven(Struct, frozen=True):
    """From ``executions`` a month on, ``cheaper`` costs less than ``dearer``; None: never within reach."""

    cheaper: str
    dearer: str
    executions: float | None


class Cost(Struct, frozen=True, kw_only=True):
    """Orchestration cost a month; Lambda compute is the same either way and left out.

    ``volume`` is executions a month (``assumed`` where the user gave none); ``assumptions`` in words.
    ``alternatives`` has the others that have a starter; durable functions are among ``options``.
    """

    region: str
    price_region: str
    volume: float
    assumed: bool
    as_of: str
    options: tuple[OptionCost, ...]
    break_even: tuple[BreakEven, ...]
    assumptions: tuple[str, ...]
    alternatives: tuple[OptionCost, ...] = ()

    def option(self, name: str) -> OptionCost | None:
        return next((item for item in (*self.options, *self.alternatives) if item.option == name), None)


class FailureEvent(Struct, frozen=True):
    """One moment of the failure story: ``at_s`` seconds after the event arrived (None: not fixed)."""

    at_s: float | None
    title: str
    text: str


class FailureStory(Struct, frozen=True, kw_only=True):
    """Timeline of a unit of work that keeps failing, under one option.

    ``ends_up``: where the event is found afterwards; ``lost``: what is gone; ``alarm``: what rings.
    """

    option: str
    attempts: str
    events: tuple[FailureEvent, ...]
    ends_up: str
    lost: str
    alarm: str


class Design(Struct, frozen=True, kw_only=True):
    """Design of one approach.

    ``edge``: functions that hand on through destinations; ``core``: the states of a state machine;
    ``longest_s``: how long a run may take, waits for answers apart. ``workflow_type`` is the state machine's.
    """

    approach: str
    workflow_type: str
    longest_s: int
    failure: FailurePlan
    edge: Flow = ()
    core: Flow = ()

    @property
    def flow(self) -> Flow:
        return self.edge + self.core


class ComparisonRow(Struct, frozen=True, kw_only=True):
    """One topic of the side-by-side comparison, for this workload.

    ``alternatives`` holds those that are recommended or named, the first first.
    """

    topic: str
    title: str
    destinations: str
    step_functions: str
    source: str
    alternatives: Mapping[str, str] = {}


class RuleBaseStamp(Struct, frozen=True):
    """Rules behind the advice: version and date of ours, and the overlays in their order."""

    version: str
    as_of: str
    overlays: tuple[Overlay, ...] = ()


class Recommendation(Struct, frozen=True, kw_only=True):
    """The whole advice for one set of answers; every report and starter is made from this value alone.

    ``open_questions`` could change it, the most decisive first; ``deciding_questions`` are those of them of
    which a single likely answer does.
    """

    rule_base: RuleBaseStamp
    aws: AwsFacts
    answers: Answers
    verdict: Verdict
    summary: str
    decision: Decision
    comparison: tuple[ComparisonRow, ...]
    flips: tuple[Flip, ...]
    open_questions: tuple[str, ...]
    cost: Cost
    failure_stories: tuple[FailureStory, ...]
    alternatives: tuple[Alternative, ...]
    alternative_rules: Mapping[str, tuple[Rule, ...]]
    warnings: tuple[str, ...]
    designs: Mapping[str, Design]
    deciding_questions: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()

    @property
    def design(self) -> Design:
        """Return the design of the recommended option; for ``neither`` plain functions."""
        option = self.verdict.option
        return self.designs[DESTINATIONS if option == NEITHER else option]
