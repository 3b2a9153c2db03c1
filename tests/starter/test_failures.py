"""What fails is found: the table of the README, counts of attempts, alarms and retention, as laws."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.starter import render
from advisor.starter.blueprint.ids import NOTIFY_EMAIL
from advisor.starter.blueprint.resources import (
    Function,
    Parameter,
    Pipe,
    Queue,
    Route,
    Stream,
    Subscription,
    Topic,
)
from advisor.starter.documents.retry_summary import worst_case
from advisor.starter.flavours.table import FLAVOURS
from tests.examples import sample
from tests.starter.checks.deployed import read
from tests.starter.projects import PROJECTS, WITH_MACHINE, blueprint, blueprint_of, files

STREAMS = ("kinesis", "dynamodb-stream")


def table(requirements: Mapping[str, Any], approach: str) -> dict[str, tuple[str, str, str]]:
    """Return the failure table: what fails, and where it ends up, what is kept, what rings."""
    made = blueprint_of(requirements, approach)
    return {
        str(route.failure): (str(route.ends_up), route.holds, " ".join(ref.to for ref in route.alarms))
        for route in made.failure_routes
    }


def in_flavour(requirements: Mapping[str, Any], approach: str, iac: str) -> str:
    """Return the deployed part of a project as one text without spaces around signs."""
    made = render(blueprint_of(requirements, approach, iac=iac))
    wanted = ("template.yaml", "infra/stack.py", "infra/lib/stack.ts", ".tf")
    return "\n".join(file.text for file in made if file.path.endswith(wanted))


@pytest.mark.parametrize("name", PROJECTS)
def test_no_notice_goes_only_to_an_address_that_may_be_empty(name: str) -> None:
    made = blueprint(name)
    email = made.by_id[NOTIFY_EMAIL]
    assert isinstance(email, Parameter)
    assert email.default is None
    kept = {item.topic.to for item in made.resources if isinstance(item, Subscription)}
    failures = {item.id for item in made.resources if isinstance(item, Topic) and item.id == "FailureTopic"}
    assert failures <= kept


@pytest.mark.parametrize("name", sample(PROJECTS, 12))
def test_a_queue_takes_from_all_that_send_to_it_in_one_policy(name: str) -> None:
    """A second policy of one queue replaces the first."""
    policies = [
        item["Properties"]["Queues"][0]["Ref"]
        for item in read(files(name)["template.yaml"])["Resources"].values()
        if item["Type"] == "AWS::SQS::QueuePolicy"
    ]
    assert len(policies) == len(set(policies))


@pytest.mark.parametrize("name", PROJECTS)
def test_what_carries_failures_on_has_a_queue_for_what_it_cannot_deliver(name: str) -> None:
    made = blueprint(name)
    for item in made.resources:
        if isinstance(item, Route | Subscription):
            assert item.undelivered
            queue = made.by_id[item.undelivered.to]
            assert isinstance(queue, Queue)
            assert queue.senders or (isinstance(item, Route) and item.schedule)  # a schedule has a role


@pytest.mark.parametrize("name", PROJECTS)
def test_every_function_that_can_fail_by_itself_has_a_line(name: str) -> None:
    made = blueprint(name)
    told = {ref.to for route in made.failure_routes for ref in route.failure.parts}
    for function in made.functions:
        batch = function.trigger.batch if function.trigger else None
        if function.asynchronous or batch or function.does == "start":
            assert function.id in told


@pytest.mark.parametrize("name", PROJECTS)
def test_an_alarm_that_the_table_names_watches_a_metric_that_moves(name: str) -> None:
    """A poller that reports failed records succeeds, so that Errors stays at 0."""
    made = blueprint(name)
    alarms = {alarm.id: alarm for alarm in made.alarms}
    for route in made.failure_routes:
        for part in (made.by_id[ref.to] for ref in route.failure.parts):
            batch = part.trigger.batch if isinstance(part, Function) and part.trigger else None
            if batch and batch.partial_response:
                assert {alarms[ref.to].metric for ref in route.alarms} != {"Errors"}
        if "times out" in str(route.failure) and "FailedRuns" not in str(route.ends_up):
            assert "ExecutionsTimedOut" in {alarms[ref.to].metric for ref in route.alarms}


@pytest.mark.parametrize("iac", FLAVOURS)
@pytest.mark.parametrize("source", STREAMS)
def test_a_record_that_is_given_up_is_counted(source: str, iac: str) -> None:
    text = in_flavour({"event_source": source, "steps": 1, "replay_payload": True}, "destinations", iac)
    assert re.search(r"EventCount\]|EVENT_COUNT\]|\"EventCount\"\]", text)
    assert "OnFailureDestinationDeliveredEventCount" in text
    assert re.search(
        r"!Ref \w+FunctionSource|event_source_mapping_id|eventSourceMappingId|mapping\.\w+\.uuid", text
    )


@pytest.mark.parametrize("iac", FLAVOURS)
@pytest.mark.parametrize("source", STREAMS)
@pytest.mark.parametrize("replay", [True, False])
def test_a_pipe_says_why_it_failed_and_keeps_what_must_be_replayed(
    source: str, iac: str, replay: bool
) -> None:
    asked = {"event_source": source, "steps": 2, "waits": ("timer",), "replay_payload": replay}
    text = in_flavour(asked, "step-functions", iac)
    assert "/aws/vendedlogs/pipes/" in text
    assert (
        bool(re.search(r"IncludeExecutionData: \[ALL\]|xecution_?[dD]ata ?[=:] ?\[\"ALL\"\]", text)) is replay
    )


@pytest.mark.parametrize(("source", "kept"), [("kinesis", "14 days"), ("dynamodb-stream", "24 hours")])
def test_a_pipe_from_a_stream_keeps_positions(source: str, kept: str) -> None:
    asked = {"event_source": source, "steps": 2, "waits": ("timer",)}
    _, holds, _ = table(asked, "step-functions")["the pipe cannot deliver an event"]
    assert holds == f"its position in the stream, not the record: read it back within {kept}"
    _, holds, _ = table({**asked, "replay_payload": True}, "step-functions")[
        "the pipe cannot deliver an event"
    ]
    assert "the record is in the pipe's log for 30 days" in holds


def test_the_queue_of_a_pipe_from_a_queue_keeps_the_message() -> None:
    asked = {"event_source": "sqs", "steps": 2, "waits": ("timer",)}
    assert table(asked, "step-functions")["the pipe cannot deliver an event"][1] == "the message itself"


EXPRESS = {
    "steps": 2,
    "total_duration_s": 5,
    "idempotent": True,
    "retry": "backoff",
    "monthly_executions": 9_000_000,
}


@pytest.mark.parametrize(
    ("source", "count", "told"),
    [
        ("sqs", "the pipe runs it 5 times: 30 in all", "5 times in all, then `UndeliveredEvents` has it"),
        ("kinesis", "the pipe runs it 6 times: 36 in all", "6 times in all, then `UndeliveredEvents` has it"),
        ("dynamodb-stream", "the pipe runs it 6 times: 36 in all", "6 times in all, then"),
        ("s3", "6 attempts on errors of the work", "start it anew with the same input"),
    ],
)
def test_attempts_are_counted_with_those_from_outside(source: str, count: str, told: str) -> None:
    asked = {**EXPRESS, "event_source": source}
    made = blueprint_of(asked, "step-functions")
    assert made.workflow_type == "express"
    assert count in worst_case(made)
    assert told in table(asked, "step-functions")["a run fails"][0]


def test_a_standard_run_behind_a_pipe_is_not_run_again_by_it() -> None:
    asked = {"event_source": "sqs", "steps": 2, "waits": ("human-approval",)}
    made = blueprint_of(asked, "step-functions")
    assert made.workflow_type == "standard"
    assert "the pipe" not in worst_case(made)


def test_a_pipe_that_waits_for_kafka_never_gives_up() -> None:
    asked = {**EXPRESS, "event_source": "kafka", "ordering": "required"}
    made = blueprint_of(asked, "step-functions")
    assert "runs a record again until the topic drops it" in worst_case(made)
    assert (
        "the topic itself"
        in table(asked, "step-functions")[
            "the pipe cannot hand a record on, or a run that it waits for fails"
        ][0]
    )


@pytest.mark.parametrize("name", WITH_MACHINE)
def test_what_no_catch_takes_is_named(name: str) -> None:
    assert any("States.DataLimitExceeded" in str(route.failure) for route in blueprint(name).failure_routes)


@pytest.mark.parametrize("source", ["cognito", "alb", "function-url"])
def test_a_function_that_cannot_start_a_run_is_heard_of(source: str) -> None:
    asked = {"event_source": source, "steps": 2, "waits": ("timer",)}
    _, _, rings = table(asked, "step-functions")[
        "`StartWorkflowFunction` cannot start a run, or is throttled"
    ]
    assert rings == "StartWorkflowFunctionErrorsAlarm StartWorkflowFunctionThrottlesAlarm"


@pytest.mark.parametrize("name", PROJECTS)
def test_what_is_given_up_is_kept_longer_than_what_waits(name: str) -> None:
    """A message keeps its age in the dead-letter queue, and a record must be there to be read back."""
    made = blueprint(name)
    for item in made.resources:
        if isinstance(item, Queue) and item.dead_letters:
            after = made.by_id[item.dead_letters.to]
            assert isinstance(after, Queue)
            assert item.retention_s < after.retention_s
        if isinstance(item, Pipe) and item.max_record_age_s:
            kept = made.by_id[item.source.to]
            hours = kept.kept_hours if isinstance(kept, Stream) else 24
            assert item.max_record_age_s < hours * 3600
        if isinstance(item, Function) and item.trigger and item.trigger.batch and item.trigger.source:
            kept = made.by_id[item.trigger.source.to]
            hours = kept.kept_hours if isinstance(kept, Stream) else 24
            assert item.trigger.batch.max_record_age_s < hours * 3600


@pytest.mark.parametrize("source", STREAMS)
def test_positions_are_kept_as_long_as_the_records_where_that_can_be_set(source: str) -> None:
    made = blueprint_of({"event_source": source, "steps": 1, "on_failure": ("sqs",)}, "destinations")
    for item in made.resources:
        if isinstance(item, Stream):
            assert item.kept_hours * 3600 == next(
                queue.retention_s for queue in made.resources if isinstance(queue, Queue)
            )


def test_the_alarms_of_the_readme_are_in_the_template() -> None:
    for name in sample(PROJECTS, 12):
        text = files(name)["README.md"]
        rows = [line.split("|")[4] for line in text.splitlines() if line.startswith("| ") and "Alarm" in line]
        alarms = {alarm for row in rows for alarm in re.findall(r"\w+Alarm", row)}
        assert alarms
        assert alarms <= set(read(files(name)["template.yaml"])["Resources"])


@pytest.mark.parametrize(
    ("source", "metric"),
    [("dynamodb-stream", "`EventCount` of the pipe"), ("kafka", "`SumOffsetLag` of the")],
)
def test_what_no_alarm_of_a_pipe_sees_is_named(source: str, metric: str) -> None:
    made = blueprint_of({"event_source": source, "steps": 2}, "step-functions")
    readme = next(file.text for file in render(made) if file.path == "README.md")
    (line,) = [line for line in readme.splitlines() if "faster than the pipe" in line]
    assert metric in line.split("|")[4]
    assert not any(alarm.metric == "IteratorAge" for alarm in made.alarms)  # no metric has this pipe's lag


@pytest.mark.parametrize("iac", ["sam", "terraform"])
@pytest.mark.parametrize("name", PROJECTS)
def test_a_queue_takes_from_the_rules_that_write_to_it_and_from_no_other(name: str, iac: str) -> None:
    """`*` stands nowhere where an ARN can: another rule of the account has nothing to send here."""
    made = replace(blueprint(name), iac=iac)
    texts = [file.text for file in render(made) if file.path.endswith((".tf", "template.yaml"))]
    assert not any("rule/*" in text for text in texts)
