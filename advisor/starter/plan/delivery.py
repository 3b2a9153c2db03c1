"""Parts that event sources share: the wired source, the queue for undelivered events, sample events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from advisor.decision.workflow import ITEMS_KEY
from advisor.knowledge.flow import takes_list
from advisor.starter.blueprint.ids import UNDELIVERED
from advisor.starter.blueprint.resources import Bucket, Container, Function, Queue
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.state_language.entry import Entry

RULES_OF_ACCOUNT = Arn("arn:{partition}:events:{region}:{account}:rule/*")
SOURCE_BUCKET = "SourceBucket"
PERIOD, REQUESTED = "rate(1 day)", "Work requested"
# Sources disagree on the dash before "Success", so the record itself says which outcome it is.
SUCCEEDED = {
    "source": ["lambda"],
    "detail-type": [{"prefix": "Lambda Function Invocation Result"}],
    "detail": {"requestContext": {"condition": ["Success"]}},
}

# How a state machine reads the event, in JSONata
DETAIL = Entry("$merge([{'id': $states.input.id}, $states.input.detail])", "$states.input.id")
OBJECT = Entry(
    "{'id': $states.input.detail.bucket.name & '/' & $states.input.detail.object.key, "
    "'bucket': $states.input.detail.bucket.name, 'key': $states.input.detail.object.key}",
    "$states.input.id",
)
OBJECT_AS_LIST = Entry(
    f"$merge([{OBJECT.payload}, {{'{ITEMS_KEY}': {{'key': $states.input.detail.object.key}}}}])", OBJECT.event
)
SELF = Entry("$states.input", "$states.input.id")


class Source(Struct, frozen=True):
    """A wired event source: ``trigger`` is None where callers start the work themselves.

    ``entry`` is how the state machine reads the event, where that is not the payload itself.
    """

    trigger: Trigger | None
    event: Any
    parts: Fragment = Fragment()
    entry: Entry | None = None


def undelivered(
    context: PlanContext,
    what: str,
    sender: tuple[str, Ref | Arn] | None,
    queue_id: str = "",
    *,
    fifo: bool = False,
) -> Fragment:
    """Return the queue that keeps what ``what`` could not deliver; ``sender`` may write to it.

    A queue or topic that is FIFO needs one that is ``fifo`` too.
    """
    queue = Queue(
        queue_id or UNDELIVERED,
        f"keeps events that {what} could not deliver",
        context.asked("event_source", "failure_handling"),
        senders=(sender,) if sender else (),
        stays_empty=True,
        fifo=fifo,
    )
    return Fragment((queue,))


def with_objects_readable(context: PlanContext, built: Fragment) -> Fragment:
    """Return ``built``, where what works on an object of the source bucket may read it."""
    if SOURCE_BUCKET not in {item.id for item in built.resources}:
        return built
    read, contents = context.aws.services["s3"].actions("read"), Ref(SOURCE_BUCKET, "contents")
    workers = [item.id for item in built.resources if isinstance(item, Function) and item.does != "start"]
    workers += [item.id for item in built.resources if isinstance(item, Container)]
    return merge(
        [built, Fragment(permissions=tuple(Permission(name, read, (contents,)) for name in workers))]
    )


def reading(
    context: PlanContext, holder: str, service: str, source: Ref, *, implied: bool = False
) -> tuple[Permission, ...]:
    """Return what ``holder`` needs to poll ``source``; ``implied`` where SAM grants it with the trigger."""
    access = context.aws.services[service].access
    named = Permission(holder, access["poll"].actions, (source,), implied=implied)
    anywhere = access.get("poll-anywhere")
    if anywhere is None:
        return (named,)
    return (named, Permission(holder, anywhere.actions, ("*",), anywhere.any_resource, implied=implied))


def from_bucket(context: PlanContext, payload: Mapping[str, Any], *, machine: bool) -> Source:
    """Return an S3 bucket whose events come through EventBridge; no circle of permissions that way.

    The markers of folders, whose keys end with a slash, start nothing; an empty file does.
    """
    bucket = Bucket(
        SOURCE_BUCKET, "receives the objects to work on", context.asked("event_source"), events=True
    )
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {
            "bucket": {"name": [Ref(bucket.id, "name")]},
            "object": {"key": [{"anything-but": {"suffix": "/"}}]},
        },
    }
    detail = {"bucket": {"name": "source-bucket"}, "object": {"key": "incoming/1001.json", "size": 2048}}
    event = bus_event("aws.s3", "Object Created", detail)
    more = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT))
    entry = OBJECT_AS_LIST if takes_list(context.design.core) else OBJECT
    return Source(rule(context, pattern), event, Fragment((bucket, *more.resources)), entry)


def from_bus(context: PlanContext, payload: Mapping[str, Any], *, machine: bool) -> Source:
    """Return a rule on the default bus for events of the workload's own source."""
    pattern = {"source": [context.source], "detail-type": [REQUESTED]}
    event = bus_event(context.source, REQUESTED, payload)
    more = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT))
    return Source(rule(context, pattern), event, more, DETAIL)


def from_schedule(context: PlanContext, payload: Mapping[str, Any], *, machine: bool) -> Source:
    """Return a daily schedule; the time it is for is the same for each attempt, and another each day."""
    trigger = Trigger(
        "schedule",
        schedule=PERIOD,
        input={**payload, "id": "<aws.scheduler.scheduled-time>"},
        undelivered=Ref(UNDELIVERED),
        retry_attempts=context.aws.limit("eventbridge-retries"),
        max_event_age_s=context.retried_s("eventbridge-retry-age"),
    )
    event = {**payload, "id": "2026-11-23T12:00:00Z"}
    return Source(trigger, event, undelivered(context, "EventBridge Scheduler", None), SELF)


def from_caller(context: PlanContext, payload: Mapping[str, Any], *, machine: bool) -> Source:
    """Return no source at all: callers start the work through the SDK."""
    return Source(None, payload)


def rule(
    context: PlanContext,
    pattern: Mapping[str, Any],
    bus: Ref | None = None,
    kept: str = "",
) -> Trigger:
    """Return an EventBridge rule that hands on what matches; the queue ``kept`` keeps what it cannot."""
    return Trigger(
        "eventbridge",
        source=bus,
        undelivered=Ref(kept or UNDELIVERED),
        pattern=pattern,
        retry_attempts=context.aws.limit("eventbridge-retries"),
        max_event_age_s=context.retried_s("eventbridge-retry-age"),
    )


def bus_event(source: str, detail_type: str, detail: Mapping[str, Any]) -> dict[str, Any]:
    """Return an EventBridge event."""
    return {
        "version": "0",
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-23T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }
