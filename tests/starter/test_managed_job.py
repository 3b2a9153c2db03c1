"""A managed job behind a schedule or a rule: started without code, kept where it is not, and watched."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.starter import NotSupported, render
from advisor.starter.blueprint.jobs import GlueWorkflow, JobStart, JobWatch
from advisor.starter.blueprint.wiring import Arn, Ref
from tests.starter.projects import blueprint, blueprint_of

APPROACH = "managed-job"
SCHEDULED = ("ecs-fargate", "batch", "glue", "codebuild", "emr", "athena", "sagemaker")


def start_of(**requirements: Any) -> JobStart:
    (start,) = blueprint_of({"steps": 1, **requirements}, APPROACH).job_starts
    return start


@pytest.mark.parametrize(
    ("service", "action", "allowed"),
    [
        ("batch", "batch:submitJob", "batch:SubmitJob"),
        ("glue", "glue:startJobRun", "glue:StartJobRun"),
        ("codebuild", "codebuild:startBuild", "codebuild:StartBuild"),
        ("emr", "emr:addJobFlowSteps", "elasticmapreduce:AddJobFlowSteps"),
    ],
)
def test_a_schedule_calls_the_api_of_the_job_and_may_do_no_more(
    service: str, action: str, allowed: str
) -> None:
    made = blueprint_of({"steps": 1, "event_source": "schedule", "targets": (service,)}, APPROACH)
    (start,) = made.job_starts
    assert start.target == Arn(f"arn:{{partition}}:scheduler:::aws-sdk:{action}")
    assert [actions for item in made.permissions for actions in item.actions] == [allowed, "sqs:SendMessage"]
    assert "<aws.scheduler.scheduled-time>" in str(start.arguments)


@pytest.mark.parametrize("source", ["schedule", "s3", "eventbridge"])
def test_a_container_runs_as_a_task_of_its_own_cluster(source: str) -> None:
    start = start_of(event_source=source, targets=("ecs-fargate",))
    assert (start.target, start.task) == (Ref("RunContainerTask", "cluster"), Ref("RunContainerTask"))
    what = {"schedule": "scheduled-time", "s3": "<bucket>/<key>", "eventbridge": "<id>"}[source]
    assert what in (start.template or str(start.arguments))


@pytest.mark.parametrize("service", SCHEDULED)
def test_the_failure_of_each_job_rings_and_is_told(service: str) -> None:
    made = blueprint_of({"steps": 1, "event_source": "schedule", "targets": (service,)}, APPROACH)
    (watch,) = (item for item in made.resources if isinstance(item, JobWatch))
    assert made.by_id[watch.topic.to].kind == "topic"
    assert watch.pattern["source"] == [f"aws.{service.removesuffix('-fargate')}"]
    assert {alarm.of.to for alarm in made.alarms} == {watch.id, "UndeliveredEvents"}
    assert [str(route.failure) for route in made.failure_routes] == [
        "EventBridge Scheduler cannot deliver an event",
        f"the job that `{watch.start.to}` started fails",
    ]


def test_work_that_outlasts_a_function_is_a_container() -> None:
    made = blueprint_of({"steps": 1, "step_duration_s": 3600})
    assert (made.approach, made.job_starts[0].service) == (APPROACH, "ecs-fargate")
    assert made.event_source == "eventbridge"
    assert "Callers put an event on the default bus" in made.notes[0]


@pytest.mark.parametrize(
    ("requirements", "message"),
    [
        ({"event_source": "s3", "targets": ("athena",)}, "AL57"),
        ({"event_source": "eventbridge", "targets": ("emr",)}, "AL57"),
        ({"event_source": "sqs", "targets": ("batch",)}, "AL56"),
        ({"event_source": "schedule", "targets": ("bedrock",)}, "--approach step-functions"),
        ({"event_source": "schedule", "step_duration_s": 60}, "no job in this work"),
        ({"event_source": "schedule", "targets": ("glue",), "waits": ("callback",)}, "AL42"),
    ],
)
def test_what_neither_a_rule_nor_a_schedule_can_start_is_refused(
    requirements: dict[str, Any], message: str
) -> None:
    with pytest.raises(NotSupported, match=message):
        blueprint_of({"steps": 1, **requirements}, APPROACH)


@pytest.mark.parametrize("runtime", ["python", "nodejs", "go", "java"])
def test_a_project_without_code_asks_for_no_runtime(runtime: str) -> None:
    asked = {"event_source": "schedule", "steps": 1, "targets": ("glue",)}
    made = {file.path: file.text for file in render(blueprint_of(asked, APPROACH, runtime=runtime))}
    assert {path.partition("/")[0] for path in made} == {
        ".checkov.yaml", ".github", ".gitignore", "Makefile", "README.md", "events", "samconfig.toml",
        "template.yaml", "wiring",
    }  # fmt: skip
    assert "\n\twiring/.venv/bin/pytest -q wiring\n" in made["Makefile"]


def test_a_scheduled_query_starts_once_and_writes_to_a_bucket_of_its_own() -> None:
    made = blueprint("job-query")
    (start,) = made.job_starts
    assert start.target == Arn("arn:{partition}:scheduler:::aws-sdk:athena:startQueryExecution")
    assert start.arguments["ClientRequestToken"] == "scheduled-start-<aws.scheduler.scheduled-time>"
    may = {action: item.resources for item in made.permissions for action in item.actions}
    assert may["s3:PutObject"] == (Ref("CountOrdersResults", "contents"),)
    assert not {"athena:StopQueryExecution", "athena:GetQueryExecution"} & may.keys()


@pytest.mark.parametrize(
    ("source", "parameters"),
    [
        ("s3", {"Bucket": "$.detail.bucket.name", "Key": "$.detail.object.key"}),
        ("eventbridge", {"Payload": "$.detail.id"}),
        ("sdk", {"Payload": "$.detail.id"}),
    ],
)
def test_a_rule_starts_a_pipeline_with_values_of_the_event(source: str, parameters: dict[str, str]) -> None:
    made = blueprint_of({"event_source": source, "targets": ("sagemaker",), "steps": 1}, APPROACH)
    (start,) = made.job_starts
    assert start.parameters == parameters
    assert not start.template and not start.arguments
    (allowed,) = made.permissions_of(start.id)
    assert (allowed.actions, allowed.resources) == (("sagemaker:StartPipelineExecution",), (start.target,))
    (given,) = (item for item in made.parameters if item.id.endswith("PipelineArn"))
    assert all(f"`{name}`" in given.purpose for name in parameters)


def test_several_jobs_are_started_and_watched_each_by_itself() -> None:
    made = blueprint("job-scheduled")
    assert [start.service for start in made.job_starts] == ["batch", "glue", "codebuild", "emr"]
    assert len({item.topic.to for item in made.resources if isinstance(item, JobWatch)}) == 4


@pytest.mark.parametrize("source", ["s3", "eventbridge", "sdk"])
def test_a_rule_starts_a_glue_job_through_a_workflow_that_it_may_notify(source: str) -> None:
    made = blueprint_of({"event_source": source, "targets": ("glue",), "steps": 1}, "managed-job")
    (workflow,) = (item for item in made.resources if isinstance(item, GlueWorkflow))
    (start,) = made.job_starts
    assert start.pattern and not start.template, "a workflow gets no event, so there is nothing to transform"
    (allowed,) = made.permissions_of(start.id)
    assert (allowed.actions, allowed.resources) == (("glue:NotifyEvent",), (start.target,))
    assert workflow.id in str(start.target)
