"""States that undo what a failed run did, and nothing else, and what is kept of each step for them.

A variable for each step holds the results that are to be undone. Branches and items cannot write variables of
the run around them, so they end well in any case and hand over what they did with their result or error.

These states are in JSONata in either language: JSONPath cannot keep the input of a state beside its error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from advisor.knowledge.flow import Flow, Map, Unit, parts, units
from advisor.starter.state_language.expressions import INPUT, ListWith, State, Value
from advisor.starter.state_language.task_state import LAMBDA_SERVICE_ERRORS, Place

States: TypeAlias = dict[str, State]

BEGIN, HUB = "Nothing done yet", "Undo what was done"
ENDED, BROKEN = "Done so far", "Failed here"  # the two ends of a branch or item
JOINED = "All done?"
FAILURE, NOT_UNDONE = "failure", "not_undone"
NOTHING: list[Any] = []

# What leaves open whether the work was done: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
TIMEOUTS = ["States.Timeout", "States.HeartbeatTimeout"]
UNCLEAR = {
    "lambda:invoke": [
        "Sandbox.Timedout",
        "Lambda.Unknown",
        *LAMBDA_SERVICE_ERRORS,
    ],
    "http:invoke": ["States.Http.Socket", *(f"States.Http.StatusCode.{code}" for code in (500, 502, 504))],
}


def undoable(flow: Flow) -> tuple[Unit, ...]:
    """Return the units of ``flow`` that can be undone, in order."""
    return tuple(unit for unit in units(flow) if unit.undo)


def begin(flow: Flow, place: Place, nxt: str) -> State:
    """Return the state that makes the variables of a level."""
    made = {place.done(unit): NOTHING for unit in undoable(flow)}
    return _jsonata("Pass", Assign=made if place.depth else {**made, NOT_UNDONE: ""}, Next=nxt)


def noted(state: State, unit: Unit, place: Place) -> State:
    """Return a Task that keeps what it did, and its input where nobody knows whether it did it."""
    kept = place.done(unit)
    unclear = [error for call, errors in UNCLEAR.items() if call in state["Resource"] for error in errors]
    (known,) = state["Catch"]
    assign = {**known["Assign"], kept: ListWith(INPUT)}
    unknown = {**known, "ErrorEquals": [*TIMEOUTS, *unclear], "Assign": assign}
    changed = {"Assign": {kept: ListWith(state["Output"])}, "Catch": [unknown, known]}
    return {**_jsonata("Task"), **state, **changed}


def enclosed(flow: Flow, place: Place, start: str, states: States) -> State:
    """Return a branch or the steps of an item, which end well and say what was done and what failed."""
    done = {unit.name.module: Value("variable", (place.done(unit),)) for unit in undoable(flow)}
    failure = Value("variable", (place.failure,))
    first = {BEGIN: begin(flow, place, start)} if done else {}
    return {
        "StartAt": BEGIN if done else start,
        "States": {
            **first,
            **states,
            ENDED: _jsonata("Pass", Output={"failed": False, "payload": INPUT, "done": done}, End=True),
            BROKEN: _jsonata("Pass", Output={"failed": True, "failure": failure, "done": done}, End=True),
        },
    }


def joined(flow: Flow, place: Place, ways: tuple[str, str]) -> State:
    """Return the choice after branches or items: on with their payloads, or to where failures go."""
    nxt, catch = ways
    results = "$states.input.results"
    done = {place.done(unit): f"{{% [{results}.done.{unit.name.module}] %}}" for unit in undoable(flow)}
    failed = {
        "Condition": f"{{% $exists({results}[failed]) %}}",
        "Assign": {**done, place.failure: f"{{% {results}[failed][0].failure %}}"},
        "Output": "{% $sift($states.input, function($value, $key) { $key != 'results' }) %}",
        "Next": catch,
    }
    payloads = f"{{% $merge([$states.input, {{'results': [{results}.payload]}}]) %}}"
    return _jsonata("Choice", Choices=[failed], Assign=done, Output=payloads, Default=nxt)


def undoing(flow: Flow, tasks: Mapping[str, State], end: str) -> States:
    """Return the states that undo, the latest step first; one that fails does not stop the others.

    ``tasks`` are the calls of the undo functions by module; at the ``end``, the first error is told.
    """
    place, many = Place(), frozenset(_repeated(flow))
    last_first = tuple(reversed(undoable(flow)))
    rules = [
        {"Condition": f"{{% $count(${place.done(unit)}) > 0 %}}", "Next": _undo(unit).name.words}
        for unit in last_first
    ]
    told = f"{{% $merge([${FAILURE}, {{'Cause': ${FAILURE}.Cause & ${NOT_UNDONE}}}]) %}}"
    states = {HUB: _jsonata("Choice", Choices=rules, Assign={FAILURE: told}, Default=end)}
    for unit in last_first:
        undo = _undo(unit)
        make = _undo_each if unit.name.module in many else _undo_one
        states[undo.name.words] = make(unit, tasks[undo.name.module], place)
    return states


def _undo(unit: Unit) -> Unit:
    assert unit.undo
    return unit.undo


def _undo_one(unit: Unit, task: State, place: Place) -> State:
    kept = place.done(unit)
    error = f"${NOT_UNDONE} & ' {_undo(unit).name.words} failed with ' & $states.errorOutput.Error & '.'"
    catch = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {kept: NOTHING, NOT_UNDONE: f"{{% {error} %}}"},
        "Output": INPUT,
        "Next": HUB,
    }
    return {
        **_jsonata("Task"),
        **_with_payload(task, Value("variable", (kept, 0))),
        "Output": INPUT,
        "Assign": {kept: NOTHING},
        "Catch": [catch],
        "Next": HUB,
    }


def _undo_each(unit: Unit, task: State, place: Place) -> State:
    """Return the state that undoes a step for every item for which it was done."""
    kept, words = place.done(unit), _undo(unit).name.words
    one = {key: value for key, value in task.items() if key != "Next"}
    catch = {"ErrorEquals": ["States.ALL"], "Output": {"failed": True}, "Next": f"{words}: failed"}
    states = {
        f"{words} of an item": {
            **_jsonata("Task"),
            **one,
            "Output": {"failed": False},
            "Catch": [catch],
            "End": True,
        },
        f"{words}: failed": _jsonata("Pass", End=True),
    }
    failed = "$states.result[failed]"
    told = f"' {words} failed for ' & $count({failed}) & ' of ' & $count($states.result) & '.'"
    return _jsonata(
        "Map",
        Items=f"{{% ${kept} %}}",
        MaxConcurrency=1,
        ItemProcessor={
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": next(iter(states)),
            "States": states,
        },
        Output=INPUT,
        Assign={
            kept: NOTHING,
            NOT_UNDONE: f"{{% ${NOT_UNDONE} & ($exists({failed}) ? {told} : '') %}}",
        },
        Next=HUB,
    )


def _with_payload(task: State, payload: Value) -> State:
    arguments = task["Arguments"]
    return {**task, "Arguments": {**arguments, "Payload": {**arguments["Payload"], "payload": payload}}}


def _repeated(flow: Flow) -> Iterable[str]:
    """Yield the modules of the units that run for each item of a list."""
    for node in flow:
        if isinstance(node, Map):
            yield from (unit.name.module for unit in undoable((node,)))
        else:
            for inner in parts(node):
                yield from _repeated(inner)


def _jsonata(kind: str, **fields: Any) -> State:
    return {"Type": kind, "QueryLanguage": "JSONata", **fields}
