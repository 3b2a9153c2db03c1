"""Functions that hand on through Lambda Destinations: asynchronous chains and stream readers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from advisor.decision.workflow import ITEMS_KEY
from advisor.knowledge.flow import Flow, Parallel, Unit, listing, takes_list
from advisor.knowledge.flow import units as units_of
from advisor.knowledge.names import names
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.project import RecordFixture
from advisor.starter.blueprint.resources import Bus, Function, Parameter
from advisor.starter.blueprint.wiring import Arn, AsyncInvoke, Batch, Destination, Permission, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT, SUCCEEDED, Source, reading, rule, undelivered
from advisor.starter.plan.destinations.targets import (
    chosen_target,
    destination,
    permissions,
)
from advisor.starter.plan.load import ReaderSettings, reader_settings

POLLERS = 2  # a topic as destination needs provisioned ones, each paid by the hour


def function(context: PlanContext, unit: Unit, *keys: str, undoes: str = "") -> Function:
    """Return the Lambda function that does ``unit``."""
    return Function(
        unit.function_id,
        f"does '{unit.name.words}'",
        context.asked(*keys),
        name=unit.name,
        undoes=undoes,
        lists=ITEMS_KEY if unit.name.module in listing(context.design.flow) else "",
        stored=takes_list(context.design.core),
        timeout_s=context.timeout_s,
    )


def in_one_function(steps: Sequence[Unit]) -> str:
    """Return where in the project steps are that follow one another, and when to split them."""
    words = ", ".join(f"'{unit.name.words}'" for unit in steps)
    return (
        f"`{steps[0].function_id}` does all {len(steps)} steps, one after another: {words}. Call the others "
        "where its business code says so. A failure tries all of them again: split them, with a queue or a "
        "destination between two, where one is slow, costs much, or must not be done twice."
    )


def edges(
    context: PlanContext,
    flow: Flow,
    source: Source,
    onward: tuple[Destination, Fragment] | None = None,
) -> Fragment:
    """Return the functions of ``flow`` joined by destinations; ``onward`` takes the last one's success.

    Raises Refused for what destinations cannot do.
    """
    if context.requirements.text("event_source") in context.aws.ordered_sources:
        return _stream(context, tuple(units_of(flow)), source)
    return _chain(context, flow, source, onward)


def _chain(
    context: PlanContext, flow: Flow, source: Source, onward: tuple[Destination, Fragment] | None
) -> Fragment:
    units = tuple(units_of(flow))
    functions, last = _split(context, units)
    if any(isinstance(node, Parallel) for node in flow):
        return _fan_out(context, functions, source, last)
    success = onward or _success(context, functions, last)
    failure, failure_parts = _failure(context, functions)
    pieces = [source.parts, failure_parts]
    for place, unit in enumerate(functions):
        following = functions[place + 1] if place + 1 < len(functions) else None
        done = (Destination("lambda", Ref(following.function_id)), _LAMBDA_SUCCESS) if following else success
        trigger = source.trigger if place == 0 else None
        pieces.append(_link(context, unit, trigger, done, failure))
    return merge(pieces)


def _fan_out(context: PlanContext, functions: Sequence[Unit], source: Source, last: str) -> Fragment:
    """Return a first function whose success goes to a bus, and one rule on it for each of the others."""
    bus = Bus(
        "FanOutBus", "carries each result to all that follow", context.asked("parallelism", "consumers")
    )
    record = (RecordFixture("eventbridge", "success"),) if functions[1:] else ()
    done = (Destination("eventbridge", Ref(bus.id)), Fragment((bus,), records=record))
    failure, failure_parts = _failure(context, functions)
    success = _success(context, functions, last)
    kept = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT), "UnstartedWork")
    pieces = [source.parts, failure_parts, _link(context, functions[0], source.trigger, done, failure), kept]
    trigger = rule(context, SUCCEEDED, bus=Ref(bus.id, "name"), kept="UnstartedWork")
    pieces += [_link(context, unit, trigger, success, failure) for unit in functions[1:]]
    return merge(pieces)


_LAMBDA_SUCCESS = Fragment(records=(RecordFixture("lambda", "success"),))


def _split(context: PlanContext, units: Sequence[Unit]) -> tuple[tuple[Unit, ...], str]:
    """Return the units that are functions, and the service of a last one that is not."""
    last = units[-1].service if units[-1].service in context.aws.accepting("success") else "lambda"
    functions = tuple(units[:-1]) if last != "lambda" else tuple(units)
    for unit in functions:
        if unit.service != "lambda":
            raise NotSupported(
                f"The step '{unit.name.words}' uses {unit.service}, which a destination cannot reach in the "
                "middle of a chain. Make it a lambda step whose function calls the service, or use "
                "--approach step-functions."
            )
    if not functions:
        raise NotSupported(
            "Destinations need at least one lambda step; the last step alone may be sns, sqs or eventbridge."
        )
    return functions, last if last != "lambda" else ""


def _success(
    context: PlanContext, functions: Sequence[Unit], last: str
) -> tuple[Destination, Fragment] | None:
    service = last or chosen_target(context, "success")
    if not service:
        return None
    if service == "lambda":
        return _handler(context, functions, "Handle success", "success")
    return destination(context, service, "success")


def _failure(context: PlanContext, functions: Sequence[Unit]) -> tuple[Destination, Fragment]:
    service = chosen_target(context, "failure")
    if service == "lambda":
        return _handler(context, functions, "Handle failure", "failure")
    return destination(context, service, "failure")


def _handler(
    context: PlanContext, functions: Sequence[Unit], title: str, outcome: str
) -> tuple[Destination, Fragment]:
    """Return a function that takes an outcome; what it cannot handle itself is kept in a queue."""
    name = names([title], taken=[unit.name.module for unit in functions])[0]
    kept, kept_parts = destination(context, "sqs", "failure")
    key = "on_success" if outcome == "success" else "on_failure"
    unit = Unit(name)
    made = replace(
        function(context, unit, key, "failure_handling"),
        asynchronous=AsyncInvoke(
            retry_attempts=context.aws.limit("async-max-retries"),
            max_event_age_s=context.aws.limit("starter-event-age"),
            on_failure=kept,
        ),
    )
    record = RecordFixture("lambda", "success" if outcome == "success" else "failure")
    own = Fragment((made,), permissions(context, made.id, kept), (record,))
    return Destination("lambda", Ref(made.id)), merge([kept_parts, own])


def _link(
    context: PlanContext,
    unit: Unit,
    trigger: Trigger | None,
    success: tuple[Destination, Fragment] | None,
    failure: Destination,
) -> Fragment:
    plan = context.design.failure.handover
    made = replace(
        function(context, unit, "invocation", "steps", "retry", "data_passing"),
        trigger=trigger,
        asynchronous=AsyncInvoke(
            retry_attempts=plan.retries,
            max_event_age_s=plan.age_s,
            on_failure=failure,
            on_success=success[0] if success else None,
        ),
    )
    targets = [failure, *([success[0]] if success else [])]
    granted = tuple(item for to in targets for item in permissions(context, made.id, to))
    own = Fragment((made,), granted)
    return merge([own, *([success[1]] if success else [])])


def _stream(context: PlanContext, units: Sequence[Unit], source: Source) -> Fragment:
    if len(units) > 1:
        raise NotSupported(
            "A stream's poller reports failures only, so there is no outcome to start a second step with. "
            "Do the work in one step, or use --approach step-functions."
        )
    if context.requirements.chosen("on_success"):
        raise NotSupported(
            "A stream's poller knows no on-success destination. Let the function publish its result "
            "itself, or leave on_success out."
        )
    reader, parts = stream_reader(context, units[0], source)
    return merge([source.parts, Fragment((reader,)), parts])


def stream_reader(context: PlanContext, unit: Unit, source: Source) -> tuple[Function, Fragment]:
    """Return the function behind a stream, its on-failure destination and permissions."""
    assert source.trigger is not None
    batch, parts = _batch(context, unit, source.trigger)
    assert batch.on_failure is not None
    made = function(context, unit, "invocation", "event_source", "on_failure")
    settings = _settings(context, source.trigger)
    reader = replace(made, timeout_s=settings.timeout_s, trigger=replace(source.trigger, batch=batch))
    assert source.trigger.source is not None
    reads = reading(context, reader.id, source.trigger.kind, source.trigger.source, implied=True)
    return reader, merge([parts, Fragment(permissions=reads)])


def _settings(context: PlanContext, trigger: Trigger) -> ReaderSettings:
    most = "kafka-function-timeout" if trigger.kind == "kafka" else "starter-function-timeout"
    return reader_settings(context, trigger.kind, context.aws.limit(most))


def _batch(context: PlanContext, unit: Unit, trigger: Trigger) -> tuple[Batch, Fragment]:
    plan, settings = context.design.failure.handover, _settings(context, trigger)
    if context.failure_topic:
        return topic_batch(context, unit.function_id, settings.size)
    service = chosen_target(context, "failure", stream=True)
    failure, made = destination(context, service, "failure")
    parts = Fragment(made.resources, permissions(context, unit.function_id, failure), made.records)
    bounded = plan.age_s > 0
    return Batch(
        size=settings.size,
        at_once=settings.at_once if bounded else 1,
        window_s=5,
        retry_attempts=plan.retries,
        max_record_age_s=plan.age_s,
        on_failure=failure,
        bisect=bounded,
        partial_response=bounded,
        metered=bounded and service == "s3",
        order=bounded or context.ordered,
    ), parts


def topic_batch(context: PlanContext, reader: str, size: int) -> tuple[Batch, Fragment]:
    """Return how ``reader`` gets the records of a topic where another topic takes what keeps failing."""
    plan = context.design.failure.handover
    failure, parts = _failure_topic(context, reader)
    batch = Batch(
        size=size,
        window_s=5,
        retry_attempts=plan.retries,
        max_record_age_s=plan.age_s,
        on_failure=failure,
        partial_response=False,
        pollers=POLLERS,
        order=context.ordered,
    )
    return batch, parts


def _failure_topic(context: PlanContext, holder: str) -> tuple[Destination, Fragment]:
    """Return a topic of the cluster that ``holder`` reads, for failed records as they are.

    https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
    """
    topic = Parameter(
        "KafkaFailureTopic",
        "name of another topic of the cluster, for records that keep failing",
        context.asked("on_failure", "failure_handling", "replay_payload"),
        context.failure_topic,
    )
    write = Permission(
        holder,
        context.aws.services["kafka"].actions("write-topic"),
        (Arn("{0}/{1}", (Ref("KafkaClusterArn", "topics"), Ref(topic.id, "name"))),),
    )
    return Destination("kafka", Ref(topic.id, "address")), Fragment((topic,), (write,))
