"""A durable function whose caller waits: the time it has, what rings, and what the caller gets."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from advisor.starter import Blueprint, render
from advisor.starter.blueprint.resources import Function, HttpApi, LoadBalancer, Queue
from tests.starter.durable import durable
from tests.starter.projects import blueprint_of

WAITS = {"caller_waits_for": "result", "steps": 3}


def answering(requirements: dict[str, Any]) -> tuple[Blueprint, Function]:
    made = blueprint_of({**WAITS, **requirements}, "durable-functions")
    assert made.durable
    return made, made.durable


@pytest.mark.parametrize(
    ("requirements", "answers", "timeout_s"),
    [
        ({"event_source": "api-gateway"}, "http", 29),
        ({"event_source": "api-gateway", "total_duration_s": 40}, "http", 80),
        ({"event_source": "function-url", "total_duration_s": 600}, "http", 900),
        ({"event_source": "alb", "step_duration_s": 100}, "http", 200),
        ({"event_source": "sdk"}, "caller", 29),
        ({"invocation": "sync"}, "caller", 29),
        ({"waits": ("callback",)}, "caller", 900),
    ],
)
def test_the_run_ends_before_its_caller_gives_up(
    requirements: dict[str, Any], answers: str, timeout_s: int
) -> None:
    _, function = answering(requirements)
    assert function.durable
    assert (function.answers, function.timeout_s) == (answers, timeout_s)
    assert function.durable.timeout_s == timeout_s, "a call ends with the first of the two"


@pytest.mark.parametrize("source", ["api-gateway", "function-url", "alb", "sdk"])
def test_nothing_is_set_that_only_asynchronous_calls_have(source: str) -> None:
    made, function = answering({"event_source": source, "failure_handling": ("capture",)})
    assert (function.asynchronous, function.dead_letters) == (None, None)
    assert not any(isinstance(item, Queue) for item in made.resources)
    assert "AsyncEventsDropped" not in {alarm.metric for alarm in made.alarms}


@pytest.mark.parametrize(
    ("source", "metrics"),
    [
        ("api-gateway", {"5xx", "Latency"}),
        ("function-url", {"Url5xxCount", "UrlRequestLatency"}),
        ("alb", {"HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "DurableExecutionDuration"}),
        ("sdk", {"DurableExecutionDuration"}),
    ],
)
def test_alarms_ring_on_what_the_caller_sees_and_on_runs_that_end_badly(
    source: str, metrics: set[str]
) -> None:
    made, _ = answering({"event_source": source})
    of_runs = {"DurableExecutionFailed", "DurableExecutionTimedOut", "Throttles"}
    assert {alarm.metric for alarm in made.alarms} == metrics | of_runs


def test_what_is_in_front_hands_each_request_to_the_function() -> None:
    api = next(item for item in durable("answers-api").resources if isinstance(item, HttpApi))
    assert api.function and (api.function.to, api.bus) == ("WorkflowFunction", None)
    balanced = durable("answers-balancer")
    balancer = next(item for item in balanced.resources if isinstance(item, LoadBalancer))
    assert balanced.durable and balancer.idle_s > balanced.durable.timeout_s


def test_a_run_that_asks_comes_through_a_function_url_and_is_answered_in_time() -> None:
    made = durable("answers-url")
    assert made.durable and made.durable.trigger and made.durable.trigger.kind == "function-url"
    assert "So callers use a function URL" in made.notes[0]
    assert "answered within 450 seconds" in made.notes[1]
    files = {file.path: file.text for file in render(made)}
    assert 'TIMEOUTS = {"Await approval": 450}' in files["functions/workflow/app.py"]


HANDLER = """\
@durable_execution
def handler(event: dict[str, Any], context: DurableContext) -> dict[str, Any]:
    before = durable.answered_before(context, event)
    if before is not None:
        return before
    try:
        payload = unwrap(event)
    except (ValueError, TypeError):
        durable.allow_a_new_start(context, event)
        return durable.answer(400, {"error": "the body must be a JSON object"})
    try:
        result = durable.answer(200, run(context, payload))
        durable.remember(context, event, result)
        return result
    except UnrecoverableError:
        raise  # Lambda tries again, or the SDK cannot go on
    except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets an answer
        durable.allow_a_new_start(context, event)
        return durable.failure(context, error)
"""


def test_the_handler_answers_whatever_happens() -> None:
    files = {file.path: file.text for file in render(durable("answers-api"))}
    assert HANDLER in files["functions/workflow/app.py"]


def test_the_readme_says_who_gets_the_error_and_how_to_wait_for_the_answer() -> None:
    readme = next(file.text for file in render(durable("answers-caller")) if file.path == "README.md")
    assert "the caller, as `FunctionError`" in readme
    assert "dead-letter queue keeps" in readme.split("How it grows")[1], "only as the way to grow"
    assert "--cli-read-timeout 0" in readme and "--invocation-type Event" not in readme


@pytest.mark.parametrize("source", ["api-gateway", "function-url", "alb"])
def test_the_same_request_is_one_run(source: str) -> None:
    made, function = answering({"event_source": source})
    assert function.durable and function.durable.claims
    assert "IdempotencyTable" in {item.id for item in made.resources}
    assert ("CLAIM_TABLE", "IdempotencyTable") in {
        (name, getattr(ref, "to", "")) for name, ref in function.environment
    }
    readme = next(file.text for file in render(made) if file.path == "README.md")
    assert "`Idempotency-Key` is done once a day" in readme and "409" in readme


@pytest.mark.parametrize("answers", [{"event_source": "sdk"}, {"event_source": "alb", "idempotent": True}])
def test_nothing_is_remembered_where_the_run_has_a_name_or_a_repeat_does_no_harm(
    answers: dict[str, Any],
) -> None:
    made, function = answering(answers)
    assert function.durable and not function.durable.claims
    assert "IdempotencyTable" not in {item.id for item in made.resources}


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("CLAIM_TABLE", "claims")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="us-east-1")
        dynamodb.create_table(
            TableName="claims",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        yield dynamodb


def test_the_key_of_a_run_that_timed_out_is_free_when_its_time_is_over(claims: Any) -> None:
    """Such a run gives no answer and frees nothing itself, so that its caller got 409 for a day."""
    made, clock = durable("answers-api"), SimpleNamespace(now=time.time())
    clock.time = lambda: clock.now
    known = {"dynamodb": claims, "os": os, "json": json, "time": clock, "Any": Any, "DurableContext": Any}
    known["answer"] = lambda status, _: status
    text = next(file.text for file in render(made) if file.path == "functions/shared/durable.py")
    exec(text[text.index("A_DAY = ") :], known)
    event = {"headers": {"idempotency-key": "first"}}

    def asked(run: str) -> Any:
        own = SimpleNamespace(durable_execution_arn=run)
        context = SimpleNamespace(execution_context=own, step=lambda work, name: work(name))
        return known["answered_before"](context, event)

    assert made.durable and made.durable.durable
    assert asked("timed out") is None
    clock.now += made.durable.durable.timeout_s
    assert asked("too early") == 409
    clock.now += 1
    assert asked("again") is None
    assert asked("once more") == 409
