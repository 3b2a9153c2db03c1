"""Event sources of a function with destinations: asynchronous sources and streams."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.ids import SOURCE_BUS, UNDELIVERED
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import (
    Bus,
    HttpApi,
    IotRule,
    MailRule,
    Parameter,
    Stream,
    Table,
    Topic,
)
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import (
    REQUESTED,
    RULES_OF_ACCOUNT,
    Source,
    bus_event,
    from_bucket,
    from_bus,
    from_caller,
    from_schedule,
    rule,
    undelivered,
)
from advisor.starter.plan.load import throttle
from advisor.starter.state_language.entry import Entry

IOT_RULE = "SourceRule"
# The id of the message, so that a repeat is known; only MQTT brings one. No field of a thing has its name
IOT_SQL = (
    "SELECT *, CASE isUndefined(traceid()) WHEN true THEN newuuid() ELSE traceid() END AS mqttMessageId "
    "FROM 'work/requested'"
)
MESSAGE = Entry("$states.input", "$states.input.mqttMessageId")
_ACTIVATE = "activate its set: `aws ses set-active-receipt-rule-set`"
_MAIL = {
    "messageId": "o3vrnil0e2ic28tr",
    "commonHeaders": {"from": ["ann@example.com"], "subject": "Order 1001"},
}
LOG_PATTERN = "?ERROR ?Exception"
SYNCHRONOUS = "It calls the function synchronously, and destinations fire for asynchronous calls only. "
HINTS = {
    "alb": f"{SYNCHRONOUS}Use --approach step-functions. ",
    "function-url": f"{SYNCHRONOUS}Use --approach step-functions. ",
    "cognito": f"{SYNCHRONOUS}Use --approach step-functions. ",
    "sqs": "A queue's poller knows no destinations: use the queue's own redrive policy. ",
}


def source_of_function(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    """Return how the event source starts the function of ``first``.

    Raises Refused where AWS has no way to do that and still deliver to destinations.
    """
    kind = context.requirements.text("event_source", "sdk")
    shared = SHARED.get(kind)
    if shared:
        return shared(context, payload, machine=False)
    make = SOURCES.get(kind)
    if make is None:
        known = ", ".join(sorted({*SHARED, *SOURCES} - {"other"}))
        raise NotSupported(
            f"The event source '{kind}' cannot start a function with destinations. {HINTS.get(kind, '')}"
            f"These can: {known}."
        )
    return make(context, payload, first)


def _sns(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    topic = Topic("SourceTopic", "receives the messages to work on", context.asked("event_source"))
    more = undelivered(context, "SNS", ("sns.amazonaws.com", Ref(topic.id)))
    trigger = Trigger("sns", source=Ref(topic.id), undelivered=Ref(UNDELIVERED))
    message = {"MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "Message": json.dumps(payload)}
    event = {"Records": [{"EventSource": "aws:sns", "Sns": message}]}
    return Source(trigger, event, Fragment((topic, *more.resources)))


def _iot(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    return iot_source(context, payload, function=Ref(first.function_id))


def iot_source(
    context: PlanContext,
    payload: Mapping[str, Any],
    start: tuple[Permission, ...] = (),
    *,
    machine: Ref | None = None,
    function: Ref | None = None,
) -> Source:
    """Return an IoT rule that calls ``function``, or starts ``machine`` with the permission ``start``."""
    what = "starts the workflow" if machine else "calls the function"
    kept = undelivered(context, "the IoT rule", None)
    rule = IotRule(
        IOT_RULE,
        f"{what} for each message",
        _asked(context),
        sql=IOT_SQL,
        machine=machine,
        function=function,
        undelivered=Ref(UNDELIVERED),
    )
    keep = Permission(IOT_RULE, context.aws.services["sqs"].actions("write"), (Ref(UNDELIVERED),))
    event = {**payload, "mqttMessageId": "0e0d4fb8-6b5c-4a3e-8f0c-3a5d7b8a9c11"}
    return Source(None, event, merge([Fragment((rule,), (*start, keep)), kept]), MESSAGE)


def _logs(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    group = log_group_parameter(context)
    trigger = Trigger("cloudwatch-logs", source=Ref(group.id, "name"), filter=LOG_PATTERN)
    return Source(trigger, logs_event(), Fragment((group,)))


def log_group_parameter(context: PlanContext) -> Parameter:
    """Return the parameter that names the log group to watch."""
    rules = context.asked("event_source")
    return Parameter(
        "WatchedLogGroup",
        "name of the existing log group to watch; not of this stack, whose errors would start more work",
        rules,
        default=None,
    )


def logs_event() -> dict[str, Any]:
    """Return what a subscription delivers: one compressed batch of log lines."""
    lines = [{"id": "36858672311120633630098786383886689203484013407063113730", "message": "ERROR: payment"}]
    batch = {"messageType": "DATA_MESSAGE", "logGroup": "/app/orders", "logStream": "1", "logEvents": lines}
    import gzip

    packed = gzip.compress(json.dumps(batch).encode(), mtime=0)
    return {"awslogs": {"data": b64encode(packed).decode()}}


def _ses(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    return mail_source(context, first.function_id)


def mail_source(context: PlanContext, function_id: str) -> Source:
    """Return a receipt rule that calls ``function_id`` for each mail to the address of a parameter."""
    address = _recipient(context)
    purpose = f"hands the headers of each mail on (its text needs an S3 action before); {_ACTIVATE}"
    mail = MailRule("MailRule", purpose, address.rules, Ref(function_id), Ref(address.id, "name"))
    event = {"Records": [{"eventSource": "aws:ses", "ses": {"mail": _MAIL}}]}
    return Source(None, event, Fragment((address, mail)))


def mail_to_topic(context: PlanContext, topic: Ref) -> Source:
    """Return a receipt rule that publishes each mail to ``topic``, with its text.

    https://docs.aws.amazon.com/ses/latest/dg/receiving-email-action-sns.html
    """
    address = _recipient(context)
    size = context.aws.limit("ses-topic-bytes") // 1024
    purpose = f"publishes each mail of up to {size} KiB to the topic, SES sends larger ones back; {_ACTIVATE}"
    mail = MailRule("MailRule", purpose, address.rules, recipient=Ref(address.id, "name"), topic=topic)
    body = {"notificationType": "Received", "mail": _MAIL, "content": "Subject: Order 1001\r\n\r\nOrder 1001"}
    return Source(None, body, Fragment((address, mail)))


def _recipient(context: PlanContext) -> Parameter:
    rules = context.asked("event_source")
    return Parameter("MailRecipient", "address in a domain you verified in SES", rules, default=None)


def _kinesis(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    stream = source_stream(context, positions=context.design.failure.handover.target != "s3")
    number = "49590338271490256608559692538361571095921575989136588898"
    record = {
        "eventSource": "aws:kinesis",
        "eventID": f"shardId-000000000000:{number}",
        "kinesis": {"partitionKey": "1001", "sequenceNumber": number, "data": encoded(payload)},
    }
    return Source(Trigger("kinesis", source=Ref(stream.id)), {"Records": [record]}, Fragment((stream,)))


def source_stream(context: PlanContext, *, positions: bool) -> Stream:
    """Return a stream; where a queue keeps ``positions`` in it, both last equally long."""
    days = context.aws.limit("sqs-retention") // 86_400
    purpose = "carries the records to work on"
    if not positions:
        hours = context.aws.limit("kinesis-retention")
        return Stream("SourceStream", purpose, _asked(context), kept_hours=hours)
    told = f"{purpose}, and keeps them as long as a queue keeps their positions: {days} days"
    return Stream("SourceStream", told, _asked(context), kept_hours=24 * days)


def _table(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    table = Table("SourceTable", "is the table whose changes are worked on", _asked(context), stream=True)
    record = {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "dynamodb": {
            "SequenceNumber": "4421584500000000017450439091",
            "NewImage": {"id": {"S": "1001"}, "amount": {"N": "120"}, "tags": {"SS": ["new"]}},
        },
    }
    trigger = Trigger("dynamodb-stream", source=Ref(table.id, "stream"))
    return Source(trigger, {"Records": [record]}, Fragment((table,)))


class KafkaTopic(Struct, frozen=True, kw_only=True):
    """A topic of an existing cluster, read as one consumer group; the user names all three."""

    cluster: Ref
    topic: Ref
    group: Ref
    parts: Fragment


def kafka_topic(context: PlanContext, holder: str) -> KafkaTopic:
    """Return the topic that ``holder`` reads; the permissions are for a cluster with IAM access control.

    https://docs.aws.amazon.com/lambda/latest/dg/msk-cluster-auth.html
    """
    rules, kafka = _asked(context), context.aws.services["kafka"]
    cluster = Parameter("KafkaClusterArn", "ARN of the MSK cluster", rules, default=None)
    topic = Parameter("KafkaTopic", "name of the topic to read", rules, default=None)
    group = Parameter(
        "KafkaConsumerGroup", "name of the consumer group; each stack needs its own", rules, context.name.slug
    )
    read = Arn("{0}/{1}", (Ref(cluster.id, "topics"), Ref(topic.id, "name")))
    joined = Arn("{0}/{1}", (Ref(cluster.id, "groups"), Ref(group.id, "name")))
    permissions = (
        Permission(holder, kafka.actions("connect"), (Ref(cluster.id, "name"),)),
        Permission(holder, kafka.actions("read-topic"), (read,)),
        Permission(holder, kafka.actions("join-group"), (joined,)),
    )
    parts = Fragment((cluster, topic, group), permissions)
    return KafkaTopic(
        cluster=Ref(cluster.id, "name"), topic=Ref(topic.id, "name"), group=Ref(group.id, "name"), parts=parts
    )


def _kafka(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    read = kafka_topic(context, first.function_id)
    record = {"topic": "orders", "partition": 0, "offset": 15, "value": encoded(payload)}
    event = {"eventSource": "aws:kafka", "records": {"orders-0": [record]}}
    return Source(
        Trigger("kafka", source=read.cluster, topic=read.topic, group=read.group), event, read.parts
    )


def _http_api(context: PlanContext, payload: Mapping[str, Any], first: Unit) -> Source:
    """Return an HTTP API that puts each request on a bus, whose rule calls the function asynchronously.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
    """
    bus = Bus(SOURCE_BUS, "carries each request of the API to the work", _asked(context))
    rate, burst = throttle(context.requirements, context.aws)
    api = HttpApi(
        "Api",
        "takes requests and answers that they were accepted",
        _asked(context),
        per_second=rate,
        burst=burst,
        bus=Ref(bus.id),
        source=context.source,
        detail_type=REQUESTED,
    )
    put = Permission(api.id, context.aws.services["eventbridge"].actions("write"), (Ref(bus.id),))
    more = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT))
    pattern = {"source": [context.source], "detail-type": [REQUESTED]}
    trigger = rule(context, pattern, bus=Ref(bus.id, "name"))
    event = bus_event(context.source, REQUESTED, payload)
    return Source(trigger, event, merge([Fragment((api, bus), (put,)), more]))


def _asked(context: PlanContext) -> tuple[str, ...]:
    return context.asked("event_source", "invocation")


def encoded(payload: Mapping[str, Any]) -> str:
    """Return ``payload`` as a stream carries it."""
    return b64encode(json.dumps(payload).encode()).decode()


SHARED: Mapping[str, Callable[..., Source]] = {
    "s3": from_bucket,
    "eventbridge": from_bus,
    "schedule": from_schedule,
    "sdk": from_caller,
    "other": from_caller,
}
SOURCES: Mapping[str, Callable[[PlanContext, Mapping[str, Any], Unit], Source]] = {
    "sns": _sns,
    "iot": _iot,
    "cloudwatch-logs": _logs,
    "ses": _ses,
    "kinesis": _kinesis,
    "dynamodb-stream": _table,
    "kafka": _kafka,
    "api-gateway": _http_api,
}
