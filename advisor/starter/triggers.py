"""What starts the work: each event source wired the way AWS supports it, with an example of its event."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from advisor.starter.blueprint import (
    Arn,
    Bucket,
    FailureRoute,
    HttpApi,
    Queue,
    Ref,
    Stream,
    Table,
    Topic,
    Trigger,
)
from advisor.starter.integrations import MACHINE
from advisor.starter.parts import Brief, Parts
from advisor.starter.refusals import Refused

UNDELIVERED = "UndeliveredEvents"
RULES_OF_ACCOUNT = Arn("arn:{partition}:events:{region}:{account}:rule/*")
DELIVERY_RETRIES, DELIVERY_AGE_S = 185, 86_400
STREAMS = ("kinesis", "dynamodb-stream")


@dataclass(frozen=True, slots=True)
class Source:
    """A wired event source: ``trigger`` is None where callers start the work themselves."""

    trigger: Trigger | None
    event: Mapping[str, Any]
    parts: Parts = Parts()


def source_for(brief: Brief, payload: Mapping[str, Any], *, machine: bool, waits: bool = False) -> Source:
    """Return how the event source starts the function (or the ``machine``; ``waits``: for its result).

    Raises Refused where AWS has no way, or this starter none yet.
    """
    kind = brief.wishes.text("event_source", "sdk")
    if machine and kind == "api-gateway":
        return _http_api(brief, payload, waits)
    make = SOURCES.get(kind)
    if make is None or (machine and kind in MACHINE_HINTS):
        raise Refused(_hint(kind, machine))
    return make(brief, payload, machine)


def _hint(kind: str, machine: bool) -> str:
    what = "a state machine" if machine else "a function with destinations"
    way = (MACHINE_HINTS if machine else FUNCTION_HINTS).get(kind, "")
    known = ", ".join(sorted(set(SOURCES) - (set(MACHINE_HINTS) if machine else set())))
    return f"The event source '{kind}' cannot start {what} here. {way}Wired so far: {known}."


SYNCHRONOUS = "It calls the function synchronously, and destinations fire for asynchronous calls only. "
BY_PIPE = "A stream starts a state machine through a pipe: use --approach destinations for now. "
FUNCTION_HINTS = {
    "api-gateway": f"{SYNCHRONOUS}Use --approach step-functions. ",
    "alb": SYNCHRONOUS,
    "function-url": SYNCHRONOUS,
    "cognito": SYNCHRONOUS,
    "sqs": "A queue's poller knows no destinations: use the queue's own redrive policy. ",
}
MACHINE_HINTS = {
    "sns": "SNS cannot start a state machine: publish to EventBridge, or use --approach both. ",
    "kinesis": BY_PIPE,
    "dynamodb-stream": BY_PIPE,
}


def undelivered(
    brief: Brief, service: str, source: Ref | Arn, what: str, queue_id: str = UNDELIVERED
) -> Parts:
    queue = Queue(
        queue_id,
        f"keeps events that {what} could not deliver",
        brief.asked("event_source", "failure_handling"),
        senders=((service, source),) if service else (),
        stays_empty=True,
    )
    route = FailureRoute(
        f"{what} cannot deliver an event", f"queue `{queue_id}`", "the event itself", f"{queue_id}Alarm"
    )
    return Parts((queue,), routes=(route,))


def _s3(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    bucket = Bucket(
        "SourceBucket", "receives the objects to work on", brief.asked("event_source"), events=True
    )
    pattern = {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [Ref(bucket.id, "name")]}},
    }
    detail = {"bucket": {"name": "source-bucket"}, "object": {"key": "incoming/1001.json", "size": 2048}}
    event = _event("aws.s3", "Object Created", detail)
    more = undelivered(brief, "events.amazonaws.com", RULES_OF_ACCOUNT, "EventBridge")
    return Source(
        _rule(pattern, machine),
        detail if machine else event,
        Parts((bucket, *more.resources), (), more.routes),
    )


def _eventbridge(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    pattern = {"source": [brief.source], "detail-type": ["Work requested"]}
    more = undelivered(brief, "events.amazonaws.com", RULES_OF_ACCOUNT, "EventBridge")
    event = _event(brief.source, "Work requested", payload)
    return Source(_rule(pattern, machine), payload if machine else event, more)


def _rule(pattern: Mapping[str, Any], machine: bool) -> Trigger:
    return Trigger(
        "eventbridge",
        undelivered=Ref(UNDELIVERED),
        pattern=pattern,
        input_path="$.detail" if machine else "",
        retry_attempts=DELIVERY_RETRIES,
        max_event_age_s=DELIVERY_AGE_S,
    )


def _schedule(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    trigger = Trigger(
        "schedule",
        schedule="rate(1 day)",
        input={**payload, "id": "<aws.scheduler.execution-id>"},
        undelivered=Ref(UNDELIVERED),
        retry_attempts=DELIVERY_RETRIES,
        max_event_age_s=DELIVERY_AGE_S,
    )
    return Source(trigger, payload, undelivered(brief, "", RULES_OF_ACCOUNT, "EventBridge Scheduler"))


def _sns(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    topic = Topic("SourceTopic", "receives the messages to work on", brief.asked("event_source"))
    more = undelivered(brief, "sns.amazonaws.com", Ref(topic.id), "SNS")
    trigger = Trigger("sns", source=Ref(topic.id), undelivered=Ref(UNDELIVERED))
    sns = {"MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "Message": json.dumps(payload)}
    event = {"Records": [{"EventSource": "aws:sns", "Sns": sns}]}
    return Source(trigger, event, Parts((topic, *more.resources), routes=more.routes))


def _kinesis(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    stream = Stream(
        "SourceStream", "carries the records to work on", brief.asked("event_source", "invocation")
    )
    record = {
        "eventSource": "aws:kinesis",
        "eventID": "shardId-000000000000:49590338271490256608559692538361571095921575989136588898",
        "kinesis": {
            "partitionKey": "1001",
            "sequenceNumber": "49590338271490256608559692538361571095921575989136588898",
            "data": b64encode(json.dumps(payload).encode()).decode(),
        },
    }
    return Source(Trigger("kinesis", source=Ref(stream.id)), {"Records": [record]}, Parts((stream,)))


def _dynamodb_stream(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    table = Table(
        "SourceTable",
        "is the table whose changes are worked on",
        brief.asked("event_source", "invocation"),
        stream=True,
    )
    image = {
        key: {"N": str(value)} if isinstance(value, int) else {"S": str(value)}
        for key, value in payload.items()
    }
    record = {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "dynamodb": {"SequenceNumber": "4421584500000000017450439091", "NewImage": image},
    }
    trigger = Trigger("dynamodb-stream", source=Ref(table.id, "stream"))
    return Source(trigger, {"Records": [record]}, Parts((table,)))


def _sdk(brief: Brief, payload: Mapping[str, Any], machine: bool) -> Source:
    return Source(None, payload)


def _http_api(brief: Brief, payload: Mapping[str, Any], waits: bool) -> Source:
    asked = brief.asked("event_source", "invocation", "caller_waits_for")
    what = (
        "starts the workflow and answers with its result"
        if waits
        else "starts the workflow and answers at once"
    )
    api = HttpApi("Api", what, asked, machine=Ref(MACHINE), waits=waits)
    return Source(None, payload, Parts((api,)))


def _event(source: str, detail_type: str, detail: Mapping[str, Any]) -> dict[str, Any]:
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


SOURCES: Mapping[str, Callable[[Brief, Mapping[str, Any], bool], Source]] = {
    "s3": _s3,
    "eventbridge": _eventbridge,
    "schedule": _schedule,
    "sns": _sns,
    "kinesis": _kinesis,
    "dynamodb-stream": _dynamodb_stream,
    "sdk": _sdk,
}
