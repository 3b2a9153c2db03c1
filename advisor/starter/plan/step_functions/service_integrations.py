"""Service integrations: a Task's resource and arguments, the resources it needs, its permissions.

Sources: https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html and the page of each
service below it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.ids import NOTIFY_EMAIL
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bucket, Bus, Queue, Table, Topic
from advisor.starter.blueprint.wiring import Ref
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.step_functions import external_calls as outside
from advisor.starter.plan.step_functions import jobs
from advisor.starter.plan.step_functions.jobs import may
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


def call_for(unit: Unit, context: PlanContext) -> Call:
    """Return how the machine does ``unit``.

    Raises Refused for a service that has no starter yet.
    """
    make = CALLS.get(unit.service)
    if make is None:
        raise NotSupported(
            f"The step '{unit.name.words}' uses {unit.service}, which the starter projects do not wire yet. "
            "Make it a lambda step whose function calls the service, or choose one of: "
            f"{', '.join(sorted(CALLS))}."
        )
    return make(unit, context)


def token_call_for(unit: Unit, context: PlanContext) -> Call:
    """Return how the machine hands ``unit`` a task token and waits for it to come back."""
    call = call_for(unit, context)
    field = {"sqs": "MessageBody", "sns": "Message"}[unit.service]
    return Call(
        resource=f"{call.resource}.waitForTaskToken",
        arguments={**call.arguments, field: {"token": TASK_TOKEN, "payload": INPUT}},
        output=Merged("answer"),
        substitutions=call.substitutions,
        resources=call.resources,
        permissions=call.permissions,
        standard_only=True,
    )


def _lambda(unit: Unit, context: PlanContext) -> Call:
    target = Ref(unit.function_id)
    placeholder = f"{unit.function_id}Arn"
    return Call(
        resource=context.aws.step("lambda").resource,
        arguments={
            "FunctionName": f"${{{placeholder}}}",
            "Payload": {
                "execution": EXECUTION_ID,
                "state": STATE_NAME,
                "payload": INPUT,
            },
        },
        output=Value("result", ("Payload",)),
        substitutions=((placeholder, target),),
        permissions=(may(context, "lambda", "write", target),),
    )


def _sqs(unit: Unit, context: PlanContext) -> Call:
    queue = Queue(
        f"{unit.name.id}Queue",
        f"takes the messages of '{unit.name.words}'",
        context.asked("targets", "on_success"),
    )
    return Call(
        resource=context.aws.step("sqs").resource,
        arguments={"QueueUrl": f"${{{queue.id}Url}}", "MessageBody": INPUT_TEXT},
        substitutions=((f"{queue.id}Url", Ref(queue.id, "url")),),
        resources=(queue,),
        permissions=(may(context, "sqs", "write", Ref(queue.id)),),
    )


def _sns(unit: Unit, context: PlanContext) -> Call:
    topic = Topic(
        f"{unit.name.id}Topic",
        f"announces '{unit.name.words}'",
        context.asked("targets", "on_success"),
        Ref(NOTIFY_EMAIL, "name"),
    )
    return Call(
        resource=context.aws.step("sns").resource,
        arguments={"TopicArn": f"${{{topic.id}Arn}}", "Message": INPUT_TEXT},
        substitutions=((f"{topic.id}Arn", Ref(topic.id)),),
        resources=(topic,),
        permissions=(may(context, "sns", "write", Ref(topic.id)),),
    )


def _eventbridge(unit: Unit, context: PlanContext) -> Call:
    bus = Bus(
        f"{unit.name.id}Bus",
        f"carries the events of '{unit.name.words}'",
        context.asked("targets", "on_success"),
    )
    entry = {
        "EventBusName": f"${{{bus.id}Name}}",
        "Source": context.source,
        "DetailType": unit.name.words,
        "Detail": INPUT,
    }
    return Call(
        resource=context.aws.step("eventbridge").resource,
        arguments={"Entries": [entry]},
        substitutions=((f"{bus.id}Name", Ref(bus.id, "name")),),
        resources=(bus,),
        permissions=(may(context, "eventbridge", "write", Ref(bus.id)),),
    )


def _dynamodb(unit: Unit, context: PlanContext) -> Call:
    table = Table(f"{unit.name.id}Table", f"keeps what '{unit.name.words}' writes", context.asked("targets"))
    item = {"id": {"S": Filled("{}", (Value("input", ("id",)),))}, "payload": {"S": INPUT_TEXT}}
    return Call(
        resource=context.aws.step("dynamodb").resource,
        arguments={"TableName": f"${{{table.id}Name}}", "Item": item},
        substitutions=((f"{table.id}Name", Ref(table.id, "name")),),
        resources=(table,),
        permissions=(may(context, "dynamodb", "write", Ref(table.id)),),
    )


def _s3(unit: Unit, context: PlanContext) -> Call:
    bucket = Bucket(
        f"{unit.name.id}Bucket", f"keeps what '{unit.name.words}' writes", context.asked("targets")
    )
    arguments = {
        "Bucket": f"${{{bucket.id}Name}}",
        "Key": Filled(f"{unit.name.slug}/{{}}.json", (EXECUTION_NAME,)),
        "Body": INPUT,
        "ContentType": "application/json",
    }
    return Call(
        resource=context.aws.step("s3").resource,
        arguments=arguments,
        substitutions=((f"{bucket.id}Name", Ref(bucket.id, "name")),),
        resources=(bucket,),
        permissions=(may(context, "s3", "write", Ref(bucket.id, "contents")),),
    )


CALLS: Mapping[str, Callable[[Unit, PlanContext], Call]] = {
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
