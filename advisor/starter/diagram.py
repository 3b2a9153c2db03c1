"""The blueprint as a Mermaid diagram."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.starter.blueprint import Blueprint, Function, HttpApi, Machine, Ref, Resource, Trigger
from advisor.starter.expressions import State

SHAPES = {
    "queue": '[["{}"]]',
    "bucket": '[("{}")]',
    "table": '[("{}")]',
    "topic": '(["{}"])',
    "bus": '(["{}"])',
}


def mermaid(blueprint: Blueprint) -> str:
    """Return the flow of events through ``blueprint`` as Mermaid source, without the fence."""
    edges = list(dict.fromkeys(_edges(blueprint)))
    shown = [item for item in blueprint.resources if any(item.id in edge.split() for edge in edges)]
    lines = ["flowchart LR", *(f"    {_node(item)}" for item in shown), *(f"    {edge}" for edge in edges)]
    if blueprint.machine:
        lines += ["", *(f"    {line}" for line in _states(blueprint.machine))]
    return "\n".join(lines)


def _node(item: Resource) -> str:
    return item.id + SHAPES.get(item.kind, '["{}"]').format(item.id)


def _edges(blueprint: Blueprint) -> Iterator[str]:
    for item in blueprint.resources:
        if isinstance(item, Function | Machine):
            yield from _started(item.id, item.trigger, blueprint)
        if isinstance(item, HttpApi):
            yield f"caller((caller)) --> {item.id}"
            yield f"{item.id} --> {item.machine.to}"
        if isinstance(item, Function):
            yield from _handed_on(item)
        if isinstance(item, Machine):
            yield from (
                f"{item.id} --> {target.to}" for _, target in item.substitutions if isinstance(target, Ref)
            )


def _started(holder: str, trigger: Trigger | None, blueprint: Blueprint) -> Iterator[str]:
    if trigger is None:
        started_by = {ref.to for f in blueprint.functions if f.asynchronous for ref in _targets(f)}
        api = any(isinstance(item, HttpApi) for item in blueprint.resources)
        called = (
            {ref.to for _, ref in blueprint.machine.substitutions if isinstance(ref, Ref)}
            if blueprint.machine
            else set()
        )
        if holder not in started_by | called and not (
            api and blueprint.machine and holder == blueprint.machine.id
        ):
            yield f"caller((caller)) --> {holder}"
        return
    source = next((item.id for item in blueprint.resources if item.id == "SourceBucket"), "")
    origin = trigger.source.to if trigger.source else source
    yield f"{origin} --> {holder}" if origin else f"{trigger.kind}(({trigger.kind})) --> {holder}"
    if trigger.undelivered:
        yield f"{holder} -. not delivered .-> {trigger.undelivered.to}"
    if trigger.batch and trigger.batch.on_failure:
        yield f"{holder} -- on failure --> {trigger.batch.on_failure.target.to}"


def _targets(function: Function) -> tuple[Ref, ...]:
    done = function.asynchronous
    if done is None:
        return ()
    return tuple(to.target for to in (done.on_success, done.on_failure) if to)


def _handed_on(function: Function) -> Iterator[str]:
    if function.asynchronous and function.asynchronous.on_success:
        yield f"{function.id} -- on success --> {function.asynchronous.on_success.target.to}"
    if function.asynchronous:
        yield f"{function.id} -- on failure --> {function.asynchronous.on_failure.target.to}"


def _states(machine: Machine) -> Iterator[str]:
    yield f"subgraph {machine.id}States[states of {machine.id}]"
    states: dict[str, State] = machine.definition["States"]
    ids = {name: f"s{place}" for place, name in enumerate(states)}
    for name, state in states.items():
        yield f'    {ids[name]}["{_title(name, state)}"]'
    for name, state in states.items():
        for target, label in _following(state):
            yield f"    {ids[name]} {label} {ids[target]}"
    yield "end"


def _title(name: str, state: State) -> str:
    inner = state.get("ItemProcessor", {}).get("States", {})
    branches = [other for branch in state.get("Branches", []) for other in branch["States"]]
    inside = [*inner, *branches]
    return f"{name}<br/>{state['Type']}: {', '.join(inside)}" if inside else name


def _following(state: State) -> Iterator[tuple[str, str]]:
    if "Next" in state:
        yield state["Next"], "-->"
    for choice in state.get("Choices", []):
        yield choice["Next"], "-- yes -->"
    if "Default" in state:
        yield state["Default"], "-- otherwise -->"
    for catcher in state.get("Catch", []):
        yield catcher["Next"], "-. error .->"
