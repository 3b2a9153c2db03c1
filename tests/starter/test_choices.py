"""Conditions of the user's own are the ones that run; without one, no step is left out; lists always fit."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.knowledge.answers import Choice, FieldCondition, ForEach, Parallel, Part, PlacedWait, Step
from advisor.starter import Blueprint, render
from tests.starter.checks.behaviour import first_input
from tests.starter.checks.running import Run, run_machine
from tests.starter.played.in_process import loaded
from tests.starter.projects import blueprint_of

LARGE = FieldCondition("order.amount", "at_least", 100)
ORDER: tuple[Part, ...] = (
    Step("CheckOrder"),
    Choice(
        LARGE,
        (Step("CheckCredit"), PlacedWait("human-approval")),
        (Choice(FieldCondition("coupon", "equals", "SUMMER'26"), (Step("ApplyVoucher"),)),),
    ),
    Choice(FieldCondition("gift", "present", value=True), (), (Step("PrintInvoice"),)),
    Choice(FieldCondition("items", "present", value=False), (Step("FindItems"),)),
    ForEach((Choice(FieldCondition("quantity", "at_most", 1), (Step("PackItem"),), (Step("PackBox"),)),)),
    Step("Ship"),
)
EXPECTED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "large": ({"order": {"amount": 100}, "items": []}, ["CheckCredit", "PrintInvoice"]),
    "coupon": (
        {"order": {"amount": 99.5}, "coupon": "SUMMER'26", "gift": None, "items": [{"quantity": 1}]},
        ["ApplyVoucher", "PackItem"],
    ),
    "of another type": ({"order": {"amount": "100"}, "coupon": 26, "gift": 1, "items": []}, []),
    "nothing": ({}, ["PrintInvoice", "FindItems", "PackBox", "PackBox"]),
}


def _project(steps: tuple[Part, ...], language: str, **answers: Any) -> tuple[Blueprint, dict[str, str]]:
    made = blueprint_of(
        {"event_source": "eventbridge", "idempotent": True, **answers},
        "step-functions",
        steps=steps,
        query_language=language,
    )
    return made, {file.path: file.text for file in render(made)}


def _ran(made: Blueprint, files: dict[str, str], payload: dict[str, Any]) -> tuple[Run, list[str]]:
    """Run the project's own handlers behind its machine; return the functions in order."""
    calls: list[str] = []

    def work(function: str, event: dict[str, Any]) -> Any:
        calls.append(function.split(":")[-2].removesuffix("Function"))
        own = {"id": "x", **event["payload"]}
        return {"items": [{"id": "a"}, {"id": "b"}], **own} if calls[-1] == "FindItems" else own

    start = first_input(made, files, {"id": "1001", **payload})
    return run_machine(files, start, work, {"approved": True}), calls


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize("case", EXPECTED)
def test_exactly_the_steps_that_the_conditions_say_run(case: str, language: str) -> None:
    payload, expected = EXPECTED[case]
    run, calls = _ran(*_project(ORDER, language), payload)
    assert (run.status, run.error) == ("SUCCEEDED", "None: None")
    assert calls == ["CheckOrder", *expected, "Ship"]
    assert ("Await approval" in run.states) is (case == "large")


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize("special", [{}, {"special": True}, {"amount": 20}, {"amount": 120}])
def test_without_a_condition_every_step_runs(special: dict[str, Any], language: str) -> None:
    names = ("CreateProfile", "SaveProfile", "Welcome", "Report")
    made, files = _project(tuple(map(Step, names)), language, branching="content")
    run, calls = _ran(made, files, special)
    assert (run.status, tuple(calls)) == ("SUCCEEDED", names)
    assert "`Special case?` is a placeholder" in files["README.md"]
    assert "Placeholder for your own condition" in files["statemachine/order-pipeline.asl.json"]


def test_one_step_is_not_left_out_either() -> None:
    run, calls = _ran(*_project((Step("Only"),), "jsonata", branching="content"), {})
    assert (run.status, calls) == ("SUCCEEDED", ["Only"])


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
def test_names_that_come_twice_are_kept_apart(language: str) -> None:
    twice = (PlacedWait("timer"), Choice(LARGE, (Step("Ask"), PlacedWait("human-approval"))))
    made, files = _project((Parallel((twice, twice)), *twice), language)
    run, calls = _ran(made, files, {"order": {"amount": 100}})
    assert (run.status, sorted(calls)) == ("SUCCEEDED", ["Ask", "Ask2", "Ask3"])
    run, calls = _ran(made, files, {})
    assert (run.status, calls) == ("SUCCEEDED", [])


def test_each_stub_gives_the_list_that_the_next_state_reads(tmp_path: Any) -> None:
    steps = (Step("List"), Parallel(((ForEach((Step("Inner"),)),), (Step("Other"),))), Step("Last"))
    made, files = _project(steps, "jsonata")
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    calls: list[str] = []
    with loaded(tmp_path / "functions", ("list.app", "inner.app", "other.app", "last.app"), {}) as modules:
        handlers = {module.__name__.partition(".")[0]: module for module in modules}

        def work(function: str, event: dict[str, Any]) -> Any:
            name = function.split(":")[-2].removesuffix("Function").lower()
            calls.append(name)
            return getattr(handlers[name], name)(event["payload"])

        run = run_machine(files, first_input(made, files, {"id": "1001"}), work)
    assert run.status == "SUCCEEDED", run.error
    assert sorted(calls) == ["inner", "inner", "last", "list", "other"]
