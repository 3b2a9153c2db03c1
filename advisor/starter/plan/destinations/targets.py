"""Target of an outcome: the destination, the resource behind it, the permission to write to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.starter.blueprint.ids import NOTIFY_EMAIL, UNDELIVERED
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bucket, Bus, Queue, Resource, Route, Subscription, Topic
from advisor.starter.blueprint.wiring import Arn, Destination, Outcome, Permission, Ref
from advisor.starter.plan.context import Fragment, PlanContext
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT, undelivered


def chosen_target(context: PlanContext, outcome: Outcome, *, stream: bool = False) -> str:
    """Return the service that takes ``outcome``: the user's, or for failures the plainest that keeps them.

    Raises Refused for a target that AWS does not accept, or for several at once.
    """
    chosen = tuple(dict.fromkeys(context.requirements.chosen(f"on_{outcome}")))
    if not chosen:
        return context.design.failure.handover.target if outcome == "failure" else ""
    if len(chosen) > 1:
        raise NotSupported(
            f"Lambda takes one destination for {outcome}, but on_{outcome} names {', '.join(chosen)}. "
            "Name 'sns' or 'eventbridge' alone and subscribe the others to it."
        )
    allowed = context.aws.accepting("stream-failure" if stream else outcome)
    if chosen[0] not in allowed:
        what = "A stream's failed batches" if stream else f"An asynchronous function's {outcome}"
        raise NotSupported(
            f"{what} cannot go to {chosen[0]}. AWS accepts {', '.join(allowed)}."
            f"{_nearest(chosen[0], outcome)}"
        )
    return chosen[0]


def _nearest(service: str, outcome: Outcome) -> str:
    if service == "s3" and outcome == "success":
        return " S3 takes failures only: write the object in the function, or use 'sqs'."
    return " Nearest way: 'eventbridge', whose rules reach other services." if outcome == "success" else ""


def destination(context: PlanContext, service: str, outcome: Outcome) -> tuple[Destination, Fragment]:
    """Return the destination of ``outcome`` and the resource behind it (a function is made by the caller)."""
    made = RESOURCES[service](context, outcome)
    return Destination(service, Ref(made[0].id)), Fragment(made)


def permissions(context: PlanContext, holder: str, to: Destination) -> tuple[Permission, ...]:
    """Return what the role of ``holder`` needs to deliver to ``to``; SAM grants it with the destination."""
    service = context.aws.services[to.service]
    if to.service != "s3":
        return (Permission(holder, service.actions("write"), (to.target,), implied=True),)
    contents = Ref(to.target.to, "contents")
    return (
        Permission(holder, service.actions("write"), (contents,), implied=True),
        Permission(holder, service.actions("list"), (to.target,), implied=True),
    )


def _asked(context: PlanContext, outcome: Outcome) -> tuple[str, ...]:
    keys = ("on_failure", "failure_handling") if outcome == "failure" else ("on_success", "branching")
    return context.asked(*keys)


def _word(outcome: Outcome) -> str:
    return outcome.capitalize()


def _queue(context: PlanContext, outcome: Outcome) -> tuple[Resource, ...]:
    purpose = (
        "keeps the record of every failed event"
        if outcome == "failure"
        else "receives the record of every success"
    )
    failed = outcome == "failure"
    return (Queue(f"{_word(outcome)}Queue", purpose, _asked(context, outcome), stays_empty=failed),)


def _topic(context: PlanContext, outcome: Outcome) -> tuple[Resource, ...]:
    rules = _asked(context, outcome)
    if outcome == "success":
        return (Topic("SuccessTopic", "announces every success", rules),)
    topic = Topic("FailureTopic", "announces every failure", rules, Ref(NOTIFY_EMAIL, "name"))
    kept = _kept(rules, ("sns.amazonaws.com", Ref(topic.id)))
    lost = undelivered(context, "SNS", ("sns.amazonaws.com", Ref(topic.id)))
    link = Subscription(
        "FailureSubscription",
        "keeps every failure that is announced, whoever reads the mail",
        rules,
        topic=Ref(topic.id),
        queue=Ref(kept.id),
        undelivered=Ref(UNDELIVERED),
    )
    return (topic, kept, link, *lost.resources)


def _kept(rules: tuple[str, ...], sender: tuple[str, Ref | Arn]) -> Queue:
    purpose = "keeps the record of every failed event"
    return Queue("FailureQueue", purpose, rules, senders=(sender,), stays_empty=True)


def _bucket(context: PlanContext, outcome: Outcome) -> tuple[Resource, ...]:
    return (
        Bucket(
            f"{_word(outcome)}Bucket",
            "keeps the record of every failed event",
            _asked(context, outcome),
            expires_days=90,
        ),
    )


def _bus(context: PlanContext, outcome: Outcome) -> tuple[Resource, ...]:
    bus = Bus(f"{_word(outcome)}Bus", f"carries the record of every {outcome}", _asked(context, outcome))
    if outcome == "success":
        return (bus,)
    kept = _kept(bus.rules, ("events.amazonaws.com", RULES_OF_ACCOUNT))
    lost = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT))
    route = Route(
        "KeepFailures",
        "keeps every failure on the bus; without a rule an event on a bus is gone",
        bus.rules,
        bus=Ref(bus.id, "name"),
        pattern={"source": ["lambda", context.source]},
        target=Ref(kept.id),
        undelivered=Ref(UNDELIVERED),
        retry_attempts=context.aws.limit("eventbridge-retries"),
        max_event_age_s=context.aws.limit("eventbridge-retry-age"),
    )
    return (bus, kept, route, *lost.resources)


RESOURCES: Mapping[str, Callable[[PlanContext, Outcome], tuple[Resource, ...]]] = {
    "sqs": _queue,
    "sns": _topic,
    "s3": _bucket,
    "eventbridge": _bus,
}
