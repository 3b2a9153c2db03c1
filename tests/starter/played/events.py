"""Events as each source sends them, in the shapes that AWS documents, and how each reaches a project."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Any

import boto3

from advisor.starter.blueprint.items import typed
from tests.starter.played.fronts import front_of
from tests.starter.played.stack import Properties, function_of
from tests.starter.played.world import World

Payload = dict[str, Any]
Send = Callable[[World, Payload, str], None]


def _bus_event(id: str, source: str, kind: str, detail: Any) -> dict[str, Any]:
    return {
        "version": "0",
        "id": id,
        "detail-type": kind,
        "source": source,
        "account": "123456789012",
        "time": "2026-11-23T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def _s3(world: World, payload: Payload, id: str) -> None:
    thing = {
        "key": f"incoming/{payload['id']}.json",
        "size": 120,
        "etag": "b1946ac92492d2347c6235b4d2611184",
        "sequencer": f"00617F08299329D1{id}",
    }
    detail = {
        "version": "0",
        "bucket": {"name": "sourcebucket"},
        "object": thing,
        "request-id": "N4N7GDK58NMKJ12R",
        "requester": "123456789012",
        "source-ip-address": "192.0.2.1",
        "reason": "PutObject",
    }
    if world.listed:
        boto3.client("s3", region_name="us-east-1").put_object(
            Bucket="sourcebucket", Key=thing["key"], Body=world.listed.encode()
        )
    world.account.put("default", _bus_event(id, "aws.s3", "Object Created", detail))


def _eventbridge(world: World, payload: Payload, id: str) -> None:
    source = world.project.blueprint.source
    bus = "SourceBus" if "SourceBus" in world.project.blueprint.by_id else "default"
    world.account.put(bus, _bus_event(id, source, "Work requested", payload))


def _sns(world: World, payload: Payload, id: str) -> None:
    world.account.forward("SourceTopic", json.dumps(payload), id)


def _sqs(world: World, payload: Payload, id: str) -> None:
    world.account.send("SourceQueue", json.dumps(payload), id)


def _schedule(world: World, payload: Payload, id: str) -> None:
    for schedule in world.project.stack.of("AWS::Scheduler::Schedule").values():
        target: Properties = schedule["Target"]
        text = target["Input"].replace("<aws.scheduler.scheduled-time>", payload["id"])
        given = json.loads(text.replace("<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3"))
        world.account.deliver(target["Arn"], given, target.get("DeadLetterConfig", {}).get("Arn", ""))


def kinesis(payload: Payload, id: str) -> dict[str, Any]:
    number = f"4959033827149025660855969253836157109592157{int(id):013d}"
    place = {
        "kinesisSchemaVersion": "1.0",
        "partitionKey": "k",
        "sequenceNumber": number,
        "data": b64encode(json.dumps(payload).encode()).decode(),
        "approximateArrivalTimestamp": 1795435200.0,
    }
    return {"eventSource": "aws:kinesis", "eventID": f"shardId-000000000000:{number}", "kinesis": place}


def table(payload: Payload, id: str) -> dict[str, Any]:
    change = {
        "ApproximateCreationDateTime": 1795435200.0,
        "Keys": {"id": {"S": payload["id"]}},
        "NewImage": typed(payload)["M"],
        "SequenceNumber": id,
        "SizeBytes": 26,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    return {"eventSource": "aws:dynamodb", "eventName": "INSERT", "eventID": f"e{id}", "dynamodb": change}


def kafka(payload: Payload, id: str) -> dict[str, Any]:
    value = b64encode(json.dumps(payload).encode()).decode()
    place = {"topic": "orders", "partition": 0, "offset": int(id), "timestamp": 1795435200000}
    return {**place, "timestampType": "CREATE_TIME", "value": value, "headers": []}


RECORDS: Mapping[str, tuple[str, Callable[[Payload, str], dict[str, Any]]]] = {
    "kinesis": ("SourceStream", kinesis),
    "dynamodb-stream": ("SourceTable", table),
    "kafka": ("orders", kafka),
}


def _stream(world: World, payload: Payload, id: str) -> None:
    name, shape = RECORDS[world.project.blueprint.event_source]
    world.account.stream(name, [shape(payload, id)])


def _iot(world: World, payload: Payload, id: str) -> None:
    (rule,) = world.project.stack.of("AWS::IoT::TopicRule").values()
    (action,) = rule["TopicRulePayload"]["Actions"]
    letters = rule["TopicRulePayload"].get("ErrorAction", {}).get("Sqs", {}).get("QueueUrl", "")
    machine = "arn:aws:states:us-east-1:123456789012:stateMachine:Workflow"
    arn = action["Lambda"]["FunctionArn"] if "Lambda" in action else machine
    world.account.deliver(arn, {**payload, "mqttMessageId": id}, letters.replace("/", ":"))


def _mail(world: World, payload: Payload, id: str) -> None:
    (rule,) = world.project.stack.of("AWS::SES::ReceiptRule").values()
    headers = {"from": ["ann@example.com"], "to": ["orders@example.com"], "subject": payload["id"]}
    mail = {"messageId": payload["id"], "source": "ann@example.com", "commonHeaders": headers}
    told = {"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": mail, "receipt": {}}}
    for action in rule["Rule"]["Actions"]:
        assert action["LambdaAction"]["InvocationType"] == "Event"
        world.account.deliver(action["LambdaAction"]["FunctionArn"], {"Records": [told]})


def _logs(world: World, payload: Payload, id: str) -> None:
    (item,) = world.project.stack.of("AWS::Logs::SubscriptionFilter").values()
    line = {"id": payload["id"], "timestamp": 1795435200000, "message": f"ERROR: {payload['id']}"}
    batch = {
        "messageType": "DATA_MESSAGE",
        "owner": "123456789012",
        "logGroup": "/app/orders",
        "logStream": "1",
        "subscriptionFilters": ["f"],
        "logEvents": [line],
    }
    data = b64encode(gzip.compress(json.dumps(batch).encode(), mtime=0)).decode()
    world.account.deliver(item["DestinationArn"], {"awslogs": {"data": data}})


def sign_up(payload: Payload, trigger: str) -> dict[str, Any]:
    """Return what Cognito calls its function with."""
    attributes = {"sub": payload["id"], "email_verified": "true", "email": "ann@example.com"}
    return {
        "version": "1",
        "region": "us-east-1",
        "userPoolId": "us-east-1_aB3dE5gH7",
        "userName": payload["id"],
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "c"},
        "triggerSource": trigger,
        "request": {"userAttributes": attributes},
        "response": {},
    }


def answered(world: World, event: dict[str, Any]) -> None:
    """Call the function that the user pool triggers."""
    (pool,) = world.project.stack.of("AWS::Cognito::UserPool").values()
    world.call(function_of(pool["LambdaConfig"]["PostConfirmation"]), event)


def _sign_up(world: World, payload: Payload, id: str) -> None:
    event = sign_up(payload, "PostConfirmation_ConfirmSignUp")
    world.account.at(0, lambda: answered(world, event))


def _request(world: World, payload: Payload, id: str) -> None:
    world.account.at(0, lambda: world.ask(json.dumps(payload), id))


def _api(world: World, payload: Payload, id: str) -> None:
    if front_of(world.project.blueprint):
        _request(world, payload, id)
        return
    (item,) = world.project.stack.of("AWS::ApiGatewayV2::Integration").values()
    given = item["RequestParameters"]
    if item["IntegrationSubtype"] == "EventBridge-PutEvents":
        event = _bus_event(id, given["Source"], given["DetailType"], payload)
        world.account.put(given["EventBusName"].replace(":", "/").rpartition("/")[2], event)
        return
    if item["IntegrationSubtype"] == "SQS-SendMessage":
        _sqs(world, payload, id)
        return
    named = given.get("Name") == "$request.header.Idempotency-Key"
    world.account.at(0, lambda: _started(world, payload, id if named else ""))


def _started(world: World, payload: Payload, name: str) -> None:
    if name not in world.names:
        world.names[name] += bool(name)
        world.account.start(payload, name)


def _call(world: World, payload: Payload, id: str) -> None:
    functions = world.project.blueprint.functions
    first = world.project.blueprint.first_function
    if world.project.blueprint.worked_on:
        _sqs(world, payload, id)
    elif first is None:
        world.account.at(0, lambda: _started(world, payload, ""))
    else:
        assert first in functions
        arn = f"arn:aws:lambda:us-east-1:123456789012:function:{first.id}:live"
        world.account.deliver(arn, payload)


SOURCES: Mapping[str, Send] = {
    "s3": _s3,
    "eventbridge": _eventbridge,
    "sns": _sns,
    "sqs": _sqs,
    "schedule": _schedule,
    "kinesis": _stream,
    "dynamodb-stream": _stream,
    "kafka": _stream,
    "iot": _iot,
    "ses": _mail,
    "cloudwatch-logs": _logs,
    "cognito": _sign_up,
    "api-gateway": _api,
    "function-url": _request,
    "alb": _request,
    "sdk": _call,
    "other": _call,
}


def send(world: World, payload: Payload, id: str = "1") -> None:
    """Send one event through the source; the same ``id`` is the same event again."""
    over_http = world.project.stack.of("AWS::ApiGatewayV2::Integration")
    SOURCES["api-gateway" if over_http else world.project.blueprint.event_source](world, payload, id)
