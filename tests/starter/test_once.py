"""A success that is delivered again is not worked on again, with the real library and moto's table."""

from __future__ import annotations

import sys
from pathlib import Path

from advisor.starter import render, write_project
from tests.starter.checks.toolchains import run
from tests.starter.projects import blueprint

TRY = """
import json, sys
from types import SimpleNamespace
import boto3
from moto import mock_aws

sys.path.insert(0, "functions")
with mock_aws():
    boto3.client("dynamodb").create_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    from shared.work import unit_of_work

    done = []
    handler = unit_of_work(lambda payload: done.append(payload) or {"id": payload["id"]})
    context = SimpleNamespace(
        function_name="f", memory_limit_in_mb=1, invoked_function_arn="a", aws_request_id="r",
        get_remaining_time_in_millis=lambda: 30_000,
    )
    first = json.load(open("tests/records/lambda-success.json"))
    again = json.loads(json.dumps(first))
    again["timestamp"], again["requestContext"]["requestId"] = "2026-11-23T12:00:05.000Z", "another"
    other = json.loads(json.dumps(first))
    other["requestPayload"]["id"] = "another event"
    results = [handler(record, context) for record in (first, again, other)]
    print(len(done), json.dumps(results))
"""


def test_a_success_that_is_delivered_again_is_not_worked_on_again(tmp_path: Path) -> None:
    project = tmp_path / "project"
    write_project(render(blueprint("async-s3-to-bus")), project)
    environment = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "",
        "IDEMPOTENCY_TABLE": "table",
        "POWERTOOLS_TRACE_DISABLED": "1",
    }
    told = run([sys.executable, "-c", TRY], project, **environment)
    assert told.code == 0, told.output
    result = '{"id": "1001"}'
    assert told.output.splitlines()[-1] == f"2 [{result}, {result}, {result}]"
