"""Steps that the user arranged run as arranged, and what was done is undone in reverse."""

from __future__ import annotations

from typing import Any

from tests.starter.checks.running import run_machine
from tests.starter.projects import blueprint, files

NAME = "standard-arranged"


def test_the_arrangement_is_the_order_of_the_run() -> None:
    calls: list[str] = []

    def does(function: str, event: dict[str, Any]) -> Any:
        calls.append(function.split(":")[-2])
        return {"id": "1001", **event["payload"]}

    run = run_machine(dict(files(NAME)), dict(blueprint(NAME).payload), does, {"approved": True})
    assert run.status == "SUCCEEDED"
    assert sorted(calls[:2]) == ["ReserveFlightFunction", "ReserveHotelFunction"]
    assert calls[2:] == ["CheckCreditFunction", "ApplyVoucherFunction", "TakePaymentFunction"]


def test_a_late_failure_undoes_everything_before_it() -> None:
    calls: list[str] = []

    def does(function: str, event: dict[str, Any]) -> Any:
        name = function.split(":")[-2]
        calls.append(name)
        if name == "TakePaymentFunction":
            raise PermissionError("declined")
        return {"id": "1001", **event["payload"]}

    run = run_machine(dict(files(NAME)), dict(blueprint(NAME).payload), does, {"approved": True})
    assert run.status == "FAILED"
    assert run.error.startswith("PermissionError: ")
    undone = [name for name in calls if name.startswith("Undo")]
    assert undone == [
        "UndoApplyVoucherFunction",
        "UndoCheckCreditFunction",
        "UndoHoldSeatFunction",
        "UndoReserveHotelFunction",
        "UndoReserveFlightFunction",
    ]
