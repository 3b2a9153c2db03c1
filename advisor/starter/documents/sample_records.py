"""Execution records as each target receives them, for the tests of ``unwrap``.

Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html and
https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from advisor.starter.blueprint.project import Blueprint, RecordFixture

FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:first:live"
BATCH_INFO = {
    "kinesis": "KinesisBatchInfo",
    "dynamodb-stream": "DDBStreamBatchInfo",
    "kafka": "KafkaBatchInfo",
}


def record_fixtures(blueprint: Blueprint) -> Mapping[str, Any]:
    """Return the event of every target shape the project has, by file name."""
    stream = next((f.trigger.kind for f in blueprint.functions if f.trigger and f.trigger.batch), "")
    return {f"{item.service}-{item.outcome}": _fixture(blueprint, item, stream) for item in blueprint.records}


def _fixture(blueprint: Blueprint, item: RecordFixture, stream: str) -> Any:
    if stream:
        record = _stream_record(stream)
        if item.service == "s3":
            record = {**record, "payload": json.dumps(blueprint.event)}
    else:
        record = _record(blueprint, item.outcome)
    return _carried(item, record)


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


def _stream_record(stream: str) -> dict[str, Any]:
    return {
        "version": "1.0",
        "timestamp": "2026-11-23T12:00:00.000Z",
        "requestContext": {
            "requestId": "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
            "functionArn": FUNCTION_ARN,
            "condition": "RetryAttemptsExhausted",
            "approximateInvokeCount": 6,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "1", "functionError": "Unhandled"},
        BATCH_INFO[stream]: _kafka_batch()
        if stream == "kafka"
        else {
            "shardId": "shardId-000000000001",
            "startSequenceNumber": "49601189658422359378836298521827638475320189012309704722",
            "endSequenceNumber": "49601189658422359378836298522902373528957594348623495186",
            "approximateArrivalOfFirstRecord": "2026-11-23T11:59:50.000Z",
            "approximateArrivalOfLastRecord": "2026-11-23T11:59:55.000Z",
            "batchSize": 10,
            "streamArn": "arn:aws:kinesis:us-east-1:123456789012:stream/source",
        },
    }


def _kafka_batch() -> dict[str, Any]:
    return {
        "batchSize": 1,
        "eventSourceArn": "arn:aws:kafka:us-east-1:123456789012:cluster/orders/2f1d-5",
        "bootstrapServers": "b-1.orders.kafka.us-east-1.amazonaws.com:9098",
        "payloadSize": 162,
        "recordsInfo": {"orders-0": {"firstRecordOffset": "15", "lastRecordOffset": "15"}},
    }


def _carried(item: RecordFixture, record: Mapping[str, Any]) -> Any:
    text = json.dumps(record)
    if item.service == "sqs":
        return {"Records": [{"messageId": "19dd0b57", "eventSource": "aws:sqs", "body": text}]}
    if item.service == "sns":
        sns = {"MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", "Message": text}
        return {"Records": [{"EventSource": "aws:sns", "Sns": sns}]}
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
