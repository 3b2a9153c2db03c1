"""Both options in one project: functions with destinations at the edge, a state machine as the core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from advisor.knowledge.answers import Part, Step
from advisor.starter.blueprint import Bus, Destination, Ref, WorkflowType
from advisor.starter.core import Plan, core
from advisor.starter.derive import flow_for
from advisor.starter.edges import edges
from advisor.starter.flow import Do, Flow, Unit
from advisor.starter.parts import Brief, Parts, joined
from advisor.starter.refusals import Refused
from advisor.starter.sources import RULES_OF_ACCOUNT, SUCCEEDED, rule, undelivered
from advisor.starter.triggers import STREAMS, source_of_function

HANDED_ON, UNSTARTED = "EdgeBus", "UnstartedRuns"


def both(
    brief: Brief,
    units: Sequence[Unit],
    arranged: Sequence[Part],
    workflow_type: WorkflowType,
    payload_for: Callable[[Flow], dict[str, Any]],
) -> tuple[Flow, Parts, Mapping[str, Any]]:
    """Return the first unit as an edge function that hands its result to a state machine of the others."""
    alone = not arranged or isinstance(arranged[0], Step)
    if len(units) < 2 or units[0].service != "lambda" or not alone:
        raise Refused(
            "Both options together need a lambda step first, for the edge, and a step after it, for the core."
        )
    flow = flow_for(brief.wishes, units[1:], arranged[1:])
    source = source_of_function(brief, payload_for(flow), units[0])
    if brief.wishes.text("event_source") in STREAMS:
        raise Refused(
            "A stream in front of both options is not wired yet: use --approach destinations for its reader."
        )
    bus = Bus(
        HANDED_ON, "carries each result of the edge to the core", brief.asked("invocation", "coordination")
    )
    trigger = rule(SUCCEEDED, "$.detail.responsePayload", Ref(bus.id, "name"), UNSTARTED)
    edge_brief = replace(
        brief, wishes=replace(brief.wishes, answers=_without(brief.wishes.answers, "on_success"))
    )
    onward = (Destination("eventbridge", Ref(bus.id)), Parts((bus,)))
    front = edges(edge_brief, units[:1], source, onward)
    waiting = undelivered(brief, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT), UNSTARTED)
    parts = joined([front, waiting, core(brief, flow, Plan(workflow_type, trigger))])
    return (Do(units[0]), *flow), parts, source.event


def _without(answers: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in answers.items() if name != key}
