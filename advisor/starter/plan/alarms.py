"""Alarms: for asynchronous edges, for queues that should stay empty, for failed executions.

Source: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html and
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from advisor.knowledge.services import Metric, Service
from advisor.starter.blueprint.ids import NOTIFY_EMAIL
from advisor.starter.blueprint.jobs import JobWatch
from advisor.starter.blueprint.resources import (
    Alarm,
    Function,
    HttpApi,
    LoadBalancer,
    Machine,
    Pipe,
    Queue,
    Resource,
    Topic,
)
from advisor.starter.blueprint.wiring import Attribute, Ref
from advisor.starter.plan.context import PlanContext

TOPIC = "AlarmTopic"
LAG = 10_000
_HALF_IN_MS = 500  # half of a time in seconds, as metrics of Lambda give times


def alarm_topic(rules: tuple[str, ...]) -> Topic:
    """Return the topic every alarm publishes to."""
    return Topic(TOPIC, "tells people that an alarm rings", rules, Ref(NOTIFY_EMAIL, "name"))


def alarms_for(context: PlanContext, resources: Iterable[Resource]) -> tuple[Alarm, ...]:
    """Return the alarms on ``resources``, each with the rules of what it watches."""
    services, every = context.aws.services, tuple(resources)
    answering = {item.id: item for item in every if isinstance(item, Function) and item.answers}
    return tuple(
        alarm
        for resource in every
        for alarm in (*_alarms(services, resource), *answer_alarms(services, resource, answering))
    )


def _alarms(services: Mapping[str, Service], resource: Resource) -> Iterable[Alarm]:
    if isinstance(resource, Function):
        yield from _function(services["lambda"].metrics, resource)
    elif isinstance(resource, Queue):
        yield from _queue(services["sqs"].metrics, resource)
    elif isinstance(resource, Machine):
        metrics = services["step-functions"].metrics
        yield _alarm(resource, metrics["failed"], "has failed runs")
        yield _alarm(resource, metrics["timed-out"], "has runs that timed out")
        yield _alarm(resource, metrics["throttled"], "is throttled")
    elif isinstance(resource, JobWatch):
        yield _alarm(
            resource, services["eventbridge"].metrics["triggered"], "hears of a failed job", suffix=""
        )
    elif isinstance(resource, Pipe):
        yield _alarm(resource, services["pipes"].metrics["failed"], "fails")
        if resource.service == "kinesis":
            age = services["kinesis"].metrics["age"]
            half = resource.max_record_age_s * _HALF_IN_MS
            behind = _alarm(resource, age, "lags behind its stream", suffix="IteratorAge", threshold=half)
            yield replace(behind, of=Ref(resource.source.to, "name"))
    elif isinstance(resource, HttpApi):
        yield _alarm(resource, services["api-gateway"].metrics["failed"], "answers with server errors")


def _queue(metrics: Mapping[str, Metric], queue: Queue) -> Iterable[Alarm]:
    if queue.stays_empty:
        yield _alarm(queue, metrics["waiting"], "holds messages", suffix="")
    if queue.oldest_s:
        yield _alarm(queue, metrics["oldest"], "holds old messages", suffix="Age", threshold=queue.oldest_s)


def _function(metrics: Mapping[str, Metric], function: Function) -> Iterable[Alarm]:
    batch = function.trigger.batch if function.trigger else None
    if function.asynchronous or (batch and batch.on_failure):
        yield _alarm(function, metrics["undelivered"], "could not deliver a record to its destination")
    if function.asynchronous:
        half = function.asynchronous.max_event_age_s * _HALF_IN_MS
        yield _alarm(function, metrics["dropped"], "gave up on events")
        yield _alarm(function, metrics["event-age"], "is falling behind", threshold=half)
    if function.durable:
        yield _alarm(function, metrics["run-failed"], "has failed runs")
        yield _alarm(function, metrics["run-timed-out"], "has runs that timed out")
    if function.durable and function.dead_letters:
        yield _alarm(function, metrics["dropped"], "gave up on events")
        yield _alarm(function, metrics["not-kept"], "could not keep the event of a failed run")
    if batch:
        half = batch.max_record_age_s * _HALF_IN_MS
        if batch.partial_response:
            yield _alarm(function, metrics["stream-lag"], "lags behind its stream", threshold=half)
        else:
            yield _alarm(function, metrics["topic-lag"], "lags behind its topic", threshold=LAG)
    if batch or (function.trigger and function.trigger.worker):
        yield _alarm(function, metrics["errors"], "fails on batches")
        if batch and batch.metered:
            handed = _alarm(function, metrics["handed-over"], "gave up on a record", suffix="HandedOver")
            yield replace(handed, of=Ref(function.id, "mapping"))
    elif function.piped:
        yield _alarm(function, metrics["errors"], "fails on records of the pipe")
    elif function.does == "start" and not function.asynchronous:
        yield _alarm(function, metrics["errors"], "cannot start a run")
        yield _alarm(function, metrics["throttled"], "is throttled")


def answer_alarms(
    services: Mapping[str, Service], resource: Resource, answering: Mapping[str, Function]
) -> Iterable[Alarm]:
    """Yield the alarms on errors and on slow answers, for what callers of ``answering`` functions reach."""
    of_lambda, half = services["lambda"].metrics, _HALF_IN_MS
    if isinstance(resource, Function) and resource.answers:
        yield _alarm(resource, of_lambda["throttled"], "is throttled")
    if isinstance(resource, HttpApi) and resource.function and resource.function.to in answering:
        slow = answering[resource.function.to].timeout_s * half
        yield _alarm(resource, services["api-gateway"].metrics["latency"], "answers slowly", threshold=slow)
    elif isinstance(resource, LoadBalancer) and resource.function.to in answering:
        metrics, function = services["alb"].metrics, answering[resource.function.to]
        duration = of_lambda["run-duration" if function.durable else "duration"]
        yield _alarm(resource, metrics["failed"], "passes on server errors", suffix="Failed")
        yield _alarm(resource, metrics["not-answered"], "gets no answer", suffix="NotAnswered")
        yield _alarm(function, duration, "answers slowly", threshold=function.timeout_s * half)
    elif isinstance(resource, Function) and resource.trigger and resource.trigger.kind == "function-url":
        if resource.answers:
            metrics = services["function-url"].metrics
            yield _alarm(resource, metrics["failed"], "answers with server errors")
            yield _alarm(resource, metrics["latency"], "answers slowly", threshold=resource.timeout_s * half)
    elif isinstance(resource, Function) and resource.answers in ("user-pool", "caller"):
        duration = of_lambda["run-duration" if resource.durable else "duration"]
        yield from () if resource.durable else (_alarm(resource, of_lambda["errors"], "fails"),)
        yield _alarm(resource, duration, "answers slowly", threshold=resource.timeout_s * half)


def _alarm(
    of: Resource, metric: Metric, says: str, *, suffix: str | None = None, threshold: int = 0
) -> Alarm:
    named_by: Attribute = "arn" if metric.dimension.endswith("Arn") else "name"
    return Alarm(
        f"{of.id}{metric.name if suffix is None else suffix}Alarm",
        f"rings when {of.id} {says}",
        of.rules,
        namespace=metric.namespace,
        metric=metric.name,
        dimension=metric.dimension,
        of=Ref(of.id, named_by),
        threshold=threshold,
        statistic=metric.statistic,
        action=Ref(TOPIC),
    )
