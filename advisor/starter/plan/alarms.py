"""What must ring: every asynchronous edge, every queue that should stay empty, every failed run.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from advisor.starter.blueprint.ids import NOTIFY_EMAIL
from advisor.starter.blueprint.resources import (
    Alarm,
    Function,
    HttpApi,
    Machine,
    Pipe,
    Queue,
    Resource,
    Topic,
)
from advisor.starter.blueprint.wiring import Attribute, Ref

TOPIC = "AlarmTopic"
LAG = 10_000


class Metric(Struct, frozen=True):
    """A CloudWatch metric, the dimension that names its owner, and which property of the owner that is."""

    namespace: str
    name: str
    dimension: str
    attribute: Attribute = "name"
    statistic: str = "Sum"


WAITING = Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", statistic="Maximum")


def alarm_topic(rules: tuple[str, ...]) -> Topic:
    """Return the topic every alarm publishes to."""
    return Topic(TOPIC, "tells people that an alarm rings", rules, Ref(NOTIFY_EMAIL, "name"))


def alarms_for(resources: Iterable[Resource]) -> tuple[Alarm, ...]:
    """Return the alarms on ``resources``, each with the rules of what it watches."""
    return tuple(alarm for resource in resources for alarm in _alarms(resource))


def _alarms(resource: Resource) -> Iterable[Alarm]:
    if isinstance(resource, Function):
        yield from _function(resource)
    elif isinstance(resource, Queue) and resource.stays_empty:
        yield _alarm(resource, WAITING, "holds messages", suffix="")
    elif isinstance(resource, Machine):
        yield _alarm(resource, _machine("ExecutionsFailed"), "has failed runs")
        yield _alarm(resource, _machine("ExecutionsTimedOut"), "has runs that timed out")
        yield _alarm(resource, _machine("ExecutionThrottled"), "is throttled")
    elif isinstance(resource, Pipe):
        yield _alarm(resource, Metric("AWS/EventBridge/Pipes", "ExecutionFailed", "PipeName"), "fails")
    elif isinstance(resource, HttpApi):
        yield _alarm(resource, Metric("AWS/ApiGateway", "5xx", "ApiId"), "answers with server errors")


def _function(function: Function) -> Iterable[Alarm]:
    batch = function.trigger.batch if function.trigger else None
    if function.asynchronous or (batch and batch.on_failure):
        says = "could not deliver a record to its destination"
        yield _alarm(function, _lambda("DestinationDeliveryFailures"), says)
    if function.asynchronous:
        half = function.asynchronous.max_event_age_s * 500
        yield _alarm(function, _lambda("AsyncEventsDropped"), "gave up on events")
        yield _alarm(function, _lambda("AsyncEventAge", "Maximum"), "is falling behind", threshold=half)
    if batch:
        half = batch.max_record_age_s * 500
        if batch.partial_response:
            yield _alarm(
                function, _lambda("IteratorAge", "Maximum"), "lags behind its stream", threshold=half
            )
        else:
            yield _alarm(function, _lambda("OffsetLag", "Maximum"), "lags behind its topic", threshold=LAG)
        yield _alarm(function, _lambda("Errors"), "fails on batches")


def _lambda(metric: str, statistic: str = "Sum") -> Metric:
    return Metric("AWS/Lambda", metric, "FunctionName", statistic=statistic)


def _machine(metric: str) -> Metric:
    return Metric("AWS/States", metric, "StateMachineArn", "arn")


def _alarm(
    of: Resource, metric: Metric, says: str, *, suffix: str | None = None, threshold: int = 0
) -> Alarm:
    return Alarm(
        f"{of.id}{metric.name if suffix is None else suffix}Alarm",
        f"rings when {of.id} {says}",
        of.rules,
        metric.namespace,
        metric.name,
        metric.dimension,
        Ref(of.id, metric.attribute),
        threshold,
        metric.statistic,
        action=Ref(TOPIC),
    )
