"""A pipe from a queue or stream to a target, with no function between."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import NotSupported, render
from advisor.starter.blueprint.jobs import JobWatch
from advisor.starter.blueprint.resources import ApiDestination, Function, Pipe, Queue
from advisor.starter.blueprint.wiring import Destination, Ref
from tests.starter.projects import blueprint_of

SOURCES = ("sqs", "dynamodb-stream", "kinesis", "kafka")
TARGETS = ("sqs", "sns", "eventbridge", "step-functions")


def made(source: str, target: str) -> Any:
    answers = {"event_source": source, "steps": 1, "targets": (target,)}
    return blueprint_of(answers, "pipes", steps=(Step("Hand on", target),))


@pytest.mark.parametrize(("source", "target"), list(product(SOURCES, TARGETS)))
def test_each_source_reaches_each_target_and_what_fails_is_kept(source: str, target: str) -> None:
    blueprint = made(source, target)
    (pipe,) = (item for item in blueprint.resources if isinstance(item, Pipe))
    assert (pipe.service, pipe.target_service) == (source, target)
    assert blueprint.functions == ()
    actions = {action for item in blueprint.permissions_of(pipe.id) for action in item.actions}
    wanted = {"sqs": "sqs:SendMessage", "sns": "sns:Publish", "eventbridge": "events:PutEvents"}
    assert wanted.get(target, "states:StartExecution") in actions
    kept = [item for item in blueprint.resources if isinstance(item, Queue) and item.stays_empty]
    assert len(kept) == (0 if source == "kafka" else 1)  # a pipe cannot set a record of Kafka aside
    assert f"{pipe.id}ExecutionFailedAlarm" in {alarm.id for alarm in blueprint.alarms}


def test_only_new_items_of_a_table_are_handed_on() -> None:
    (pipe,) = (item for item in made("dynamodb-stream", "sns").resources if isinstance(item, Pipe))
    assert json.loads(json.dumps(pipe.filter)) == {"eventName": ["INSERT"]}


def test_a_project_without_code_has_no_file_of_a_language() -> None:
    paths = {file.path for file in render(made("sqs", "sns"))}
    assert not any(path.startswith(("functions/", "tests/")) or "ruff" in path for path in paths)


@pytest.mark.parametrize(
    ("answers", "steps", "told"),
    [
        (
            {"event_source": "sqs"},
            (Step("Keep", "dynamodb"), Step("Tell", "sns")),
            "whose pipe starts a workflow",
        ),
        ({"event_source": "sqs", "step_duration_s": 291}, (Step("Add"),), "ends after 300 seconds"),
        ({"event_source": "sqs", "buffering": ("pacing",)}, (Step("Add"),), "has a maximum concurrency"),
        ({"event_source": "sqs"}, (Step("Keep", "s3"),), "no service that a pipe hands on to"),
        ({"event_source": "sqs"}, (Step("Query", "athena"),), "no service that a pipe hands on to"),
        ({"event_source": "s3", "steps": 1}, (Step("Tell", "sns"),), "The sources of a pipe"),
        ({"event_source": "sqs", "branching": "content"}, (Step("Tell", "sns"),), "no choice between"),
    ],
)
def test_what_a_pipe_cannot_do_is_refused_with_a_way_out(
    answers: dict[str, Any], steps: tuple[Step, ...], told: str
) -> None:
    with pytest.raises(NotSupported, match=re.escape(told)) as refused:
        blueprint_of(answers, "pipes", steps=steps)
    assert "--approach" in str(refused.value)


def functions_of(source: str, *services: str, **answers: Any) -> tuple[Pipe, tuple[Function, ...]]:
    steps = tuple(Step(f"Step {place}", service) for place, service in enumerate(services))
    blueprint = blueprint_of({"event_source": source, "steps": len(steps), **answers}, "pipes", steps=steps)
    assert blueprint.pipe is not None
    return blueprint.pipe, blueprint.functions


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("target", TARGETS)
def test_a_function_before_the_target_enriches_each_record_alone(source: str, target: str) -> None:
    pipe, (function,) = functions_of(source, "lambda", target)
    assert pipe.enrichment and pipe.enrichment.to == function.id
    assert (function.piped, pipe.batch_size, pipe.bisects) == ("results", 1, False)


@pytest.mark.parametrize(
    ("source", "size"), [("sqs", 10), ("kinesis", 10), ("dynamodb-stream", 10), ("kafka", 1)]
)
def test_a_function_as_target_answers_which_records_failed(source: str, size: int) -> None:
    """Of Kafka a pipe takes no failures of single records."""
    pipe, (function,) = functions_of(source, "lambda")
    assert (pipe.target_service, pipe.enrichment, pipe.batch_size) == ("lambda", None, size)
    assert function.piped == ("results" if source == "kafka" else "failures")
    assert pipe.bisects == (source in ("kinesis", "dynamodb-stream"))


@pytest.mark.parametrize("step_s", [None, 1, 20, 70, 140])
@pytest.mark.parametrize("services", [("lambda",), ("lambda", "sns"), ("lambda", "lambda")])
def test_functions_end_before_the_pipe_and_their_messages_stay_hidden(
    step_s: int | None, services: tuple[str, ...]
) -> None:
    answers = {"step_duration_s": step_s} if step_s else {}
    steps = tuple(Step(f"Step {place}", service) for place, service in enumerate(services))
    made = blueprint_of({"event_source": "sqs", "steps": len(steps), **answers}, "pipes", steps=steps)
    runs_s = sum(function.timeout_s for function in made.functions)
    assert made.pipe is not None and runs_s < 300
    queue = made.by_id[made.pipe.source.to]
    assert isinstance(queue, Queue) and queue.visibility_s >= 6 * runs_s
    assert runs_s >= (step_s or 1) * made.pipe.batch_size


def test_steps_before_the_target_are_one_function_s() -> None:
    steps = (Step("Add customer"), Step("Add price"), Step("Tell", "sns"))
    made = blueprint_of({"event_source": "sqs", "steps": 3}, "pipes", steps=steps)
    assert [function.name.words for function in made.functions] == ["Add customer"]
    assert "does all 2 steps, one after another: 'Add customer', 'Add price'" in made.notes[0]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("sqs", "comes back to queue `SourceQueue` after 6 minutes; after 5 receives it goes to queue"),
        ("kinesis", "the pipe tries it 5 times more, and its shard waits; then queue `UndeliveredEvents`"),
        ("kafka", "the topic itself"),
    ],
)
def test_the_failure_table_says_by_source_what_happens_to_a_record(source: str, told: str) -> None:
    steps = (Step("Add customer"), Step("Tell", "sns"))
    made = blueprint_of({"event_source": source, "steps": 2}, "pipes", steps=steps)
    fails, not_taken = (route for route in made.failure_routes if "AddCustomerFunction" in str(route.failure))
    assert told in str(fails.ends_up) and "begins the record anew" in str(not_taken.ends_up)
    assert "AddCustomerFunctionErrorsAlarm" in {ref.to for ref in fails.alarms}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("target", ["ecs-fargate", "batch", "sagemaker"])
@pytest.mark.parametrize("before", [(), ("lambda",)])
def test_a_job_gets_the_id_of_the_payload_and_its_failure_is_told(
    source: str, target: str, before: tuple[str, ...]
) -> None:
    pipe, _ = functions_of(source, *before, target)
    ids = {"sqs": "$.body.id", "kinesis": "$.data.id", "kafka": "$.value.id"}
    assert pipe.picks == ("$.payload.id" if before else ids.get(source, "$.dynamodb.Keys.id.S"))
    made = blueprint_of({"event_source": source}, "pipes", steps=(Step("Work", target),))
    (watch,) = (item for item in made.resources if isinstance(item, JobWatch))
    assert watch.start.to == pipe.id
    assert any(
        "the job that `SourcePipe` started fails" in str(route.failure) for route in made.failure_routes
    )
    assert not any("*" in item.resources for item in made.permissions_of(pipe.id) if not item.why)


@pytest.mark.parametrize(
    ("answers", "rate"),
    [
        ({}, 300),
        ({"buffering": ("pacing",)}, 10),
        ({"buffering": ("pacing",), "monthly_executions": 60_000_000}, 47),
    ],
)
def test_an_endpoint_is_called_so_often_at_most_and_knows_a_request_again(
    answers: dict[str, Any], rate: int
) -> None:
    steps = (Step("Tell partner", "http-api"),)
    made = blueprint_of({"event_source": "sqs", **answers}, "pipes", steps=steps)
    (destination,) = (item for item in made.resources if isinstance(item, ApiDestination))
    assert destination.per_second == rate
    assert made.pipe is not None and made.pipe.picks == "$.messageId"
    allowed = {action for item in made.permissions_of(made.pipe.id) for action in item.actions}
    assert "events:InvokeApiDestination" in allowed


@pytest.mark.parametrize("approach", ["step-functions", "both"])
@pytest.mark.parametrize("source", ["kafka", "kinesis"])
def test_a_workflow_behind_a_topic_says_what_its_pipe_cannot_put_aside(source: str, approach: str) -> None:
    notes = " ".join(blueprint_of({"event_source": source, "steps": 2}, approach).notes)
    assert ("Kafka gives a pipe no dead-letter queue" in notes) is (source == "kafka")
    assert ("sets aside what it cannot hand on" in notes) is ((source, approach) == ("kinesis", "both"))


@pytest.mark.parametrize("approach", ["step-functions", "both"])
@pytest.mark.parametrize("delivery", ["exactly-once", "at-least-once"])
def test_a_function_reads_a_topic_where_another_topic_takes_what_fails(approach: str, delivery: str) -> None:
    """An Express run has no name that a repeat is known by, so its records come one by one."""
    asked = {"event_source": "kafka", "steps": 2, "delivery": delivery, "idempotent": True}
    made = blueprint_of({**asked, "on_failure": ("sqs",)}, approach, failure_topic="failed")
    (reader,) = (item for item in made.functions if item.does == "start")
    assert made.pipe is None and reader.trigger and reader.trigger.batch and made.machine
    assert reader.trigger.batch.on_failure == Destination("kafka", Ref("KafkaFailureTopic", "address"))
    express = made.machine.workflow_type == "express"
    assert express is (delivery == "at-least-once")
    assert reader.trigger.batch.size == (1 if express else 100)
    assert ("one may start a run twice" in " ".join(made.notes)) is express
    ends = [str(route.ends_up) for route in made.failure_routes if "a record that" in route.failure.pattern]
    assert ends == ["the topic that `KafkaFailureTopic` names"]
