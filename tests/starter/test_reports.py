"""Reports of failed runs: each target that the answers name gets input and error, executed."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from advisor.starter import render
from advisor.starter.blueprint.wiring import Ref
from tests.starter.checks.machine import check_machines
from tests.starter.checks.running import create_machine, finished, interpreter
from tests.starter.projects import blueprint_of


def _fails(function: str, event: dict[str, Any]) -> Any:
    raise type("InvalidInput", (Exception,), {})("no such order")


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize("more", [{}, {"failure_handling": ("compensate",)}, {"total_duration_s": 5}])
def test_a_bucket_gets_the_report_of_a_failed_run(more: dict[str, Any], language: str) -> None:
    asked = {"event_source": "eventbridge", "steps": 2, "on_failure": ("s3",), **more}
    made = blueprint_of(asked, "step-functions", query_language=language)
    files = {file.path: file.text for file in render(made)}
    assert check_machines(files) == []
    given = json.loads(files["events/event.json"])
    with interpreter(_fails) as waited:
        states, s3 = (boto3.client(name, region_name="us-east-1") for name in ("stepfunctions", "s3"))
        machine = create_machine(files)
        started = states.start_execution(stateMachineArn=machine, input=json.dumps(given))
        ended = finished(started["executionArn"], waited, None)
        (item,) = s3.list_objects_v2(Bucket="failurebucket")["Contents"]
        report = json.loads(s3.get_object(Bucket="failurebucket", Key=item["Key"])["Body"].read())
    assert (ended.status, ended.error.split(":")[0]) == ("FAILED", "InvalidInput")
    assert report["execution"] == started["executionArn"]
    assert report["input"] == given
    assert report["error"]["Error"] == "InvalidInput"


def test_the_bucket_is_in_table_and_permissions() -> None:
    made = blueprint_of({"event_source": "eventbridge", "steps": 2, "on_failure": ("s3",)}, "step-functions")
    (line,) = [route for route in made.failure_routes if str(route.failure) == "a run fails"]
    assert str(line.ends_up).startswith("bucket `FailureBucket`; ")
    assert [alarm.to for alarm in line.alarms] == ["WorkflowExecutionsFailedAlarm"]
    may = [item for item in made.permissions_of("Workflow") if "s3:PutObject" in item.actions]
    assert [item.resources for item in may] == [(Ref("FailureBucket", "contents"),)]
