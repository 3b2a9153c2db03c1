import importlib

import pytest

from shared.work import InvalidInput

FUNCTIONS = [
    "aggregate_clicks",
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


def test_handler_reads_the_event_of_its_source(event, context):
    handler = importlib.import_module("aggregate_clicks.app").handler
    assert handler(event, context) == {"batchItemFailures": []}


def test_a_record_that_fails_stops_the_batch(event, context):
    """Only the first bad record is reported: the poller goes on there, so that the order is kept."""
    handler = importlib.import_module("aggregate_clicks.app").handler
    good = event["Records"][0]
    bad = [{**good, "kinesis": {"data": "e30=", "sequenceNumber": number}} for number in ("2", "3")]
    assert handler({"Records": [good, *bad]}, context) == {"batchItemFailures": [{"itemIdentifier": "2"}]}
