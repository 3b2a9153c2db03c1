"""The structure of the state machine: what a deployment or a bad day would find out otherwise."""

import json
import re
from pathlib import Path

import pytest

DEFINITION = Path(__file__).parents[1] / "statemachine" / "meter-readings.asl.json"
MACHINE = json.loads(DEFINITION.read_text(encoding="utf-8"))


def _levels(level):
    """Yield this level of states and every one inside its branches and items."""
    yield level
    for state in level["States"].values():
        inner = [state["ItemProcessor"]] if "ItemProcessor" in state else state.get("Branches", [])
        for part in inner:
            yield from _levels(part)


LEVELS = list(_levels(MACHINE))
STATES = {name: state for level in LEVELS for name, state in level["States"].items()}
TASKS = {name: state for name, state in STATES.items() if state["Type"] == "Task"}


def _targets(state):
    choices = [choice["Next"] for choice in state.get("Choices", [])]
    caught = [catcher["Next"] for catcher in state.get("Catch", [])]
    return {*choices, *caught, *(state[key] for key in ("Next", "Default") if key in state)}


def test_state_names_are_unique():
    assert sum(len(level["States"]) for level in LEVELS) == len(STATES)


@pytest.mark.parametrize("level", LEVELS)
def test_every_state_can_be_reached_and_every_target_exists(level):
    reached, waiting = set(), {level["StartAt"]}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= _targets(level["States"][name]) - reached
    assert reached == level["States"].keys()


def test_the_machine_and_every_task_have_a_timeout():
    assert MACHINE["TimeoutSeconds"]
    assert all(state["TimeoutSeconds"] for state in TASKS.values())


def test_express_waits_for_no_job_and_no_callback():
    assert MACHINE["TimeoutSeconds"] <= 300
    assert not any(re.search(r"\.(sync|waitForTaskToken)", state["Resource"]) for state in TASKS.values())


def test_every_failure_is_caught_where_it_can_be():
    outer = MACHINE["States"].values()
    assert all("Catch" in state for state in outer if state["Type"] in ("Task", "Parallel", "Map"))


def test_every_choice_has_a_default():
    assert all("Default" in state for state in STATES.values() if state["Type"] == "Choice")


@pytest.mark.parametrize("name", [name for name in TASKS if "lambda:invoke" in TASKS[name]["Resource"]])
def test_lambda_errors_are_retried(name):
    named = {error for retrier in TASKS[name]["Retry"] for error in retrier["ErrorEquals"]}
    assert "Lambda.ServiceException" in named
    assert "Lambda.TooManyRequestsException" in named
