"""Variables in JSONata expressions that no state has assigned: no checker sees them, AWS does at run time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonata

GIVEN = {"", "$", "states"}  # $, $$ and $states


def unassigned(definition: Any) -> Iterator[str]:
    """Yield every variable that is read and never assigned."""
    assigned = set(_assigned(definition))
    for expression in _expressions(definition):
        try:
            tree = jsonata.Jsonata(expression).ast
        except Exception:
            continue  # told by another check
        bound: set[str] = set()
        read = set(_read(tree, bound, set()))
        yield from (f"${name} is never assigned" for name in sorted(read - bound - assigned - GIVEN))


def _assigned(value: Any) -> Iterator[str]:
    for item in _parts(value):
        if isinstance(item, dict):
            yield from item.get("Assign", {})


def _expressions(value: Any) -> Iterator[str]:
    for item in _parts(value):
        if isinstance(item, str) and item.startswith("{%") and item.endswith("%}"):
            yield item[2:-2].strip()


def _parts(value: Any) -> Iterator[Any]:
    yield value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item)


def _read(node: Any, bound: set[str], seen: set[int]) -> Iterator[str]:
    """Yield the variables an expression reads; ``bound`` collects those it binds itself."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from _read(item, bound, seen)
    if not hasattr(node, "__dict__") or id(node) in seen:
        return
    seen.add(id(node))
    kind, parts = getattr(node, "type", ""), dict(vars(node))
    if kind in ("function", "partial"):
        parts.pop("procedure", None)  # a function's name is another check's
    if kind == "bind":
        bound.add(str(node.lhs.value))
    if kind == "lambda":
        bound.update(str(item.value) for item in node.arguments)
    if kind == "variable":
        yield str(node.value)
    for item in parts.values():
        yield from _read(item, bound, seen)
