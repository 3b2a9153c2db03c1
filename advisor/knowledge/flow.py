"""The flow of a workload, as values with AWS's names, before anything is said about how it is wired."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from advisor.knowledge.answers import FieldCondition
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
    """Go on with ``then`` where ``condition`` holds, else with ``otherwise``.

    ``placeholder``: the user gave no condition, and both ways do the same work.
    """

    name: str
    condition: FieldCondition
    then: Flow
    otherwise: Flow
    placeholder: bool = False


class Pass(Struct, frozen=True):
    """Do nothing: a place for steps of one's own."""

    name: str


class Parallel(Struct, frozen=True):
    """Do all branches at the same time."""

    name: str
    branches: tuple[Flow, ...]


class Map(Struct, frozen=True, kw_only=True):
    """Do ``body`` for every item of the payload's ``key``, at most ``at_once`` at a time.

    ``listed``: the list is a JSON file in S3, and the payload names it; ``kept``: the results are written to
    S3. ``goes_on``: items that fail do not stop the others.
    """

    name: str
    key: str
    body: Flow
    at_once: int
    distributed: bool = False
    listed: bool = False
    kept: bool = False
    goes_on: bool = False


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


Node: TypeAlias = Task | Choice | Pass | Parallel | Map | Wait | WaitForCallback | Poll
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


def listing(flow: Flow) -> frozenset[str]:
    """Return the modules of the functions whose result a Map reads its list from."""
    return frozenset(_listing(flow, frozenset()))


def _listing(flow: Flow, before: frozenset[str]) -> Iterator[str]:
    for node in flow:
        if isinstance(node, Map):
            yield from before
        for part in parts(node):
            yield from _listing(part, frozenset() if isinstance(node, Map) else before)
        before = _payload_of(node, before)


def _payload_of(node: Node, before: frozenset[str]) -> frozenset[str]:
    """Return the functions that the payload after ``node`` is from; most nodes only add to it."""
    if isinstance(node, Task | Poll):
        made = (unit for unit in (node.unit, node.unit.fallback) if unit and unit.service == "lambda")
        return frozenset(unit.name.module for unit in made) or before
    if isinstance(node, Choice):
        ends = []
        for way in (node.then, node.otherwise):
            end = before
            for inner in way:
                end = _payload_of(inner, end)
            ends.append(end)
        return ends[0] | ends[1]
    return before


def nodes(flow: Flow) -> Iterator[Node]:
    """Yield every node of ``flow``, outer before inner."""
    for node in flow:
        yield node
        for part in parts(node):
            yield from nodes(part)


def maps(flow: Flow) -> tuple[Map, ...]:
    """Return every Map of ``flow``, outer before inner."""
    return tuple(node for node in nodes(flow) if isinstance(node, Map))


def stored_maps(flow: Flow) -> tuple[Map, ...]:
    """Return the maps of ``flow`` that have their results, and maybe their list, in S3."""
    return tuple(node for node in maps(flow) if node.kept)


def takes_list(flow: Flow) -> bool:
    """Return whether a Map of ``flow`` reads its list from S3."""
    return any(node.listed for node in maps(flow))
