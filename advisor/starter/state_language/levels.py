"""States by their names: the levels of a definition, and changes of names in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.knowledge.names import state_name
from advisor.starter.state_language.expressions import State


def inner_levels(state: State) -> list[State]:
    """Return the levels of states inside ``state``."""
    return [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]


def every_state(level: State) -> Iterator[State]:
    """Yield each state of ``level`` and of the levels inside it."""
    for state in level["States"].values():
        yield state
        for inner in inner_levels(state):
            yield from every_state(inner)


def redirected(level: State, names: Mapping[str, str]) -> State:
    """Return ``level``, where what went on to a key of ``names`` goes on to its value."""

    def other(name: str) -> str:
        return names.get(name, name)

    states = {}
    for name, state in level["States"].items():
        moved: State = {key: other(state[key]) for key in ("Next", "Default") if key in state}
        for key in ("Choices", "Catch"):
            if key in state:
                moved[key] = [{**item, "Next": other(item["Next"])} for item in state[key]]
        states[name] = {**state, **moved}
    return {**level, "StartAt": other(level["StartAt"]), "States": states}


def with_distinct_names(level: State, used: set[str] | None = None) -> State:
    """Return ``level`` with no state's name in two of its levels: Step Functions takes each once."""
    used = set() if used is None else used
    names: dict[str, str] = {}
    for name in level["States"]:
        names[name] = state_name(name, used)
        used.add(names[name])
    level = redirected(level, names)
    states = {names[name]: _distinct_inside(state, used) for name, state in level["States"].items()}
    return {**level, "States": states}


def _distinct_inside(state: State, used: set[str]) -> State:
    if "Branches" in state:
        return {**state, "Branches": [with_distinct_names(branch, used) for branch in state["Branches"]]}
    if "ItemProcessor" in state:
        return {**state, "ItemProcessor": with_distinct_names(state["ItemProcessor"], used)}
    return state
