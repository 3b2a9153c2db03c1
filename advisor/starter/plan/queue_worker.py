"""A queue in front of a function: it levels bursts, tries again, and sets aside what keeps failing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from advisor.decision.failure.queue_plan import queue_plan_for, shared_out
from advisor.knowledge.failure_plan import QueuePlan
from advisor.knowledge.flow import Flow, Task, Unit, units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Function, Queue
from advisor.starter.blueprint.wiring import QueueBatch, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.delivery import reading
from advisor.starter.plan.destinations.function_chain import function, in_one_function
from advisor.starter.plan.event_sources.to_queue import Consumer, Feed, feed_of
from advisor.starter.plan.handed_on import handed_on, only_handed_on
from advisor.starter.plan.load import pace_note
from advisor.starter.plan.sample_payload import sample_payload
from advisor.starter.plan.service_steps import with_call

QUEUE, DEAD_LETTERS = "SourceQueue", "DeadLetterQueue"
_QUEUES_OWN = ("sqs", "sdk", "other")


def queue_redrive(context: PlanContext) -> PlannedFlow:
    """Return a queue, the function that reads it, and the dead-letter queue with its way back.

    Raises NotSupported where the events do not come through a queue, and for more than one step.
    """
    source = context.requirements.text("event_source", "sqs")
    if source not in _QUEUES_OWN:
        raise NotSupported(
            f"Only a queue has a redrive policy, and the events come from '{source}'. Use --approach "
            "messaging, which puts a queue behind it."
        )
    return messaging(context)


def messaging(context: PlanContext) -> PlannedFlow:
    """Return the event source, and for each consumer a queue, a function and a dead-letter queue.

    Steps that follow one another are one function's; where there is nothing to compute, a rule hands each
    event on by itself. Raises NotSupported for what no queue can do.
    """
    targets = only_handed_on(context)
    if targets:
        return handed_on(context, targets)
    steps = tuple(units(context.design.edge))
    readers = consumers(context, steps)
    together = len(steps) if len(readers) < len(steps) else 1
    for item in readers:
        _check_step(context, item.unit, together)
    pace = queue_plan_for(context.requirements, context.aws, together)
    edge: Flow = (Task(readers[0].unit),) if together > 1 else context.design.edge
    payload = sample_payload(edge)
    if readers[0].only:
        payload = {**payload, "type": readers[0].only}
    feed = feed_of(context, payload, readers)
    parts = merge([feed.parts, *(worker(context, item, feed, pace) for item in readers)])
    each_s = float(together * context.requirements.number("step_duration_s", 0))
    told = (in_one_function(steps) if together > 1 else "", pace_note(context, each_s, pace.concurrency))
    event = message(feed.body, ordered=context.ordered)
    planned = PlannedFlow(edge, parts, event, notes=tuple(filter(None, told)), payload=payload)
    return with_call(context, planned, steps[0]) if together > 1 else planned


def consumers(context: PlanContext, steps: tuple[Unit, ...]) -> tuple[Consumer, ...]:
    """Return who reads which queue: one step from the source's own, several from a queue each.

    Data that decides which of them reacts is the type of an event, until somebody says what it is.
    """
    asked = context.requirements
    decides = asked.text("branching") == "content" and asked.text("coordination") == "independent"
    if len(steps) == 1:
        return (Consumer(unit=steps[0], queue=QUEUE, link="SourceLink"),)
    if not shared_out(asked):
        return (Consumer(unit=replace(steps[0], service="lambda"), queue=QUEUE, link="SourceLink"),)
    return tuple(
        Consumer(
            unit=unit,
            queue=f"{unit.name.id}Queue",
            link=f"{unit.name.id}Link",
            only=unit.name.slug if decides else "",
        )
        for unit in steps
    )


def _check_step(context: PlanContext, unit: Unit, together: int) -> None:
    if unit.service != "lambda":
        raise NotSupported(
            f"The step '{unit.name.words}' uses {unit.service}, which does not read a queue. Make it a "
            "lambda step whose function calls the service, or use --approach step-functions."
        )
    longest = together * context.requirements.number("step_duration_s", 0)
    most = context.aws.limit("starter-function-timeout")
    if longest > most:
        raise NotSupported(
            f"A function of a starter ends after {most} seconds, but a step may take {longest:,.10g}. Use "
            "--approach step-functions with a job, such as targets: [ecs-fargate]."
        )


def worker(context: PlanContext, consumer: Consumer, feed: Feed, pace: QueuePlan) -> Fragment:
    """Return the queue of ``consumer``, the function that reads it, and its dead-letter queue."""
    unit, fifo = consumer.unit, context.ordered
    letters = Queue(
        DEAD_LETTERS if consumer.queue == QUEUE else f"{unit.name.id}DeadLetters",
        "keeps the messages that could not be worked on",
        context.asked("failure_handling", "event_source", "on_failure"),
        stays_empty=True,
        fifo=fifo,
        oldest_s=context.aws.limit("starter-letter-age"),
    )
    old_s = max(context.aws.limit("starter-queue-age"), pace.visibility_s * pace.receives)
    kept_s, alarm_s = context.waiting(pace.visibility_s, pace.receives, old_s)
    queue = Queue(
        consumer.queue,
        "holds the messages to work on",
        context.asked("event_source", "buffering", "invocation", "consumers", "ordering"),
        senders=(feed.sender,) if feed.sender else (),
        retention_s=kept_s,
        visibility_s=pace.visibility_s,
        dead_letters=Ref(letters.id),
        max_receives=pace.receives,
        delay_s=pace.delay_s,
        fifo=fifo,
        oldest_s=alarm_s,
    )
    reads = reading(context, unit.function_id, "sqs", Ref(queue.id), implied=True)
    return Fragment((_reader(context, unit, queue, pace), queue, letters), reads)


def _reader(context: PlanContext, unit: Unit, queue: Queue, pace: QueuePlan) -> Function:
    made = function(context, unit, "invocation", "steps", "buffering")
    batch = QueueBatch(size=pace.size, concurrency=pace.concurrency, order=queue.fifo)
    return replace(made, timeout_s=pace.timeout_s, trigger=Trigger("sqs", source=Ref(queue.id), worker=batch))


def message(body: Any, *, ordered: bool = False) -> Mapping[str, Any]:
    """Return what the poller of a queue hands over for one message; ``ordered``: of a FIFO queue."""
    group = {"MessageGroupId": "order-1001"} if ordered else {}
    one = {
        "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        "receiptHandle": "MessageReceiptHandle",
        "body": json.dumps(body),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1795435200000", **group},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:source",
    }
    return {"Records": [one]}
