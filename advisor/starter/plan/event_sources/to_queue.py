"""Event sources of a queue: a topic, rules of EventBridge, or callers that send the messages themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from advisor.starter.blueprint.ids import UNDELIVERED
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bucket, Route, Subscription, Topic
from advisor.starter.blueprint.wiring import Arn, Ref
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT, Source, from_bucket, from_bus, undelivered

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


class Feed(Struct, frozen=True, kw_only=True):
    """What brings messages to a queue: ``sender`` may write to it, ``body`` is what a message holds."""

    parts: Fragment = Fragment()
    sender: tuple[str, Ref | Arn] | None = None
    body: Any = None


def feed_of(context: PlanContext, payload: Mapping[str, Any], queue: Ref) -> Feed:
    """Return how the event source puts messages into ``queue``; NotSupported where it cannot."""
    kind = context.requirements.text("event_source", "sdk")
    if kind not in FEEDS:
        raise NotSupported(
            f"The event source '{kind}' cannot put messages into a queue. {HINTS.get(kind, '')} "
            f"These can: {', '.join(sorted({*FEEDS} - {'other'}))}."
        )
    return FEEDS[kind](context, payload, queue)


def _itself(context: PlanContext, payload: Mapping[str, Any], queue: Ref) -> Feed:
    return Feed(body=payload)


def _topic(context: PlanContext, payload: Mapping[str, Any], queue: Ref) -> Feed:
    rules = context.asked("event_source", "invocation")
    topic = Topic("SourceTopic", "receives the messages to work on", rules)
    link = Subscription(
        "SourceSubscription",
        "brings the topic's messages to the queue",
        rules,
        topic=Ref(topic.id),
        queue=queue,
        undelivered=Ref(UNDELIVERED),
    )
    kept = undelivered(context, "SNS", ("sns.amazonaws.com", Ref(topic.id)))
    return Feed(
        parts=merge([Fragment((topic, link)), kept]),
        sender=("sns.amazonaws.com", Ref(topic.id)),
        body=payload,
    )


def _bus(context: PlanContext, payload: Mapping[str, Any], queue: Ref) -> Feed:
    return _by_rule(context, from_bus(context, payload, machine=False), queue)


def _bucket(context: PlanContext, payload: Mapping[str, Any], queue: Ref) -> Feed:
    return _by_rule(context, from_bucket(context, payload, machine=False), queue)


def _by_rule(context: PlanContext, source: Source, queue: Ref) -> Feed:
    """Return a rule that puts into ``queue`` what would start a function."""
    trigger = source.trigger
    assert trigger is not None
    bucket = next((item.id for item in source.parts.resources if isinstance(item, Bucket)), "")
    route = Route(
        "SourceRule",
        f"puts each event of {bucket} into the queue" if bucket else "puts each event into the queue",
        context.asked("event_source", "invocation"),
        pattern=trigger.pattern,
        target=queue,
        undelivered=Ref(UNDELIVERED),
        retry_attempts=trigger.retry_attempts,
        max_event_age_s=trigger.max_event_age_s,
    )
    return Feed(parts=merge([source.parts, Fragment((route,))]), sender=_FROM_EVENTS, body=source.event)


FEEDS: Mapping[str, Callable[[PlanContext, Mapping[str, Any], Ref], Feed]] = {
    "sqs": _itself,
    "sdk": _itself,
    "other": _itself,
    "sns": _topic,
    "eventbridge": _bus,
    "s3": _bucket,
}
