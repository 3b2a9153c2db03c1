"""What goes wrong in projects of others, held against ours: one test for each that can be seen offline.

Others are tests of the gate (``gate/``), of what is refused (``test_plan``) or of the generated projects.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from advisor.knowledge.answers import Step
from advisor.knowledge.flow import Poll, nodes
from advisor.starter import render
from advisor.starter.blueprint.wiring import Ref
from advisor.starter.plan.delivery import SUCCEEDED, bus_event
from tests.starter.checks.deployed import read
from tests.starter.checks.machine import check_machines
from tests.starter.checks.running import run_machine
from tests.starter.checks.template import check_template
from tests.starter.projects import PROJECTS, WITH_MACHINE, blueprint, blueprint_of, files

SYNC_RULES = {
    "ecs:runTask.sync": "StepFunctionsGetEventsForECSTaskRule",
    "batch:submitJob.sync": "StepFunctionsGetEventsForBatchJobsRule",
    "elasticmapreduce:addStep.sync": "StepFunctionsGetEventForEMRAddJobFlowStepsRule",
    "sagemaker:createTransformJob.sync": "StepFunctionsGetEventsForSageMakerTransformJobsRule",
    "codebuild:startBuild.sync": "StepFunctionsGetEventForCodeBuildStartBuildRule",
    "states:startExecution.sync:2": "StepFunctionsGetEventsForStepFunctionsExecutionRule",
}


def template(name: str) -> dict[str, Any]:
    return read(files(name)["template.yaml"])["Resources"]  # type: ignore[no-any-return]


def of_type(name: str, kind: str) -> dict[str, dict[str, Any]]:
    return {key: item.get("Properties", {}) for key, item in template(name).items() if item["Type"] == kind}


def test_05_a_record_is_unwrapped_however_deep_it_is_nested() -> None:
    record = json.loads(files("async-sdk")["tests/records/lambda-success.json"])
    scope: dict[str, Any] = {}
    exec(files("async-sdk")["functions/shared/unwrap.py"], scope)
    nested = {**record, "responsePayload": record}
    assert scope["unwrap"](record) == blueprint("async-sdk").payload
    assert scope["unwrap"](scope["unwrap"](nested)) == blueprint("async-sdk").payload


@pytest.mark.parametrize("dash", ["-", "\N{EN DASH}", "\N{EM DASH}"])
@pytest.mark.parametrize("outcome", ["Success", "Failure"])
def test_06_the_pattern_reads_the_outcome_and_not_the_dash(dash: str, outcome: str) -> None:
    condition = "Success" if outcome == "Success" else "RetriesExhausted"
    record = {"requestContext": {"condition": condition}, "responsePayload": {"id": "1"}}
    event = bus_event("lambda", f"Lambda Function Invocation Result {dash} {outcome}", record)
    matches = EventPattern.load(json.dumps(SUCCEEDED)).matches_event(event)
    assert matches is (outcome == "Success")


@pytest.mark.parametrize("name", PROJECTS)
def test_11_no_function_has_a_dead_letter_queue_beside_its_destination(name: str) -> None:
    assert not any("DeadLetterQueue" in item for item in of_type(name, "AWS::Serverless::Function").values())


@pytest.mark.parametrize("name", PROJECTS)
def test_12_what_a_source_cannot_hand_over_is_kept(name: str) -> None:
    made = blueprint(name)
    triggers = [item.trigger for item in (*made.functions, made.machine) if item and item.trigger]
    handed_over = {"eventbridge", "schedule", "sns"}
    assert all(trigger.undelivered for trigger in triggers if trigger.kind in handed_over)
    for pipe in (item for item in made.resources if item.kind == "pipe"):
        if pipe.service == "kafka":  # type: ignore[attr-defined]
            continue  # such a pipe has no queue for it: it stays at the record until it can start the run
        queue = made.by_id[pipe.source.to]  # type: ignore[attr-defined]
        assert pipe.undelivered or queue.dead_letters  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", PROJECTS)
def test_16_no_bucket_takes_the_output_of_what_it_starts(name: str) -> None:
    made = blueprint(name)
    sources = {item.id for item in made.resources if item.kind == "bucket" and item.events}  # type: ignore[attr-defined]
    written = {
        target.to
        for permission in made.permissions
        if "s3:PutObject" in permission.actions
        for target in permission.resources
        if isinstance(target, Ref)
    }
    assert not sources & written


@pytest.mark.parametrize("name", [name for name in PROJECTS if name.startswith("jobs-")])
def test_22_a_job_is_waited_for_with_the_rule_aws_names_for_it(name: str) -> None:
    made = blueprint(name)
    assert made.machine
    used = {
        state["Resource"].partition(":::")[2]
        for state in made.machine.definition["States"].values()
        if state["Type"] == "Task"
    }
    watched = {
        target.pattern.rpartition("rule/")[2]
        for permission in made.permissions
        if "events:PutRule" in permission.actions
        for target in permission.resources
        if not isinstance(target, Ref | str)
    }
    assert watched == {SYNC_RULES[resource] for resource in used if resource in SYNC_RULES}


@pytest.mark.parametrize("days", [0, 1, 7, 100])
def test_24_polling_keeps_within_the_history_of_the_longest_run(days: int) -> None:
    answers = {"event_source": "s3", "steps": 2, "waits": ("poll-job",), "total_duration_s": days * 86_400}
    made = blueprint_of(answers, "step-functions")
    (poll,) = (node for node in nodes(made.flow) if isinstance(node, Poll))
    assert made.machine
    turns = made.machine.definition["TimeoutSeconds"] / poll.seconds
    assert turns * 9 < 25_000
    assert poll.seconds <= max(60, days * 100)


@pytest.mark.parametrize("name", PROJECTS)
def test_34_what_a_machine_calls_has_no_destination_that_would_never_fire(name: str) -> None:
    made = blueprint(name)
    substitutions = made.machine.substitutions if made.machine else ()
    called = {target.to for _, target in substitutions if isinstance(target, Ref)}
    assert not any(item.asynchronous for item in made.functions if item.id in called)


@pytest.mark.parametrize("name", PROJECTS)
def test_35_events_of_aws_are_awaited_on_the_default_bus(name: str) -> None:
    made = blueprint(name)
    triggers = [item.trigger for item in (*made.functions, made.machine) if item and item.trigger]
    for trigger in triggers:
        source = (trigger.pattern or {}).get("source", [""])[0]
        assert not (source.startswith("aws.") and trigger.source)


@pytest.mark.parametrize("name", PROJECTS)
def test_36_every_queue_is_written_out_with_its_retention(name: str) -> None:
    assert all(item["MessageRetentionPeriod"] for item in of_type(name, "AWS::SQS::Queue").values())
    for function in of_type(name, "AWS::Serverless::Function").values():
        outcomes = function.get("EventInvokeConfig", {}).get("DestinationConfig", {}).values()
        assert all(outcome["Destination"] for outcome in outcomes)


def test_a_function_is_never_its_own_destination_whatever_the_step_is_called() -> None:
    answers = {"event_source": "s3", "steps": 1, "on_success": ("lambda",), "on_failure": ("lambda",)}
    for title in ("Handle failure", "Handle success", "handle-failure"):
        made = blueprint_of(answers, "destinations", steps=(Step(title),))
        for function in made.functions:
            assert function.asynchronous
            targets = (function.asynchronous.on_failure, function.asynchronous.on_success)
            assert all(to is None or to.target.to != function.id for to in targets)


def _fails(function: str, event: dict[str, Any]) -> Any:
    if event["state"] != "Validate request":
        raise ConnectionError("down")
    return event["payload"]


REDRIVEN: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing said": ({}, True),
    "redriven": ({"failure_handling": ("redrive",)}, True),
    "redriven and captured": ({"failure_handling": ("redrive", "capture"), "on_failure": ("sqs",)}, True),
    "redriven, people told": ({"failure_handling": ("redrive", "notify")}, True),
    "captured": ({"failure_handling": ("capture",)}, False),
    "undone": ({"failure_handling": ("compensate", "redrive")}, False),
}


@pytest.mark.parametrize("case", REDRIVEN)
def test_a_run_stops_where_a_redrive_can_go_on(case: str) -> None:
    answers, resumable = REDRIVEN[case]
    answers = {"event_source": "s3", "steps": 3, "waits": ("timer",), **answers}
    made = blueprint_of(answers, "step-functions")
    rendered = {file.path: file.text for file in render(made)}
    run = run_machine(rendered, dict(made.payload), _fails)
    assert run.status == "FAILED"
    assert (run.states[-1] == "Process request") is resumable
    assert run.error.startswith("ConnectionError: ")
    ends_up = next(
        str(line.ends_up) for line in made.failure_routes if str(line.failure).startswith("a run fails")
    )
    assert ("redrive-execution" in ends_up) is resumable


def test_what_keeps_failed_runs_may_be_written_beside_an_edge_with_a_queue_of_its_own() -> None:
    answers = {"event_source": "s3", "steps": 3, "failure_handling": ("redrive", "capture")}
    made = {file.path: file.text for file in render(blueprint_of(answers, "both"))}
    assert check_template(made) + check_machines(made) == []
    policies = [item for item in read(made["template.yaml"])["Resources"] if item.endswith("Policy")]
    assert "FailedRunsPolicy" in policies and "FailureQueuePolicy" not in policies


@pytest.mark.parametrize("name", WITH_MACHINE)
def test_a_failed_run_rings(name: str) -> None:
    watched = {alarm["MetricName"] for alarm in of_type(name, "AWS::CloudWatch::Alarm").values()}
    assert {"ExecutionsFailed", "ExecutionsTimedOut"} <= watched
