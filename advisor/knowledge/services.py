"""AWS services: where they can take part in a design, and what that needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.knowledge.conditions import Number

Accepted: TypeAlias = Literal["success", "failure", "stream-failure"]
Invokes: TypeAlias = Literal["async", "sync", "poll"]
StartsWorkflow: TypeAlias = Literal["itself", "rule", "function", "pipe", "queue-and-pipe"]


class Access(Struct, frozen=True):
    """IAM actions for one purpose. ``any_resource``: why ``*`` is the only resource they know; else empty."""

    actions: tuple[str, ...]
    any_resource: str = ""


class Metric(Struct, frozen=True, kw_only=True):
    """A CloudWatch metric and the dimension that names its owner."""

    namespace: str
    name: str
    dimension: str
    statistic: str = "Sum"


class Bill(Struct, frozen=True, kw_only=True):
    """Bill of one message: units of ``price`` for the message and for each started piece of it.

    ``words`` says what is billed: "sent, received, deleted". ``piece`` is the limit that holds the size of a
    piece in KB, ``included`` the limit of the KB that cost nothing here, as the call itself pays for them.
    """

    price: str
    words: str
    once: Number = 0
    each_piece: Number = 0
    piece: str = ""
    included: str = ""


class JobUnits(Struct, frozen=True):
    """Price of a second of a job; ``units`` is the limit that says how many a job has of what is billed."""

    price: str
    units: str


class JobBill(Struct, frozen=True, kw_only=True):
    """Bill of a job by the second; ``least`` and ``rounding`` are limits in seconds, or empty."""

    each: tuple[JobUnits, ...]
    least: str
    rounding: str = ""


class Destination(Struct, frozen=True, kw_only=True):
    """A service as a destination of Lambda: which outcomes it takes, and "``found`` an SQS queue"."""

    takes: tuple[Accepted, ...]
    found: str


class EventSource(Struct, frozen=True, kw_only=True):
    """A service as an event source: how it calls a function, and how it reaches a state machine.

    ``ordered_by`` is what keeps order ("shard"), for the pollers that stop at a failure.
    """

    invokes: Invokes
    starts_workflow: StartsWorkflow
    ordered_by: str = ""

    @property
    def piped(self) -> bool:
        """Whether a state machine needs a pipe behind this source."""
        return self.starts_workflow in ("pipe", "queue-and-pipe")


class StepUse(Struct, frozen=True, kw_only=True):
    """A service as a step of a state machine.

    ``integration`` is "service:action" as in the Task's resource, with ``.sync`` where a Standard workflow
    waits for the end of a job. ``job_rule`` is the EventBridge rule that AWS makes to hear of that end.
    """

    integration: str
    title: str = ""
    job_rule: str = ""

    @property
    def job(self) -> bool:
        """Whether the Task waits for the end of a job."""
        return ".sync" in self.integration

    @property
    def resource(self) -> str:
        """Return the resource of the Task."""
        return f"arn:aws:states:::{self.integration}"


class Missing(Struct, frozen=True, kw_only=True):
    """The Regions whose CloudFormation lacks the ``resource_type`` that a service needs in a starter."""

    resource_type: str
    regions: tuple[str, ...]
    source: str
    as_of: str


class FoundationModel(Struct, frozen=True, kw_only=True):
    """The model that starters ask: its Regions, and those of each inference profile by prefix."""

    id: str
    regions: tuple[str, ...]
    profiles: Mapping[str, tuple[str, ...]]
    source: str
    as_of: str

    def called_in(self, region: str) -> str | None:
        """Return the id to call in ``region``: of the model, of an inference profile, or None."""
        if region in self.regions:
            return self.id
        prefixes = (prefix for prefix, regions in self.profiles.items() if region in regions)
        return next((f"{prefix}.{self.id}" for prefix in prefixes), None)


class Service(Struct, frozen=True, kw_only=True):
    """One AWS service, by the word of the answers file."""

    id: str
    noun: str
    source: str
    as_of: str
    destination: Destination | None = None
    event_source: EventSource | None = None
    step: StepUse | None = None
    bill: Bill | None = None
    job_bill: JobBill | None = None
    access: Mapping[str, Access] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    missing: Missing | None = None
    model: FoundationModel | None = None

    def actions(self, purpose: str) -> tuple[str, ...]:
        """Return the IAM actions for ``purpose``."""
        return self.access[purpose].actions
