"""The whole flow as one durable function: its steps, waits and callbacks are code, checkpointed by Lambda.

Sources: https://docs.aws.amazon.com/lambda/latest/dg/durable-functions.html, durable-invoking.html,
durable-security.html and durable-best-practices.html beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from advisor.knowledge.flow import Flow, Map, Unit, WaitForCallback, nodes, units
from advisor.knowledge.names import name
from advisor.starter.blueprint.ids import IDEMPOTENCY
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Durable, Function, Policy, Queue
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.delivery import Source
from advisor.starter.plan.destinations.function_chain import function
from advisor.starter.plan.durable_caller import SYNCHRONOUS, WaitingCaller, waiting_caller, waits
from advisor.starter.plan.event_sources.to_function import SHARED, SOURCES, source_of_function
from advisor.starter.plan.sample_payload import sample_payload
from advisor.starter.plan.service_steps import CodedFlow, coded
from advisor.starter.plan.step_functions.service_integrations import call_for
from advisor.starter.state_language.task import Call
from advisor.starter.workflow_code.routines import Work

WORKFLOW = Unit(name("Workflow"))
FAILED_RUNS, ANSWERERS = "FailedRuns", "AnswerPolicy"
CLAIM_TABLE = "CLAIM_TABLE"
KEYS = ("steps", "targets", "waits", "failure_handling", "retry", "priority", "team_asl_experience")
REFUSED_RUNTIMES: Mapping[str, str] = {
    "go": "AWS has no durable execution SDK for Go. Use --runtime python or --runtime nodejs, or keep Go "
    "with --approach step-functions.",
    "java": "The durable execution SDK for Java could not be had from Maven, so there is no tested starter "
    "with it. Use --runtime python or --runtime nodejs, or keep Java with --approach step-functions.",
}


def durable_function(context: PlanContext) -> PlannedFlow:
    """Return the durable function with what calls it, what keeps its failures and what its steps write to.

    Raises NotSupported for what such a function cannot do.
    """
    code = coded(context, context.design.core, WORKFLOW)
    _check_steps(context, code)
    if waits(context):
        caller = waiting_caller(context, code.flow, WORKFLOW)
        code = replace(code, flow=caller.flow, notes=(*caller.notes, *code.notes))
        claims = caller.answers == "http" and not context.requirements.flag("idempotent")
        return _planned(context, code, _answering(context, caller, claims=claims), caller.source)
    _check_source(context)
    claims = not context.requirements.flag("idempotent") and not _named_by_caller(context)
    source = source_of_function(context, sample_payload(code.flow), WORKFLOW)
    return _planned(context, code, _function(context, code.flow, claims=claims), source)


def _planned(context: PlanContext, code: CodedFlow, own: Function, source: Source) -> PlannedFlow:
    """Return everything around the durable function ``own``."""
    flow, claims = code.flow, own.durable is not None and own.durable.claims
    calls = {unit: call_for(unit, context) for unit in units(flow) if unit.service != "lambda"}
    environment = tuple((Work(unit).variable, call.substitutions[0][1]) for unit, call in calls.items())
    environment += code.environment
    if claims:
        environment += ((CLAIM_TABLE, Ref(IDEMPOTENCY, "name")),)
    own = replace(own, trigger=source.trigger, environment=environment)
    parts = [source.parts, Fragment((own,)), code.parts, _permitted(context, flow, claims=claims)]
    parts += [_kept(context)] if own.dead_letters else []
    parts += [_written(call) for call in calls.values()]
    return PlannedFlow(flow, merge(parts), source.event, tuple(_business(context, code)), code.notes)


def _named_by_caller(context: PlanContext) -> bool:
    """Return whether callers of one's own name each run, so that Lambda starts it once."""
    return context.requirements.text("event_source", "sdk") in ("sdk", "other")


def _check_source(context: PlanContext) -> None:
    kind = context.requirements.text("event_source", "sdk")
    if kind in SYNCHRONOUS:
        raise NotSupported(
            f"{context.aws.services[kind].noun.capitalize()} waits for the whole run, and its answer is the "
            "result. Say caller_waits_for: result, or use --approach step-functions, which answers at once."
        )
    polled = (*context.aws.ordered_sources, "sqs")
    if kind in polled:
        raise NotSupported(
            f"What polls '{kind}' waits for the whole run, {context.aws.limit('durable-caller-wait') // 60} "
            "minutes at most, and starts another run when it tries again. Use --approach step-functions, "
            "whose runs a pipe starts once and does not wait for."
        )
    if kind not in {*SHARED, *SOURCES}:
        raise NotSupported(f"The event source '{kind}' cannot start a durable function asynchronously.")


