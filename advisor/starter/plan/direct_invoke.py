"""One function that answers its caller, behind whatever the caller calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Flow, Task, Unit, units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Function, HttpApi
from advisor.starter.blueprint.wiring import Answers, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.delivery import Source
from advisor.starter.plan.destinations.function_chain import function
from advisor.starter.plan.event_sources.callers import (
    SIGN_UP,
    SIGN_UP_TRIGGER,
    asked,
    http_event,
    load_balancer,
    user_pool,
)
from advisor.starter.plan.sample_payload import sample_payload
from advisor.starter.plan.service_steps import with_call

SHORTEST_S = 8  # a first call also starts the runtime


class Caller(Struct, frozen=True):
    """What calls the function, how the function answers it, and the limit of the time to answer in."""

    answers: Answers
    limit: str
    source: Callable[[PlanContext, Unit, int], Source]


def direct_invoke(context: PlanContext) -> PlannedFlow:
    """Return what callers reach, and the function that answers them.

    Raises NotSupported where nobody waits for an answer, and where it cannot come in time.
    """
    steps = tuple(units(context.design.edge))
    unit = replace(steps[0], service="lambda")
    caller = _caller(context)
    _check(context)
    timeout_s = _timeout_s(context, caller)
    source = caller.source(context, unit, timeout_s)
    rules = context.asked("invocation", "caller_waits_for", "steps", "latency")
    answering = replace(
        function(context, unit),
        purpose=f"does '{unit.name.words}' and answers its caller",
        rules=rules,
        answers=caller.answers,
        timeout_s=timeout_s,
        trigger=source.trigger,
    )
    flow: Flow = (Task(unit),)
    parts = merge([source.parts, Fragment((answering,))])
    planned = PlannedFlow(flow, parts, source.event, notes=_notes(answering, steps))
    return with_call(context, planned, steps[0])


def _caller(context: PlanContext) -> Caller:
    name = context.requirements.text("event_source", "sdk")
    if name not in CALLERS:
        noun = context.aws.services[name].noun
        raise NotSupported(
            f"Nobody waits behind {noun}: it hands its events over and reads no answer. "
            f"Use --approach {_NEAREST.get(name, 'single-function')}, or say who calls: event_source: "
            "api-gateway, function-url, alb, cognito or sdk."
        )
    return CALLERS[name]


def _check(context: PlanContext) -> None:
    requirements = context.requirements
    waits_for = requirements.text("caller_waits_for", "nothing")
    if waits_for != "result":
        plain = requirements.text("event_source", "sdk") in ("sdk", "other")
        nearest = "single-function" if plain else "step-functions"
        raise NotSupported(
            f"The caller waits for {waits_for}, so there is no answer to give. Use --approach "
            f"{nearest}, or say caller_waits_for: result."
        )
    if waits := requirements.chosen("waits"):
        raise NotSupported(
            f"A function is paid for while it waits ({', '.join(waits)}), and its caller waits with it. "
            "Use --approach step-functions."
        )


def _timeout_s(context: PlanContext, caller: Caller) -> int:
    """Return the timeout of the function: twice the expected duration, and less than its caller waits."""
    requirements, limit = context.requirements, context.aws.limits[caller.limit]
    longest = context.aws.limit(caller.limit)
    most = longest if caller.limit == _OWN else longest - 1
    expected = max(requirements.number(key, 0) for key in ("step_duration_s", "total_duration_s"))
    if expected > most:
        raise NotSupported(
            f"An answer takes {expected:,.10g} seconds, which is too long to wait for. {limit.text} "
            "Use --approach step-functions with caller_waits_for: acknowledgement, which answers at once and "
            "does the work afterwards."
        )
    return min(max(ceil(2 * expected), SHORTEST_S), most)


def _notes(answering: Function, steps: tuple[Unit, ...]) -> tuple[str, ...]:
    if len(steps) == 1:
        return ()
    words = ", ".join(f"'{unit.name.words}'" for unit in steps)
    return (
        f"`{answering.id}` does all {len(steps)} steps within its answer: {words}. Call the others where its "
        "business code says so, side by side if they need nothing of each other.",
    )


def _http_api(context: PlanContext, unit: Unit, timeout_s: int) -> Source:
    peak = ceil(context.requirements.number("peak_per_second", 0))
    api = HttpApi(
        "Api",
        "takes requests and answers with what the function returns",
        asked(context),
        function=Ref(unit.function_id),
    )
    if peak:
        api = replace(api, per_second=2 * peak, burst=4 * peak)
    return Source(None, http_event(sample_payload(())), Fragment((api,)))


def _function_url(context: PlanContext, unit: Unit, timeout_s: int) -> Source:
    return Source(Trigger("function-url"), http_event(sample_payload(())))


def _load_balancer(context: PlanContext, unit: Unit, timeout_s: int) -> Source:
    purpose = "hands each request to the function and waits for its answer"
    parts = load_balancer(context, Ref(unit.function_id), purpose, max(60, timeout_s + 10))
    return Source(None, http_event(sample_payload(())), parts)


def _cognito(context: PlanContext, unit: Unit, timeout_s: int) -> Source:
    return Source(
        SIGN_UP_TRIGGER, SIGN_UP, user_pool(context, "keeps the users; each sign-up calls the function")
    )


def _plain(context: PlanContext, unit: Unit, timeout_s: int) -> Source:
    return Source(None, sample_payload(()))


_OWN = "starter-function-timeout"
_NEAREST = {
    "sqs": "queue-redrive",
    "kinesis": "destinations",
    "dynamodb-stream": "destinations",
    "kafka": "destinations",
}
CALLERS: Mapping[str, Caller] = {
    "api-gateway": Caller("http", "http-api-timeout", _http_api),
    "function-url": Caller("http", _OWN, _function_url),
    "alb": Caller("http", _OWN, _load_balancer),
    "cognito": Caller("user-pool", "cognito-trigger-timeout", _cognito),
    "sdk": Caller("caller", _OWN, _plain),
    "other": Caller("caller", _OWN, _plain),
}
