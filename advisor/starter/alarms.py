"""What must ring: every asynchronous edge, every queue that should stay empty, every failed run.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable

from advisor.starter.blueprint import Alarm, Function, HttpApi, Machine, Queue, Ref, Resource, Topic
from advisor.starter.integrations import NOTIFY_EMAIL

TOPIC = "AlarmTopic"


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
        yield _alarm(resource, "", "AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", "holds messages",
                     "name", statistic="Maximum")  # fmt: skip
    elif isinstance(resource, Machine):
        for metric, says in (
            ("ExecutionsFailed", "has failed runs"),
            ("ExecutionsTimedOut", "has runs that timed out"),
            ("ExecutionThrottled", "is throttled"),
        ):
            yield _alarm(resource, metric, "AWS/States", metric, "StateMachineArn", says, "arn")
    elif isinstance(resource, HttpApi):
        yield _alarm(resource, "5xx", "AWS/ApiGateway", "5xx", "ApiId", "answers with server errors", "name")


def _function(function: Function) -> Iterable[Alarm]:
    batch = function.trigger.batch if function.trigger else None
    if function.asynchronous or (batch and batch.on_failure):
        yield _lambda(
            function, "DestinationDeliveryFailures", "could not deliver a record to its destination"
        )
    if function.asynchronous:
        yield _lambda(function, "AsyncEventsDropped", "gave up on events")
        half = function.asynchronous.max_event_age_s * 500
        yield _lambda(function, "AsyncEventAge", "is falling behind", half, "Maximum")
    if batch:
        half = batch.max_record_age_s * 500
        yield _lambda(function, "IteratorAge", "is falling behind its stream", half, "Maximum")
        yield _lambda(function, "Errors", "fails on batches")


def _lambda(function: Function, metric: str, says: str, threshold: int = 0, statistic: str = "Sum") -> Alarm:
    return _alarm(function, metric, "AWS/Lambda", metric, "FunctionName", says, "name", threshold, statistic)


def _alarm(
    of: Resource,
    suffix: str,
    namespace: str,
    metric: str,
    dimension: str,
    says: str,
    attribute: str,
    threshold: int = 0,
    statistic: str = "Sum",
) -> Alarm:
    return Alarm(
        f"{of.id}{suffix}Alarm",
        f"rings when {of.id} {says}",
        of.rules,
        namespace,
        metric,
        dimension,
        Ref(of.id, attribute),  # type: ignore[arg-type]
        threshold,
        statistic,
        action=Ref(TOPIC),
    )
