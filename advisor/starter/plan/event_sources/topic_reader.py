"""A function between a Kafka topic and a state machine: another topic takes what starts no run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from advisor.knowledge.names import name
from advisor.starter.blueprint.ids import MACHINE, STARTER
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Function
from advisor.starter.blueprint.wiring import Permission, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import Source, reading
from advisor.starter.plan.destinations.function_chain import topic_batch
from advisor.starter.plan.event_sources.to_function import encoded, kafka_topic


def topic_reader(context: PlanContext, payload: Mapping[str, Any], *, express: bool) -> Source:
    """Return the function that starts a run for each record, and the topic for what it keeps failing on.

    An Express run has no name that a repeat is known by, so its records come one by one. Raises NotSupported
    where each run must be waited for.
    """
    if express and context.ordered:
        raise NotSupported(
            "Where order is required, each Express run must end before the next one starts, and the function "
            "that project.failure_topic asks for only starts runs. Leave failure_topic out: a pipe reads the "
            "topic then, and waits for each run. Or say ordering: none."
        )
    read = kafka_topic(context, STARTER)
    size = 1 if express else context.aws.limit("starter-batch-size")
    batch, kept = topic_batch(context, STARTER, size)
    function = Function(
        STARTER,
        "starts the workflow for each record; another topic takes what it keeps failing on",
        context.asked("event_source", "invocation", "failure_handling"),
        name=name("Start workflow"),
        does="start",
        timeout_s=max(30, math.ceil(2 * size / context.aws.limit("starter-starts"))),
        environment=(("STATE_MACHINE_ARN", Ref(MACHINE)),),
        trigger=Trigger("kafka", source=read.cluster, topic=read.topic, group=read.group, batch=batch),
    )
    start = Permission(STARTER, context.aws.services["step-functions"].actions("start"), (Ref(MACHINE),))
    reads = reading(context, STARTER, "kafka", read.cluster, implied=True)
    record = {"topic": "orders", "partition": 0, "offset": 15, "value": encoded(payload)}
    event = {"eventSource": "aws:kafka", "records": {"orders-0": [record]}}
    return Source(None, event, merge([read.parts, kept, Fragment((function,), (start, *reads))]))
