"""Senders that a queue takes messages from: a rule of EventBridge by its own ARN."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Function, Machine, Queue, Resource, Route
from advisor.starter.blueprint.wiring import Ref, Target

EVENTBRIDGE = "events.amazonaws.com"


def senders_of(blueprint: Blueprint, queue: Queue) -> tuple[tuple[str, Target], ...]:
    """Return each service principal that may write to ``queue``, with the resource it acts for."""
    found: list[tuple[str, Target]] = []
    for principal, source in queue.senders:
        rules = tuple(_rules_to(blueprint, queue.id)) if principal == EVENTBRIDGE else ()
        found += [(principal, rule) for rule in rules or (source,)]
    return tuple(dict.fromkeys(found))


def _rules_to(blueprint: Blueprint, queue: str) -> Iterator[Ref]:
    return (Ref(item.id, "rule") for item in blueprint.resources if queue in _written_to(item))


def _written_to(item: Resource) -> set[str]:
    """Return the queues that the rule of ``item`` writes to; empty where it has none."""
    if isinstance(item, Route) and not item.schedule:
        return {item.target.to, *([item.undelivered.to] if item.undelivered else [])}
    if isinstance(item, JobStart) and not item.schedule:
        return {item.undelivered.to}
    trigger = item.trigger if isinstance(item, Function | Machine) else None
    if trigger and trigger.kind == "eventbridge" and trigger.undelivered:
        return {trigger.undelivered.to}
    return set()
