"""A failed run takes back what it did, all of it and nothing else, and tells the first error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from advisor.knowledge.answers import Choice, FieldCondition, ForEach, Parallel, Part, Step
from advisor.starter import render
from tests.starter.checks.behaviour import first_input
from tests.starter.checks.machine import check_definition
from tests.starter.checks.running import Run, run_machine
from tests.starter.projects import blueprint_of

TIMEOUT = type("Sandbox.Timedout", (Exception,), {})
BOOKING: tuple[Part, ...] = (
    Step("CheckOrder"),
    Parallel(((Step("ReserveFlight"), Step("ReserveSeat")), (Step("ReserveHotel"),))),
    Choice(FieldCondition("amount", "at_least", 100), (Step("ChargeCard"),), (Step("UseVoucher"),)),
    Step("SendParcel"),
)
PICKING: tuple[Part, ...] = (Step("Open"), ForEach((Step("Pick"), Step("Pack"))), Step("Close"))


class Played:
    """Runs a project; ``fails`` maps a function, or a function and an id, to the error it ends with."""

    def __init__(self, steps: tuple[Part, ...], language: str, **answers: Any) -> None:
        wanted = {
            "event_source": "eventbridge",
            "failure_handling": ("compensate", "notify"),
            "retry": "none",
        }
        self.made = blueprint_of(
            {**wanted, **answers}, "step-functions", steps=steps, query_language=language
        )
        self.files = {file.path: file.text for file in render(self.made)}

    def run(self, payload: dict[str, Any], fails: dict[str, Exception]) -> Run:
        self.done: list[str] = []
        self.undone: list[tuple[str, Any]] = []

        def work(function: str, event: dict[str, Any]) -> Any:
            name, given = function.split(":")[-2].removesuffix("Function"), event["payload"]
            if name.startswith("Undo"):
                self.undone.append((name.removeprefix("Undo"), given))
            error = fails.get(name) or fails.get(f"{name} {given.get('id')}")
            if error:
                raise error
            self.done.append(name)
            return {**given, "did": name}

        start = first_input(self.made, self.files, {"id": "1001", **payload})
        return run_machine(self.files, start, work, {"approved": True})

    @property
    def taken_back(self) -> list[str]:
        return [name for name, _ in self.undone]


LANGUAGES = ["jsonata", "jsonpath"]


@pytest.fixture(scope="module", params=LANGUAGES)
def booking(request: pytest.FixtureRequest) -> Played:
    return Played(BOOKING, request.param)


@pytest.fixture(scope="module", params=LANGUAGES)
def picking(request: pytest.FixtureRequest) -> Played:
    return Played(PICKING, request.param)


def test_the_definition_has_no_finding(booking: Played, picking: Played) -> None:
    for played in (booking, picking):
        text = next(text for path, text in played.files.items() if path.endswith(".asl.json"))
        assert check_definition(text, express=False) == []


def test_nothing_is_undone_where_nothing_fails(booking: Played) -> None:
    run = booking.run({"amount": 120}, {})
    assert (run.status, booking.undone) == ("SUCCEEDED", [])
    assert [one["did"] for one in run.output["results"]] == ["ReserveSeat", "ReserveHotel"]


@pytest.mark.parametrize("amount", [20, 120])
def test_only_the_way_that_was_taken_is_undone_last_first(booking: Played, amount: int) -> None:
    run = booking.run({"amount": amount}, {"SendParcel": PermissionError("no stock")})
    assert run.error == "PermissionError: " + json.dumps(
        {"errorType": "PermissionError", "errorMessage": "no stock"}
    )
    paid = "ChargeCard" if amount >= 100 else "UseVoucher"
    assert booking.taken_back == [paid, "ReserveHotel", "ReserveSeat", "ReserveFlight", "CheckOrder"]
    assert all(given["did"] == name for name, given in booking.undone)


def test_a_branch_that_fails_does_not_leave_the_others_half_done(booking: Played) -> None:
    run = booking.run({"amount": 120}, {"ReserveSeat": PermissionError("no seat")})
    assert run.error.startswith("PermissionError: ")
    assert sorted(booking.done[:3]) == ["CheckOrder", "ReserveFlight", "ReserveHotel"]
    assert booking.taken_back == ["ReserveHotel", "ReserveFlight", "CheckOrder"]


def test_the_first_error_is_told_and_a_failed_undo_does_not_stop_the_others(booking: Played) -> None:
    fails: dict[str, Exception] = {
        "ReserveSeat": PermissionError("no seat"),
        "UndoReserveHotel": ConnectionError("hotel is away"),
        "UndoCheckOrder": ConnectionError("shop is away"),
    }
    run = booking.run({"amount": 120}, fails)
    assert run.error.startswith("PermissionError: ") and "no seat" in run.error
    assert run.error.endswith(
        " Undo reserve hotel failed with ConnectionError. Undo check order failed with ConnectionError."
    )
    assert booking.taken_back == ["ReserveHotel", "ReserveFlight", "CheckOrder"]
    assert any("no seat" in sent and "Undo reserve hotel failed" in sent for sent in run.sent)


@pytest.mark.parametrize("step", ["CheckOrder", "ReserveHotel", "ChargeCard", "SendParcel"])
def test_a_step_that_may_be_done_is_undone_with_what_it_was_given(booking: Played, step: str) -> None:
    run = booking.run({"amount": 120}, {step: TIMEOUT("too late")})
    assert run.error.startswith("Timedout: ")
    given = dict(booking.undone)[step]
    assert given["id"] == "1001"
    assert given.get("did") != step
    assert set(booking.taken_back) == {*booking.done[: -len(booking.undone)], step}


def test_items_are_undone_each(picking: Played) -> None:
    items = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    fails: dict[str, Exception] = {"Pack b": PermissionError("broken"), "UndoPick a": ConnectionError("away")}
    run = picking.run({"items": items}, fails)
    assert run.error.startswith("PermissionError: ")
    assert run.error.endswith(" Undo pick failed for 1 of 3.")
    assert sorted((name, given["id"]) for name, given in picking.undone) == [
        ("Open", "1001"),
        ("Pack", "a"),
        ("Pack", "c"),
        ("Pick", "a"),
        ("Pick", "b"),
        ("Pick", "c"),
    ]
    assert picking.run({"items": items}, {}).status == "SUCCEEDED"
    picking.run({"items": []}, {"Close": PermissionError("late")})
    assert picking.taken_back == ["Open"]


def test_a_fallback_is_undone_as_well() -> None:
    played = Played((Step("A"), Step("B"), Step("C")), "jsonata", failure_handling=("compensate", "fallback"))
    fails: dict[str, Exception] = {"B": PermissionError("no"), "C": PermissionError("no")}
    assert played.run({}, fails).status == "FAILED"
    assert [given["did"] for _, given in played.undone] == ["FallBackForB", "A"]
