"""Addresses of a project's resources by kind: Terraform's tests need them listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Function, HttpApi, Machine, Pipe, Resource, Route
from advisor.starter.blueprint.wiring import Ref

ARNS = ("queue", "topic", "bus", "bucket")  # kinds that a record may go to, beside functions
ANSWERING_API = "http_api of a function"  # its integration needs no role, its permission the ARN
TASK_OF_A_START = "container of a job_start"
ROLES = ("function", "job_start", "machine", "http_api", "iot_rule", "pipe")
LOGS = ("function", "machine", "container", "http_api")
HERE = "us-east-1:123456789012"
# What AWS makes of a name, by type
MADE: Mapping[str, Mapping[str, str]] = {
    "aws_cloudwatch_event_api_destination": {"arn": f"arn:aws:events:{HERE}:api-destination/{{name}}/1"},
    "aws_apigatewayv2_api": {"execution_arn": f"arn:aws:execute-api:{HERE}:{{name}}"},
    "aws_cloudwatch_event_connection": {"arn": f"arn:aws:events:{HERE}:connection/{{name}}/1"},
    "aws_cloudwatch_event_bus": {"arn": f"arn:aws:events:{HERE}:event-bus/{{name}}"},
    "aws_cloudwatch_event_rule": {"arn": f"arn:aws:events:{HERE}:rule/{{name}}"},
    "aws_cloudwatch_log_group": {"arn": f"arn:aws:logs:{HERE}:log-group:{{name}}"},
    "aws_ecs_cluster": {"arn": f"arn:aws:ecs:{HERE}:cluster/{{name}}"},
    "aws_ecs_task_definition": {"arn": f"arn:aws:ecs:{HERE}:task-definition/{{name}}:1"},
    "aws_cognito_user_pool": {"arn": f"arn:aws:cognito-idp:{HERE}:userpool/{{name}}"},
    "aws_dynamodb_table": {
        "arn": f"arn:aws:dynamodb:{HERE}:table/{{name}}",
        "stream_arn": f"arn:aws:dynamodb:{HERE}:table/{{name}}/stream/2026-11-23T00:00:00.000",
    },
    "aws_iam_role": {"arn": "arn:aws:iam::123456789012:role/{name}"},
    "aws_iot_topic_rule": {"arn": f"arn:aws:iot:{HERE}:rule/{{name}}"},
    "aws_kinesis_stream": {"arn": f"arn:aws:kinesis:{HERE}:stream/{{name}}"},
    "aws_lambda_alias": {"arn": f"arn:aws:lambda:{HERE}:function:{{name}}"},
    "aws_lb": {"arn": f"arn:aws:elasticloadbalancing:{HERE}:loadbalancer/app/{{name}}/1"},
    "aws_lb_target_group": {"arn": f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/{{name}}/1"},
    "aws_s3_bucket": {"arn": "arn:aws:s3:::{name}"},
    "aws_sfn_state_machine": {"arn": f"arn:aws:states:{HERE}:stateMachine:{{name}}"},
    "aws_sns_topic": {"arn": f"arn:aws:sns:{HERE}:{{name}}"},
    "aws_sqs_queue": {
        "arn": f"arn:aws:sqs:{HERE}:{{name}}",
        "url": "https://sqs.us-east-1.amazonaws.com/123456789012/{name}",
    },
}
TYPES: Mapping[str, tuple[str, ...]] = {
    ANSWERING_API: ("aws_apigatewayv2_api",),
    "api_destination": ("aws_cloudwatch_event_api_destination", "aws_cloudwatch_event_connection"),
    "bucket": ("aws_s3_bucket",),
    "bus": ("aws_cloudwatch_event_bus",),
    "container": ("aws_iam_role",),
    "function": ("aws_iam_role",),
    "http_api": ("aws_iam_role", "aws_cloudwatch_log_group"),
    "iot_rule": ("aws_iam_role", "aws_iot_topic_rule"),
    "job_start": ("aws_iam_role",),
    "job_watch": ("aws_cloudwatch_event_rule",),
    TASK_OF_A_START: ("aws_ecs_cluster", "aws_ecs_task_definition"),
    "load_balancer": ("aws_lb", "aws_lb_target_group"),
    "machine": ("aws_iam_role", "aws_sfn_state_machine"),
    "pipe": ("aws_iam_role", "aws_cloudwatch_log_group"),
    "queue": ("aws_sqs_queue",),
    "stream": ("aws_kinesis_stream",),
    "table": ("aws_dynamodb_table",),
    "topic": ("aws_sns_topic",),
    "user_pool": ("aws_cognito_user_pool",),
    "eventbridge": ("aws_cloudwatch_event_rule",),
}


def lists(
    blueprint: Blueprint, snake: Callable[[str], str], ref: Callable[[Ref], str]
) -> Mapping[str, tuple[str, ...]]:
    """Return addresses and expressions, by what they are lists of; a pair is an expression of two."""
    functions = blueprint.functions
    asynchronous = [item for item in functions if item.asynchronous]
    readers = [item for item in functions if item.trigger and item.trigger.batch]
    workers = [item for item in functions if item.trigger and item.trigger.worker and item.trigger.source]
    holders = [item for item in (*functions, blueprint.machine) if item and item.trigger]

    starts = blueprint.job_starts

    def of(kind: str, resources: Sequence[Resource]) -> tuple[str, ...]:
        return tuple(f"{kind}.{snake(item.id)}" for item in resources)

    def kinds(*wanted: str) -> list[Resource]:
        return [item for item in blueprint.resources if item.kind in wanted]

    return {
        "functions": of("aws_lambda_function", functions),
        "configs": of("aws_lambda_function_event_invoke_config", asynchronous),
        "configs_and_aliases": _pairs("aws_lambda_function_event_invoke_config", asynchronous, snake),
        "readers": of("aws_lambda_event_source_mapping", readers),
        "readers_and_aliases": _pairs("aws_lambda_event_source_mapping", readers, snake),
        "workers": of("aws_lambda_event_source_mapping", workers),
        "worked_on": tuple(f"aws_sqs_queue.{snake(_read(item))}" for item in workers),
        "workers_functions_and_queues": tuple(
            f"[aws_lambda_event_source_mapping.{snake(item.id)}, aws_lambda_function.{snake(item.id)}, "
            f"aws_sqs_queue.{snake(_read(item))}, aws_lambda_alias.{snake(item.id)}]"
            for item in workers
        ),
        "record_targets": tuple(ref(Ref(item.id)) for item in (*kinds(*ARNS), *functions)),
        "bucket_arns": tuple(ref(Ref(item.id)) for item in kinds("bucket")),
        "queue_arns": tuple(ref(Ref(item.id)) for item in kinds("queue")),
        "queues": of("aws_sqs_queue", kinds("queue")),
        "topics": of("aws_sns_topic", kinds("topic")),
        "rules": of(
            "aws_cloudwatch_event_target",
            [
                *_triggered(holders, "eventbridge"),
                *(item for item in starts if not item.schedule),
                *blueprint.handed_on,
            ],
        ),
        "schedules": of(
            "aws_scheduler_schedule",
            [*_triggered(holders, "schedule"), *(item for item in starts if item.schedule)],
        ),
        "alarms": tuple(
            f'[aws_cloudwatch_metric_alarm.{snake(item.id)}, "{item.metric}", {ref(item.of)}]'
            for item in blueprint.alarms
        ),
        "log_groups": of("aws_cloudwatch_log_group", kinds(*LOGS)),
        "policies": _policies(blueprint, holders, snake),
        "called": tuple(
            ref(target)
            for _, target in (blueprint.machine.substitutions if blueprint.machine else ())
            if isinstance(target, Ref) and isinstance(blueprint.by_id[target.to], Function)
        ),
    }


def mocks(blueprint: Blueprint) -> Mapping[str, Mapping[str, str]]:
    """Return what a mock of the provider says AWS made, by type: values that pass for what they stand for."""
    triggers = [
        item.trigger.kind for item in (*blueprint.functions, blueprint.machine) if item and item.trigger
    ]
    kinds = [*(item.kind for item in blueprint.resources), *triggers]
    starts = (item for item in blueprint.resources if isinstance(item, JobStart | Pipe))
    kinds += [TASK_OF_A_START for item in starts if item.task]
    kinds += [ANSWERING_API for item in blueprint.resources if calls_function(item)]
    types = sorted({kind for of in kinds for kind in TYPES.get(of, ())})
    return {kind: {key: value.format(name="example") for key, value in MADE[kind].items()} for kind in types}


def calls_function(item: Resource) -> bool:
    """Return whether ``item`` is an API that calls a function, which lets it do so without a role."""
    return isinstance(item, HttpApi) and item.function is not None


def _pairs(kind: str, functions: Sequence[Function], snake: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(f"[{kind}.{snake(item.id)}, aws_lambda_alias.{snake(item.id)}]" for item in functions)


def _read(worker: Function) -> str:
    """Return the id of the queue that ``worker`` reads."""
    return worker.trigger.source.to if worker.trigger and worker.trigger.source else ""


def _triggered(holders: Sequence[Function | Machine], kind: str) -> list[Function | Machine]:
    return [item for item in holders if item.trigger and item.trigger.kind == kind]


def _policies(
    blueprint: Blueprint, holders: Sequence[Function | Machine], snake: Callable[[str], str]
) -> tuple[str, ...]:
    """Return every policy of a role: of those that act, and of what starts them in a role of its own."""
    names = [
        snake(item.id) for item in blueprint.resources if item.kind in ROLES and not calls_function(item)
    ]
    names += [snake(item.id) for item in blueprint.resources if isinstance(item, Route) and item.schedule]
    names += [f"{snake(item.id)}_execution" for item in blueprint.resources if item.kind == "container"]
    machine = blueprint.machine
    if machine and any(item.on_itself for item in blueprint.permissions_of(machine.id)):
        names.append(f"{snake(machine.id)}_self")
    starting = _triggered([item for item in holders if isinstance(item, Machine)], "eventbridge")
    names += [f"{snake(item.id)}_source" for item in (*starting, *_triggered(holders, "schedule"))]
    return tuple(f"aws_iam_role_policy.{name}" for name in names)
