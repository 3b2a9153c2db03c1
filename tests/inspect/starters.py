"""What a blueprint plans and what inspect reads from the project made of it, in the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from advisor.inspect.inspection import Inspection
from advisor.inspect.model import InspectedFunction, Outcome, StateMachine, System
from advisor.starter import Blueprint, render
from advisor.starter.blueprint.resources import (
    Function,
    HttpApi,
    IotRule,
    LoadBalancer,
    Machine,
    MailRule,
    Pipe,
)

Words = dict[str, Any]
OUTER = {IotRule: "iot", MailRule: "ses", LoadBalancer: "alb", HttpApi: "api-gateway"}


def rendered(made: Blueprint, iac: str) -> dict[str, str]:
    """Return the files of the project in one flavour."""
    return {file.path: file.text for file in render(replace(made, iac=iac))}


def write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


# --- planned


def planned(made: Blueprint) -> Words:
    """Return the functions and the state machine of a blueprint by their ids."""
    machine = made.machine
    return {
        "approach": _planned_approach(made),
        "functions": {_id(one.id): _planned_function(one, made) for one in made.functions},
        "machines": {_id(machine.id): _planned_machine(machine, made)} if machine else {},
    }


def _planned_approach(made: Blueprint) -> str:
    handed_on = any(
        one.asynchronous or (one.trigger and one.trigger.batch and one.trigger.batch.on_failure)
        for one in made.functions
    )
    if made.machine:
        return "both" if handed_on else f"step-functions-{made.machine.workflow_type}"
    if not handed_on:
        return "neither"
    return "destinations" if any(one.asynchronous for one in made.functions) else "stream-destinations"


def _planned_function(one: Function, made: Blueprint) -> Words:
    called, batch = one.asynchronous, one.trigger.batch if one.trigger else None
    outer = [
        word
        for resource in made.resources
        for kind, word in OUTER.items()
        if isinstance(resource, kind) and resource.function and resource.function.to == one.id
    ]
    success = called.on_success if called else None
    return {
        "sources": sorted({*outer, *_piped(one, made), *([one.trigger.kind] if one.trigger else [])}),
        "success": [success.service] if success else [],
        "failure": [called.on_failure.service] if called else [],
        "stream-failure": [batch.on_failure.service] if batch and batch.on_failure else [],
        "async": (called.retry_attempts, called.max_event_age_s) if called else None,
        "batch": (batch.retry_attempts, batch.max_record_age_s, batch.bisect)
        if batch and one.trigger and one.trigger.kind in ("kinesis", "dynamodb-stream")
        else None,
    }


def _piped(one: Function, made: Blueprint) -> Iterator[str]:
    pipe = made.pipe
    if pipe and pipe.target.to == one.id:
        yield pipe.service
    if pipe and pipe.enrichment and pipe.enrichment.to == one.id:
        yield "pipes"


def _planned_machine(machine: Machine, made: Blueprint) -> Words:
    states = list(_states(machine.definition))
    return {
        "type": machine.workflow_type,
        "sources": sorted(_machine_sources(machine, made)),
        "states": Counter(state["Type"] for state in states),
        "retries": sorted(
            (
                tuple(retry["ErrorEquals"]),
                retry.get("MaxAttempts"),
                retry.get("IntervalSeconds"),
                retry.get("BackoffRate"),
            )
            for state in states
            for retry in state.get("Retry", ())
        ),
        "catches": sorted(
            (tuple(catch["ErrorEquals"]), catch["Next"])
            for state in states
            for catch in state.get("Catch", ())
        ),
        "timeout": machine.definition.get("TimeoutSeconds"),
    }


def _states(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for state in definition["States"].values():
        yield state
        for inner in (*state.get("Branches", ()), *filter(None, [state.get("ItemProcessor")])):
            yield from _states(inner)


def _machine_sources(machine: Machine, made: Blueprint) -> set[str]:
    found = {machine.trigger.kind} if machine.trigger else set()
    for resource in made.resources:
        if isinstance(resource, Pipe) and resource.target.to == machine.id:
            found.add(resource.service)
        elif isinstance(resource, IotRule) and resource.machine and resource.machine.to == machine.id:
            found.add("iot")
        elif resource.kind == "http_api":
            found.add("api-gateway")
    return found


# --- read


def read(found: Inspection) -> Words:
    """Return what was read, in the words of ``planned``."""
    (report,) = found.systems
    system = report.system
    return {
        "approach": system.approach,
        "functions": {_id(one.id): _read_function(one) for one in system.functions},
        "machines": {_id(one.id): _read_machine(one) for one in system.machines},
    }


def _id(name: str) -> str:
    """Return an id without the spelling of a flavour: ``aws_lambda_function.save_it`` is ``saveit``."""
    plain = re.sub(r"(?<=[a-z])[0-9A-F]{8}$", "", name.rpartition(".")[2])  # what the CDK adds
    return re.sub(r"[^a-z0-9]", "", plain.lower())


def _read_function(one: InspectedFunction) -> Words:
    def services(outcome: Outcome) -> list[str]:
        return sorted({item.target.service for item in one.outcomes(outcome)})

    polled = next((source.settings for source in one.sources if source.mode == "poll"), None)
    return {
        "sources": sorted({source.kind for source in one.sources}),
        "success": services("success"),
        "failure": services("failure"),
        "stream-failure": services("stream-failure"),
        "async": next(((item.attempts.number, item.age.number) for item in one.configs), None),
        "batch": (
            polled.get("MaximumRetryAttempts").number,
            polled.get("MaximumRecordAgeInSeconds").number,
            polled.get("BisectBatchOnFunctionError").flag,
        )
        if polled and {source.kind for source in one.sources} & {"kinesis", "dynamodb-stream"}
        else None,
    }


def _read_machine(one: StateMachine) -> Words:
    definition = one.definition
    assert definition is not None
    return {
        "type": one.type,
        "sources": sorted({source.kind for source in one.sources}),
        "states": Counter(definition.counts),
        "retries": sorted(
            (retry.errors, retry.attempts, retry.interval, retry.rate)
            for state in definition.states
            for retry in state.retriers
        ),
        "catches": sorted(
            (catch.errors, catch.next) for state in definition.states for catch in state.catchers
        ),
        "timeout": definition.timeout.number,
    }


def model(system: System) -> Words:
    """Return the shape of a system whatever its format: for the comparison of formats with each other."""
    return {
        "functions": {_id(one.id): _read_function(one) for one in system.functions},
        "machines": {_id(one.id): _read_machine(one) for one in system.machines},
    }
