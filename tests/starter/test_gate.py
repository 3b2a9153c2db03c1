"""Every generated project passes every checker there is, runs, and passes its own tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from advisor.starter import render, write_project
from tests.examples import sample
from tests.starter.checks.behaviour import first_input
from tests.starter.checks.machine import check_machines
from tests.starter.checks.running import run_machine
from tests.starter.checks.template import check_template
from tests.starter.projects import PROJECTS, WITH_MACHINE, blueprint, files


@pytest.mark.parametrize("name", sample(PROJECTS, 20))
def test_the_template_has_no_finding(name: str) -> None:
    assert check_template(dict(files(name))) == []


@pytest.mark.parametrize("name", sample(WITH_MACHINE, 8))
def test_the_state_machine_has_no_finding(name: str) -> None:
    assert check_machines(dict(files(name))) == []


RUFF = str(Path(sys.executable).with_name("ruff"))


def _input(name: str) -> Any:
    return first_input(blueprint(name), dict(files(name)))


def _done(function: str, event: dict[str, Any]) -> Any:
    payload = event["payload"]
    return {"id": "1001", **payload, "done": [*payload.get("done", []), function.split(":")[-2]]}


class InvalidInput(Exception):
    pass


def _invalid(function: str, event: dict[str, Any]) -> Any:
    raise InvalidInput("'id' must be a non-empty string")


@pytest.mark.parametrize("name", sample((name for name in WITH_MACHINE if blueprint(name).functions), 14))
def test_invalid_input_ends_the_run_at_once_and_says_why(name: str) -> None:
    run = run_machine(dict(files(name)), _input(name), _invalid)
    assert run.status == "FAILED"
    assert run.error.startswith("InvalidInput: ")
    told = "Workflow failed" in files(name)["statemachine/order-pipeline.asl.json"]
    assert (run.states[-1] == "Workflow failed") is told
    assert run.waited == ()


def test_a_passing_fault_is_retried_with_growing_delays() -> None:
    calls: list[str] = []

    def unsteady(function: str, event: dict[str, Any]) -> Any:
        calls.append(function)
        if len(calls) < 3:
            raise ConnectionError("busy")
        return _done(function, event)

    name = "standard-callback"
    run = run_machine(dict(files(name)), _input(name), unsteady, {"answer": 1})
    assert run.status == "SUCCEEDED"
    assert len(run.waited) == 2
    assert run.waited[0] <= 2 and run.waited[1] <= 4


def test_a_late_failure_undoes_what_was_done_latest_first() -> None:
    undone: list[str] = []

    def work(function: str, event: dict[str, Any]) -> Any:
        if "Undo" in function:
            undone.append(function.split(":")[-2])
        return _done(function, event)

    run = run_machine(dict(files("standard-saga")), _input("standard-saga"), work, {"approved": False})
    assert run.status == "FAILED"
    assert run.error.startswith("NotApproved: ")
    assert undone == ["UndoReserveStockFunction", "UndoChargeCardFunction", "UndoCheckFraudFunction"]
    assert run.states[-3:] == ("Report failure", "Allow a new start", "Workflow failed")


def test_a_fallback_does_the_work_and_the_run_goes_on() -> None:
    def work(function: str, event: dict[str, Any]) -> Any:
        if "function:ProcessRequest" in function:
            raise InvalidInput("cannot")
        return _done(function, event)

    name = "standard-callback"
    run = run_machine(dict(files(name)), _input(name), work, {"answer": 1})
    assert run.status == "SUCCEEDED"
    assert "Fall back for process request" in run.states


@pytest.mark.parametrize("special", [False, True])
def test_each_way_of_a_choice_ends_well(special: bool) -> None:
    project = dict(files("standard-saga"))
    event = first_input(blueprint("standard-saga"), project, {"id": "1001", "special": special})
    run = run_machine(project, event, _done, {"approved": True})
    assert run.status == "SUCCEEDED"
    assert ("Special case" in run.states) is special
    assert {"Check fraud", "Charge card", "Reserve stock", "Tell customer"} <= set(run.states)


@pytest.mark.parametrize("name", sorted({*sample(PROJECTS, 50), "both-stream"}))
def test_the_project_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(render(blueprint(name)), folder)
    checks = (["check"], ["format", "--check", "--diff"]) if (folder / "ruff.toml").exists() else ()
    for check in checks:
        ruff = [RUFF, *check, "--no-cache", "."]
        checked = subprocess.run(ruff, cwd=folder, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--tb=short",
        *(part for part in ("tests", "wiring") if (folder / part).exists()),
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
    assert "warning" not in done.stdout
