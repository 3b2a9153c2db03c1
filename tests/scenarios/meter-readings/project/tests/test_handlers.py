import importlib

import pytest

from shared.work import InvalidInput

FUNCTIONS = [
    "decode_reading",
    "check_reading",
    "enrich_reading",
]
PAYLOAD = {"id": "1001"}


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
    event = {"execution": "run", "state": "Decode reading", "payload": PAYLOAD}
    handler = importlib.import_module("decode_reading.app").handler
    result = handler(event, context)
    assert result["id"]
    assert result["done"] == ["decode_reading"]
