import importlib

import pytest

from shared.work import InvalidInput

FUNCTIONS = [
    "reserve_flight",
    "undo_reserve_flight",
    "reserve_hotel",
    "undo_reserve_hotel",
    "check_credit",
    "undo_check_credit",
    "apply_voucher",
    "undo_apply_voucher",
    "take_payment",
    "undo_take_payment",
]
PAYLOAD = {"id": "1001", "amount": 1000}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_work_returns_what_the_next_step_needs(name):
    work = getattr(importlib.import_module(f"{name}.app"), name)
    assert work(PAYLOAD) == {**PAYLOAD, "done": [name]}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_invalid_input_is_raised_not_returned(name):
    """An error object that is returned counts as success: no retry, no failure destination, no Catch."""
    work = getattr(importlib.import_module(f"{name}.app"), name)
    with pytest.raises(InvalidInput):
        work({"id": ""})


def test_first_handler_takes_the_payload_of_its_task(context):
    event = {"execution": "run", "state": "Reserve flight", "payload": PAYLOAD}
    handler = importlib.import_module("reserve_flight.app").handler
    result = handler(event, context)
    assert result["id"]
    assert result["done"] == ["reserve_flight"]
