"""A definition in JSONata, the query language AWS recommends for new state machines.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.starter.state_language.expressions import (
    AtLeast,
    Equals,
    Filled,
    LastPart,
    Merged,
    Split,
    State,
    Text,
    Unique,
    Value,
)

SOURCES = {
    "input": "$states.input",
    "result": "$states.result",
    "error": "$states.errorOutput",
    "context": "$states.context",
}


def spelt(definition: State) -> State:
    """Return ``definition`` as Amazon States Language."""
    return {"Comment": definition["Comment"], "QueryLanguage": "JSONata", **_said(definition)}


def _said(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _said(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_said(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return f"{{% {_expression(value)} %}}"


def _expression(value: Any) -> str:
    match value:
        case Value():
            return _place(value)
        case Text(of):
            return f"$string({_place(of)})"
        case Unique():
            return "$uuid()"
        case Filled():
            return _filled(value)
        case Split(text, separator):
            return f"$split('{text}', '{separator}')"
        case LastPart(of):
            return f"$split({_place(of)}, '.')[-1]"
        case Merged(key, fields):
            return f"$merge([$states.input, {{'{key}': {_fields(fields)}}}])"
        case AtLeast(of, limit):
            return f"$type({_place(of)}) = 'number' ? {_place(of)} >= {limit} : false"
        case Equals(of, to):
            literal = str(to).lower() if isinstance(to, bool) else f"'{to}'"
            return f"{_place(of)} = {literal}"
    raise TypeError(f"JSONata has no word for {value!r}")


def _place(value: Value) -> str:
    if value.source == "variable":
        return "$" + ".".join(str(step) for step in value.path)
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in value.path)
    return SOURCES[value.source] + "".join(steps)


def _fields(fields: Value | Mapping[str, Value]) -> str:
    if isinstance(fields, Value):
        return _place(fields)
    return "{" + ", ".join(f"'{name}': {_place(value)}" for name, value in fields.items()) + "}"


def _filled(text: Filled) -> str:
    if text.pattern == "{}":
        return f"$string({_expression(text.parts[0])})"
    between = [f"'{piece}'" if piece else "" for piece in text.pattern.split("{}")]
    parts = [*(_expression(part) for part in text.parts), ""]
    return " & ".join(piece for pair in zip(between, parts, strict=True) for piece in pair if piece)
