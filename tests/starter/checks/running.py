"""Runs a state machine under moto's interpreter, with functions in Python and a clock that does not wait."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any

import boto3
import jsonata
import moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl as errors
import moto.stepfunctions.parser.asl.component.common.retry.retrier_decl as retriers
import moto.stepfunctions.parser.asl.component.intrinsic.jsonata as intrinsics
import moto.stepfunctions.parser.asl.component.state.exec.state_task.lambda_eval_utils as lambdas
import moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function as waits
import moto.stepfunctions.parser.asl.jsonata.jsonata as expressions
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns import sns_backends
from moto.sqs import sqs_backends
from moto.stepfunctions.parser.api import InvalidToken
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from tests.starter.checks.deployed import REGION, read, resolve, translate
from tests.starter.checks.distributed import for_moto

# A machine runs several times, and reading its definition takes longer than a run of it.
AmazonStateLanguageParser.parse = staticmethod(lru_cache(maxsize=4)(AmazonStateLanguageParser.parse))

_sdk_task = StateTaskServiceAwsSdk._eval_service_task


def _body_as_text(task: Any, *given: Any, normalised_parameters: dict[str, Any], **named: Any) -> None:
    """Call a service with an object as ``Body`` written as JSON, as in AWS; boto wants a text."""
    body = normalised_parameters.get("Body")
    if isinstance(body, dict | list):
        normalised_parameters = {**normalised_parameters, "Body": json.dumps(body)}
    _sdk_task(task, *given, normalised_parameters=normalised_parameters, **named)


StateTaskServiceAwsSdk._eval_service_task = _body_as_text

_names_error = errors.ErrorEqualsDecl._eval_body
TERMINAL = ("States.DataLimitExceeded", "States.Runtime")


def _but_terminal_ones(named: Any, env: Any) -> None:
    """Let ``States.ALL`` match what it does in AWS: no error that ends a run whatever catches it."""
    terminal = env.stack[-1].error_name in TERMINAL
    _names_error(named, env)
    if terminal and errors.ErrorEqualsDecl._STATE_ALL_ERROR in named.error_names:
        env.stack[-1] = False


errors.ErrorEqualsDecl._eval_body = _but_terminal_ones

Work = Callable[[str, dict[str, Any]], Any]
ROLE = "arn:aws:iam::123456789012:role/machine"


@dataclass(frozen=True)
class Run:
    """What one execution did: status, output, states entered, seconds it would have waited.

    ``sent`` is what each Task handed to its service, ids of this run made the same.
    """

    status: str
    output: Any
    states: tuple[str, ...]
    waited: tuple[float, ...]
    error: str = ""
    sent: tuple[str, ...] = ()


class _Clock:
    def __init__(self, waited: list[float]) -> None:
        self.waited = waited

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)


@cache
def _client(service: str) -> Any:
    """Return the one client of ``service``: making one takes as long as a run."""
    return boto3.client(service, region_name=REGION)


def _evaluate(expression: str) -> Any:
    try:
        # Step Functions' own two: moto puts a sentence in the place of the one, this reader lacks the other
        expression = expression.replace(intrinsics._DECLARATION_HASH, "")
        reader = jsonata.Jsonata(expression.replace("$uuid()", f"'{uuid.uuid4()}'"))
        reader.register_lambda("hash", lambda text, algorithm: sha256(text.encode()).hexdigest())
        return reader.evaluate(None)
    except Exception as error:
        raise expressions.JSONataException("UNKNOWN", str(error)) from error


@contextmanager
def interpreter(work: Work) -> Any:
    """Give moto's interpreter its expressions, ``work`` as every function, and a clock that only counts."""
    waited: list[float] = []

    def invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> dict[str, Any]:
        payload: Any = parameters.get("Payload")
        payload = json.loads(payload) if isinstance(payload, str | bytes) else payload
        if parameters["FunctionName"].endswith(":job"):
            return {"StatusCode": 200, "Payload": {**payload, **JOB_ANSWER}}
        try:
            return {"StatusCode": 200, "Payload": work(parameters["FunctionName"], payload)}
        except Exception as error:
            told = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
            raise lambdas.LambdaFunctionErrorException(type(error).__name__, told) from error

    kept = (
        expressions._eval_jsonata,
        lambdas._invoke_lambda_function,
        retriers.time,
        waits.WaitFunction._wait_interval,
    )
    expressions._eval_jsonata = _evaluate
    lambdas._invoke_lambda_function = invoke
    retriers.time = _Clock(waited)
    waits.WaitFunction._wait_interval = lambda self, env, wait_seconds: waited.append(wait_seconds)
    config = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    with mock_aws(config=config):
        yield waited
    (expressions._eval_jsonata, lambdas._invoke_lambda_function, retriers.time) = kept[:3]
    waits.WaitFunction._wait_interval = kept[3]


