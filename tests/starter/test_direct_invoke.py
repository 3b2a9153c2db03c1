"""One function that answers its caller: by source, within the time the source gives it."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.starter import NotSupported, render
from advisor.starter.blueprint.resources import HttpApi, LoadBalancer
from tests.starter.projects import blueprint_of

APPROACH = "direct-invoke"


def answering(requirements: dict[str, Any]) -> Any:
    (function,) = blueprint_of({"steps": 1, **requirements}, APPROACH).functions
    return function


@pytest.mark.parametrize(
    ("requirements", "answers", "timeout_s"),
    [
        ({"event_source": "api-gateway"}, "http", 8),
        ({"event_source": "api-gateway", "step_duration_s": 20}, "http", 29),
        ({"event_source": "function-url", "step_duration_s": 20}, "http", 40),
        ({"event_source": "alb", "step_duration_s": 600}, "http", 900),
        ({"event_source": "cognito"}, "user-pool", 4),
        ({"event_source": "sdk", "caller_waits_for": "result"}, "caller", 8),
        ({"invocation": "sync"}, "caller", 8),
    ],
)
def test_the_function_gives_up_before_its_caller_does(
    requirements: dict[str, Any], answers: str, timeout_s: int
) -> None:
    function = answering(requirements)
    assert (function.answers, function.timeout_s, function.asynchronous) == (answers, timeout_s, None)


def test_the_api_lets_in_what_is_expected_at_peak_and_the_balancer_waits_longer_than_the_function() -> None:
    api = blueprint_of({"event_source": "api-gateway", "steps": 1, "peak_per_second": 300}, APPROACH)
    assert [(i.per_second, i.burst) for i in api.resources if isinstance(i, HttpApi)] == [(600, 1200)]
    balanced = blueprint_of({"event_source": "alb", "steps": 1, "step_duration_s": 60}, APPROACH)
    (balancer,) = (item for item in balanced.resources if isinstance(item, LoadBalancer))
    assert balancer.idle_s == 130 > balanced.functions[0].timeout_s


@pytest.mark.parametrize(
    ("source", "metrics"),
    [
        ("api-gateway", {"5xx", "Latency", "Throttles"}),
        ("function-url", {"Url5xxCount", "UrlRequestLatency", "Throttles"}),
        ("alb", {"HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "Duration", "Throttles"}),
        ("cognito", {"Errors", "Duration", "Throttles"}),
        (None, {"Errors", "Duration", "Throttles"}),
    ],
)
def test_alarms_ring_on_errors_slow_answers_and_throttling(source: str | None, metrics: set[str]) -> None:
    asked = {"event_source": source} if source else {"invocation": "sync"}
    made = blueprint_of({"steps": 1, "idempotent": True, **asked}, APPROACH)
    assert {alarm.metric for alarm in made.alarms} == metrics
    half_ms = made.functions[0].timeout_s * 500
    slow = [alarm for alarm in made.alarms if alarm.metric in ("Latency", "UrlRequestLatency", "Duration")]
    assert [alarm.threshold for alarm in slow] == [half_ms]


@pytest.mark.parametrize(
    ("requirements", "message"),
    [
        ({"event_source": "s3"}, "Nobody waits behind an S3 bucket.*--approach single-function"),
        ({"event_source": "sqs"}, "Nobody waits behind an SQS queue.*--approach queue-redrive"),
        ({"event_source": "kinesis"}, "Nobody waits behind a Kinesis stream.*--approach destinations"),
        (
            {"event_source": "api-gateway", "caller_waits_for": "acknowledgement"},
            "The caller waits for acknowledgement.*--approach step-functions",
        ),
        ({"event_source": "sdk", "invocation": "async"}, "waits for nothing.*--approach single-function"),
        ({"event_source": "alb", "waits": ("timer",)}, "paid for while it waits"),
        ({"event_source": "cognito", "step_duration_s": 5}, "Cognito waits 5 seconds"),
        ({"event_source": "function-url", "step_duration_s": 1000}, "too long to wait for"),
    ],
)
def test_where_no_answer_can_come_in_time_it_is_refused(requirements: dict[str, Any], message: str) -> None:
    with pytest.raises(NotSupported, match=message):
        blueprint_of({"steps": 1, **requirements}, APPROACH)


def test_an_answer_that_takes_longer_than_an_http_api_waits_comes_through_a_function_url() -> None:
    made = blueprint_of({"event_source": "api-gateway", "steps": 1, "step_duration_s": 40}, APPROACH)
    assert made.functions[0].trigger is not None and made.functions[0].trigger.kind == "function-url"
    assert "So callers use a function URL" in made.notes[0]


def test_the_advice_is_built_where_neither_option_is_the_answer() -> None:
    made = blueprint_of(
        {"event_source": "api-gateway", "caller_waits_for": "result", "steps": 1, "targets": ("lambda",)}
    )
    assert (made.approach, made.summary.startswith("Use neither")) == (APPROACH, True)


@pytest.mark.parametrize("runtime", ["python", "nodejs", "go", "java"])
def test_a_change_of_mind_leaves_the_business_code_as_it_is(runtime: str) -> None:
    def code(approach: str, **answers: Any) -> dict[str, str]:
        asked = {"event_source": "function-url", "steps": 1, **answers}
        made = {file.path: file.text for file in render(blueprint_of(asked, approach, runtime=runtime))}
        return {path: text for path, text in made.items() if "alidate" in path}

    assert code(APPROACH) and code(APPROACH).items() <= code("step-functions").items()


def test_several_steps_are_one_function_that_calls_them() -> None:
    made = blueprint_of({"invocation": "sync", "steps": 3, "latency": "interactive"}, APPROACH)
    assert len(made.functions) == 1
    assert "does all 3 steps within its answer" in made.notes[0]
