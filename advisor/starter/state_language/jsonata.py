"""A definition in JSONata, the query language AWS recommends for new state machines.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from advisor.starter.state_language.expressions import (
    Compared,
    Filled,
    LastPart,
    ListOf,
    ListWith,
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


def state_in_jsonata(state: State) -> State:
    """Return one state in JSONata in a definition that is in another language, with all states inside it."""
    said = _said(state)
    if "ItemProcessor" in state:
        inner = state["ItemProcessor"]["States"]
        states = {name: state_in_jsonata(item) for name, item in inner.items()}
        said["ItemProcessor"] = {**said["ItemProcessor"], "States": states}
    return {"Type": state["Type"], "QueryLanguage": "JSONata", **said}


def _said(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _said(item) for key, item in value.items() if key != "QueryLanguage"}
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
        case ListWith(of):
            return f"[{_expression(of)}]"
        case ListOf(of):
            return f"$exists({_place(of)}) ? {_place(of)} : []"
        case Compared():
            return _test(value)
    raise TypeError(f"JSONata has no word for {value!r}")


def _test(test: Compared) -> str:
    place = _place(test.value)
    if test.operator == "present":
        return f"$exists({place})" if test.to else f"$not($exists({place}))"
    if test.operator == "equals":
        return f"{place} = {_literal(test.to)}"
    sign = {"at_least": ">=", "at_most": "<="}[test.operator]
    return f"$type({place}) = 'number' ? {place} {sign} {test.to} : false"


def _literal(value: str | bool | int | float) -> str:
    plain = isinstance(value, str) and re.fullmatch(r"[\w .,:/-]*", value, re.ASCII)
    return f"'{value}'" if plain else json.dumps(value, ensure_ascii=False)


def _place(value: Value) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in value.path)
    return f"${steps[1:]}" if value.source == "variable" else SOURCES[value.source] + steps


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
