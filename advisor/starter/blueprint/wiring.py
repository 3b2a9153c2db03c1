"""References between resources: destinations, batches, triggers and permissions.

Nothing here is spelt in CloudFormation, CDK or Terraform: a value names resources by id, and each flavour
has its own words for the reference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Literal, TypeAlias

from msgspec import Struct

WorkflowType: TypeAlias = Literal["standard", "express"]
Attribute: TypeAlias = Literal[
    "arn",
    "name",
    "url",
    "stream",
    "contents",
    "secret",
    "cluster",
    "role",
    "execution_role",
    "topics",
    "groups",
    "address",
    "log_streams",
    "logs",
    "executions",
    "mapping",
    "rule",
]
Outcome: TypeAlias = Literal["success", "failure"]
Work: TypeAlias = Literal["step", "start", "durable"]
Answers: TypeAlias = Literal["", "http", "user-pool", "caller"]
Piped: TypeAlias = Literal["", "results", "failures"]


class Ref(Struct, frozen=True):
    """A property of another resource or parameter of this blueprint."""

    to: str
    attribute: Attribute = "arn"


class Arn(Struct, frozen=True):
    """An ARN made of text: ``{partition}``, ``{region}``, ``{account}``, and ``{0}``… for ``parts``."""

    pattern: str
    parts: tuple[Ref, ...] = ()


Target: TypeAlias = Ref | Arn | str


class Phrase(Struct, frozen=True):
    """A text for people that names resources of this blueprint: ``{0}``… stand for the ids of ``parts``."""

    pattern: str
    parts: tuple[Ref, ...] = ()

    def __str__(self) -> str:
        return self.pattern.format(*(part.to for part in self.parts))


class Destination(Struct, frozen=True):
    """Target of the record of one outcome; ``service`` is a value of ``targets`` or ``kafka``."""

    service: str
    target: Ref


class AsyncInvoke(Struct, frozen=True, kw_only=True):
    """Settings of asynchronous invocations of a function's alias."""

    retry_attempts: int
    max_event_age_s: int
    on_failure: Destination
    on_success: Destination | None = None


class Batch(Struct, frozen=True, kw_only=True):
    """Settings of a poller that reads a stream for a function, and the target of a batch that keeps failing.

    ``pollers`` is how many may be provisioned; 0 leaves that to AWS, and with it what Kafka retries.
    ``at_once``: batches of a shard; each partition key keeps its order. ``metered``: the poller counts the
    records that it hands over, because nothing else would show them. Where no ``order`` is required, a record
    of Kafka that fails holds up no other.
    """

    start: ClassVar[str] = "TRIM_HORIZON"
    size: int
    window_s: int
    retry_attempts: int
    max_record_age_s: int
    on_failure: Destination | None
    bisect: bool = True
    partial_response: bool = True
    pollers: int = 0
    metered: bool = False
    at_once: int = 1
    order: bool = True


class QueueBatch(Struct, frozen=True, kw_only=True):
    """Settings of a poller that reads a queue for a function.

    ``concurrency`` is how many batches may be worked on at once; 0 leaves that to Lambda. In a queue that
    keeps ``order`` a batch ends at its first message that fails.
    """

    size: int
    concurrency: int = 0
    order: bool = False


class Trigger(Struct, frozen=True):
    """Event source of a function or of the state machine.

    ``undelivered`` is the queue for events the source itself could not hand over.
    """

    kind: str
    source: Ref | None = None
    undelivered: Ref | None = None
    pattern: Mapping[str, Any] | None = None
    schedule: str = ""
    input: Mapping[str, Any] | None = None
    retry_attempts: int = 0
    max_event_age_s: int = 0
    batch: Batch | None = None
    worker: QueueBatch | None = None
    topic: Ref | None = None
    group: Ref | None = None
    filter: str = ""


def refs_in(value: object) -> Iterator[Ref]:
    """Yield every reference inside a value of a blueprint."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Struct):
        for field in value.__struct_fields__:
            yield from refs_in(getattr(value, field))
    elif isinstance(value, Mapping):
        yield from refs_in(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from refs_in(item)


def spelt(value: Any, spell: Callable[[Ref], str]) -> Any:
    """Return plain data with each reference in it as a text."""
    if isinstance(value, Ref):
        return spell(value)
    if isinstance(value, Arn):
        return value.pattern.format(*map(spell, value.parts))
    if isinstance(value, Mapping):
        return {key: spelt(item, spell) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [spelt(item, spell) for item in value]
    return value


class Permission(Struct, frozen=True):
    """Actions that the role of ``holder`` may call. ``why`` is written beside ``*`` and in the README.

    ``implied``: the flavour's own wiring of the same edge grants it (SAM: destinations, triggers).
    """

    holder: str
    actions: tuple[str, ...]
    resources: tuple[Target, ...]
    why: str = ""
    implied: bool = False
    condition: Mapping[str, Any] | None = None

    @property
    def on_itself(self) -> bool:
        """Return whether the holder may do something with itself."""
        return any(ref.to == self.holder for ref in refs_in(self.resources))
