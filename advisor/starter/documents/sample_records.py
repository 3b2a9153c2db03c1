"""Execution records as they reach a function, for the tests of ``unwrap``.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from advisor.starter.blueprint.project import Blueprint, RecordFixture

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:first:live"


def record_fixtures(blueprint: Blueprint) -> Mapping[str, Any]:
    """Return the event of each shape in which an outcome reaches a function, by file name."""
    return {
        f"{item.service}-{item.outcome}": _carried(item, _record(blueprint, item.outcome))
        for item in blueprint.records
    }


def _record(blueprint: Blueprint, outcome: str) -> dict[str, Any]:
    failed = outcome == "failure"
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": "1"}
    if failed:
        response["functionError"] = "Unhandled"
    error = {"errorMessage": "'id' must be a non-empty string", "errorType": "InvalidInput"}
    return {
        "version": "1.0",
        "timestamp": "2026-11-23T12:00:00.000Z",
        "requestContext": {
            "requestId": "e4b46cbf-b738-xmpl-8880-a18cdf61200e",
            "functionArn": FUNCTION_ARN,
            "condition": "RetriesExhausted" if failed else "Success",
            "approximateInvokeCount": 3 if failed else 1,
        },
        "requestPayload": blueprint.event,
        "responseContext": response,
        "responsePayload": error if failed else blueprint.payload,
    }


def _carried(item: RecordFixture, record: Mapping[str, Any]) -> Any:
    if item.service == "eventbridge":
        return {
            "version": "0",
            "id": "7bf73129-1428-4cd3-a780-95db273d1602",
            "detail-type": f"Lambda Function Invocation Result - {item.outcome.capitalize()}",
            "source": "lambda",
            "resources": [FUNCTION_ARN],
            "detail": record,
        }
    return record
