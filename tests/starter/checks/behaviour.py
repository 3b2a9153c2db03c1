"""What a state machine does on good days and bad ones: each way of a choice, passing and lasting faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from advisor.knowledge.answers import FieldCondition
from advisor.knowledge.flow import Choice, nodes
from advisor.starter import Blueprint
from advisor.starter.blueprint.items import typed
from advisor.starter.runtimes.languages import LANGUAGES
from tests.starter.checks.running import Run, Work, run_machine

THROTTLED = "Lambda.TooManyRequestsException"


def first_input(blueprint: Blueprint, files: dict[str, str], payload: dict[str, Any] | None = None) -> Any:
    """Return what the state machine is started with; ``payload`` inside it, where one is given."""
    event = json.loads(files["events/event.json"])
    given = dict(blueprint.payload) if payload is None else payload
    if any(function.does == "start" for function in blueprint.functions):
        return given
    if blueprint.approach == "both" and not isinstance(event, list):  # a list comes through a pipe
        return {"detail": {"requestPayload": event, "responsePayload": given}}
    if payload is None:
        return event
    if isinstance(event, list):
        return [_record(event[0], payload)]
    if event.get("source") == "aws.s3":  # says which object there is, and no more
        payload = {**event["detail"], **payload}
    return {**event, "detail": payload} if "detail" in event else {**event, **payload}


def _record(first: dict[str, Any], payload: dict[str, Any]) -> dict[str, Any]:
    """Return what a pipe hands on of a record that carries ``payload``; of a table it is an item."""
    if "record" not in first:
        return {**first, "payload": payload}
    return {**first, "record": {**first["record"], "NewImage": typed(payload)["M"]}}


def other_way(blueprint: Blueprint) -> dict[str, Any]:
    """Return a payload that takes the other way at every choice."""
    payload = dict(blueprint.payload)
    for node in nodes(blueprint.flow):
        if isinstance(node, Choice):
            condition = node.condition
            turned = condition.value if node.placeholder else _turned(condition)
            *outer, last = condition.field.split(".")
            place = payload
            for key in outer:
                place = place.setdefault(key, {})
            place[last] = turned
            if turned is None:
                del place[last]
    return payload


def _turned(condition: FieldCondition) -> Any:
    """Return a value for which ``condition`` does not hold; None: no value."""
    value = condition.value
    if condition.operator == "present":
        return None if value else "there"
    if isinstance(value, bool | str):
        return "other"
    return value - 1 if condition.operator == "at_least" else value + 1


def misbehaviour(blueprint: Blueprint, files: dict[str, str]) -> list[str]:
    """Return every way in which the project's state machine does not do what it should."""
    start, calls = first_input(blueprint, files), list[str]()
    machine = next(text for path, text in files.items() if path.endswith(".asl.json"))
    levels = list(_levels(json.loads(machine)))
    items = blueprint.payload.get("items", [{"id": "a"}])
    turned = other_way(blueprint)
    other = first_input(blueprint, files, turned)
    runs = {
        "one way": run_machine(files, start, _worker(items), {"approved": True}),
        "other way and throttled": run_machine(
            files, other, _unsteady(calls, items, turned), {**turned, "approved": True}
        ),
    }
    problems = [f"{name}: {run.status}, {run.error}" for name, run in runs.items() if _bad(run)]
    problems += _delays(runs["other way and throttled"], len(set(calls)), levels)
    if any("Not approved" in level["States"] for level in levels):
        runs["declined"] = run_machine(files, start, _worker(items), {"approved": False})
        if not runs["declined"].error.startswith("NotApproved: "):
            problems.append(f"declined: {runs['declined'].error}")
    if calls:
        error = LANGUAGES[blueprint.runtime].invalid_input
        broken = runs["a fault that stays"] = run_machine(
            files, start, _broken(error, items), {"approved": True}
        )
        told = _told(levels[0], error)
        if _bad(broken) if not told else not broken.error.startswith(f"{told}: "):
            problems.append(f"a fault that stays: {broken.status}, {broken.error}")
    entered = {state for run in runs.values() for state in run.states}
    problems += [f"no run took the way to '{name}'" for name in sorted(_ways(levels) - entered)]
    return problems


def _told(level: dict[str, Any], error: str) -> str:
    """Return the error of a run all of whose functions fail; empty where none has to do with the run itself.

    An item of a distributed map is a run of its own: the run around it counts those that failed.
    """
    states = level["States"]
    shown = (lambda name: name.rpartition(".")[2]) if "Workflow failed" in states else str
    outside = any("lambda:invoke" in state.get("Resource", "") for state in states.values())
    if outside or '"DISTRIBUTED"' not in json.dumps(states):
        return str(shown(error))
    tolerant = any("ToleratedFailurePercentage" in state for state in states.values())
    return "" if tolerant else str(shown("States.ExceedToleratedFailureThreshold"))


def _bad(run: Run) -> bool:
    return (run.status, run.error) != ("SUCCEEDED", "None: None")


def _delays(run: Run, retried: int, levels: list[dict[str, Any]]) -> Iterator[str]:
    """Every function failed once, so each waited once, and no longer than its first interval."""
    states = [state for level in levels for state in level["States"].values()]
    retriers = [retrier for state in states for retrier in state.get("Retry", [])]
    first = max((retrier.get("IntervalSeconds", 1) for retrier in retriers), default=0)
    waits = {state["Seconds"] for state in states if "Seconds" in state}
    delays = [seconds for seconds in run.waited if seconds not in waits]
    if len(run.waited) < retried:
        yield f"{retried} faults, but only {len(run.waited)} delays"
    if any(seconds > first for seconds in delays):
        yield f"a first retry after {max(delays)} s, declared are {first} s"


def _worker(items: Any, learnt: dict[str, Any] | None = None) -> Work:
    """Return work that goes well and finds what it has ``learnt``; a job still runs when first asked."""
    asked: set[str] = set()

    def work(function: str, event: dict[str, Any]) -> Any:
        status = "DONE" if function in asked else "RUNNING"
        asked.add(function)
        found = {"id": "1001", "items": items, **(learnt or {}), **event["payload"]}
        return {**found, "status": status}

    return work


def _unsteady(calls: list[str], items: Any, learnt: dict[str, Any]) -> Work:
    """Return work whose every function is throttled once."""
    well = _worker(items, learnt)

    def work(function: str, event: dict[str, Any]) -> Any:
        calls.append(function)
        if calls.count(function) == 1:
            raise type(THROTTLED, (Exception,), {})("Rate exceeded")
        return well(function, event)

    return work


def _broken(error: str, items: Any) -> Work:
    """Return work that no retry can mend; what undoes it works."""
    well = _worker(items)

    def work(function: str, event: dict[str, Any]) -> Any:
        if ":Undo" in function:
            return well(function, event)
        raise type(error, (Exception,), {})("'id' must be a non-empty string")

    return work


def _levels(level: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield level
    for state in level["States"].values():
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _levels(inner)


def _ways(levels: list[dict[str, Any]]) -> set[str]:
    """Return every state that a choice can lead to."""
    states = [item for level in levels for item in level["States"].items()]
    choices = [state for name, state in states if state["Type"] == "Choice" and not name.startswith("Undo ")]
    ways = {state["Default"] for state in choices}
    return ways | {rule["Next"] for state in choices for rule in state["Choices"]}
