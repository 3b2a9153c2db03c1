"""A state machine in JSONPath does what the same one in JSONata does, state by state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from advisor.knowledge.flow import Task
from tests.examples import sample
from tests.starter.checks.behaviour import first_input
from tests.starter.checks.machine import check_machines
from tests.starter.checks.running import Run, run_machine
from tests.starter.checks.template import check_template
from tests.starter.projects import WITH_MACHINE, blueprint, files, in_jsonpath

Work = Callable[[str, dict[str, Any]], Any]
ANSWERS: dict[str, dict[str, Any]] = {
    "approved": {"approved": True},
    "declined": {"approved": False},
    "answered otherwise": {"approved": "yes"},
    "not answered": {"note": "later"},
}
PAYLOADS: dict[str, dict[str, Any]] = {
    "small": {"amount": 5, "coupon": {"code": "SUMMER'26"}},
    "at the limit": {"amount": 100, "gift": None},
    "large": {"amount": 500, "items": [{"id": "a", "quantity": 1}, {"id": "b", "quantity": 1.5}]},
    "as text": {"amount": "500", "coupon": "SUMMER'26", "items": []},
    "missing": {},
    "special": {"special": True},
}


def _done(function: str, event: dict[str, Any]) -> Any:
    payload = event["payload"]
    return {"id": "1001", **payload, "done": [*payload.get("done", []), function.split(":")[-2]]}


def _broken(name: str) -> Work:
    """Return work that fails for good in the last function, when there is something to undo."""
    last = [
        node.unit for node in blueprint(name).flow if isinstance(node, Task) and node.unit.service == "lambda"
    ]

    def work(function: str, event: dict[str, Any]) -> Any:
        if event["state"] == last[-1].name.words:
            raise ConnectionError(f"no answer for {event['state']}")
        return _done(function, event)

    return work


class Unsteady:
    """Fails once at each piece of work, then does it."""

    def __init__(self) -> None:
        self.tried: set[str] = set()

    def __call__(self, function: str, event: dict[str, Any]) -> Any:
        piece = f"{event['state']} {event['payload']['id']}"
        if piece not in self.tried:
            self.tried.add(piece)
            raise ConnectionError("busy")
        return _done(function, event)


class Polled:
    """Says twice that its job is still running."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, function: str, event: dict[str, Any]) -> Any:
        self.calls += "CheckJob" in function
        status = "RUNNING" if "CheckJob" in function and self.calls < 3 else "DONE"
        return {**_done(function, event), "status": status}


def _input(name: str) -> Any:
    return first_input(blueprint(name), dict(files(name)))


def _both(name: str, payload: Any, work: Callable[[], Work], answer: Any = None) -> tuple[Run, Run]:
    runs = (run_machine(dict(made), payload, work(), answer) for made in (files(name), in_jsonpath(name)))
    first, second = runs
    return first, second


def _same(runs: tuple[Run, Run]) -> Run:
    jsonata, jsonpath = runs
    assert (jsonpath.status, jsonpath.error) == (jsonata.status, jsonata.error)
    assert jsonpath.output == jsonata.output
    entered = [name for name in jsonpath.states if not name.endswith(", or none")]
    assert sorted(entered) == sorted(jsonata.states)  # branches run at the same time
    assert sorted(jsonpath.sent) == sorted(jsonata.sent)
    assert len(jsonpath.waited) == len(jsonata.waited)
    return jsonpath


@pytest.mark.parametrize("name", sample(WITH_MACHINE, 14))
def test_a_project_in_jsonpath_has_no_finding(name: str) -> None:
    assert check_machines(dict(in_jsonpath(name))) == []


def test_a_template_with_a_machine_in_jsonpath_has_no_finding() -> None:
    assert check_template(dict(in_jsonpath("standard-saga"))) == []


@pytest.mark.parametrize("name", sample(WITH_MACHINE, 14))
def test_only_the_definition_differs(name: str) -> None:
    jsonata, jsonpath = files(name), in_jsonpath(name)
    differing = {path for path in jsonata.keys() | jsonpath.keys() if jsonata.get(path) != jsonpath.get(path)}
    if ", or none" in jsonpath["README.md"]:  # the diagram shows the state that JSONPath needs for a list
        differing.discard("README.md")
    assert differing == {next(path for path in jsonata if path.endswith(".asl.json"))}


@pytest.mark.parametrize("name", sample(WITH_MACHINE, 14))
def test_both_reach_the_same_end(name: str) -> None:
    run = _same(_both(name, _input(name), lambda: _done, {"approved": True}))
    assert run.status == "SUCCEEDED"
    assert run.sent or not blueprint(name).functions


FAILING = [
    "standard-saga",
    "standard-callback",
    "standard-arranged",
    "standard-sqs",
    "both-map",
    "express-sqs",
]


@pytest.mark.parametrize("name", sample(FAILING, 6))
def test_both_end_a_failure_that_stays_in_the_same_way(name: str) -> None:
    run = _same(_both(name, _input(name), lambda: _broken(name), {"approved": True}))
    assert run.error.startswith("ConnectionError: ")
    assert run.waited


@pytest.mark.parametrize(
    "name", sample(["standard-saga", "standard-arranged-items", "express-parallel", "both-map"], 4)
)
def test_both_bear_a_failure_that_passes(name: str) -> None:
    run = _same(_both(name, _input(name), Unsteady, {"approved": True}))
    assert run.status == "SUCCEEDED"
    assert run.waited


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("name", sample(["standard-choices", "standard-saga", "both-branch"], 3))
def test_both_choose_the_same_way(name: str, payload: str) -> None:
    given = first_input(blueprint(name), dict(files(name)), {"id": "1001", "items": [], **PAYLOADS[payload]})
    run = _same(_both(name, given, lambda: _done, {"approved": True}))
    assert run.status == "SUCCEEDED"


@pytest.mark.parametrize("answer", ANSWERS)
def test_both_read_an_answer_alike(answer: str) -> None:
    run = _same(_both("standard-saga", _input("standard-saga"), lambda: _done, ANSWERS[answer]))
    assert (run.status == "SUCCEEDED") is (answer == "approved")
    assert ("Undo check fraud" in run.states) is (answer != "approved")


def test_both_poll_until_the_job_is_done() -> None:
    run = _same(_both("standard-poll", _input("standard-poll"), Polled))
    assert (run.status, run.states.count("Wait for the job")) == ("SUCCEEDED", 2)
