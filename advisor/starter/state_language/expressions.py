"""Expressions of a state machine, independent of JSONata and JSONPath.

A definition is plain data with JSONata's field names (``Arguments``, ``Output``, ``Assign``, ``Items``,
``Condition``) and these values in it; ``jsonata`` and ``jsonpath`` turn it into Amazon States Language.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from msgspec import Struct

from advisor.knowledge.answers import Operator

State: TypeAlias = dict[str, Any]


class Value(Struct, frozen=True):
    """Value at ``path`` of the state's input, its result, a caught error, the context or a variable."""

    source: Literal["input", "result", "error", "context", "variable"]
    path: tuple[str | int, ...] = ()


class Text(Struct, frozen=True):
    """A value as JSON text."""

    of: Value


class Unique(Struct, frozen=True):
    """A text that no other run has."""


class Filled(Struct, frozen=True):
    """``pattern`` with ``parts`` in place of each ``{}``."""

    pattern: str
    parts: tuple[Value | Unique, ...]


class Split(Struct, frozen=True):
    """The parts of ``text``, which has ``separator`` between them."""

    text: str
    separator: str


class LastPart(Struct, frozen=True):
    """Part of a text after its last dot."""

    of: Value


class Merged(Struct, frozen=True):
    """The state's input with its result at ``key``: all of it, or ``fields`` of it by new names."""

    key: str
    fields: Value | Mapping[str, Value] = Value("result")


class Compared(Struct, frozen=True):
    """Test that a value exists and fulfils ``operator``; false for a value of another type."""

    value: Value
    operator: Operator
    to: str | bool | int | float


class ListOf(Struct, frozen=True):
    """The list at a value, or an empty one where nothing is there."""

    value: Value


class ListWith(Struct, frozen=True):
    """A list with one value in it."""

    of: Value | Merged


Expression: TypeAlias = Value | Text | Unique | Filled | Split | LastPart | Merged | ListOf | ListWith

INPUT, RESULT, ERROR = Value("input"), Value("result"), Value("error")
INPUT_TEXT = Text(INPUT)
EXECUTION_ID = Value("context", ("Execution", "Id"))
EXECUTION_NAME = Value("context", ("Execution", "Name"))
ENTERED = Value("context", ("State", "EnteredTime"))
MAP_INDEX = Value("context", ("Map", "Item", "Index"))
MAP_ITEM = Value("context", ("Map", "Item", "Value"))
EXECUTION_INPUT = Value("context", ("Execution", "Input"))
STATE_NAME = Value("context", ("State", "Name"))
TASK_TOKEN = Value("context", ("Task", "Token"))
FAILURE = Value("variable", ("failure",))
