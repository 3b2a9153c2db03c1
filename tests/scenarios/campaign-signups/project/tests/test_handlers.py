import importlib

import pytest

from shared.work import InvalidInput

FUNCTIONS = [
    "validate_request",
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
    handler = importlib.import_module("validate_request.app").handler
    assert handler(event, context) == {"batchItemFailures": []}


def test_only_a_message_that_fails_comes_back(event, context):
    """The others of its batch are done: an exception would bring them all back."""
    handler = importlib.import_module("validate_request.app").handler
    good = event["Records"][0]
    bad = [{**good, "messageId": "2", "body": "{}"}, {**good, "messageId": "3", "body": "no JSON"}]
    messages = [good, *bad, {**good, "messageId": "4"}]
    failed = handler({"Records": messages}, context)["batchItemFailures"]
    assert [item["itemIdentifier"] for item in failed] == ["2", "3"]
