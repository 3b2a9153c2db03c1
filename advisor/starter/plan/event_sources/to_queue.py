"""Event sources of queues: a topic, rules of EventBridge, or callers that send the messages themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.ids import SOURCE_BUS, UNDELIVERED
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bucket, Bus, HttpApi, IotRule, Route, Subscription, Topic
from advisor.starter.blueprint.wiring import Arn, Permission, Ref
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import (
    REQUESTED,
    RULES_OF_ACCOUNT,
    Source,
    bus_event,
    from_schedule,
    rule,
    undelivered,
)
from advisor.starter.plan.event_sources.to_function import (
    IOT_RULE,
    iot_source,
    mail_to_topic,
    source_of_function,
)
from advisor.starter.plan.load import throttle

_FROM_EVENTS = ("events.amazonaws.com", RULES_OF_ACCOUNT)
_SYNCHRONOUS = "Its caller waits for an answer, which no queue gives. Use --approach direct-invoke."
_ORDERED = "It is read in order by a poller of its own. Use --approach pipes, or --approach destinations."
HINTS: Mapping[str, str] = {
    "alb": _SYNCHRONOUS,
    "function-url": _SYNCHRONOUS,
    "cognito": _SYNCHRONOUS,
    "dynamodb-stream": _ORDERED,
    "kinesis": _ORDERED,
    "kafka": _ORDERED,
    "cloudwatch-logs": (
        "A subscription filter calls a function or writes to a stream. Use --approach single-function."
    ),
}


class Consumer(Struct, frozen=True, kw_only=True):
    """What reads ``queue``; ``link`` is the id of what fills it, ``only`` names the events that it takes.

    ``queue`` is a topic where ``service`` says so.
    """

    unit: Unit
    queue: str
    link: str
    only: str = ""
    service: Literal["sqs", "sns"] = "sqs"


class Feed(Struct, frozen=True, kw_only=True):
    """What brings messages to queues: ``sender`` may write to each, ``body`` is what a message holds."""

    parts: Fragment = Fragment()
    sender: tuple[str, Ref | Arn] | None = None
    body: Any = None


Consumers = tuple[Consumer, ...]


def feed_of(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    """Return how the event source fills the queues of ``consumers``; NotSupported where it cannot."""
    kind = context.requirements.text("event_source", "sdk")
    if kind not in FEEDS:
        raise NotSupported(
            f"The event source '{kind}' cannot put messages into a queue. {HINTS.get(kind, '')} "
            f"These can: {', '.join(sorted({*FEEDS} - {'other'}))}."
        )
    return FEEDS[kind](context, payload, consumers)


def _queue(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    if len(consumers) > 1:
        raise NotSupported(
            f"A message of a queue goes to one consumer, but this workload has {len(consumers)}: say "
            "event_source: sns or event_source: eventbridge, which bring a copy to each."
        )
    return Feed(body=payload)


def _callers(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    """Return nothing between callers and one queue; for several a topic, or a bus where it is to choose."""
    if len(consumers) == 1:
        return Feed(body=payload)
    chooses = context.requirements.text("consumers") == "open" or any(item.only for item in consumers)
    if context.ordered or not chooses:
        return _topic(context, payload, consumers)
    bus = Bus(SOURCE_BUS, "takes the events of all callers", context.asked("consumers", "event_source"))
    pattern = {"source": [context.source], "detail-type": [REQUESTED]}
    kept = undelivered(context, "EventBridge", _FROM_EVENTS)
    source = Source(
        rule(context, pattern, bus=Ref(bus.id, "name")),
        bus_event(context.source, REQUESTED, payload),
        merge([Fragment((bus,)), kept]),
    )
    return _by_rules(context, source, consumers)


def _topic(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    rules, fifo = context.asked("event_source", "consumers", "ordering"), context.ordered
    topic = Topic("SourceTopic", "receives the messages to work on", rules, fifo=fifo)
    links = tuple(
        Subscription(
            item.link,
            f"brings the topic's messages to {item.queue}",
            rules,
            topic=Ref(topic.id),
            queue=Ref(item.queue),
            undelivered=Ref(UNDELIVERED),
            filter={"type": [item.only]} if item.only else None,
        )
        for item in consumers
    )
    kept = undelivered(context, "SNS", ("sns.amazonaws.com", Ref(topic.id)), fifo=fifo)
    parts = Fragment((topic, *links, *kept.resources))
    return Feed(parts=parts, sender=("sns.amazonaws.com", Ref(topic.id)), body=payload)


def _things(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    """Return an IoT rule that publishes what things send to a topic."""
    if context.ordered:
        raise NotSupported(
            "An IoT rule names no message group, so that no queue behind it can keep an order: say "
            "event_source: kinesis, whose stream an IoT rule can write to."
        )
    told = _topic(context, payload, consumers)
    topic = Ref("SourceTopic")
    publish = Permission(IOT_RULE, context.aws.services["sns"].actions("write"), (topic,))
    source = iot_source(context, payload, (publish,))
    parts = tuple(
        replace(item, purpose="publishes each message to the topic", topic=topic)
        if isinstance(item, IotRule)
        else item
        for item in source.parts.resources
    )
    handed = replace(source.parts, resources=parts)
    return replace(told, parts=merge([told.parts, handed]), body=source.event)


def _mail(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    """Return a receipt rule that publishes each mail to a topic."""
    if context.ordered:
        raise NotSupported(
            "A receipt rule of SES publishes to no FIFO topic, so that no queue behind it can keep an order: "
            "say event_source: sqs or event_source: sns, and send the messages from your own code."
        )
    if any(item.only for item in consumers):
        raise NotSupported(
            "A mail that SES publishes says no type by which a topic could choose between queues. Let one "
            "function read all mail and choose: --approach step-functions has the choice as a state."
        )
    told, source = _topic(context, payload, consumers), mail_to_topic(context, Ref("SourceTopic"))
    return replace(told, parts=merge([told.parts, source.parts]), body=source.event)


def _schedules(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    """Return for each queue a daily schedule that sends it a message."""
    source = from_schedule(context, payload, machine=False)
    trigger = source.trigger
    assert trigger is not None and trigger.input is not None and trigger.undelivered is not None
    write = context.aws.services["sqs"].actions("write")
    routes, granted = [], []
    for item in consumers:
        routes.append(
            Route(
                item.link,
                f"sends a message to {item.queue} once a day",
                context.asked("event_source", "consumers"),
                schedule=trigger.schedule,
                input={**trigger.input, **({"type": item.only} if item.only else {})},
                group="schedule" if context.ordered else "",
                target=Ref(item.queue),
                undelivered=trigger.undelivered,
                retry_attempts=trigger.retry_attempts,
                max_event_age_s=trigger.max_event_age_s,
            )
        )
        granted.append(Permission(item.link, write, (Ref(item.queue), trigger.undelivered)))
    parts = merge([source.parts, Fragment(tuple(routes), tuple(granted))])
    return Feed(parts=parts, body=source.event)


def _requests(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    """Return an HTTP API that puts each request into the only queue; for several consumers a bus behind it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
    """
    if len(consumers) > 1 or consumers[0].unit.service != "lambda" or context.ordered:
        return _rules(context, payload, consumers)
    rate, burst = throttle(context.requirements, context.aws)
    queue = Ref(consumers[0].queue)
    api = HttpApi(
        "Api",
        "takes requests and answers that they were accepted",
        context.asked("event_source", "invocation"),
        per_second=rate,
        burst=burst,
        queue=Ref(queue.to, "url"),
    )
    send = Permission(api.id, context.aws.services["sqs"].actions("write"), (queue,))
    return Feed(parts=Fragment((api,), (send,)), body=payload)


def _rules(context: PlanContext, payload: Mapping[str, Any], consumers: Consumers) -> Feed:
    return _by_rules(context, source_of_function(context, payload, consumers[0].unit), consumers)


def _by_rules(context: PlanContext, source: Source, consumers: Consumers) -> Feed:
    """Return rules that put into queues what would start a function."""
    if context.ordered:
        raise NotSupported(
            "EventBridge delivers events in no order, so that no queue behind a rule can keep one: say "
            "event_source: sqs or event_source: sns (a FIFO queue or topic), or event_source: kinesis."
        )
    trigger = source.trigger
    assert trigger is not None and trigger.pattern is not None
    routes = tuple(
        Route(
            item.link,
            f"hands {'its' if item.only else 'each'} event on to {item.queue}",
            context.asked("event_source", "consumers", "branching"),
            bus=trigger.source,
            pattern=_narrowed(trigger.pattern, item.only),
            target=Ref(item.queue),
            target_service=item.service,
            undelivered=Ref(UNDELIVERED),
            retry_attempts=trigger.retry_attempts,
            max_event_age_s=trigger.max_event_age_s,
        )
        for item in consumers
    )
    body = source.event
    if any(isinstance(item, Bucket) for item in source.parts.resources) and consumers[0].only:
        key = {"key": f"{consumers[0].only}/1001.json", "size": 2048}
        body = {**body, "detail": {**body["detail"], "object": key}}
    parts = merge([source.parts, Fragment(routes)])
    return Feed(parts=parts, sender=_FROM_EVENTS, body=body)


def _narrowed(pattern: Mapping[str, Any], only: str) -> Mapping[str, Any]:
    """Return ``pattern`` for the events of one consumer: objects below its prefix, or events of its type."""
    if not only:
        return pattern
    detail = pattern.get("detail", {})
    chosen = {"object": {"key": [{"prefix": f"{only}/"}]}} if "bucket" in detail else {"type": [only]}
    return {**pattern, "detail": {**detail, **chosen}}


FEEDS: Mapping[str, Callable[[PlanContext, Mapping[str, Any], Consumers], Feed]] = {
    "sqs": _queue,
    "sdk": _callers,
    "other": _callers,
    "sns": _topic,
    "iot": _things,
    "ses": _mail,
    "eventbridge": _rules,
    "s3": _rules,
    "api-gateway": _requests,
    "schedule": _schedules,
}
BY_RULE = tuple(name for name, feed in FEEDS.items() if feed in (_rules, _requests))
