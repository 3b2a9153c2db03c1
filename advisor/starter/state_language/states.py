"""A flow as a state machine: Amazon States Language as plain data, its expressions not yet spelt.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import (
    Choice,
    Flow,
    Map,
    Node,
    Parallel,
    Pass,
    Poll,
    Task,
    Unit,
    Wait,
    WaitForCallback,
    units,
)
from advisor.starter.blueprint.ids import INVALID_INPUT
from advisor.starter.state_language.expressions import (
    ERROR,
    FAILURE,
    INPUT,
    Compared,
    LastPart,
    ListOf,
    Merged,
    State,
    Value,
)
from advisor.starter.state_language.task import Call

States: TypeAlias = dict[str, State]

REPORT, FAILED, REJECTED = "Report failure", "Workflow failed", "Not approved"
PLACEHOLDER = "Placeholder for your own condition: both ways do the same work, so no step is left out."
OWN_STEPS = "Put here what only this case needs."

# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
LAMBDA_SERVICE_ERRORS = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]
LAMBDA_RETRIES: list[State] = [
    {
        "ErrorEquals": LAMBDA_SERVICE_ERRORS,
        "IntervalSeconds": 2,
        "MaxAttempts": 6,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    },
    {
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 1,
        "MaxAttempts": 6,
        "BackoffRate": 2.0,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    },
]


class Scope(Struct, frozen=True, kw_only=True):
    """Settings that all states of one level share.

    ``calls`` by unit module; ``catch`` is the state that takes failures (None where they end the run, and
    inside a branch, whose outer state catches); ``retries`` come after those for Lambda's own errors.
    """

    calls: Mapping[str, Call]
    retries: tuple[Mapping[str, Any], ...]
    timeout_s: int
    catch: str | None = None


def machine_definition(
    flow: Flow, scope: Scope, *, comment: str, timeout_s: int, report: Unit | None
) -> State:
    """Return the whole definition; ``report`` is the unit that tells of a failed run before it fails.

    Where there is nothing to tell or undo, errors stay uncaught: a redrive then goes on where one happened,
    while after a Catch it could only repeat the Fail state.
    """
    undoes = any(unit.undo for unit in units(flow))
    top = replace(scope, catch=REPORT if report else FAILED if undoes else None)
    start, states = _chain(flow, None, top)
    states |= _undo_states(flow, top)
    if report:
        states[REPORT] = _task(scope.calls[report.name.module], FAILED, replace(scope, catch=FAILED))
        states[REPORT]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": FAILED}]
    if top.catch:
        states[FAILED] = _fail()
    return {
        "Comment": comment,
        "StartAt": start,
        "TimeoutSeconds": timeout_s,
        "States": states,
    }


def _fail() -> State:
    """Return the end of a failed run; names that begin with ``States.`` are reserved for AWS."""
    name, cause = (Value("variable", (*FAILURE.path, part)) for part in ("Error", "Cause"))
    return {"Type": "Fail", "Error": LastPart(name), "Cause": cause}


def _chain(flow: Flow, after: str | None, scope: Scope) -> tuple[str, States]:
    """Return the first state's name and all states of ``flow``; the last goes on to ``after`` or ends."""
    nxt, states = after, dict[str, State]()
    for node, catch in reversed(list(zip(flow, _catches(flow, scope.catch), strict=True))):
        nxt, made = _node(node, nxt, replace(scope, catch=catch))
        states = {**made, **states}
    assert nxt is not None, "a flow has at least one node"
    return nxt, states


def _catches(flow: Flow, catch: str | None) -> list[str | None]:
    """Return where each node's failure goes: to the undo of the last unit before it.

    Where branches run together, some may be done when another fails: they are undone as well.
    """
    catches: list[str | None] = []
    for node in flow:
        undone = _last_undo((node,), catch)
        catches.append(undone if isinstance(node, Parallel) else catch)
        catch = undone
    return catches


def _last_undo(flow: Flow, catch: str | None) -> str | None:
    undone = [unit.undo.name.words for unit in units(flow) if unit.undo]
    return undone[-1] if undone and catch else catch


def _undo_states(flow: Flow, scope: Scope) -> States:
    """Return the undo of every unit, latest first; each must bear being called for what was never done."""
    states: States = {}
    nxt = scope.catch or FAILED
    for unit in units(flow):
        if unit.undo:
            state = _task(scope.calls[unit.undo.name.module], nxt, scope)
            nxt = unit.undo.name.words
            states = {nxt: {**state, "Output": INPUT}, **states}
    return states


def _node(node: Node, nxt: str | None, scope: Scope) -> tuple[str, States]:
    if isinstance(node, Task):
        return _do(node.unit, nxt, scope)
    if isinstance(node, WaitForCallback):
        return _ask(node, nxt, scope)
    if isinstance(node, Wait):
        return node.name, {node.name: {"Type": "Wait", "Seconds": node.seconds, **_next(nxt)}}
    if isinstance(node, Poll):
        return _poll(node, nxt, scope)
    if isinstance(node, Pass):
        return node.name, {node.name: {"Type": "Pass", "Comment": OWN_STEPS, **_next(nxt)}}
    if isinstance(node, Choice):
        return _choose(node, nxt, scope)
    return _block(node, nxt, scope)


