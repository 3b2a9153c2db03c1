"""How a state machine calls each service: the Task's resource and arguments, what it needs, what it may do.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the page of each
service below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.starter.blueprint.flow import Unit
from advisor.starter.blueprint.ids import MACHINE, NOTIFY_EMAIL
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bucket, Bus, Queue, Table, Topic
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan.rule_ids import RulesBehind
from advisor.starter.plan.step_functions import external_calls as outside
from advisor.starter.plan.step_functions import jobs
from advisor.starter.state_language.expressions import (
    EXECUTION_ID,
    EXECUTION_NAME,
    INPUT,
    INPUT_TEXT,
    STATE_NAME,
    TASK_TOKEN,
    Filled,
    Merged,
    Value,
)
from advisor.starter.state_language.task import Call


def call_for(unit: Unit, asked: RulesBehind, source: str) -> Call:
    """Return how the machine does ``unit``; ``source`` names the workload in events it publishes.

    Raises Refused for a service that has no starter yet.
    """
    make = CALLS.get(unit.service)
    if make is None:
        raise NotSupported(
            f"The step '{unit.name.words}' uses {unit.service}, which the starter projects do not wire yet. "
            "Make it a lambda step whose function calls the service, or choose one of: "
            f"{', '.join(sorted(CALLS))}."
        )
    return make(unit, asked, source)


def token_call_for(unit: Unit, asked: RulesBehind) -> Call:
    """Return how the machine hands ``unit`` a task token and waits for it to come back."""
    call = call_for(unit, asked, "")
    field = {"sqs": "MessageBody", "sns": "Message"}[unit.service]
    return Call(
        f"{call.resource}.waitForTaskToken",
        {**call.arguments, field: {"token": TASK_TOKEN, "payload": INPUT}},
        Merged("answer"),
        call.substitutions,
        call.resources,
        call.permissions,
        standard_only=True,
    )


def _lambda(unit: Unit, asked: RulesBehind, source: str) -> Call:
    target = Ref(unit.function_id)
    placeholder = f"{unit.function_id}Arn"
    return Call(
        "arn:aws:states:::lambda:invoke",
        {
            "FunctionName": f"${{{placeholder}}}",
            "Payload": {
                "execution": EXECUTION_ID,
                "state": STATE_NAME,
                "payload": INPUT,
            },
        },
        Value("result", ("Payload",)),
        ((placeholder, target),),
        permissions=(Permission(MACHINE, ("lambda:InvokeFunction",), (target,)),),
    )


def _sqs(unit: Unit, asked: RulesBehind, source: str) -> Call:
    queue = Queue(
        f"{unit.name.id}Queue", f"takes the messages of '{unit.name.words}'", asked("targets", "on_success")
    )
    return Call(
        "arn:aws:states:::sqs:sendMessage",
        {"QueueUrl": f"${{{queue.id}Url}}", "MessageBody": INPUT_TEXT},
        substitutions=((f"{queue.id}Url", Ref(queue.id, "url")),),
        resources=(queue,),
        permissions=(Permission(MACHINE, ("sqs:SendMessage",), (Ref(queue.id),)),),
    )


def _sns(unit: Unit, asked: RulesBehind, source: str) -> Call:
    topic = Topic(
        f"{unit.name.id}Topic",
        f"announces '{unit.name.words}'",
        asked("targets", "on_success"),
        Ref(NOTIFY_EMAIL, "name"),
    )
    return Call(
        "arn:aws:states:::sns:publish",
        {"TopicArn": f"${{{topic.id}Arn}}", "Message": INPUT_TEXT},
        substitutions=((f"{topic.id}Arn", Ref(topic.id)),),
        resources=(topic,),
        permissions=(Permission(MACHINE, ("sns:Publish",), (Ref(topic.id),)),),
    )


def _eventbridge(unit: Unit, asked: RulesBehind, source: str) -> Call:
    bus = Bus(
        f"{unit.name.id}Bus", f"carries the events of '{unit.name.words}'", asked("targets", "on_success")
    )
    entry = {
        "EventBusName": f"${{{bus.id}Name}}",
        "Source": source,
        "DetailType": unit.name.words,
        "Detail": INPUT,
    }
    return Call(
        "arn:aws:states:::events:putEvents",
        {"Entries": [entry]},
        substitutions=((f"{bus.id}Name", Ref(bus.id, "name")),),
        resources=(bus,),
        permissions=(Permission(MACHINE, ("events:PutEvents",), (Ref(bus.id),)),),
    )


def _dynamodb(unit: Unit, asked: RulesBehind, source: str) -> Call:
    table = Table(f"{unit.name.id}Table", f"keeps what '{unit.name.words}' writes", asked("targets"))
    item = {"id": {"S": Filled("{}", (Value("input", ("id",)),))}, "payload": {"S": INPUT_TEXT}}
    return Call(
        "arn:aws:states:::dynamodb:putItem",
        {"TableName": f"${{{table.id}Name}}", "Item": item},
        substitutions=((f"{table.id}Name", Ref(table.id, "name")),),
        resources=(table,),
        permissions=(Permission(MACHINE, ("dynamodb:PutItem",), (Ref(table.id),)),),
    )


def _s3(unit: Unit, asked: RulesBehind, source: str) -> Call:
    bucket = Bucket(f"{unit.name.id}Bucket", f"keeps what '{unit.name.words}' writes", asked("targets"))
    arguments = {
        "Bucket": f"${{{bucket.id}Name}}",
        "Key": Filled(f"{unit.name.slug}/{{}}.json", (EXECUTION_NAME,)),
        "Body": INPUT,
        "ContentType": "application/json",
    }
    return Call(
        "arn:aws:states:::aws-sdk:s3:putObject",
        arguments,
        substitutions=((f"{bucket.id}Name", Ref(bucket.id, "name")),),
        resources=(bucket,),
        permissions=(Permission(MACHINE, ("s3:PutObject",), (Ref(bucket.id, "contents"),)),),
    )


CALLS: Mapping[str, Callable[[Unit, RulesBehind, str], Call]] = {
    "lambda": _lambda,
    "sqs": _sqs,
    "sns": _sns,
    "eventbridge": _eventbridge,
    "dynamodb": _dynamodb,
    "s3": _s3,
    "ecs-fargate": jobs.fargate,
    "batch": jobs.batch,
    "glue": jobs.glue,
    "athena": jobs.athena,
    "emr": jobs.emr,
    "sagemaker": jobs.sagemaker,
    "bedrock": outside.bedrock,
    "codebuild": jobs.codebuild,
    "http-api": outside.http_api,
    "step-functions": outside.child,
    "activity-worker": outside.activity,
}