def _check_steps(context: PlanContext, code: CodedFlow) -> None:
    flow = code.flow
    if not any(unit.service == "lambda" for unit in units(flow)):
        raise NotSupported(
            "No step has business code, so there is nothing for a durable function to do. Use --approach "
            "step-functions, which calls these services without a function."
        )
    longest = context.aws.limit("starter-function-timeout")
    if context.requirements.number("step_duration_s", 0) > longest and not code.has_job:
        raise NotSupported(
            f"A step of a durable function ends with its invocation, after {longest} seconds at most. Cut "
            "the step in pieces, or name a job for it (targets: [ecs-fargate])."
        )
    maps = [node for node in nodes(flow) if isinstance(node, Map)]
    undone = "compensate" in context.requirements.chosen("failure_handling")
    if undone and any(node.distributed for node in maps):
        raise NotSupported(
            "Work on more than "
            f"{context.aws.limit('inline-map-concurrency')} items at once is not undone by the starters. Say "
            "max_parallel_items: 40 at most, or leave compensate out."
        )
    _check_operations(context, flow)


def _check_operations(context: PlanContext, flow: Flow) -> None:
    most = context.aws.limit("durable-operations")
    needed = _operations(context, flow)
    if needed > most:
        raise NotSupported(
            f"A run would need about {needed:,} durable operations. "
            f"{context.aws.limits['durable-operations'].text} Say a lower max_parallel_items, or use "
            "--approach step-functions."
        )


def _operations(context: PlanContext, flow: Flow) -> int:
    """Return how many operations a run of ``flow`` has: each branch and item is one, and what is in it."""
    items = int(context.requirements.number("max_parallel_items", 0)) or 1
    inside = sum(items * (1 + _operations(context, node.body)) for node in flow if isinstance(node, Map))
    return inside + sum(1 for node in nodes(flow) if not isinstance(node, Map))


def _answering(context: PlanContext, caller: WaitingCaller, *, claims: bool) -> Function:
    """Return the function for a caller that waits: a call ends with the first of its two timeouts."""
    durable = Durable(
        timeout_s=caller.timeout_s,
        retention_days=context.aws.limit("starter-durable-retention"),
        retry=context.design.failure.execution.retrier,
        claims=claims,
    )
    return replace(
        function(context, WORKFLOW, *KEYS, "caller_waits_for"),
        purpose="runs the workflow as durable executions, and answers its caller with the result",
        does="durable",
        answers=caller.answers,
        timeout_s=caller.timeout_s,
        durable=durable,
    )


def _function(context: PlanContext, flow: Flow, *, claims: bool) -> Function:
    asked = sum(node.timeout_s for node in nodes(flow) if isinstance(node, WaitForCallback))
    return replace(
        function(context, WORKFLOW, *KEYS),
        purpose="runs the workflow as durable executions: what a step returned is kept, whatever interrupts",
        does="durable",
        durable=Durable(
            timeout_s=min(context.design.longest_s + asked, context.aws.limit("durable-duration")),
            retention_days=context.aws.limit("starter-durable-retention"),
            retry=context.design.failure.execution.retrier,
            claims=claims,
        ),
        dead_letters=Ref(FAILED_RUNS),
    )


def _kept(context: PlanContext) -> Fragment:
    """Return the queue for the events of runs that failed, timed out or were stopped.

    https://docs.aws.amazon.com/lambda/latest/dg/durable-best-practices.html
    """
    queue = Queue(
        FAILED_RUNS,
        "keeps the event of every run that failed, timed out or was stopped",
        context.asked("on_failure", "failure_handling"),
        stays_empty=True,
    )
    send = context.aws.services["sqs"].actions("write")
    return Fragment((queue,), (Permission(WORKFLOW.function_id, send, (Ref(queue.id),), implied=True),))


def _permitted(context: PlanContext, flow: Flow, *, claims: bool) -> Fragment:
    """Return what the function may do to its own runs, and the policy for who answers them."""
    own, services = WORKFLOW.function_id, context.aws.services
    runs = Ref(own, "executions")
    permissions = [Permission(own, services["lambda"].actions("checkpoint"), (runs,), implied=True)]
    if claims:
        permissions.append(Permission(own, services["dynamodb"].actions("claim"), (Ref(IDEMPOTENCY),)))
    if not any(isinstance(node, WaitForCallback) for node in nodes(flow)):
        return Fragment(permissions=tuple(permissions))
    policy = Policy(
        ANSWERERS,
        "lets whoever has it answer the runs that wait; attach it to a role of yours",
        context.asked("waits"),
    )
    answer = Permission(policy.id, services["lambda"].actions("answer"), (runs,))
    return Fragment((policy,), (*permissions, answer))


def _written(call: Call) -> Fragment:
    """Return what a step writes to, with the permission of the function in place of the state machine's."""
    own = tuple(replace(permission, holder=WORKFLOW.function_id) for permission in call.permissions)
    return Fragment(call.resources, own)


def _business(context: PlanContext, code: CodedFlow) -> Iterator[Function]:
    """Yield the units of business code, which run inside the durable function."""
    undone = {unit.undo.name.module: unit.name.words for unit in units(code.flow) if unit.undo}
    for unit in units(code.flow):
        if unit.service == "lambda":
            made = function(context, unit, undoes=undone.get(unit.name.module, ""))
            yield replace(made, outside=code.outside.get(unit.name.module))