def _do(unit: Unit, nxt: str | None, scope: Scope) -> tuple[str, States]:
    name = unit.name.words
    if unit.fallback is None:
        return name, {name: _task(scope.calls[unit.name.module], nxt, scope)}
    other, states = _do(unit.fallback, nxt, scope)
    return name, {name: _task(scope.calls[unit.name.module], nxt, replace(scope, catch=other)), **states}


def _ask(node: WaitForCallback, nxt: str | None, scope: Scope) -> tuple[str, States]:
    name = node.unit.name.words
    state = _task(
        scope.calls[node.unit.name.module], nxt, replace(scope, timeout_s=node.timeout_s, retries=())
    )
    if not node.approval:
        state["HeartbeatSeconds"] = node.timeout_s // 4
        return name, {name: state}
    approved = f"{name.replace('Await approval', 'Approved')}?"
    state["Next"] = approved
    state.pop("End", None)
    yes = Compared(Value("input", ("answer", "approved")), "equals", True)
    choice = {"Condition": yes, "Next": nxt or "Done"}
    states: States = {
        name: state,
        approved: {"Type": "Choice", "Choices": [choice], "Default": REJECTED},
        REJECTED: _rejected(scope),
    }
    return name, states if nxt else {**states, "Done": {"Type": "Succeed"}}


def _poll(node: Poll, nxt: str | None, scope: Scope) -> tuple[str, States]:
    name, running, again = node.unit.name.words, "Still running?", "Wait for the job"
    choice = {"Condition": Compared(Value("input", ("status",)), "equals", "RUNNING"), "Next": again}
    states: States = {
        name: _task(scope.calls[node.unit.name.module], running, scope),
        running: {"Type": "Choice", "Choices": [choice], "Default": nxt or "Done"},
        again: {"Type": "Wait", "Seconds": node.seconds, "Next": name},
    }
    return name, states if nxt else {**states, "Done": {"Type": "Succeed"}}


def _rejected(scope: Scope) -> State:
    failure = {"Error": "NotApproved", "Cause": 'The answer was not {"approved": true}.'}
    if scope.catch is None:
        return {"Type": "Fail", **failure}
    return {"Type": "Pass", "Assign": {"failure": failure}, "Next": scope.catch}


def _choose(node: Choice, nxt: str | None, scope: Scope) -> tuple[str, States]:
    then, states = _way(node.then, nxt, scope)
    before = _last_undo(node.then, scope.catch)
    default, more = _way(node.otherwise, nxt, replace(scope, catch=before))
    asked = node.condition
    condition = Compared(Value("input", tuple(asked.field.split("."))), asked.operator, asked.value)
    choice: State = {
        "Type": "Choice",
        **({"Comment": PLACEHOLDER} if node.placeholder else {}),
        "Choices": [{"Condition": condition, "Next": then}],
        "Default": default,
    }
    return node.name, {node.name: choice, **states, **more}


def _way(flow: Flow, nxt: str | None, scope: Scope) -> tuple[str, States]:
    """Return one way of a choice; one without steps leads straight on."""
    if flow:
        return _chain(flow, nxt, scope)
    return nxt or "Done", {} if nxt else {"Done": {"Type": "Succeed"}}


def _block(node: Parallel | Map, nxt: str | None, scope: Scope) -> tuple[str, States]:
    inner = replace(scope, catch=None)
    state: State
    if isinstance(node, Parallel):
        branches = [_chain(branch, None, inner) for branch in node.branches]
        state = {
            "Type": "Parallel",
            "Branches": [{"StartAt": start, "States": states} for start, states in branches],
        }
    else:
        start, states = _chain(node.body, None, inner)
        state = {
            "Type": "Map",
            "Items": ListOf(Value("input", (node.key,))),
            "MaxConcurrency": node.at_once,
            "ItemProcessor": {"ProcessorConfig": _mode(node), "StartAt": start, "States": states},
        }
    return node.name, {node.name: {**state, "Output": Merged("results"), **_catch(scope), **_next(nxt)}}


def _mode(node: Map) -> State:
    return {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"} if node.distributed else {"Mode": "INLINE"}


def _task(call: Call, nxt: str | None, scope: Scope) -> State:
    work = call.resource.endswith("lambda:invoke") and scope.retries
    retries = [
        *(LAMBDA_RETRIES if call.resource.endswith("lambda:invoke") else ()),
        *([{"ErrorEquals": [INVALID_INPUT], "MaxAttempts": 0}] if work else ()),
        *(scope.retries if call.retries is None else call.retries),
    ]
    return {
        "Type": "Task",
        "Resource": call.resource,
        "Arguments": call.arguments,
        "Output": call.output,
        "TimeoutSeconds": max(call.timeout_s, scope.timeout_s),
        **({"HeartbeatSeconds": call.heartbeat_s} if call.heartbeat_s else {}),
        **({"Retry": retries} if retries else {}),
        **_catch(scope),
        **_next(nxt),
    }


def _catch(scope: Scope) -> State:
    if scope.catch is None:
        return {}
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"failure": ERROR},
        "Output": INPUT,
        "Next": scope.catch,
    }
    return {"Catch": [catcher]}


def _next(nxt: str | None) -> State:
    return {"Next": nxt} if nxt else {"End": True}
