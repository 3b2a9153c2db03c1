"""Functions that hand on through Lambda Destinations: asynchronous chains and stream readers."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from advisor.starter.blueprint import (
    Arn,
    AsyncInvoke,
    Batch,
    Bus,
    Destination,
    Function,
    Parameter,
    Permission,
    RecordFixture,
    Ref,
    Trigger,
)
from advisor.starter.flow import Unit
from advisor.starter.names import names
from advisor.starter.outcomes import (
    ASYNC_TARGETS,
    chosen_target,
    destination,
    failure_route,
    permissions,
)
from advisor.starter.parts import Brief, Parts, joined
from advisor.starter.refusals import Refused
from advisor.starter.sources import RULES_OF_ACCOUNT, SUCCEEDED, Source, reading, rule, undelivered
from advisor.starter.triggers import STREAMS

POLLERS = 2  # a topic as destination needs provisioned ones, each paid by the hour


def function(brief: Brief, unit: Unit, *keys: str, undoes: str = "") -> Function:
    """Return the Lambda function that does ``unit``."""
    return Function(
        unit.function_id,
        f"does '{unit.name.words}'",
        brief.asked(*keys),
        unit.name,
        timeout_s=brief.timeout_s,
    )


def edges(
    brief: Brief, units: Sequence[Unit], source: Source, onward: tuple[Destination, Parts] | None = None
) -> Parts:
    """Return the functions of ``units`` joined by destinations; ``onward`` takes the last one's success.

    Raises Refused for what destinations cannot do.
    """
    if brief.wishes.text("event_source") in STREAMS:
        return _stream(brief, units, source)
    return _chain(brief, units, source, onward)


def _chain(
    brief: Brief, units: Sequence[Unit], source: Source, onward: tuple[Destination, Parts] | None
) -> Parts:
    functions, last = _split(units)
    _refuse_large_records(brief, handed_on=len(units) > 1 or bool(brief.wishes.chosen("on_success")))
    if brief.wishes.text("parallelism") == "static" and len(functions) > 1 and not onward:
        return _fan_out(brief, functions, source, last)
    success = onward or _success(brief, functions, last)
    failure, failure_parts = _failure(brief, functions)
    pieces = [source.parts, failure_parts]
    for place, unit in enumerate(functions):
        following = functions[place + 1] if place + 1 < len(functions) else None
        done = (Destination("lambda", Ref(following.function_id)), _LAMBDA_SUCCESS) if following else success
        trigger = source.trigger if place == 0 else None
        pieces.append(_link(brief, unit, trigger, done, failure))
    return joined(pieces)


def _fan_out(brief: Brief, functions: Sequence[Unit], source: Source, last: str) -> Parts:
    """Return a first function whose success goes to a bus, and one rule on it for each of the others."""
    bus = Bus("FanOutBus", "carries each result to all that follow", brief.asked("parallelism", "consumers"))
    record = RecordFixture("eventbridge", "success")
    done = (Destination("eventbridge", Ref(bus.id)), Parts((bus,), records=(record,)))
    failure, failure_parts = _failure(brief, functions)
    success = _success(brief, functions, last)
    kept = undelivered(brief, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT), "UnstartedWork")
    pieces = [source.parts, failure_parts, _link(brief, functions[0], source.trigger, done, failure), kept]
    trigger = rule(SUCCEEDED, bus=Ref(bus.id, "name"), kept="UnstartedWork")
    pieces += [_link(brief, unit, trigger, success, failure) for unit in functions[1:]]
    return joined(pieces)


_LAMBDA_SUCCESS = Parts(records=(RecordFixture("lambda", "success"),))


def _split(units: Sequence[Unit]) -> tuple[tuple[Unit, ...], str]:
    """Return the units that are functions, and the service of a last one that is not."""
    last = units[-1].service if units[-1].service in ASYNC_TARGETS["success"] else "lambda"
    functions = tuple(units[:-1]) if last != "lambda" else tuple(units)
    for unit in functions:
        if unit.service != "lambda":
            raise Refused(
                f"The step '{unit.name.words}' uses {unit.service}, which a destination cannot reach in the "
                "middle of a chain. Make it a lambda step whose function calls the service, or use "
                "--approach step-functions."
            )
    if not functions:
        raise Refused(
            "Destinations need at least one lambda step; the last step alone may be sns, sqs or eventbridge."
        )
    return functions, last if last != "lambda" else ""


def _refuse_large_records(brief: Brief, *, handed_on: bool) -> None:
    size = brief.wishes.number("payload_kb", 0) * 1024
    to_sns = "sns" in (*brief.wishes.chosen("on_success"), *brief.wishes.chosen("on_failure"))
    source = brief.wishes.text("event_source")
    if size > brief.limits.event_bytes:
        raise Refused("Asynchronous events hold at most 1 MB: keep the payload in S3 and pass its key.")
    if source in ("sns", "schedule") and size > brief.limits.topic_bytes:
        raise Refused(
            f"An event of {source} holds at most 256 KB: keep the payload in S3, pass its key, and say "
            "payload_kb: 1."
        )
    if handed_on and 2 * size > brief.limits.event_bytes:
        raise Refused(
            "The record of a success holds request and response, and what follows takes 1 MB in all: with "
            "payloads above 512 KB keep them in S3, pass the key, and say payload_kb: 1."
        )
    if to_sns and 2 * size > brief.limits.topic_bytes:
        raise Refused(
            "A record holds request and response, and SNS takes 256 KB in all: with payloads above 128 KB "
            "use 'sqs' or, for failures, 's3'."
        )


def _success(brief: Brief, functions: Sequence[Unit], last: str) -> tuple[Destination, Parts] | None:
    service = last or chosen_target(brief, "success")
    if not service:
        return None
    if service == "lambda":
        return _handler(brief, functions, "Handle success", "success")
    return destination(brief, service, "success")


def _failure(brief: Brief, functions: Sequence[Unit]) -> tuple[Destination, Parts]:
    service = chosen_target(brief, "failure")
    if service == "lambda":
        return _handler(brief, functions, "Handle failure", "failure")
    return destination(brief, service, "failure")


def _handler(brief: Brief, functions: Sequence[Unit], title: str, outcome: str) -> tuple[Destination, Parts]:
    """Return a function that takes an outcome; what it cannot handle itself is kept in a queue."""
    name = names([title], taken=[unit.name.module for unit in functions])[0]
    kept, kept_parts = destination(brief, "sqs", "failure")
    key = "on_success" if outcome == "success" else "on_failure"
    unit = Unit(name)
    made = replace(
        function(brief, unit, key, "failure_handling"),
        asynchronous=AsyncInvoke(brief.limits.async_retries, brief.limits.event_age_s, kept),
    )
    route = failure_route(
        f"`{unit.function_id}` keeps failing", kept, "the execution record: event, error, attempts"
    )
    record = RecordFixture("lambda", "success" if outcome == "success" else "failure")
    own = Parts((made,), permissions(made.id, kept), (route,), (record,))
    return Destination("lambda", Ref(made.id)), joined([kept_parts, own])


def _link(
    brief: Brief,
    unit: Unit,
    trigger: Trigger | None,
    success: tuple[Destination, Parts] | None,
    failure: Destination,
) -> Parts:
    retries = 0 if brief.wishes.text("retry") == "none" else brief.limits.async_retries
    made = replace(
        function(brief, unit, "invocation", "steps", "retry", "data_passing"),
        trigger=trigger,
        asynchronous=AsyncInvoke(retries, brief.limits.event_age_s, failure, success[0] if success else None),
    )
    targets = [failure, *([success[0]] if success else [])]
    route = failure_route(
        f"`{unit.function_id}` keeps failing", failure, "the execution record: event, error, attempts"
    )
    granted = tuple(item for to in targets for item in permissions(made.id, to))
    own = Parts((made,), granted, (route,))
    return joined([own, *([success[1]] if success else [])])


def _stream(brief: Brief, units: Sequence[Unit], source: Source) -> Parts:
    if len(units) > 1:
        raise Refused(
            "A stream's poller reports failures only, so there is no outcome to start a second step with. "
            "Do the work in one step, or use --approach step-functions."
        )
    if brief.wishes.chosen("on_success"):
        raise Refused(
            "A stream's poller knows no on-success destination. Let the function publish its result "
            "itself, or leave on_success out."
        )
    reader, parts = stream_reader(brief, units[0], source)
    return joined([source.parts, Parts((reader,)), parts])


def stream_reader(brief: Brief, unit: Unit, source: Source) -> tuple[Function, Parts]:
    """Return the function behind a stream, its on-failure destination and permissions."""
    assert source.trigger is not None
    batch, parts = _batch(brief, unit, source.trigger)
    assert batch.on_failure is not None
    holds = "positions in the stream, not the records"
    if batch.on_failure.service in ("s3", "kafka"):
        holds = "the records themselves"
    route = failure_route(f"a record that `{unit.function_id}` keeps failing on", batch.on_failure, holds)
    made = function(brief, unit, "invocation", "event_source", "on_failure")
    most = brief.limits.kafka_timeout_s if source.trigger.kind == "kafka" else made.timeout_s
    reader = replace(made, timeout_s=min(made.timeout_s, most), trigger=replace(source.trigger, batch=batch))
    assert source.trigger.source is not None
    reads = reading(reader.id, source.trigger.kind, source.trigger.source, implied=True)
    return reader, joined([parts, Parts(permissions=reads, routes=(route,))])


def _batch(brief: Brief, unit: Unit, trigger: Trigger) -> tuple[Batch, Parts]:
    limits = brief.limits
    retries = limits.kafka_attempts - 1 if trigger.kind == "kafka" else limits.stream_retries
    if brief.failure_topic:
        failure, parts = _topic(brief, unit)
        return Batch(
            100, 5, retries, limits.stream_age_s, failure, partial_response=False, pollers=POLLERS
        ), parts
    service = chosen_target(brief, "failure", stream=True)
    failure, made = destination(brief, service, "failure")
    parts = Parts(made.resources, permissions(unit.function_id, failure), (), made.records)
    own = trigger.kind != "kafka"
    return Batch(100, 5, retries, limits.stream_age_s, failure, bisect=own, partial_response=own), parts


def _topic(brief: Brief, unit: Unit) -> tuple[Destination, Parts]:
    """Return a topic of the cluster that is read, for failed records as they are.

    https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure-destination.html
    """
    topic = Parameter(
        "KafkaFailureTopic",
        "name of another topic of the cluster, for records that keep failing",
        brief.asked("on_failure", "failure_handling", "replay_payload"),
        brief.failure_topic,
    )
    write = Permission(
        unit.function_id,
        ("kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"),
        (Arn("{0}/{1}", (Ref("KafkaClusterArn", "topics"), Ref(topic.id, "name"))),),
    )
    return Destination("kafka", Ref(topic.id, "address")), Parts((topic,), (write,))
