"""The blueprint as a Mermaid diagram."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from advisor.starter.blueprint.ids import SOURCE_BUS
from advisor.starter.blueprint.jobs import JobStart, JobWatch
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import (
    Function,
    HttpApi,
    IotRule,
    LoadBalancer,
    Machine,
    MailRule,
    Pipe,
    Queue,
    Resource,
    Route,
    Subscription,
)
from advisor.starter.blueprint.wiring import Ref, Trigger, refs_in
from advisor.starter.documents.flow_diagram import flow_diagram
from advisor.starter.state_language.expressions import State
from advisor.starter.state_language.identity import NOTE
from advisor.starter.state_language.undo import BEGIN, BROKEN, ENDED, JOINED
from advisor.text.mermaid import BOX, CYLINDER, STADIUM, SUBROUTINE, arrow, node, subgraph

# States that keep what was done in a branch, for the undo, and the position of an item
_ADDED = re.compile(rf"({BEGIN}|{ENDED}|{BROKEN}|{NOTE})( \d+)?|.*: {JOINED.lower()[:-1]}\?")
SHAPES = {"queue": SUBROUTINE, "bucket": CYLINDER, "table": CYLINDER, "topic": STADIUM, "bus": STADIUM}


def mermaid(blueprint: Blueprint) -> str:
    """Return the flow of events through ``blueprint`` as Mermaid source, without the fence."""
    edges = list(dict.fromkeys(_edges(blueprint)))
    shown = [item for item in blueprint.resources if any(item.id in edge.split() for edge in edges)]
    lines = ["flowchart LR", *(f"    {_node(item)}" for item in shown), *(f"    {edge}" for edge in edges)]
    if blueprint.machine:
        lines += ["", *(f"    {line}" for line in _states(blueprint.machine))]
    if blueprint.durable:
        inside = flow_diagram(blueprint.durable.id, blueprint.flow)
        lines += ["", *(f"    {line}" for line in inside)]
    return "\n".join(lines)


def _node(item: Resource) -> str:
    return node(item.id, item.id, SHAPES.get(item.kind, BOX))


def _edges(blueprint: Blueprint) -> Iterator[str]:
    edges = [
        edge
        for item in blueprint.resources
        for edge in (*_before(item), *_after(item, blueprint), *_of_job(item, blueprint))
    ]
    reached = {edge.split()[-1] for edge in edges}
    if blueprint.worked_on and (blueprint.event_source in ("sdk", "other") or SOURCE_BUS in blueprint.by_id):
        places = (SOURCE_BUS, "SourceTopic", *blueprint.worked_on)
        first = next(name for name in places if name in blueprint.by_id)
        yield from [arrow("caller((caller))", first)] if first not in reached else []
    for item in blueprint.resources:
        if isinstance(item, Function | Machine) and item.id not in reached:
            yield arrow("caller((caller))", item.id)
    yield from edges


def _before(item: Resource) -> Iterator[str]:
    """Yield what brings events to ``item``."""
    if isinstance(item, HttpApi | LoadBalancer):
        yield arrow("caller((caller))", item.id)
    if isinstance(item, IotRule):
        yield arrow("devices((devices))", item.id)
    if isinstance(item, MailRule):
        yield arrow("mail((mail))", item.id)
    if isinstance(item, Pipe):
        yield arrow((item.topic or item.source).to, item.id)
    if isinstance(item, Route):
        origin = "schedule((schedule))" if item.schedule else _emitter(item.pattern)
        yield arrow(item.bus.to if item.bus else origin, item.id)
    if isinstance(item, Function | Machine) and item.trigger:
        yield arrow(_origin(item.trigger), item.id)


def _origin(trigger: Trigger) -> str:
    if trigger.source:
        return trigger.source.to
    if trigger.pattern and "aws.s3" in trigger.pattern.get("source", ()):
        return _emitter(trigger.pattern)
    kind = "caller" if trigger.kind == "function-url" else trigger.kind
    return f"{kind}(({kind}))"


def _emitter(pattern: Mapping[str, Any] | None) -> str:
    """Return what sends the events that match ``pattern`` to the default bus."""
    if "aws.s3" not in (pattern or {}).get("source", ()):
        return "events((events))"
    return next((ref.to for ref in refs_in(pattern)), "SourceBucket")


def _after(item: Resource, blueprint: Blueprint) -> Iterator[str]:
    """Yield where ``item`` hands events on to, and what takes those that it cannot hand on."""
    if to := _taken_by(item):
        yield arrow(item.id, to.to)
    if isinstance(item, Pipe):
        yield from (arrow(item.id, to.to, "enriches") for to in [item.enrichment] if to)
        yield arrow(item.id, item.target.to)
    if isinstance(item, Subscription):
        yield arrow(item.topic.to, item.queue.to)
    if isinstance(item, Route):
        yield arrow(item.id, item.target.to)
    if isinstance(item, Queue) and item.dead_letters:
        yield arrow(item.id, item.dead_letters.to, "failed too often", dotted=True)
    if isinstance(item, Pipe | IotRule | Route | Subscription) and item.undelivered:
        yield arrow(item.id, item.undelivered.to, "not delivered", dotted=True)
    if isinstance(item, Function | Machine) and item.trigger:
        yield from _not_taken(item.id, item.trigger)
    if isinstance(item, Function):
        yield from _handed_on(item, blueprint)
        yield from (
            arrow(item.id, target.to)
            for permission in blueprint.permissions_of(item.id)
            for target in permission.resources
            if isinstance(target, Ref) and permission.actions[0].startswith("states:Start")
        )
    if isinstance(item, Machine):
        yield from (arrow(item.id, target.to) for _, target in item.substitutions if isinstance(target, Ref))


def _taken_by(item: Resource) -> Ref | None:
    """Return what takes the events that ``item`` brings from outside."""
    if isinstance(item, IotRule):
        return item.machine or item.function or item.topic
    if isinstance(item, HttpApi):
        return item.machine or item.function or item.bus or item.queue
    if isinstance(item, MailRule):
        return item.function or item.topic
    return item.function if isinstance(item, LoadBalancer) else None


def _of_job(item: Resource, blueprint: Blueprint) -> Iterator[str]:
    """Yield how a job is started, and who hears of its failure."""
    if isinstance(item, JobStart):
        job = item.task.to if item.task else f"{item.id}ed(({item.service}))"
        origin = "schedule((schedule))" if item.schedule else "eventbridge((eventbridge))"
        from_bucket = item.pattern and "aws.s3" in item.pattern.get("source", ())
        yield arrow("SourceBucket" if from_bucket else origin, item.id)
        yield arrow(item.id, job)
        yield arrow(item.id, item.undelivered.to, "not delivered", dotted=True)
    if isinstance(item, JobWatch):
        start = blueprint.by_id[item.start.to]
        job = start.task.to if isinstance(start, JobStart) and start.task else f"{item.start.to}ed"
        job = start.target.to if isinstance(start, Pipe) else job
        yield arrow(job, item.id, "failed", dotted=True)
        yield arrow(item.id, item.topic.to)


def _not_taken(holder: str, trigger: Trigger) -> Iterator[str]:
    if trigger.undelivered:
        yield arrow(holder, trigger.undelivered.to, "not delivered", dotted=True)
    if trigger.batch and trigger.batch.on_failure:
        yield arrow(holder, trigger.batch.on_failure.target.to, "on failure")


def _handed_on(function: Function, blueprint: Blueprint) -> Iterator[str]:
    if function.durable:
        used = (to.to for _, to in function.environment if isinstance(to, Ref))
        yield from (arrow(function.id, to) for to in used if blueprint.by_id[to].kind != "parameter")
    if function.dead_letters:
        yield arrow(function.id, function.dead_letters.to, "run failed")
    if function.asynchronous and function.asynchronous.on_success:
        yield arrow(function.id, function.asynchronous.on_success.target.to, "on success")
    if function.asynchronous:
        yield arrow(function.id, function.asynchronous.on_failure.target.to, "on failure")


def _states(machine: Machine) -> list[str]:
    states: dict[str, State] = machine.definition["States"]
    ids = {name: f"s{place}" for place, name in enumerate(states)}
    lines = [node(ids[name], name, below=_inside(state)) for name, state in states.items()]
    lines += [
        arrow(ids[name], ids[target], text, dotted=text == "error")
        for name, state in states.items()
        for target, text in dict.fromkeys(_following(state))
    ]
    return subgraph(f"{machine.id}States", f"states of {machine.id}", lines, "    ")


def _inside(state: State) -> str:
    """Return the kind of a Map or Parallel state, and the states in it that are the workload's own."""
    inner = state.get("ItemProcessor", {}).get("States", {})
    branches = [other for branch in state.get("Branches", []) for other in branch["States"]]
    inside = [name for name in (*inner, *branches) if not _ADDED.fullmatch(name)]
    return f"{state['Type']}: {', '.join(inside)}" if inside else ""


def _following(state: State) -> Iterator[tuple[str, str]]:
    if "Next" in state:
        yield state["Next"], ""
    for choice in state.get("Choices", []):
        yield choice["Next"], "yes"
    if "Default" in state:
        yield state["Default"], "otherwise"
    for catcher in state.get("Catch", []):
        yield catcher["Next"], "error"
