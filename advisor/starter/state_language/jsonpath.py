"""The same definition in JSONPath, for teams whose state machines are written in it.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html and
https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.starter.state_language.expressions import (
    ERROR,
    INPUT,
    RESULT,
    Compared,
    Filled,
    LastPart,
    ListOf,
    Merged,
    Split,
    State,
    Text,
    Unique,
    Value,
)
from advisor.starter.state_language.jsonata import state_in_jsonata
from advisor.starter.state_language.levels import redirected

SOURCES = {"input": "$", "result": "$", "error": "$", "context": "$$"}


def spelt(definition: State) -> State:
    """Return ``definition`` as Amazon States Language."""
    return {"Comment": definition["Comment"], "QueryLanguage": "JSONPath", **_level(definition)}


def _level(level: State) -> State:
    """Return a level in JSONPath; in front of a list that may be missing, a state puts an empty one."""
    lists = {
        name: state["Items"].value
        for name, state in level["States"].items()
        if isinstance(state.get("Items"), ListOf)
    }
    before = {name: f"{name}, or none" for name in lists}
    level = redirected(level, before)
    states: State = {}
    for name, state in level["States"].items():
        if name in lists:
            states[before[name]] = _or_none(lists[name].path[0], name)
        states[name] = _state(state)
    return {**level, "States": states}


def _or_none(key: Any, following: str) -> State:
    """Return a state that adds an empty list at ``key`` where the input has nothing there.

    It is in JSONata: JSONPath has no default for what is missing.
    """
    some, none = f"$exists($states.input.{key})", f"$merge([$states.input, {{'{key}': []}}])"
    output = f"{{% {some} ? $states.input : {none} %}}"
    return {"Type": "Pass", "QueryLanguage": "JSONata", "Output": output, "Next": following}


def _state(state: State) -> State:
    if "QueryLanguage" in state:
        return state_in_jsonata(state)
    fields: State = {}
    for name, value in state.items():
        fields |= _field(state["Type"], name, value)
    return fields


def _field(kind: str, name: str, value: Any) -> State:
    match name:
        case "Arguments":
            return {} if value == INPUT else {"Parameters": _payload(value)}
        case "Output":
            return _passed_on(value) if kind == "Pass" else _output(value)
        case "Assign" | "ItemSelector":
            return {name: _payload(value)}
        case "Items":
            return {"ItemsPath": _path(value.value)}
        case "Error" | "Cause":
            return {name: value} if isinstance(value, str) else {f"{name}Path": _spelt(value)}
        case "Choices":
            return {name: [{**_test(choice["Condition"]), "Next": choice["Next"]} for choice in value]}
        case "Catch":
            return {name: [_catcher(catcher) for catcher in value]}
        case "Branches":
            return {name: [_level(branch) for branch in value]}
        case "ItemProcessor":
            return {name: _level(value)}
        case "ItemReader" | "ResultWriter":
            arguments = {"Parameters": _payload(value["Arguments"])}
            return {name: {key: item for key, item in value.items() if key != "Arguments"} | arguments}
    return {name: value}


def _catcher(catcher: State) -> State:
    fields: State = {}
    for name, value in catcher.items():
        fields |= _field("Catch", name, value)
    return fields


def _output(value: Any) -> State:
    """Return the fields that make ``value`` of a state's input and result."""
    if value in (RESULT, ERROR):
        return {}
    if value == INPUT:
        return {"ResultPath": None}
    if isinstance(value, Value) and value.source == "result":
        return {"OutputPath": _path(value)}
    if isinstance(value, Merged):
        selected = {} if value.fields == RESULT else {"ResultSelector": _payload(value.fields)}
        return {**selected, "ResultPath": f"$.{value.key}"}
    raise TypeError(f"JSONPath has no output like {value!r}")


def _passed_on(value: Any) -> State:
    return {"InputPath": _path(value)}


def _payload(value: Any) -> Any:
    """Return a payload template: what is looked up stands at a key that ends in ``.$``."""
    if isinstance(value, Mapping):
        return dict(_entry(key, item) for key, item in value.items())
    return [_payload(item) for item in value] if isinstance(value, list) else value


def _entry(key: str, value: Any) -> tuple[str, Any]:
    plain = value is None or isinstance(value, str | bool | int | float)
    if plain or isinstance(value, Mapping):
        return key, _payload(value)
    if isinstance(value, list):
        flat = all(isinstance(item, str) or not isinstance(item, Mapping | list) for item in value)
        dynamic = flat and any(not isinstance(item, str) for item in value)
        return (f"{key}.$", _array(value)) if dynamic else (key, _payload(value))
    return f"{key}.$", _spelt(value)


def _array(items: list[Any]) -> str:
    words = (_quoted(item) if isinstance(item, str) else _spelt(item) for item in items)
    return f"States.Array({', '.join(words)})"


def _spelt(value: Any) -> str:
    match value:
        case Value():
            return _path(value)
        case Text(of):
            return f"States.JsonToString({_path(of)})"
        case Unique():
            return "States.UUID()"
        case Filled(pattern, parts):
            return f"States.Format({', '.join([_quoted(pattern), *map(_spelt, parts)])})"
        case Split(text, separator):
            return f"States.StringSplit({_quoted(text)}, {_quoted(separator)})"
        case LastPart(of):
            split = f"States.StringSplit({_path(of)}, '.')"
            return f"States.ArrayGetItem({split}, States.MathAdd(States.ArrayLength({split}), -1))"
    raise TypeError(f"JSONPath has no word for {value!r}")


def _path(value: Value) -> str:
    if value.source == "variable":
        return "$" + ".".join(str(step) for step in value.path)
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in value.path)
    return SOURCES[value.source] + "".join(steps)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _test(condition: Compared) -> State:
    """Return a test that is false, not an error, where the value is missing or of another type."""
    variable = _path(condition.value)
    if condition.operator == "present":
        return {"Variable": variable, "IsPresent": condition.to}
    kind = {bool: "Boolean", str: "String"}.get(type(condition.to), "Numeric")
    compare = {"equals": "Equals", "at_least": "GreaterThanEquals", "at_most": "LessThanEquals"}
    test = {"Variable": variable, f"{kind}{compare[condition.operator]}": condition.to}
    return {"And": [{"Variable": variable, "IsPresent": True}, test]}
