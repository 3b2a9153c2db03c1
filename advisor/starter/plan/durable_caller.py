"""Callers that wait for the result of a durable function: what they reach, and how long a run may take.

A synchronous call lasts no longer than the function's own timeout and that of the execution:
https://docs.aws.amazon.com/lambda/latest/dg/durable-invoking.html
"""

from __future__ import annotations

from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import (
    Choice,
    Flow,
    Map,
    Node,
    Parallel,
    Poll,
    Unit,
    Wait,
    WaitForCallback,
    nodes,
    units,
)
from advisor.knowledge.limits import in_words
from advisor.knowledge.requirements import Requirements
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.wiring import Answers
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.delivery import Source
from advisor.starter.plan.direct_invoke import CALLERS
from advisor.starter.plan.event_sources.callers import http_event
from advisor.starter.plan.sample_payload import sample_payload
from advisor.starter.plan.service_steps import is_job

SHORTEST_S = 29  # a run also checkpoints, and tries a failed step again
SYNCHRONOUS = ("function-url", "alb", "cognito")


class WaitingCaller(Struct, frozen=True, kw_only=True):
    """What a caller reaches, the shape of its answer, and the time that a run has.

    ``flow`` is the flow with answers that come in time.
    """

    source: Source
    answers: Answers
    timeout_s: int
    flow: Flow
    notes: tuple[str, ...] = ()


def waits(context: PlanContext) -> bool:
    """Return whether a caller waits for the result of a run."""
    return context.requirements.text("caller_waits_for") == "result"


def is_called(requirements: Requirements) -> bool:
    """Return whether the event source, or the answers, say that the call is synchronous."""
    kind = requirements.text("event_source", "sdk")
    return kind in SYNCHRONOUS or (kind in CALLERS and requirements.text("invocation") == "sync")


def pauses(flow: Flow) -> bool:
    """Return whether a run waits for something other than its own work."""
    waiting = any(isinstance(node, Wait | WaitForCallback | Poll) for node in nodes(flow))
    return waiting or any(is_job(unit) for unit in units(flow))


def waiting_caller(context: PlanContext, flow: Flow, workflow: Unit) -> WaitingCaller:
    """Return the caller of ``workflow``, and the flow that answers it in time.

    Raises NotSupported where nobody can wait, or not long enough.
    """
    kind = context.requirements.text("event_source", "sdk")
    _check(context, kind)
    timeout_s = _timeout_s(context, kind, flow)
    caller = CALLERS[kind]
    made = caller.source(context, workflow, timeout_s)
    payload = sample_payload(flow)
    event = http_event(payload) if caller.answers == "http" else payload
    asked = sum(isinstance(node, WaitForCallback) for node in nodes(flow))
    answer_s = timeout_s // (asked + 1)
    return WaitingCaller(
        source=replace(made, event=event),
        answers=caller.answers,
        timeout_s=timeout_s,
        flow=_answered_within(flow, answer_s),
        notes=_notes(answer_s, timeout_s) if asked else (),
    )


def _check(context: PlanContext, kind: str) -> None:
    if kind == "cognito":
        raise NotSupported(
            f"{context.aws.limits['cognito-trigger-timeout'].text} That is too short for a durable run. Use "
            "--approach direct-invoke for one step, or --approach step-functions with caller_waits_for: "
            "acknowledgement."
        )
    if kind not in CALLERS:
        raise NotSupported(
            f"Nobody waits behind {context.aws.services[kind].noun}: it hands its events over and reads no "
            "answer. Say who calls (event_source: api-gateway, function-url, alb or sdk), or leave "
            "caller_waits_for: result out."
        )


def _timeout_s(context: PlanContext, kind: str, flow: Flow) -> int:
    """Return how long a run may take: twice what is expected, within what its caller can wait."""
    over_http_api = kind == "api-gateway"
    limit = context.aws.limits["http-api-timeout" if over_http_api else "durable-caller-wait"]
    most = int(limit.number) - (1 if over_http_api else 0)
    asked = ("step_duration_s", "total_duration_s")
    expected = max(context.requirements.number(key, 0) for key in asked)
    expected += sum(node.seconds for node in nodes(flow) if isinstance(node, Wait))
    if expected > most:
        raise NotSupported(
            f"A run takes {expected:,.10g} seconds, which is too long to wait for. {limit.text} Say "
            "caller_waits_for: acknowledgement, which answers at once and does the work afterwards."
        )
    if any(isinstance(node, WaitForCallback | Poll) for node in nodes(flow)):
        return most
    return min(max(ceil(2 * expected), SHORTEST_S), most)


def _answered_within(flow: Flow, seconds: int) -> Flow:
    """Return ``flow`` with no answer that may take longer than ``seconds``."""
    return tuple(_node_within(node, seconds) for node in flow)


def _node_within(node: Node, seconds: int) -> Node:
    if isinstance(node, WaitForCallback):
        return replace(node, timeout_s=min(node.timeout_s, seconds))
    if isinstance(node, Choice):
        then, otherwise = (_answered_within(way, seconds) for way in (node.then, node.otherwise))
        return replace(node, then=then, otherwise=otherwise)
    if isinstance(node, Parallel):
        return replace(node, branches=tuple(_answered_within(branch, seconds) for branch in node.branches))
    if isinstance(node, Map):
        return replace(node, body=_answered_within(node.body, seconds))
    return node


def _notes(answer_s: int, timeout_s: int) -> tuple[str, ...]:
    return (
        f"The caller waits for the whole run, {in_words(timeout_s, 's')} at most. So what the run asks must "
        f"be answered within {in_words(answer_s, 's')}. To give people longer, say caller_waits_for: "
        "acknowledgement and generate again.",
    )
