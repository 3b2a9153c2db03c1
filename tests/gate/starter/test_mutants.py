"""Faults put into good projects: the gate must see every one of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.starter.checks.machine import check_definition, check_machines
from tests.starter.checks.template import check_template
from tests.starter.projects import files, in_jsonpath

Edit = Callable[[str], str]


def _swap(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


def _cut(pattern: str) -> Edit:
    def edit(text: str) -> str:
        assert re.search(pattern, text)
        return re.sub(pattern, "", text, count=1)

    return edit


def _cycle(text: str) -> str:
    bucket = "        EventBridgeConfiguration: {EventBridgeEnabled: true}\n"
    function = "      Handler: validate_request.app.handler\n"
    notify = "        LambdaConfigurations: [{Event: 's3:ObjectCreated:*', Function: %s}]\n"
    text = _swap(bucket, bucket + notify % "!GetAtt ValidateRequestFunction.Arn")(text)
    return _swap(function, function + "      Environment: {Variables: {BUCKET: !Ref SourceBucket}}\n")(text)


def _role_of_ones_own(text: str) -> str:
    """To a role that stands in the template SAM adds nothing, so that what it lacks is missing."""
    properties = "      Handler: process_request.app.handler\n"
    text = _swap(properties, properties + "      Role: !GetAtt WorkRole.Arn\n")(text)
    principal = "{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}"
    role = f"AssumeRolePolicyDocument: {{Version: '2012-10-17', Statement: [{principal}]}}"
    return _swap(
        "Resources:\n",
        f"Resources:\n  WorkRole:\n    Type: AWS::IAM::Role\n    Properties:\n      {role}\n",
    )(text)


TEMPLATE_FAULTS: dict[str, tuple[str, Edit, str]] = {
    "too many retries": ("async-sdk", _swap("MaximumRetryAttempts: 2", "MaximumRetryAttempts: 5"), "E3034"),
    "event age too short": ("async-sdk", _swap("InSeconds: 21600", "InSeconds: 30"), "E3034"),
    "runtime that does not exist": ("async-sdk", _swap("python3.14", "python3.21"), "E3030"),
    "misspelt property": ("async-sdk", _swap("MaximumEventAgeInSeconds", "MaximumEventAgeSeconds"), "E3002"),
    "destination type that does not exist": ("async-sdk", _swap("Type: SQS", "Type: DynamoDB"), "E3030"),
    "misspelt attribute": ("async-sdk", _swap("FailureQueue.Arn", "FailureQueue.Ann"), "E1010"),
    "URL where an ARN is due": (
        "async-sdk",
        _swap("Destination: !GetAtt FailureQueue.Arn", "Destination: !Ref FailureQueue"),
        "cannot go to https",
    ),
    "table as destination": (
        "async-sdk",
        _swap("Destination: !GetAtt FailureQueue.Arn", "Destination: !GetAtt IdempotencyTable.Arn"),
        "cannot go to arn:aws:dynamodb",
    ),
    "literal ARN of a wrong service": (
        "async-sdk",
        _swap(
            "Destination: !GetAtt FailureQueue.Arn",
            "Destination: arn:aws:kinesis:us-east-1:123456789012:stream/x",
        ),
        "cannot go to arn:aws:kinesis",
    ),
    "FIFO queue": ("async-sdk", _swap("SqsManagedSseEnabled: true", "FifoQueue: true"), "FIFO"),
    "bucket on success": (
        "async-schedule-to-bucket",
        _swap("          OnFailure:\n            Type: S3", "          OnSuccess:\n            Type: S3"),
        "OnSuccess cannot go to",
    ),
    "no failure destination": (
        "async-sdk",
        _cut(r"          OnFailure:\n            Type: SQS\n            Destination: .*\n"),
        "without a failure destination",
    ),
    "own function as destination": (
        "async-sdk",
        _swap("!Ref ProcessRequestFunction.Alias", "!Ref ValidateRequestFunction.Alias"),
        "its own destination",
    ),
    "permission missing": ("stream-queue", _cut(r"                Type: SQS\n"), "may not sqs:SendMessage"),
    "permission to put events missing": (
        "async-s3-to-bus",
        _role_of_ones_own,
        "may not events:PutEvents",
    ),
    "event that S3 does not send": (
        "async-s3-to-bus",
        _swap('["Object Created"]', '["ObjectCreated:*"]'),
        "S3 sends no event called",
    ),
    "handler that does not exist": (
        "async-sdk",
        _swap("validate_request.app.handler", "main.app.handler"),
        "does not exist",
    ),
    "function that does not exist": (
        "async-sdk",
        _swap("validate_request.app.handler", "validate_request.app.run"),
        "has no run",
    ),
    "star as action": ("async-sdk", _swap("- dynamodb:GetItem", '- "dynamodb:*"'), "action with a star"),
    "star as resource": (
        "async-sdk",
        _swap("Resource: !GetAtt IdempotencyTable.Arn", 'Resource: "*"'),
        "on every resource",
    ),
    "dependency cycle": ("async-s3-to-bus", _cycle, "E3004"),
    "topic that is read takes its own failures": (
        "stream-kafka-topic",
        _swap("Topics: [!Ref KafkaTopic]", "Topics: [!Ref KafkaFailureTopic]"),
        "another topic",
    ),
    "topic without provisioned pollers": (
        "stream-kafka-topic",
        _cut(r"            ProvisionedPollerConfig: .*\n"),
        "provisioned pollers",
    ),
    "topic that may not be written": (
        "stream-kafka-topic",
        _swap("kafka-cluster:WriteData", "kafka-cluster:ReadData"),
        "may not kafka-cluster:WriteData",
    ),
    "poison batch tried for ever": (
        "stream-queue",
        _swap("MaximumRetryAttempts: 5", "MaximumRetryAttempts: -1"),
        "has no bound",
    ),
    "stream without a failure destination": (
        "stream-queue",
        _cut(r"            DestinationConfig:\n(              .*\n)+"),
        "without a failure destination",
    ),
}


@pytest.mark.parametrize("fault", TEMPLATE_FAULTS)
def test_the_gate_sees_a_fault_of_the_template(fault: str) -> None:
    name, edit, told = TEMPLATE_FAULTS[fault]
    project = dict(files(name))
    project["template.yaml"] = edit(project["template.yaml"])
    assert any(told in problem for problem in check_template(project)), check_template(project)


def _state(name: str, **fields: Any) -> Callable[[dict[str, Any]], None]:
    def edit(machine: dict[str, Any]) -> None:
        machine["States"][name].update(fields)

    return edit


def _without(name: str, field: str) -> Callable[[dict[str, Any]], None]:
    def edit(machine: dict[str, Any]) -> None:
        del machine["States"][name][field]

    return edit


def _retry(**fields: Any) -> Callable[[dict[str, Any]], None]:
    def edit(machine: dict[str, Any]) -> None:
        machine["States"]["Check fraud"]["Retry"][0].update(fields)

    return edit


def _lone_state(machine: dict[str, Any]) -> None:
    machine["States"]["Lonely"] = {"Type": "Pass", "End": True}


MACHINE_FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "unreachable state": (_lone_state, "Lonely"),
    "misspelt next state": (_state("Check fraud", Next="Special cas?"), "Special cas?"),
    "misspelt default": (_state("Special case?", Default="Nowhere"), "Nowhere"),
    "start that does not exist": (lambda machine: machine.update(StartAt="Begin"), "Begin"),
    "end and next": (_state("Check fraud", End=True), "End"),
    "unknown type": (_state("Check fraud", Type="Job"), "Job"),
    "unknown field": (_state("Check fraud", Retries=[]), "Retries"),
    "backoff below one": (_retry(BackoffRate=0.5), "BackoffRate"),
    "jitter misspelt": (_retry(JitterStrategy="Full"), "JitterStrategy"),
    "negative attempts": (_retry(MaxAttempts=-1), "MaxAttempts"),
    "cap below the interval": (_retry(MaxDelaySeconds=1), "MaxDelaySeconds"),
    "catch-all not last": (_retry(ErrorEquals=["States.ALL"]), "States.ALL"),
    "service that does not exist": (
        _state("Check fraud", Resource="arn:aws:states:::lambda:invok"),
        "lambda:invok",
    ),
    "path in a JSONata state": (_state("Check fraud", ResultPath="$.x"), "ResultPath"),
    "expression that cannot be read": (_state("Check fraud", Output="{% $states.( %}"), "Output"),
    "expression without its end": (_state("Check fraud", Output="{% $states.input"), "Output"),
    "function that does not exist": (_state("Check fraud", Output="{% $eval('1') %}"), "$eval is not"),
    "result used before it exists": (
        _state("Check fraud", Arguments={"FunctionName": "${X}", "Payload": "{% $states.result %}"}),
        "does not exist yet",
    ),
    "function not named": (_state("Check fraud", Arguments={"Payload": {}}), "without FunctionName"),
    "no default": (_without("Special case?", "Default"), "without a default"),
    "no timeout on a Task": (_without("Check fraud", "TimeoutSeconds"), "without a timeout"),
    "no timeout on the machine": (lambda machine: machine.pop("TimeoutSeconds"), "no timeout"),
    "no Catch": (_without("Check fraud", "Catch"), "without a Catch"),
    "no Retry": (_without("Check fraud", "Retry"), "not retried"),
}


@pytest.mark.parametrize("fault", MACHINE_FAULTS)
def test_the_gate_sees_a_fault_of_the_state_machine(fault: str) -> None:
    edit, told = MACHINE_FAULTS[fault]
    machine = json.loads(files("standard-saga")["statemachine/order-pipeline.asl.json"])
    edit(machine)
    problems = check_definition(json.dumps(machine), express=False)
    assert any(told in problem for problem in problems), problems


def _parameters(**fields: Any) -> Callable[[dict[str, Any]], None]:
    def edit(machine: dict[str, Any]) -> None:
        machine["States"]["Check order"]["Parameters"].update(fields)

    return edit


JSONPATH_FAULTS: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "expression of JSONata": (_parameters(Payload="{% $states.input %}"), "an expression of JSONata"),
    "field of JSONata": (_state("Check order", Output="$"), "Output"),
    "path handed on as text": (_parameters(Payload="$"), "is not looked up without .$"),
    "intrinsic handed on as text": (_parameters(Payload="States.UUID()"), "is not looked up without .$"),
    "text where a path is due": (_parameters(**{"Payload.$": "payload"}), "not a path"),
    "function that does not exist": (_parameters(**{"Payload.$": "States.Now()"}), "States.Now"),
    "result at no place": (_state("Check order", ResultPath="answer"), "ResultPath"),
    "test of no value": (
        _state("Approved?", Choices=[{"NumericEquals": 1, "Next": "Wait"}]),
        "Approved?",
    ),
    "test that does not exist": (
        _state("Approved?", Choices=[{"Variable": "$.amount", "NumericIs": 1, "Next": "Wait"}]),
        "NumericIs",
    ),
    "function not named": (
        lambda machine: machine["States"]["Check order"].update(Parameters={}),
        "without FunctionName",
    ),
}


@pytest.mark.parametrize("fault", JSONPATH_FAULTS)
def test_the_gate_sees_a_fault_of_a_state_machine_in_jsonpath(fault: str) -> None:
    edit, told = JSONPATH_FAULTS[fault]
    machine = json.loads(in_jsonpath("standard-choices")["statemachine/order-pipeline.asl.json"])
    edit(machine)
    problems = check_definition(json.dumps(machine), express=False)
    assert any(told in problem for problem in problems), problems


@pytest.mark.parametrize("suffix", ["sqs:sendMessage.waitForTaskToken", "ecs:runTask.sync"])
def test_the_gate_sees_what_express_cannot_do(suffix: str) -> None:
    machine = json.loads(files("express-parallel")["statemachine/order-pipeline.asl.json"])
    machine["States"]["Validate request"]["Resource"] = f"arn:aws:states:::{suffix}"
    assert any("parser" in item for item in check_definition(json.dumps(machine), express=True))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("        CheckFraudFunctionArn: ", "        CheckFraudArn: ", "is not filled"),
        ("        CheckFraudFunctionArn: ", "        Other: x\n        CheckFraudFunctionArn: ", "not used"),
        ("Action: dynamodb:PutItem", "Action: dynamodb:GetItem", "may not dynamodb:PutItem"),
        ("                - !Ref CheckFraudFunction.Alias\n", "", "may not lambda:InvokeFunction"),
    ],
)
def test_the_gate_sees_a_fault_between_template_and_state_machine(old: str, new: str, told: str) -> None:
    project = dict(files("standard-saga"))
    project["template.yaml"] = _swap(old, new)(project["template.yaml"])
    assert any(told in problem for problem in check_machines(project)), check_machines(project)
