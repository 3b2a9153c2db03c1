"""What was done is not done again, and what was not may be: the real handlers in Python."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from advisor.starter import render
from tests.starter.played.once import (
    check_chain,
    check_events_in_messages,
    check_messages,
    check_once,
    check_requests,
    check_requests_for_several,
    check_requests_in_messages,
    check_requests_on_a_bus,
    machine,
)
from tests.starter.projects import blueprint_of


def test_a_call_of_a_state_machine_is_done_once(tmp_path: Path) -> None:
    with machine("python", tmp_path) as (blueprint, handler):
        check_once(blueprint, handler)


def test_a_success_that_is_delivered_again_is_not_worked_on_again(tmp_path: Path) -> None:
    check_chain("python", tmp_path)


def test_a_message_that_comes_again_is_not_worked_on_again(tmp_path: Path) -> None:
    check_messages("python", tmp_path)


def test_an_event_in_two_messages_is_worked_on_once(tmp_path: Path) -> None:
    check_events_in_messages("python", tmp_path)


def test_a_request_in_two_messages_is_worked_on_once(tmp_path: Path) -> None:
    check_requests_in_messages("python", tmp_path)


def test_a_request_with_a_key_is_worked_on_once(tmp_path: Path) -> None:
    check_requests("python", tmp_path)


def test_a_request_on_a_bus_is_worked_on_once(tmp_path: Path) -> None:
    check_requests_on_a_bus("python", tmp_path)


def test_a_request_on_a_bus_is_worked_on_once_by_each_of_several_consumers(tmp_path: Path) -> None:
    check_requests_for_several("python", tmp_path)


@pytest.mark.parametrize("again", [{}, {"sent_again": "m1"}])
def test_a_request_on_a_bus_is_one_run_of_a_durable_function(again: dict[str, str]) -> None:
    """Unless the README's command sends it again, under a key of its own."""
    answers = {"event_source": "api-gateway", "invocation": "async", "steps": 2, "waits": ("timer",)}
    made = blueprint_of({**answers, "caller_waits_for": "nothing"}, "durable-functions")
    text = next(file.text for file in render(made) if file.path == "functions/shared/durable.py")
    known: dict[str, Any] = {"json": json, "hashlib": hashlib, "Any": Any}
    exec(text[text.index("def _key(") :], known)
    first, second = ({"id": id, "detail": {"id": "one"}} for id in ("1", "2"))
    same = known["_key"](first) == known["_key"]({**second, **again})
    assert same == (not again)
    assert known["_key"]({"id": "1"}) != known["_key"]({"id": "2"})
