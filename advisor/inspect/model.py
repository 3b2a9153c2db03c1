"""A system as it is built: functions, state machines, and what stands between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.errors import Place
from advisor.inspect.definition import Definition
from advisor.inspect.values import NOTHING, Node, references_in

Mode: TypeAlias = Literal["sync", "async", "poll", "unknown"]
Outcome: TypeAlias = Literal["success", "failure", "stream-success", "stream-failure", "dead-letter"]
UNKNOWN = "unknown"


class Target(Struct, frozen=True):
    """What something points to. ``service`` is a word of the answers vocabulary, ``unknown`` where open.

    ``key`` names the resource where it is in these files; ``qualifier`` is a function's alias or version,
    ``$LATEST`` for none, None where open; ``is_arn`` says whether what is written gives an ARN.
    """

    service: str
    key: str = ""
    text: str = ""
    qualifier: str | None = None
    is_arn: bool | None = None
    fifo: bool | None = None


class Destination(Struct, frozen=True, kw_only=True):
    """Where one outcome of a function goes; ``declared`` is the kind that SAM's ``Type`` names."""

    outcome: Outcome
    target: Target
    place: Place
    declared: str = ""
    made_by_sam: bool = False


class EventSource(Struct, frozen=True, kw_only=True):
    """What starts a function or a state machine; ``settings`` are those of the source's own resource.

    ``qualifier`` is the alias or version of the function that it calls, None where open. ``pattern`` is an
    EventBridge pattern, ``schedule`` an expression. ``through`` is ``pipes`` where a pipe stands between.
    ``permitted_only``: nothing but a permission names it.
    """

    kind: str
    mode: Mode
    place: Place
    source: Target = Target(UNKNOWN)
    qualifier: str | None = None
    settings: Node = NOTHING
    pattern: Node = NOTHING
    schedule: str = ""
    filtered: bool = False
    through: str = ""
    permitted_only: bool = False


class Grants(Struct, frozen=True):
    """What a role allows: statements, managed policies by name, SAM policy templates by name.

    ``complete`` is False where something about it stands in no file here.
    """

    statements: tuple[Node, ...] = ()
    managed: tuple[str, ...] = ()
    templates: tuple[tuple[str, Node], ...] = ()
    complete: bool = False


class AsyncConfig(Struct, frozen=True, kw_only=True):
    """How Lambda treats asynchronous calls; ``qualifier`` is None where it is open."""

    attempts: Node
    age: Node
    qualifier: str | None
    place: Place


class InspectedFunction(Struct, frozen=True, kw_only=True):
    """A Lambda function. ``callers`` are state machines, functions and services that call it, by mode."""

    key: str
    id: str
    place: Place
    properties: Node
    runtime: str | None = None
    durable: bool = False
    sources: tuple[EventSource, ...] = ()
    callers: tuple[tuple[str, Mode], ...] = ()
    destinations: tuple[Destination, ...] = ()
    configs: tuple[AsyncConfig, ...] = ()
    grants: Grants = Grants()
    metadata: Node = NOTHING

    def outcomes(self, *outcomes: Outcome) -> tuple[Destination, ...]:
        """Return the destinations for these outcomes."""
        return tuple(item for item in self.destinations if item.outcome in outcomes)

    @property
    def named(self) -> frozenset[str]:
        """Return the keys of the resources that the function and its role name."""
        grants = self.grants
        nodes = (self.properties, *grants.statements, *(argument for _, argument in grants.templates))
        return frozenset(reference.key for node in nodes for reference in references_in(node))


class StateMachine(Struct, frozen=True, kw_only=True):
    """A state machine; ``definition`` is None where it could not be read.

    ``type`` is ``standard``, ``express``, or None where the files do not say. ``targets`` are what Task
    states call, by the identity of the state. ``filled`` are the placeholders of the definition's file that
    get a value, None where that is open.
    """

    key: str
    id: str
    place: Place
    type: str | None
    definition: Definition | None
    properties: Node = NOTHING
    filled: frozenset[str] | None = None
    sources: tuple[EventSource, ...] = ()
    targets: Mapping[int, Target] = field(default_factory=dict)
    logging: Node = NOTHING
    log_group: Target = Target(UNKNOWN)
    grants: Grants = Grants()
    is_nested: bool = False
    metadata: Node = NOTHING


class Item(Struct, frozen=True, kw_only=True):
    """Any other resource that matters: a queue, topic, bus, bucket, table, alarm, pipe or rule."""

    key: str
    id: str
    type: str
    place: Place
    properties: Node
    metadata: Node = NOTHING


class Connection(Struct, frozen=True, kw_only=True):
    """A pipe, rule, schedule, subscription or API that hands events to a target."""

    item: Item
    source: EventSource
    target: Target


class Redrive(Struct, frozen=True, kw_only=True):
    """What takes the messages of a queue, rule, schedule or pipe that could not be handled."""

    owner: Item
    target: Target
    max_receives: Node
    place: Place


class System(Struct, frozen=True, kw_only=True, dict=True):
    """Files that belong together, and what they make."""

    files: tuple[str, ...]
    kinds: tuple[str, ...]
    functions: tuple[InspectedFunction, ...] = ()
    machines: tuple[StateMachine, ...] = ()
    items: tuple[Item, ...] = ()
    connections: tuple[Connection, ...] = ()
    redrives: tuple[Redrive, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Item]:
        """Return the other resources by their key."""
        return {item.key: item for item in self.items}

    @cached_property
    def _by_type(self) -> Mapping[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.type, []).append(item)
        return found

    @cached_property
    def sources(self) -> frozenset[str]:
        """Return the keys of the resources that start a function or state machine."""
        started = [source for function in self.functions for source in function.sources]
        started += [source for machine in self.machines for source in machine.sources]
        return frozenset(source.source.key for source in started)

    @cached_property
    def failure_targets(self) -> frozenset[str]:
        """Return the keys of the resources that failed events of functions go to."""
        outcomes: tuple[Outcome, ...] = ("failure", "dead-letter", "stream-failure")
        return frozenset(item.target.key for one in self.functions for item in one.outcomes(*outcomes))

    @cached_property
    def failure_handlers(self) -> frozenset[str]:
        """Return the keys of the functions that only failures of other functions lead to."""

        def called_after(outcome: Outcome) -> set[str]:
            targets = [item.target for one in self.functions for item in one.outcomes(outcome)]
            return {target.key for target in targets if target.service == "lambda" and target.key}

        return frozenset(called_after("failure") - called_after("success"))

    def of_type(self, *types: str) -> Iterator[Item]:
        """Yield the other resources of these types."""
        return (item for kind in types for item in self._by_type.get(kind, ()))

    @property
    def approach(self) -> str:
        """Return how outcomes are handed on, in one word of the report."""
        async_outcomes = any(function.outcomes("success", "failure") for function in self.functions)
        stream_outcomes = any(function.outcomes("stream-failure") for function in self.functions)
        if self.machines:
            if async_outcomes or stream_outcomes:
                return "both"
            outer = [machine for machine in self.machines if not machine.is_nested] or list(self.machines)
            express = all(machine.type == "express" for machine in outer)
            return "step-functions-express" if express else "step-functions-standard"
        if async_outcomes:
            return "destinations"
        return "stream-destinations" if stream_outcomes else "neither"
