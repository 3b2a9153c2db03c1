"""Faults that only a run shows: the gate must see each of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from advisor.starter import render
from tests.examples import sample
from tests.starter.checks.behaviour import misbehaviour
from tests.starter.projects import WITH_MACHINE, blueprint, blueprint_of, files

Machine = dict[str, Any]
NAME, PATH = "standard-saga", "statemachine/order-pipeline.asl.json"


@pytest.mark.parametrize("name", sample(WITH_MACHINE, 16))
def test_a_state_machine_does_what_it_should(name: str) -> None:
    assert misbehaviour(blueprint(name), dict(files(name))) == []


# Ways that the first event of a table or a bucket, or a run in which all goes well, does not reach
FAR: dict[str, tuple[dict[str, Any], str]] = {
    "an item of a table that takes the other way": (
        {
            "event_source": "dynamodb-stream",
            "steps": 2,
            "branching": "content",
            "failure_handling": ("notify",),
        },
        "step-functions",
    ),
    "an object that a function finds to take the other way": (
        {"event_source": "s3", "steps": 2, "branching": "content", "idempotent": False},
        "step-functions",
    ),
    "a branch that fails and is undone": (
        {
            "event_source": "cloudwatch-logs",
            "parallelism": "static",
            "failure_handling": ("compensate",),
            "on_failure": ("sns",),
            "targets": ("eventbridge",),
        },
        "both",
    ),
}


@pytest.mark.parametrize("way", sample(sorted(FAR), 3))
def test_the_gate_reaches_every_way(way: str) -> None:
    answers, approach = FAR[way]
    made = blueprint_of(answers, approach)
    assert misbehaviour(made, {file.path: file.text for file in render(made)}) == []


def _never_retried(machine: Machine) -> None:
    machine["States"]["Check fraud"]["Retry"] = [{"ErrorEquals": ["InvalidInput"], "MaxAttempts": 0}]


def _never_special(machine: Machine) -> None:
    machine["States"]["Special case?"]["Choices"][0]["Condition"] = "{% $states.input.speical = true %}"


def _swallowed(machine: Machine) -> None:
    machine["States"]["Workflow failed"] = {"Type": "Succeed"}


def _never_asked(machine: Machine) -> None:
    machine["States"]["Approved?"]["Choices"][0]["Condition"] = "{% true %}"


FAULTS: dict[str, tuple[Callable[[Machine], None], str]] = {
    "a throttled call is not tried again": (_never_retried, "other way and throttled: FAILED"),
    "a misspelt field never takes its branch": (_never_special, "no run took the way to"),
    "a failure ends as a success": (_swallowed, "a fault that stays: SUCCEEDED"),
    "an answer of no counts as yes": (_never_asked, "declined: None"),
}


@pytest.mark.parametrize("fault", sample(FAULTS, 4))
def test_the_gate_sees_a_fault_of_behaviour(fault: str) -> None:
    edit, told = FAULTS[fault]
    project = dict(files(NAME))
    machine = json.loads(project[PATH])
    edit(machine)
    project[PATH] = json.dumps(machine)
    found = misbehaviour(blueprint(NAME), project)
    assert any(problem.startswith(told) for problem in found), found
