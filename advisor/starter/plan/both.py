"""Both options in one project: functions with destinations at the edge, a state machine as the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from advisor.knowledge.flow import Flow, units
from advisor.starter.blueprint.resources import Bus
from advisor.starter.blueprint.wiring import Destination, Ref, WorkflowType
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT, SUCCEEDED, rule, undelivered
from advisor.starter.plan.destinations.function_chain import edges
from advisor.starter.plan.event_sources.to_function import source_of_function
from advisor.starter.plan.step_functions.state_machine import MachineOptions, core
from advisor.starter.state_language.entry import Entry

HANDED_ON, UNSTARTED = "EdgeBus", "UnstartedRuns"
STREAM_READER = (
    "A pipe reads the stream: it tries a record again, sets aside what it cannot hand on, and starts the "
    "workflow. Where records must be checked or changed before a run starts, read them with a function; its "
    "event source mapping has an on-failure destination for the same purpose (--approach destinations)."
)
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-msk.html
TOPIC_READER = (
    "A pipe reads the topic. Kafka gives a pipe no dead-letter queue: a record that it cannot hand on is "
    "tried until the topic drops it, and what comes after it in its partition waits. Where such records must "
    "be put aside, name another topic of the cluster in `project.failure_topic`: a function then reads the "
    "topic, starts the runs, and may check or change a record before. Both read a cluster of MSK by its ARN; "
    "a cluster of your own needs subnets, security groups and credentials, which no answer says."
)
TOPIC_FUNCTION = (
    "A function reads the topic, because `failure_topic` names a topic for the records that start no run; a "
    "pipe would try such a record until the topic drops it. {} Without `failure_topic` a pipe reads the "
    "topic, with no code."
)
_NAMED = "A run is named after the place of its record, so a batch that comes again starts no second run."
_ONE_BY_ONE = "An Express run has no such name: records come one by one, and one may start a run twice."


def topic_function(*, express: bool) -> str:
    """Return what to know about the function that reads a topic in front of a workflow."""
    return TOPIC_FUNCTION.format(_ONE_BY_ONE if express else _NAMED)


def both(
    context: PlanContext,
    workflow_type: WorkflowType,
    payload_for: Callable[[Flow], dict[str, Any]],
) -> tuple[Fragment, Mapping[str, Any]]:
    """Return the edge of the design as a function that hands its result to a state machine for the core."""
    design = context.design
    edge = tuple(units(design.edge))
    source = source_of_function(context, payload_for(design.core), edge[0])
    bus = Bus(
        HANDED_ON, "carries each result of the edge to the core", context.asked("invocation", "coordination")
    )
    trigger = rule(context, SUCCEEDED, Ref(bus.id, "name"), UNSTARTED)
    onward = (Destination("eventbridge", Ref(bus.id)), Fragment((bus,)))
    front = edges(_for_edge(context), design.edge, source, onward)
    waiting = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT), UNSTARTED)
    inner = core(
        context, MachineOptions(workflow_type=workflow_type, trigger=trigger, entry=_result(context))
    )
    parts = merge([front, waiting, inner])
    return parts, source.event


def _result(context: PlanContext) -> Entry:
    """Return what the edge returned; a result that comes again is that of the same event or request."""
    inside = ".detail" if context.requirements.text("event_source") == "api-gateway" else ""
    return Entry(
        "$states.input.detail.responsePayload",
        f"$hash($string($states.input.detail.requestPayload{inside}), 'SHA-256')",
    )


def _for_edge(context: PlanContext) -> PlanContext:
    """Return what the edge looks at: the core has the success, and a failure that no destination takes."""
    taken = context.aws.accepting("failure")
    answers = {key: value for key, value in context.requirements.answers.items() if key != "on_success"}
    failure = context.design.failure
    if any(service not in taken for service in context.requirements.chosen("on_failure")):
        del answers["on_failure"]
        failure = replace(failure, handover=replace(failure.handover, answered=None, target="sqs"))
    return replace(
        context,
        requirements=replace(context.requirements, answers=answers),
        design=replace(context.design, failure=failure),
    )
