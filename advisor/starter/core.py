"""The coordinated part: the state machine, its functions, what it calls and what starts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.starter import jsonata, jsonpath
from advisor.starter.blueprint import Arn, Machine, Permission, Ref, Trigger, WorkflowType
from advisor.starter.calls import MACHINE, Call
from advisor.starter.derive import longest
from advisor.starter.edges import function
from advisor.starter.endings import ending, report_unit, telling
from advisor.starter.flow import Ask, Flow, ForEach, Node, Unit, nodes, units
from advisor.starter.integrations import call_for, token_call_for
from advisor.starter.parts import Brief, Parts, joined
from advisor.starter.refusals import Refused
from advisor.starter.states import Scope, machine_definition, taking_first

SPELT = {"jsonata": jsonata.spelt, "jsonpath": jsonpath.spelt}

LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
TRACES = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
LOGS_WHY = "log delivery knows no resource-level permissions"
TRACES_WHY = "X-Ray knows no resource-level permissions"


class Plan(Struct, frozen=True):
    """How the machine runs. ``caller_waits``: for its result, over HTTP; ``first``: it gets a list of one."""

    workflow_type: WorkflowType
    trigger: Trigger | None
    caller_waits: bool = False
    first: bool = False


def core(brief: Brief, flow: Flow, plan: Plan) -> Parts:
    """Return the state machine for ``flow`` with everything it uses.

    Raises Refused for what its workflow type cannot do.
    """
    _refuse_oversize(brief, flow, plan)
    report = report_unit(brief, plan.workflow_type)
    calls = _calls(brief, flow, report)
    if plan.workflow_type == "express":
        _refuse_standard_only(flow, calls)
    scope = Scope(calls, _retries(brief), brief.timeout_s + 2)
    definition = machine_definition(
        flow,
        scope,
        comment=f"{brief.name.words}: see README.md for what each state does",
        timeout_s=_timeout(brief, flow, plan),
        report=report,
    )
    if plan.first:
        definition = taking_first(definition)
    definition = SPELT[brief.query_language](definition)
    undone = any(unit.undo for unit in units(flow))
    told = ending(brief, report, plan.workflow_type, undone=undone)
    own = [_machine(brief, definition, calls, plan), _functions(brief, flow), _called(calls), _children(flow)]
    return joined([told, *own])


def _calls(brief: Brief, flow: Flow, report: Unit | None) -> Mapping[str, Call]:
    asks = {node.unit.name.module for node in nodes(flow) if isinstance(node, Ask)}
    calls = {}
    for unit in (*units(flow), *([report] if report else [])):
        module = unit.name.module
        calls[module] = (
            token_call_for(unit, brief.asked) if module in asks else call_for(unit, brief.asked, brief.source)
        )
    if report:
        calls[report.name.module] = telling(calls[report.name.module], report.service, brief.source)
    return calls


def _retries(brief: Brief) -> tuple[Mapping[str, Any], ...]:
    """Return the retriers for the work's own errors, after those for Lambda's service errors."""
    wish = brief.wishes.text("retry", "default")
    if wish == "none":
        return ()
    attempts = {"default": 2, "attempts": 4, "backoff": 5, "per-error": 5}[wish]
    if brief.wishes.text("caller_waits_for") == "result":
        attempts = 1  # a caller that waits has no time for more
    again = {
        "ErrorEquals": ["States.TaskFailed", "States.Timeout"],
        "IntervalSeconds": 2,
        "MaxAttempts": attempts,
        "BackoffRate": 2.0,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    }
    return (again,)


def _timeout(brief: Brief, flow: Flow, plan: Plan) -> int:
    if plan.caller_waits:
        return brief.limits.http_api_s - 1
    if plan.workflow_type == "express":
        return brief.limits.express_s
    asked = sum(node.timeout_s for node in nodes(flow) if isinstance(node, Ask))
    return longest(brief.wishes) + asked


def _machine(brief: Brief, definition: Mapping[str, Any], calls: Mapping[str, Call], plan: Plan) -> Parts:
    substitutions = dict(item for call in calls.values() for item in call.substitutions)
    machine = Machine(
        MACHINE,
        "coordinates the steps",
        brief.asked("steps", "coordination", "visibility", "total_duration_s", "delivery", "latency"),
        brief.name,
        plan.workflow_type,
        definition,
        tuple(sorted(substitutions.items())),
        plan.trigger,
    )
    common = (
        Permission(MACHINE, LOG_DELIVERY, ("*",), LOGS_WHY),
        Permission(MACHINE, TRACES, ("*",), TRACES_WHY, implied=True),
    )
    return Parts((machine,), common)


def _distributed(node: Node) -> bool:
    return isinstance(node, ForEach) and node.distributed


def _children(flow: Flow) -> Parts:
    """Return what a distributed Map needs: its machine starts itself for each batch of items."""
    if not any(_distributed(node) for node in nodes(flow)):
        return Parts()
    runs = Arn("arn:{partition}:states:{region}:{account}:execution:{0}/*", (Ref(MACHINE, "name"),))
    return Parts(
        permissions=(
            Permission(MACHINE, ("states:StartExecution",), (Ref(MACHINE),)),
            Permission(MACHINE, ("states:DescribeExecution", "states:StopExecution"), (Ref(MACHINE), runs)),
        )
    )


def _functions(brief: Brief, flow: Flow) -> Parts:
    keys = ("steps", "targets", "data_passing", "failure_handling", "retry")
    undone = {unit.undo.name.module: unit.name.words for unit in units(flow) if unit.undo}
    return Parts(
        tuple(
            function(brief, unit, *keys, undoes=undone.get(unit.name.module, ""))
            for unit in units(flow)
            if unit.service == "lambda"
        )
    )


def _called(calls: Mapping[str, Call]) -> Parts:
    permissions: dict[tuple[str, ...], Permission] = {}
    for permission in (permission for call in calls.values() for permission in call.permissions):
        known = permissions.get(permission.actions)
        merged = tuple(dict.fromkeys((*(known.resources if known else ()), *permission.resources)))
        permissions[permission.actions] = replace(permission, resources=merged)
    resources = {item.id: item for call in calls.values() for item in call.resources}
    return Parts(tuple(resources.values()), tuple(permissions.values()))


def _refuse_oversize(brief: Brief, flow: Flow, plan: Plan) -> None:
    if plan.workflow_type == "express" and any(_distributed(node) for node in nodes(flow)):
        raise Refused(
            "An inline Map works on at most 40 items at once, and a distributed Map needs a Standard "
            "workflow. Say max_parallel_items: 40, or leave what asks for Express out."
        )
    if brief.wishes.number("payload_kb", 0) * 1024 > brief.limits.state_bytes:
        raise Refused(
            "State data holds at most 256 KiB: keep the payload in S3, pass its key, and say payload_kb: 1."
        )


def _refuse_standard_only(flow: Flow, calls: Mapping[str, Call]) -> None:
    waiting = [unit.name.words for unit in units(flow) if calls[unit.name.module].standard_only]
    if waiting:
        raise Refused(
            f"Express workflows cannot wait for a job or a callback ({', '.join(waiting)}). Say waits: "
            "[poll-job], so that a Standard workflow is chosen, or leave these steps out."
        )
