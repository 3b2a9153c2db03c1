"""The coordinated part: the state machine, its functions, what it calls and what starts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Flow, Map, Node, Poll, Unit, WaitForCallback, nodes, units
from advisor.starter.blueprint.ids import IDEMPOTENCY, MACHINE
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Machine
from advisor.starter.blueprint.wiring import Arn, Permission, Ref, Trigger, WorkflowType
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.destinations.function_chain import function
from advisor.starter.plan.step_functions.failed_executions import kept_failures, report_unit, telling
from advisor.starter.plan.step_functions.jobs import may
from advisor.starter.plan.step_functions.retries import claim_retry, work_retries
from advisor.starter.plan.step_functions.service_integrations import call_for, token_call_for
from advisor.starter.plan.step_functions.stored_maps import buckets_of, storage
from advisor.starter.state_language import jsonata, jsonpath
from advisor.starter.state_language.entry import EVENT, START, TABLE, Claim, Entry, entered
from advisor.starter.state_language.expressions import EXECUTION_ID, EXECUTION_NAME, Value
from advisor.starter.state_language.identity import Identity, identified
from advisor.starter.state_language.levels import with_distinct_names
from advisor.starter.state_language.states import machine_definition
from advisor.starter.state_language.task import Call
from advisor.starter.state_language.task_state import Scope

SPELT = {"jsonata": jsonata.spelt, "jsonpath": jsonpath.spelt}


class MachineOptions(Struct, frozen=True, kw_only=True):
    """Options of the machine; ``caller_waits``: for its result, over HTTP.

    ``entry`` is how a run reads the event; None where the event is the payload and its caller names the run.
    """

    workflow_type: WorkflowType
    trigger: Trigger | None
    caller_waits: bool = False
    entry: Entry | None = None


class Once(Struct, frozen=True):
    """Protection against double work: the identity of a run, and the claim on its event."""

    run: Value
    claim: Claim | None = None


def core(context: PlanContext, plan: MachineOptions) -> Fragment:
    """Return the state machine for the core of the design with everything it uses.

    Raises Refused for what its workflow type cannot do.
    """
    flow = context.design.core
    _refuse_oversize(context, flow, plan)
    report = report_unit(context)
    calls = _calls(context, flow, report)
    if plan.workflow_type == "express":
        _refuse_standard_only(flow, calls)
    scope = Scope(
        calls=calls,
        retries=work_retries(context),
        timeout_s=context.timeout_s + 2,
        most_s=context.run_s - 1,
    )
    definition = machine_definition(
        flow,
        scope,
        comment=f"{context.name.words}: see README.md for what each state does",
        timeout_s=context.run_s,
        report=report,
    )
    undone = any(unit.undo for unit in units(flow))
    once = _once(context, plan, undone=undone)
    turns = frozenset(node.unit.name.words for node in nodes(flow) if isinstance(node, Poll))
    definition = with_distinct_names(identified(definition, Identity(once.run, turns)))
    definition = SPELT[context.query_language](definition)
    if plan.entry:
        definition = entered(definition, plan.entry, once.claim)
    told = kept_failures(context, report)
    own = [
        _machine(context, definition, calls, plan),
        _claiming(context, once),
        _functions(context, flow),
        _called(calls),
        _children(context, flow),
        storage(context, flow),
    ]
    return merge([told, *own])


def _calls(context: PlanContext, flow: Flow, report: Unit | None) -> Mapping[str, Call]:
    asks = {node.unit.name.module for node in nodes(flow) if isinstance(node, WaitForCallback)}
    calls = {}
    for unit in (*units(flow), *([report] if report else [])):
        module = unit.name.module
        calls[module] = token_call_for(unit, context) if module in asks else call_for(unit, context)
    if report:
        calls[report.name.module] = telling(calls[report.name.module], report.service, context.source)
    return calls


def _once(context: PlanContext, plan: MachineOptions, *, undone: bool) -> Once:
    """Return who a run is.

    A run that failed and is started anew for the same event goes on where it failed, unless what it did was
    undone. No two Standard runs work on one event: each claims its own first.
    """
    keyed = plan.entry is not None and not context.requirements.flag("idempotent")
    express = plan.workflow_type == "express"
    run = EVENT if keyed and not undone else EXECUTION_NAME if express else EXECUTION_ID
    if express or not keyed:
        return Once(run)
    claim = Claim(
        retry=dict(claim_retry(context)),
        remembered_s=context.aws.limit("starter-remembered"),
    )
    return Once(run, claim)


def _claiming(context: PlanContext, once: Once) -> Fragment:
    """Return what the machine needs to write its claim."""
    if once.claim is None:
        return Fragment()
    return Fragment(permissions=(may(context, "dynamodb", "claim", Ref(IDEMPOTENCY)),))


def _machine(
    context: PlanContext, definition: Mapping[str, Any], calls: Mapping[str, Call], plan: MachineOptions
) -> Fragment:
    made = [*calls.values(), *(call.first for call in calls.values() if call.first)]
    substitutions = dict(item for call in made for item in call.substitutions)
    substitutions |= buckets_of(context, context.design.core)
    if START in definition["States"]:
        substitutions[TABLE] = Ref(IDEMPOTENCY, "name")
    machine = Machine(
        MACHINE,
        "coordinates the steps",
        context.asked("steps", "coordination", "visibility", "total_duration_s", "delivery", "latency"),
        name=context.name,
        workflow_type=plan.workflow_type,
        definition=definition,
        substitutions=tuple(sorted(substitutions.items())),
        trigger=plan.trigger,
    )
    common = (
        may(context, "cloudwatch-logs", "deliver"),
        replace(may(context, "x-ray", "trace-and-sample"), implied=True),
    )
    return Fragment((machine,), common)


def _distributed(node: Node) -> bool:
    return isinstance(node, Map) and node.distributed


def _children(context: PlanContext, flow: Flow) -> Fragment:
    """Return what a distributed Map needs: its machine starts itself for each batch of items."""
    if not any(_distributed(node) for node in nodes(flow)):
        return Fragment()
    runs = Arn("arn:{partition}:states:{region}:{account}:execution:{0}/*", (Ref(MACHINE, "name"),))
    return Fragment(
        permissions=(
            may(context, "step-functions", "start", Ref(MACHINE)),
            may(context, "step-functions", "watch-items", runs),
        ),
    )


def _functions(context: PlanContext, flow: Flow) -> Fragment:
    keys = ("steps", "targets", "data_passing", "failure_handling", "retry")
    undone = {unit.undo.name.module: unit.name.words for unit in units(flow) if unit.undo}
    return Fragment(
        tuple(
            function(context, unit, *keys, undoes=undone.get(unit.name.module, ""))
            for unit in units(flow)
            if unit.service == "lambda"
        )
    )


def _called(calls: Mapping[str, Call]) -> Fragment:
    permissions: dict[tuple[str, tuple[str, ...], str], Permission] = {}
    made = [*calls.values(), *(call.first for call in calls.values() if call.first)]
    for permission in (permission for call in made for permission in call.permissions):
        alike = (permission.holder, permission.actions, repr(permission.condition))
        known = permissions.get(alike)
        merged = tuple(dict.fromkeys((*(known.resources if known else ()), *permission.resources)))
        permissions[alike] = replace(permission, resources=merged)
    resources = {item.id: item for call in made for item in call.resources}
    return Fragment(tuple(resources.values()), tuple(permissions.values()))


def _refuse_oversize(context: PlanContext, flow: Flow, plan: MachineOptions) -> None:
    if plan.workflow_type == "express" and any(_distributed(node) for node in nodes(flow)):
        most = context.aws.limit("inline-map-concurrency")
        raise NotSupported(
            f"An inline Map works on at most {most} items at once, and a distributed Map needs a Standard "
            f"workflow. Say max_parallel_items: {most}, or leave what asks for Express out."
        )


def _refuse_standard_only(flow: Flow, calls: Mapping[str, Call]) -> None:
    waiting = [unit.name.words for unit in units(flow) if calls[unit.name.module].standard_only]
    if waiting:
        raise NotSupported(
            f"Express workflows cannot wait for a job or a callback ({', '.join(waiting)}). Say waits: "
            "[poll-job], so that a Standard workflow is chosen, or leave these steps out."
        )
