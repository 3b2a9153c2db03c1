"""A state machine's definition as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.values import Node


class Retrier(Struct, frozen=True, kw_only=True):
    """One entry of ``Retry``; None where a setting is left to its default."""

    errors: tuple[str, ...]
    interval: float | None
    attempts: float | None
    rate: float | None
    max_delay: float | None
    jitter: bool
    place: Place


class Catcher(Struct, frozen=True, kw_only=True):
    """One entry of ``Catch``; ``result_path`` is ``$`` where it is left out, ``null`` where it is null."""

    errors: tuple[str, ...]
    next: str
    result_path: str
    output: bool
    place: Place


class State(Struct, frozen=True, kw_only=True):
    """One state. ``path`` names the states around it, ``node`` holds all that the definition says of it.

    ``integration`` is what a Task calls (``lambda:invoke``), empty where the file does not say;
    ``pattern`` is ``sync``, ``sync:2``, ``waitForTaskToken`` or empty.
    """

    name: str
    type: str
    place: Place
    path: tuple[str, ...]
    depth: int
    language: str
    node: Node
    resource: Node
    integration: str
    pattern: str
    retriers: tuple[Retrier, ...]
    catchers: tuple[Catcher, ...]

    @property
    def arguments(self) -> Node:
        """Return what the Task passes to the service it calls."""
        return self.node.any("Arguments", "Parameters")

    @property
    def full_integration(self) -> str:
        """Return the integration as it is written, with how the Task waits."""
        return f"{self.integration}.{self.pattern}" if self.pattern else self.integration

    @property
    def onward(self) -> tuple[str, ...]:
        """Return the names of the states that may come next, without those of catchers."""
        found = [self.node.get("Next").string, self.node.get("Default").string]
        found += [choice.get("Next").string for choice in self.node.get("Choices").items]
        return tuple(name for name in found if name)

    @property
    def targets(self) -> tuple[str, ...]:
        """Return the names of all states that may come next."""
        return (*self.onward, *(catcher.next for catcher in self.catchers if catcher.next))


class Graph(Struct, frozen=True, kw_only=True, dict=True):
    """One set of states with a start: the machine itself, a branch, or what a Map does with an item.

    ``mode`` is empty for the machine, else ``parallel``, ``inline``, ``distributed-standard`` or
    ``distributed-express``.
    """

    start: str
    place: Place
    path: tuple[str, ...]
    depth: int
    mode: str
    states: tuple[State, ...]

    @cached_property
    def by_name(self) -> Mapping[str, State]:
        """Return the states by name."""
        return {state.name: state for state in self.states}


class Definition(Struct, frozen=True, kw_only=True, dict=True):
    """A whole definition, its states outer before inner."""

    place: Place
    language: str
    timeout: Node
    comment: str
    misplaced_language: Place | None
    graphs: tuple[Graph, ...]

    @cached_property
    def states(self) -> tuple[State, ...]:
        """Return all states, outer before inner."""
        return tuple(state for graph in self.graphs for state in graph.states)

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Return how many states there are of each type."""
        found: dict[str, int] = {}
        for state in self.states:
            found[state.type] = found.get(state.type, 0) + 1
        return found

    @property
    def depth(self) -> int:
        return max(graph.depth for graph in self.graphs)

    def of_type(self, *types: str) -> Iterator[State]:
        """Yield the states of these types."""
        return (state for state in self.states if state.type in types)
