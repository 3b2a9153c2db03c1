"""The units of work of a flow and their order, before anything is said about how they are wired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from advisor.starter.names import Name


@dataclass(frozen=True, slots=True)
class Unit:
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


@dataclass(frozen=True, slots=True)
class Do:
    """Do one unit of work."""

    unit: Unit


@dataclass(frozen=True, slots=True)
class Choose:
    """Go on with ``then`` where the payload's ``key`` is at least ``limit``, else with ``otherwise``."""

    name: str
    key: str
    limit: int
    then: Flow
    otherwise: Flow


@dataclass(frozen=True, slots=True)
class Together:
    """Do all branches at the same time and wait for all of them; ``joins`` collects their results."""

    name: str
    branches: tuple[Flow, ...]


@dataclass(frozen=True, slots=True)
class ForEach:
    """Do ``body`` for every item of the payload's ``key``, at most ``at_once`` at a time."""

    name: str
    key: str
    body: Flow
    at_once: int
    distributed: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait a fixed time."""

    name: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Ask:
    """Hand the unit a task token and wait until somebody sends it back."""

    unit: Unit
    approval: bool
    timeout_s: int


@dataclass(frozen=True, slots=True)
class Poll:
    """Do the unit, and again every ``seconds``, as long as it returns ``{"status": "RUNNING"}``."""

    unit: Unit
    seconds: int


Node: TypeAlias = Do | Choose | Together | ForEach | Pause | Ask | Poll
Flow: TypeAlias = tuple[Node, ...]


def parts(node: Node) -> tuple[Flow, ...]:
    """Return the flows inside ``node``."""
    if isinstance(node, Choose):
        return (node.then, node.otherwise)
    if isinstance(node, Together):
        return node.branches
    return (node.body,) if isinstance(node, ForEach) else ()


def units(flow: Flow) -> Iterator[Unit]:
    """Yield every unit of ``flow`` in order, with its fallback and undo after it."""
    for node in flow:
        if isinstance(node, Do | Ask | Poll):
            yield from (unit for unit in (node.unit, node.unit.fallback, node.unit.undo) if unit)
        for part in parts(node):
            yield from units(part)


def nodes(flow: Flow) -> Iterator[Node]:
    """Yield every node of ``flow``, outer before inner."""
    for node in flow:
        yield node
        for part in parts(node):
            yield from nodes(part)
