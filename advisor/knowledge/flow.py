"""The flow of a workload, as values with AWS's names, before anything is said about how it is wired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from advisor.knowledge.names import Name


class Unit(Struct, frozen=True):
    """One unit of work, and the service that does it (a value of ``targets``).

    ``undo`` takes its effect back when a later unit fails; ``fallback`` does the work when it fails itself.
    """

    name: Name
    service: str = "lambda"
    undo: Unit | None = None
    fallback: Unit | None = None

    @property
    def function_id(self) -> str:
        return f"{self.name.id}Function"


class Task(Struct, frozen=True):
    """Do one unit of work."""

    unit: Unit


class Choice(Struct, frozen=True):
    """Go on with ``then`` where the payload's ``key`` is at least ``limit``, else with ``otherwise``."""

    name: str
    key: str
    limit: int
    then: Flow
    otherwise: Flow


class Parallel(Struct, frozen=True):
    """Do all branches at the same time."""

    name: str
    branches: tuple[Flow, ...]


class Map(Struct, frozen=True):
    """Do ``body`` for every item of the payload's ``key``, at most ``at_once`` at a time."""

    name: str
    key: str
    body: Flow
    at_once: int
    distributed: bool = False


class Wait(Struct, frozen=True):
    """Wait a fixed time."""

    name: str
    seconds: int


class WaitForCallback(Struct, frozen=True):
    """Hand the unit a task token and wait until somebody sends it back."""

    unit: Unit
    approval: bool
    timeout_s: int


class Poll(Struct, frozen=True):
    """Do the unit, and again every ``seconds``, as long as it returns ``{"status": "RUNNING"}``."""

    unit: Unit
    seconds: int


Node: TypeAlias = Task | Choice | Parallel | Map | Wait | WaitForCallback | Poll
Flow: TypeAlias = tuple[Node, ...]


def parts(node: Node) -> tuple[Flow, ...]:
    """Return the flows inside ``node``."""
    if isinstance(node, Choice):
        return (node.then, node.otherwise)
    if isinstance(node, Parallel):
        return node.branches
    return (node.body,) if isinstance(node, Map) else ()


def units(flow: Flow) -> Iterator[Unit]:
    """Yield every unit of ``flow`` in order, with its fallback and undo after it."""
    for node in flow:
        if isinstance(node, Task | WaitForCallback | Poll):
            yield from (unit for unit in (node.unit, node.unit.fallback, node.unit.undo) if unit)
        for part in parts(node):
            yield from units(part)


def nodes(flow: Flow) -> Iterator[Node]:
    """Yield every node of ``flow``, outer before inner."""
    for node in flow:
        yield node
        for part in parts(node):
            yield from nodes(part)
