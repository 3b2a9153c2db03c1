"""A flow as a state machine: Amazon States Language as plain data, its expressions not yet spelt.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
"""

from __future__ import annotations

from typing import TypeAlias

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
)
from advisor.starter.state_language.expressions import (
    FAILURE,
    Compared,
    LastPart,
    ListOf,
    Merged,
    State,
    Value,
)
from advisor.starter.state_language.task import Call
from advisor.starter.state_language.task_state import Scope, catching, following, task_state
from advisor.starter.state_language.undo import (
    BEGIN,
    BROKEN,
    ENDED,
    HUB,
    begin,
    enclosed,
    joined,
    noted,
    undoable,
    undoing,
)

States: TypeAlias = dict[str, State]

REPORT, FAILED, REJECTED = "Report failure", "Workflow failed", "Not approved"
PLACEHOLDER = "Placeholder for your own condition: both ways do the same work, so no step is left out."
OWN_STEPS = "Put here what only this case needs."
LISTS, RESULTS = "lists", "results"  # prefixes in the bucket of a map
LIST_BUCKET, RESULT_BUCKET = "ListBucketName", "ResultBucketName"


def machine_definition(
    flow: Flow, scope: Scope, *, comment: str, timeout_s: int, report: Unit | None
) -> State:
    """Return the whole definition; ``report`` is the unit that tells of a failed run before it fails.

    Where there is nothing to tell or undo, errors stay uncaught: a redrive then goes on where one happened,
    while after a Catch it could only repeat the Fail state.
    """
    undone = undoable(flow)
    end = REPORT if report else FAILED if undone else None
    top = replace(scope, catch=HUB if undone else end)
    start, states = _chain(flow, None, top)
    if undone and end:
        undos = [unit.undo for unit in undone if unit.undo]
        tasks = {unit.name.module: task_state(_call(unit, scope), HUB, top) for unit in undos}
        states = {BEGIN: begin(flow, top.place, start), **states, **undoing(flow, tasks, end)}
        start = BEGIN
    if report:
        states[REPORT] = task_state(_call(report, scope), FAILED, replace(scope, catch=FAILED))
        states[REPORT]["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": FAILED}]
    if end:
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
    for node in reversed(flow):
        nxt, made = _node(node, nxt, scope)
        states = {**made, **states}
    assert nxt is not None, "a flow has at least one node"
    return nxt, states


def _node(node: Node, nxt: str | None, scope: Scope) -> tuple[str, States]:
    if isinstance(node, Task):
        return _do(node.unit, nxt, scope)
    if isinstance(node, WaitForCallback):
        return _ask(node, nxt, scope)
    if isinstance(node, Wait):
        return node.name, {node.name: {"Type": "Wait", "Seconds": node.seconds, **following(nxt)}}
    if isinstance(node, Poll):
        return _poll(node, nxt, scope)
    if isinstance(node, Pass):
        return node.name, {node.name: {"Type": "Pass", "Comment": OWN_STEPS, **following(nxt)}}
    if isinstance(node, Choice):
        return _choose(node, nxt, scope)
    return _block(node, nxt, scope)


def _do(unit: Unit, nxt: str | None, scope: Scope) -> tuple[str, States]:
    name, states = unit.name.words, dict[str, State]()
    catch = scope.catch
    if unit.fallback:
        catch = unit.fallback.name.words
        states[catch] = _noted(task_state(_call(unit.fallback, scope), nxt, scope), unit, scope)
    call = _call(unit, scope)
    own = task_state(call, nxt, replace(scope, catch=catch))
    states = {name: _noted(own, unit, scope), **states}
    if call.first is None:
        return name, states
    before = f"Keep payload of {name}"
    return before, {before: task_state(call.first, name, scope), **states}


def _call(unit: Unit, scope: Scope) -> Call:
    return scope.calls[unit.name.module]


def _noted(state: State, unit: Unit, scope: Scope) -> State:
    """Return a Task that keeps what is to be undone, if anything is."""
    return noted(state, unit, scope.place) if unit.undo else state


def _ask(node: WaitForCallback, nxt: str | None, scope: Scope) -> tuple[str, States]:
    name = node.unit.name.words
    state = task_state(
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
        name: task_state(scope.calls[node.unit.name.module], running, scope),
        running: {"Type": "Choice", "Choices": [choice], "Default": nxt or "Done"},
        again: {"Type": "Wait", "Seconds": node.seconds, "Next": name},
    }
    return name, states if nxt else {**states, "Done": {"Type": "Succeed"}}


def _rejected(scope: Scope) -> State:
    failure = {"Error": "NotApproved", "Cause": 'The answer was not {"approved": true}.'}
    if scope.catch is None:
        return {"Type": "Fail", **failure}
    return {"Type": "Pass", "Assign": {scope.place.failure: failure}, "Next": scope.catch}


def _choose(node: Choice, nxt: str | None, scope: Scope) -> tuple[str, States]:
    then, states = _way(node.then, nxt, scope)
    default, more = _way(node.otherwise, nxt, scope)
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
    kept = scope.catch is not None and bool(undoable((node,)))
    state: State
    if isinstance(node, Parallel):
        branches = [_inside(branch, scope, kept=kept) for branch in node.branches]
        state = {"Type": "Parallel", "Branches": branches}
    else:
        state = {
            "Type": "Map",
            **_items(node),
            "MaxConcurrency": node.at_once,
            **({"ToleratedFailurePercentage": 100} if node.goes_on else {}),
            "ItemProcessor": {"ProcessorConfig": _mode(node), **_inside(node.body, scope, kept=kept)},
            **_writer(node),
        }
    state |= {"Output": _results(node), **catching(scope)}
    if not (kept and scope.catch):
        return node.name, {node.name: {**state, **following(nxt)}}
    check = f"{node.name}: all done?"
    states = {node.name: {**state, "Next": check}}
    states[check] = joined((node,), scope.place, (nxt or "Done", scope.catch))
    return node.name, states if nxt else {**states, "Done": {"Type": "Succeed"}}


def _items(node: Map) -> State:
    """Return where the items are: in the state, or in a file that the state names."""
    if not node.listed:
        return {"Items": ListOf(Value("input", (node.key,)))}
    address = {"Bucket": f"${{{LIST_BUCKET}}}", "Key": Value("input", (node.key, "key"))}
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Arguments": address,
    }
    return {"ItemReader": reader}


def _writer(node: Map) -> State:
    if not node.kept:
        return {}
    address = {"Bucket": f"${{{RESULT_BUCKET}}}", "Prefix": RESULTS}
    return {"ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Arguments": address}}


def _results(node: Parallel | Map) -> Merged:
    """Return what the next state gets: the results, or the address of the file that lists them."""
    if isinstance(node, Map) and node.kept:
        written = {key.lower(): Value("result", ("ResultWriterDetails", key)) for key in ("Bucket", "Key")}
        return Merged("results", written)
    return Merged("results")


def _inside(flow: Flow, scope: Scope, *, kept: bool) -> State:
    """Return a branch or the steps of an item; where nothing is ``kept`` of it, a failure ends all."""
    if not kept:
        start, states = _chain(flow, None, replace(scope, catch=None))
        return {"StartAt": start, "States": states}
    place = scope.place.inside()
    start, states = _chain(flow, ENDED, replace(scope, catch=BROKEN, place=place))
    return enclosed(flow, place, start, states)


def _mode(node: Map) -> State:
    return {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"} if node.distributed else {"Mode": "INLINE"}
