"""What the plan says yes and no to, and that it says it before anything is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.knowledge.answers import ForEach, Parallel, Step
from advisor.starter import NotSupported
from advisor.starter.blueprint.project import FailureRoute
from advisor.starter.blueprint.resources import Function
from advisor.starter.blueprint.wiring import Phrase, Ref
from advisor.starter.documents.diagram import mermaid
from tests.starter.projects import PROJECTS, WITH_MACHINE, blueprint, blueprint_of

WAITING = {"event_source": "api-gateway", "caller_waits_for": "result"}
REFUSED: dict[str, tuple[dict[str, Any], str, tuple[Any, ...], str]] = {
    "queue in front of destinations": (
        {"event_source": "sqs"},
        "destinations",
        (),
        r"redrive policy.*\(IV04\)",
    ),
    "caller waits": (
        {"event_source": "api-gateway", "caller_waits_for": "result"},
        "destinations",
        (),
        "cannot do this workload",
    ),
    "S3 on success": (
        {"event_source": "s3", "on_success": ("s3",)},
        "destinations",
        (),
        r"cannot do this workload.*S3.*\(TG\d\d\)",
    ),
    "two destinations at once": (
        {"event_source": "s3", "on_success": ("sqs", "sns")},
        "destinations",
        (),
        "Lambda takes one destination for success",
    ),
    "stream to a function": (
        {"event_source": "kinesis", "on_failure": ("lambda",)},
        "destinations",
        (),
        r"stream mapping is SQS, SNS, S3.*\(TG10\)",
    ),
    "second step behind a stream": (
        {"event_source": "kinesis", "steps": 2},
        "destinations",
        (),
        r"reports failures only.*\(IV11\)",
    ),
    "order, which only FIFO keeps": (
        {"event_source": "s3", "ordering": "required", "on_failure": ("sqs",)},
        "destinations",
        (),
        r"FIFO queues and FIFO topics cannot be destinations.*\(GU\d\d\)",
    ),
    "more items at once than Express can do": (
        {**WAITING, "parallelism": "dynamic", "max_parallel_items": 60},
        "step-functions",
        (),
        "An inline Map runs at most 40",
    ),
    "more items at once in arranged steps": (
        {**WAITING, "max_parallel_items": 60},
        "step-functions",
        (Step("List"), ForEach((Step("Work"),))),
        "at most 40 items at once",
    ),
    "job as a target in Express": (
        {**WAITING, "targets": ("glue",)},
        "step-functions",
        (),
        "cannot do this workload",
    ),
    "job as a step in Express": (
        WAITING,
        "step-functions",
        (Step("Check"), Step("Convert", "glue")),
        r"Express workflows cannot wait for a job or a callback \(Convert\)",
    ),
    "service in the middle of a chain": (
        {"event_source": "s3"},
        "destinations",
        (Step("Keep", "dynamodb"), Step("Tell", "sns")),
        "cannot reach in the middle of a chain",
    ),
    "arranged steps in a chain": (
        {"event_source": "s3"},
        "destinations",
        (Step("Receive"), Parallel(((Step("Left"),), (Step("Right"),)))),
        "need a state machine",
    ),
    "no function at all": (
        {"event_source": "s3"},
        "destinations",
        (Step("Tell", "sns"),),
        "at least one lambda",
    ),
    "poll in a synchronous workflow": (
        {"event_source": "api-gateway", "caller_waits_for": "result", "waits": ("callback",)},
        "step-functions",
        (),
        "cannot do this workload",
    ),
    "approach that does not exist": ({}, "workers", (), "There is no starter for"),
}


TOPICS: dict[str, tuple[dict[str, Any], str, str]] = {
    "no Kafka": ({"event_source": "kinesis"}, "destinations", "say event_source: kafka"),
    "state machine": ({"event_source": "s3"}, "step-functions", "say event_source: kafka"),
    "two targets": (
        {"event_source": "kafka", "on_failure": ("sqs",)},
        "destinations",
        "names the topic 'failed' and on_failure names sqs",
    ),
    "runs that are waited for": (
        {"event_source": "kafka", "steps": 2, "ordering": "required"},
        "step-functions",
        "Leave failure_topic out: a pipe reads the topic",
    ),
}


@pytest.mark.parametrize("case", TOPICS)
def test_a_topic_for_failed_records_is_refused_where_nothing_writes_to_it(case: str) -> None:
    requirements, approach, told = TOPICS[case]
    with pytest.raises(NotSupported, match=told):
        blueprint_of(requirements, approach, failure_topic="failed")


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_wired_is_refused_with_the_reason(case: str) -> None:
    requirements, approach, steps, told = REFUSED[case]
    with pytest.raises(NotSupported, match=told) as refused:
        blueprint_of(requirements, approach, steps=steps)
    assert refused.value.exit_code == 2
    assert str(refused.value).rstrip().endswith(".")


@pytest.mark.parametrize("name", PROJECTS)
def test_a_blueprint_holds_together(name: str) -> None:
    made = blueprint(name)
    ids = [item.id for item in made.resources]
    assert len(set(ids)) == len(ids)
    for permission in made.permissions:
        assert permission.holder.removesuffix("ExecutionRole") in made.by_id
        assert all(target.to in made.by_id for target in permission.resources if isinstance(target, Ref))
        assert permission.why or "*" not in permission.resources


@pytest.mark.parametrize("name", PROJECTS)
def test_every_function_has_an_edge_in_and_a_place_for_its_failures(name: str) -> None:
    made = blueprint(name)
    called = (
        {target.to for _, target in made.machine.substitutions if isinstance(target, Ref)}
        if made.machine
        else set()
    )
    for function in (item for item in made.resources if isinstance(item, Function)):
        batch = function.trigger.batch if function.trigger else None
        started = function.does == "start" or function.answers  # synchronous: its caller sees the error
        worker = function.trigger.worker if function.trigger else None
        piped = made.pipe and function.id in {
            ref.to for ref in (made.pipe.target, made.pipe.enrichment) if ref
        }
        edge = function.asynchronous or worker or piped or (batch and batch.on_failure)
        assert started or function.id in called or edge


def test_the_type_of_a_forced_workflow_is_the_one_that_can_do_it() -> None:
    made = blueprint_of({"event_source": "s3", "steps": 1, "waits": ("callback",)}, "step-functions")
    assert made.workflow_type == "standard"


CALLED = ("sdk", "other", "api-gateway", "alb", "function-url", None)


@pytest.mark.parametrize("name", PROJECTS)
def test_the_diagram_shows_what_starts_everything(name: str) -> None:
    edges = mermaid(blueprint(name)).split("\n\n")[0]
    assert ("caller((caller))" in edges) == (PROJECTS[name][0].get("event_source") in CALLED)
    for item in (*blueprint(name).functions, blueprint(name).machine):
        assert item is None or re.search(rf"> {item.id}$", edges, re.MULTILINE), item.id


@pytest.mark.parametrize("name", WITH_MACHINE)
def test_the_picture_shows_each_way_once_and_inside_a_state_the_steps_only(name: str) -> None:
    lines = [line.strip() for line in mermaid(blueprint(name)).splitlines()]
    arrows = [line for line in lines if " --" in line or " -." in line]
    assert len(arrows) == len(set(arrows))
    inside = ", ".join(line.split("<br/>")[1] for line in lines if "<br/>" in line)
    assert not re.search("Nothing done yet|Done so far|Failed here|Note the item|all done", inside)


@pytest.mark.parametrize(
    "route",
    [
        FailureRoute(failure=Phrase("x"), ends_up=Phrase("x"), holds="x", alarms=(Ref("NoSuchAlarm"),)),
        FailureRoute(failure=Phrase("x"), ends_up=Phrase("{0}", (Ref("NoQueue"),)), holds="x", alarms=()),
    ],
)
def test_a_line_that_names_what_is_not_there_cannot_be_built(route: FailureRoute) -> None:
    with pytest.raises(ValueError, match="The blueprint has no No"):
        replace(blueprint("async-sdk"), failure_routes=(route,))


@pytest.mark.parametrize("source", ["eventbridge", "iot"])
def test_a_failed_express_run_is_kept_where_somebody_is_told_as_well(source: str) -> None:
    answers = {
        "event_source": source,
        "steps": 3,
        "total_duration_s": 5,
        "idempotent": True,
        "delivery": "at-least-once",
        "failure_handling": ("capture", "notify"),
        "monthly_executions": 90_000_000,
        "peak_per_second": 2000,
    }
    made = blueprint_of(answers, "step-functions")
    assert made.workflow_type == "express"
    assert "FailureQueue" in made.by_id


@pytest.mark.parametrize("name", PROJECTS)
def test_every_failure_has_an_alarm_of_this_project(name: str) -> None:
    made = blueprint(name)
    assert made.failure_routes
    ids = {alarm.id for alarm in made.alarms}
    assert all({ref.to for ref in route.alarms} <= ids for route in made.failure_routes)
    assert all(bool(route.alarms) is not bool(route.unseen) for route in made.failure_routes)
