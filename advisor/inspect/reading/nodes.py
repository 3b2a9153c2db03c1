"""Entries of a file as values, where the format has no functions of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.inspect.values import MAX_DEPTH, NOWHERE, Node, Unknown
from advisor.loading.yaml_nodes import Entry

Function = Callable[[Entry, int], Node | None]


def node_of(entry: Entry, function: Function | None = None, depth: int = 0) -> Node:
    """Return ``entry`` as a value; ``function`` may say what an entry stands for.

    What is nested deeper than any template is unknown.
    """
    if depth > MAX_DEPTH:
        return Node(Unknown("nested too deep"), entry.place)
    if function is not None:
        found = function(entry, depth)
        if found is not None:
            return found
    value = entry.value
    if isinstance(value, Mapping):
        return Node(children(entry, function, depth), entry.place)
    if isinstance(value, tuple):
        return Node(tuple(node_of(item, function, depth + 1) for item in value), entry.place)
    return Node(value, entry.place, NOWHERE, entry.text, entry.style in ("|", ">"))


def children(entry: Entry, function: Function | None, depth: int) -> dict[str, Node]:
    """Return the values of a mapping, each with the place of its key."""
    found = {}
    for key, item in entry.mapping.items():
        node = node_of(item, function, depth + 1)
        found[key] = Node(node.value, node.place, entry.place_of(key), node.text, node.block)
    return found
