"""What was done is not done again, and what was not may be: the real handlers in Node.js, Go and Java."""

from __future__ import annotations

from pathlib import Path

import pytest

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

OTHERS = ["nodejs", "go", "java"]


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_call_of_a_state_machine_is_done_once(runtime: str, tmp_path: Path) -> None:
    with machine(runtime, tmp_path) as (blueprint, handler):
        check_once(blueprint, handler)


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_success_that_is_delivered_again_is_not_worked_on_again(runtime: str, tmp_path: Path) -> None:
    check_chain(runtime, tmp_path)


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_message_that_comes_again_is_not_worked_on_again(runtime: str, tmp_path: Path) -> None:
    check_messages(runtime, tmp_path)


@pytest.mark.parametrize("runtime", OTHERS)
def test_an_event_in_two_messages_is_worked_on_once(runtime: str, tmp_path: Path) -> None:
    check_events_in_messages(runtime, tmp_path)


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_request_in_two_messages_is_worked_on_once(runtime: str, tmp_path: Path) -> None:
    check_requests_in_messages(runtime, tmp_path)


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_request_with_a_key_is_worked_on_once(runtime: str, tmp_path: Path) -> None:
    check_requests(runtime, tmp_path)


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_request_on_a_bus_is_worked_on_once(runtime: str, tmp_path: Path) -> None:
    check_requests_on_a_bus(runtime, tmp_path)


@pytest.mark.parametrize("runtime", OTHERS)
def test_a_request_on_a_bus_is_worked_on_once_by_each_of_several_consumers(
    runtime: str, tmp_path: Path
) -> None:
    check_requests_for_several(runtime, tmp_path)
