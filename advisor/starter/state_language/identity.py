"""Identity of a call within a run: the same call again is a repeat, any other is new work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.starter.state_language.expressions import (
    ENTERED,
    EXECUTION_ID,
    EXECUTION_NAME,
    MAP_INDEX,
    MAP_ITEM,
    STATE_NAME,
    Filled,
    State,
    Value,
)

NOTE = "Note the item"
SELECTED: State = {"place": MAP_INDEX, "item": MAP_ITEM}  # what the steps of an item begin with


class Identity(Struct, frozen=True):
    """Position of a call within a run.

    ``run`` is what all calls of one run share; ``items`` are the places in the lists around the state, outer
    first; ``turns`` are the states that a loop enters again and again.
    """

    run: Value
    turns: frozenset[str] = frozenset()
    items: tuple[Value, ...] = ()


def identified(level: State, identity: Identity) -> State:
    """Return a level of states whose calls say which call they are."""
    states: dict[str, State] = {}
    for name, state in level["States"].items():
        states[name] = _inner(_called(name, state, identity), identity)
    return {**level, "States": states}


def _called(name: str, state: State, identity: Identity) -> State:
    if state["Type"] != "Task":
        return state
    if state["Resource"].endswith("lambda:invoke"):
        turn = {"entered": ENTERED} if name in identity.turns else {}
        place = {"execution": identity.run, "state": STATE_NAME, **_item(identity), **turn}
        return _with(state, {"Payload": {**place, "payload": state["Arguments"]["Payload"]["payload"]}})
    if state["Resource"].endswith("http:invoke"):
        return _with(state, {"Headers": {"Idempotency-Key": _key(name, identity)}})
    return {**state, "Arguments": _placed(state["Arguments"], identity)}


def _placed(value: Any, identity: Identity) -> Any:
    """Return ``value``, where what is named after the run is named after the item in it as well."""
    if isinstance(value, Mapping):
        return {key: _placed(item, identity) for key, item in value.items()}
    if isinstance(value, list):
        return [_placed(item, identity) for item in value]
    if isinstance(value, Filled) and value.parts[:1] == (EXECUTION_NAME,):
        pattern = value.pattern.replace("{}", "/".join(["{}"] * (len(identity.items) + 1)), 1)
        return Filled(pattern, (_run(identity), *identity.items, *value.parts[1:]))
    return value


def _run(identity: Identity) -> Value:
    """Return the run as part of a name: an ARN is too long for one."""
    return EXECUTION_NAME if identity.run == EXECUTION_ID else identity.run


def _with(state: State, arguments: Mapping[str, Any]) -> State:
    return {**state, "Arguments": {**state["Arguments"], **arguments}}


def _item(identity: Identity) -> dict[str, Any]:
    if len(identity.items) < 2:
        return {"item": identity.items[0]} if identity.items else {}
    return {"item": list(identity.items)}


def _key(name: str, identity: Identity) -> Filled:
    """Return a key for the called service that each attempt of the same call sends."""
    slug = name.lower().replace(" ", "-")
    places = (_run(identity), *identity.items)
    return Filled("-".join(["{}", slug, *["{}"] * len(identity.items)]), places)


def _inner(state: State, identity: Identity) -> State:
    if "Branches" in state:
        return {**state, "Branches": [identified(branch, identity) for branch in state["Branches"]]}
    if "ItemProcessor" not in state:
        return state
    inner = state["ItemProcessor"]
    if inner["ProcessorConfig"]["Mode"] == "DISTRIBUTED":  # each item is a run of its own
        return {**state, "ItemProcessor": identified(inner, replace(identity, run=EXECUTION_ID, items=()))}
    return {**state, "ItemSelector": SELECTED, "ItemProcessor": _noted(inner, identity)}


def _noted(inner: State, identity: Identity) -> State:
    """Return the steps of an item behind a state that keeps its place.

    Only the ItemSelector of a Map may read the place, and no state inside:
    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    """
    depth = len(identity.items) + 1
    variable = "item" if depth == 1 else f"item{depth}"
    note: State = {
        "Type": "Pass",
        "QueryLanguage": "JSONata",
        "Assign": {variable: Value("input", ("place",))},
        "Output": Value("input", ("item",)),
        "Next": inner["StartAt"],
    }
    here = replace(identity, items=(*identity.items, Value("variable", (variable,))))
    level = identified(inner, here)
    return {**level, "StartAt": NOTE, "States": {NOTE: note, **level["States"]}}
