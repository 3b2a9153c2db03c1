"""The whole starter project as values that serve every IaC flavour and every runtime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.flow import Flow, units
from advisor.knowledge.names import Name
from advisor.knowledge.versions import Versions
from advisor.starter.blueprint.jobs import GlueWorkflow, JobStart
from advisor.starter.blueprint.resources import Alarm, Function, Machine, Parameter, Pipe, Resource, Route
from advisor.starter.blueprint.wiring import Outcome, Permission, Phrase, Ref, WorkflowType, refs_in

Approach: TypeAlias = Literal[
    "destinations",
    "step-functions",
    "both",
    "single-function",
    "direct-invoke",
    "messaging",
    "queue-redrive",
    "pipes",
    "durable-functions",
    "managed-job",
]


def readers_of_queues(resources: Iterable[Resource]) -> dict[str, Function]:
    """Return the functions that read queues, by queue."""
    functions = (item for item in resources if isinstance(item, Function))
    return {
        function.trigger.source.to: function
        for function in functions
        if function.trigger and function.trigger.worker and function.trigger.source
    }


class FailureRoute(Struct, frozen=True, kw_only=True):
    """One line of the table "where does a failed event end up"; ``alarms`` ring then.

    ``unseen`` says where to look for what no alarm can see.
    """

    failure: Phrase
    ends_up: Phrase
    holds: str
    alarms: tuple[Ref, ...]
    unseen: str = ""


class RecordFixture(Struct, frozen=True):
    """One shape in which the outcome of one function reaches another."""

    service: str
    outcome: Outcome


class Blueprint(Struct, frozen=True, kw_only=True, dict=True):
    """The whole starter project as values; ``inner`` is business code that another function runs.

    ``passed_over`` says why it is not built with the alternative that the advice names first.
    """

    title: str
    name: Name
    approach: Approach
    workflow_type: WorkflowType | None
    aws: AwsFacts
    iac: str
    runtime: str
    region: str
    versions: Versions
    source: str
    resources: tuple[Resource, ...]
    permissions: tuple[Permission, ...]
    flow: Flow
    payload: Mapping[str, Any]
    event: Any
    records: tuple[RecordFixture, ...] = ()
    failure_routes: tuple[FailureRoute, ...] = ()
    idempotency: Ref | None = None
    event_source: str = "sdk"
    summary: str = ""
    cost: str = ""
    made_with: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    passed_over: str = ""
    inner: tuple[Function, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a reference to a resource that is not there."""
        named = (self.resources, self.permissions, self.failure_routes, self.idempotency)
        dangling = sorted({ref.to for ref in refs_in(named)} - set(self.by_id))
        if dangling:
            raise ValueError(f"The blueprint has no {', '.join(dangling)}.")

    @cached_property
    def by_id(self) -> Mapping[str, Resource]:
        return {resource.id: resource for resource in self.resources}

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        return tuple(item for item in self.resources if isinstance(item, Function))

    @cached_property
    def first_function(self) -> Function | None:
        """The function that an event reaches first; none where the state machine takes it."""
        if self.approach == "step-functions":
            return None
        chain = (self.by_id.get(unit.function_id) for unit in units(self.flow))
        called = (item for item in (*chain, *self.functions) if isinstance(item, Function))
        return next((item for item in called if _takes_events(item)), None)

    @cached_property
    def worked_on(self) -> Mapping[str, Function]:
        """The functions that read queues, by queue."""
        return readers_of_queues(self.resources)

    @cached_property
    def reads_batches(self) -> bool:
        """Whether a step reads the records of a stream, not one event at a time."""
        return any(item.trigger and item.trigger.batch for item in self.functions if item.does == "step")

    @cached_property
    def has_tasks(self) -> bool:
        """Whether the state machine calls a function."""
        called = (item for item in self.functions if not (item.trigger or item.asynchronous))
        return bool(self.machine) and any(item.does == "step" for item in called)

    @cached_property
    def durable(self) -> Function | None:
        return next((item for item in self.functions if item.durable), None)

    @cached_property
    def business(self) -> tuple[Function, ...]:
        """Return what has business code: functions of their own, and what another function runs."""
        return tuple(item for item in (*self.functions, *self.inner) if item.does == "step")

    @cached_property
    def coded(self) -> bool:
        """Whether there is anything that a runtime runs or tests."""
        return bool(self.functions or self.machine)

    @cached_property
    def handed_on(self) -> tuple[Route, ...]:
        """The rules that hand events straight on, where no function is between."""
        coded = self.functions or self.approach != "messaging"
        return () if coded else tuple(item for item in self.resources if isinstance(item, Route))

    @cached_property
    def job_starts(self) -> tuple[JobStart, ...]:
        return tuple(item for item in self.resources if isinstance(item, JobStart))

    @cached_property
    def job_values(self) -> tuple[Parameter, ...]:
        """Return the single values, given at the deployment, by which the jobs are known."""
        of_glue = tuple(item.job for item in self.resources if isinstance(item, GlueWorkflow))
        of_starts = tuple((job.arguments, job.target, job.definition) for job in self.job_starts)
        used = refs_in((of_starts, of_glue))
        found = (self.by_id[name] for name in dict.fromkeys(ref.to for ref in used))
        return tuple(item for item in found if isinstance(item, Parameter))

    @cached_property
    def pipe(self) -> Pipe | None:
        return next((item for item in self.resources if isinstance(item, Pipe)), None)

    @cached_property
    def alarms(self) -> tuple[Alarm, ...]:
        return tuple(item for item in self.resources if isinstance(item, Alarm))

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        return tuple(item for item in self.resources if isinstance(item, Parameter))

    @cached_property
    def machine(self) -> Machine | None:
        return next((item for item in self.resources if isinstance(item, Machine)), None)

    @cached_property
    def caller_waits(self) -> bool:
        """Whether a caller gets the result of a run of the state machine."""
        start = self.aws.services["step-functions"].actions("start-and-wait")
        pipes = {item.id for item in self.resources if item.kind == "pipe"}
        return any(item.actions == start and item.holder not in pipes for item in self.permissions)

    def permissions_of(self, holder: str) -> tuple[Permission, ...]:
        return tuple(item for item in self.permissions if item.holder == holder)


def _takes_events(function: Function) -> bool:
    """Return whether events come to ``function``, other than from a state machine."""
    read = function.trigger and (function.trigger.batch or function.trigger.worker)
    return bool(function.asynchronous or function.durable or function.answers or function.piped or read)
