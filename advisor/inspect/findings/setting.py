"""A state machine with what the facts of its states depend on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from advisor.inspect.definition import Definition, State
from advisor.inspect.findings.graph import reached
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.suppressions import Suppression, in_comment, in_metadata
from advisor.inspect.model import StateMachine
from advisor.inspect.values import Node
from advisor.knowledge.findings import InspectionBase


class Setting(Struct, frozen=True, dict=True):
    """A definition with what facts of its states depend on."""

    scene: Scene
    machine: StateMachine
    definition: Definition

    @property
    def base(self) -> InspectionBase:
        return self.scene.rule_base.inspection

    @cached_property
    def suppressions(self) -> tuple[Suppression, ...]:
        """Return the suppressions that hold for all states."""
        comment = Node(self.definition.comment, self.definition.place)
        return (*in_metadata(self.machine.metadata), *in_comment(comment))

    @cached_property
    def reached(self) -> dict[int, frozenset[str]]:
        """Return the states that are reached, by the identity of their graph."""
        return {id(graph): reached(graph) for graph in self.definition.graphs}

    @cached_property
    def in_other_language(self) -> int:
        """Return how many states have another query language than the machine."""
        return sum(state.language != self.definition.language for state in self.definition.states)

    @cached_property
    def by_name(self) -> dict[tuple[tuple[str, ...], str], State]:
        """Return the states by path and name."""
        return {(state.path, state.name): state for state in self.definition.states}

    def around(self, state: State) -> Iterator[State]:
        """Yield the states around ``state``, inner before outer."""
        path = state.path
        while path:
            found = self.by_name.get((path[:-1], path[-1]))
            if found is not None:
                yield found
            path = path[:-1]

    def inside(self, state: State) -> Iterator[State]:
        """Yield the states inside a Map or Parallel."""
        inner = (*state.path, state.name)
        return (one for one in self.definition.states if one.path[: len(inner)] == inner)
