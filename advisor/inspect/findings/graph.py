"""What leads where in a definition: which states are reached, and which stand in a loop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from advisor.inspect.definition import Graph, State
from advisor.knowledge.limits import Limit

MAX_STATES = 1_000


def reached(graph: Graph) -> frozenset[str]:
    """Return the names of the states that the start leads to."""
    return _closure([graph.start], {name: state.targets for name, state in graph.by_name.items()})


def cycle(graph: Graph, state: State) -> tuple[State, ...]:
    """Return the states that ``state`` leads to and that lead back to it; none where it is in no loop."""
    if len(graph.states) > MAX_STATES:
        return ()
    forward = {name: one.targets for name, one in graph.by_name.items()}
    back: dict[str, list[str]] = {}
    for name, targets in forward.items():
        for target in targets:
            back.setdefault(target, []).append(name)
    names = _closure(forward.get(state.name, ()), forward) & _closure([state.name], back)
    return tuple(one for one in graph.states if one.name in names) if state.name in names else ()


def events(states: Iterable[State], limits: Mapping[str, Limit]) -> float:
    """Return how many history events one turn through ``states`` makes at least."""
    task, other = limits["history-events-per-task"].number, limits["history-events-per-state"].number
    return sum(task if state.type == "Task" else other for state in states)


def _closure(start: Iterable[str], following: Mapping[str, Iterable[str]]) -> frozenset[str]:
    waiting, found = list(start), set()
    while waiting:
        name = waiting.pop()
        if name in following and name not in found:
            found.add(name)
            waiting += following[name]
    return frozenset(found)