def run_machine(files: dict[str, str], payload: Any, work: Work, answer: Any = None) -> Run:
    """Return what the state machine does with ``payload``; ``answer`` is sent back for a task token."""
    with interpreter(work) as waited:
        arn = create_machine(files)
        execution = _client("stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(payload))
        return finished(execution["executionArn"], waited, answer)


def create_machine(files: Mapping[str, str]) -> str:
    """Create a project's state machine and what it calls in moto, and return its ARN."""
    path = next(path for path in files if path.endswith(".asl.json"))
    result = _translated(files["template.yaml"], path, files[path])
    name, machine = next(
        (key, item)
        for key, item in result["Resources"].items()
        if item["Type"] == "AWS::StepFunctions::StateMachine"
    )
    filling = {
        key: resolve(value, result) for key, value in machine["Properties"]["DefinitionSubstitutions"].items()
    }
    filling |= _create(result)
    text = re.sub(r"\$\{(\w+)\}", lambda match: filling[match.group(1)], files[path])
    text = for_moto(text)
    text = text.replace("States.Http.", "Http.")  # AWS's own names, which moto takes for ours
    text = re.sub(rf"arn:aws:states:(::({JOBS}):[\w:.]+|[\w:-]+:activity:\w+)", JOB, text)
    _put_lists(files, filling)
    kind = machine["Properties"].get("StateMachineType", "STANDARD")
    made = _client("stepfunctions").create_state_machine(name=name, definition=text, roleArn=ROLE, type=kind)
    return str(made["stateMachineArn"])


def _put_lists(files: Mapping[str, str], filling: Mapping[str, str]) -> None:
    """Put the sample list where the sample event says it is."""
    if "events/list.json" in files:
        for key in ("lists/1001.json", "incoming/1001.json"):
            body = files["events/list.json"].encode()
            _client("s3").put_object(Bucket=filling["ListBucketName"], Key=key, Body=body)


@lru_cache(maxsize=4)
def _translated(template: str, path: str, definition: str) -> dict[str, Any]:
    return translate(read(template), {path: definition})


# moto cannot run these: a function that is called with the same arguments stands in for each of them
JOBS = "ecs|batch|glue|athena|elasticmapreduce|sagemaker|bedrock|codebuild|http|states"
JOB = f"arn:aws:lambda:{REGION}:{DEFAULT_ACCOUNT_ID}:function:job"
JOB_ANSWER = {
    "Body": {"a": 1},
    "Output": {"b": 2},
    "ResponseBody": {"c": 3},
    "StatusCode": 200,
    "ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:child:1",
}


def finished(execution: str, waited: list[float], answer: Any) -> Run:
    """Return what an execution did, when it has ended."""
    # not through the client: a call takes longer than the wait, and its serializer trips over what branches
    # that were cut off midway leave behind
    backend = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][REGION]
    told: Any = {}
    for _ in range(20_000):  # a busy machine is slow, not stuck
        told = backend.describe_execution(execution).to_describe_output()
        if told["status"] != "RUNNING":
            break
        for token in _tokens():  # again and again: moto loses an answer that comes before it waits for one
            with suppress(InvalidToken):  # it has ended meanwhile
                backend.send_task_success(token, json.dumps(answer))
        time.sleep(0.005)
    history: Any = list(backend.get_execution_history(execution)["events"])
    entered = tuple(
        event["stateEnteredEventDetails"]["name"] for event in history if "stateEnteredEventDetails" in event
    )
    output = json.loads(told["output"]) if told.get("output") else None
    error = f"{told.get('error')}: {told.get('cause')}"
    return Run(told["status"].value, output, entered, tuple(waited), error, tuple(_sent(history)))


def _sent(history: list[dict[str, Any]]) -> Iterator[str]:
    for event in history:
        task = event.get("taskScheduledEventDetails", {}).get("parameters")
        text = task or event.get("lambdaFunctionScheduledEventDetails", {}).get("input")
        if text:
            same = json.dumps(json.loads(text), sort_keys=True)
            same = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uuid>", same)
            yield re.sub(r'("expiration": {"N"|"entered"): "[^"]+"', r'\1: "<time>"', same)


def _tokens() -> set[str]:
    queues = sqs_backends[DEFAULT_ACCOUNT_ID][REGION].queues.values()
    topics = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics.values()
    texts = [message.body for queue in queues for message in queue._messages]
    texts += [message[1] for topic in topics for message in topic.sent_notifications]
    return {json.loads(text)["token"] for text in texts if '"token"' in text}


def _create(result: dict[str, Any]) -> dict[str, str]:
    """Create what the machine calls, and return the placeholders whose value moto chose itself."""
    filling: dict[str, str] = {}
    for name, resource in result["Resources"].items():
        if resource["Type"] == "AWS::SQS::Queue":
            url = _client("sqs").create_queue(QueueName=name)["QueueUrl"]
            filling[f"{name}Url"] = url
        elif resource["Type"] == "AWS::SNS::Topic":
            _client("sns").create_topic(Name=name)
        elif resource["Type"] == "AWS::Events::EventBus":
            _client("events").create_event_bus(Name=name)
        elif resource["Type"] == "AWS::S3::Bucket":
            _client("s3").create_bucket(Bucket=name.lower())
        elif resource["Type"] == "AWS::DynamoDB::Table":
            _client("dynamodb").create_table(
                TableName=name,
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                BillingMode="PAY_PER_REQUEST",
            )
    return filling
