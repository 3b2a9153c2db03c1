"""Units that take the steps of a flow back when a later one fails."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from advisor.knowledge.flow import Choice, Flow, Map, Node, Parallel, Task, Unit, units
from advisor.knowledge.names import Name, names

MESSAGES = ("sns", "sqs", "eventbridge")  # nobody needs to know whether the last one went out


def with_undo(flow: Flow) -> Flow:
    """Return ``flow`` with an undo for each step.

    The items of a distributed Map are runs of their own, whose results the run around them does not hold:
    they have none. Neither has a message that is the last step, because nothing can fail after it.
    """
    found = list(_undoable(flow))
    if found and found[-1].service in MESSAGES:
        found.pop()
    taken = {unit.name.module for unit in units(flow)}
    made = names((f"Undo {unit.name.words.lower()}" for unit in found), taken=taken)
    return _attached(flow, {unit.name.module: name for unit, name in zip(found, made, strict=True)})


def _undoable(flow: Flow) -> Iterator[Unit]:
    for node in flow:
        match node:
            case Task(unit):
                yield unit
            case Choice():
                yield from (*_undoable(node.then), *_undoable(node.otherwise))
            case Parallel(_, branches):
                for branch in branches:
                    yield from _undoable(branch)
            case Map() if not node.distributed:
                yield from _undoable(node.body)


def _attached(flow: Flow, undo: dict[str, Name]) -> Flow:
    return tuple(_with(node, undo) for node in flow)


def _with(node: Node, undo: dict[str, Name]) -> Node:
    match node:
        case Task(unit):
            name = undo.get(unit.name.module)
            return Task(replace(unit, undo=Unit(name))) if name else node
        case Choice():
            then, otherwise = _attached(node.then, undo), _attached(node.otherwise, undo)
            return replace(node, then=then, otherwise=otherwise)
        case Parallel(_, branches):
            return replace(node, branches=tuple(_attached(branch, undo) for branch in branches))
        case Map():
            return replace(node, body=_attached(node.body, undo))
    return node
