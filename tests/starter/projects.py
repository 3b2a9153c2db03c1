"""Starter projects for the tests: answers in, rendered files out, each made once a process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from advisor.decision.recommend import recommend
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import (
    Answers,
    Choice,
    FieldCondition,
    ForEach,
    Parallel,
    Part,
    PlacedWait,
    Project,
    Step,
)
from advisor.knowledge.rules import RuleBase
from advisor.knowledge.versions import Versions
from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.resources import rules_folder
from advisor.starter import Blueprint, plan, render

# name: (requirements, approach, real steps or none)
PROJECTS: dict[str, tuple[dict[str, Any], str, tuple[Part, ...]]] = {
    "async-s3-to-bus": (
        {"event_source": "s3", "steps": 2, "on_success": ("eventbridge",), "on_failure": ("sqs",)},
        "destinations",
        (),
    ),
    "async-bus-to-functions": (
        {"event_source": "eventbridge", "steps": 1, "on_success": ("lambda",), "on_failure": ("lambda",)},
        "destinations",
        (Step("Resize image"),),
    ),
    "async-sns-to-sns": (
        {"event_source": "sns", "steps": 1, "on_success": ("sns",), "on_failure": ("eventbridge",)},
        "destinations",
        (),
    ),
    "async-schedule-to-bucket": (
        {"event_source": "schedule", "steps": 1, "on_failure": ("s3",), "retry": "none", "idempotent": True},
        "destinations",
        (),
    ),
    "single-schedule": ({"event_source": "schedule", "steps": 1}, "single-function", ()),
    "single-stream": ({"event_source": "dynamodb-stream", "steps": 1}, "single-function", ()),
    "queue-redrive": (
        {"event_source": "sqs", "steps": 1, "failure_handling": ("redrive",)},
        "queue-redrive",
        (),
    ),
    "messaging-topic": ({"event_source": "sns", "steps": 1, "buffering": ("pacing",)}, "messaging", ()),
    "messaging-objects": (
        {
            "event_source": "s3",
            "steps": 1,
            "buffering": ("bursts",),
            "idempotent": True,
            "step_duration_s": 90,
        },
        "messaging",
        (Step("Resize image"),),
    ),
    "messaging-schedule": (
        {"event_source": "schedule", "steps": 1, "buffering": ("outages",)},
        "messaging",
        (Step("Fetch prices"),),
    ),
    "messaging-mail": (
        {"event_source": "ses", "steps": 1, "buffering": ("bursts",)},
        "messaging",
        (Step("File complaint"),),
    ),
    "messaging-callers": ({"event_source": "sdk", "steps": 1, "buffering": ("outages",)}, "messaging", ()),
    "job-container": (
        {"event_source": "schedule", "steps": 1, "targets": ("ecs-fargate",)},
        "managed-job",
        (Step("Nightly report", "ecs-fargate"),),
    ),
    "job-scheduled": (
        {
            "event_source": "schedule",
            "steps": 4,
            "targets": ("batch", "glue", "codebuild", "emr"),
            "coordination": "independent",
        },
        "managed-job",
        (),
    ),
    "job-glue-objects": (
        {"event_source": "s3", "steps": 1, "targets": ("glue",)},
        "managed-job",
        (Step("Clean files", "glue"),),
    ),
    "job-trained": (
        {"event_source": "schedule", "steps": 1, "targets": ("sagemaker",)},
        "managed-job",
        (Step("Train model", "sagemaker"),),
    ),
    "job-query": (
        {"event_source": "schedule", "steps": 1, "targets": ("athena",)},
        "managed-job",
        (Step("Count orders", "athena"),),
    ),
    "job-pipeline": (
        {"event_source": "s3", "steps": 1, "targets": ("sagemaker",)},
        "managed-job",
        (Step("Train model", "sagemaker"),),
    ),
    "job-objects": ({"event_source": "s3", "steps": 1, "targets": ("batch",)}, "managed-job", ()),
    "job-events": (
        {"event_source": "eventbridge", "steps": 2, "targets": ("codebuild", "ecs-fargate")},
        "managed-job",
        (),
    ),
    "answer-api": (
        {"event_source": "api-gateway", "steps": 1, "peak_per_second": 200},
        "direct-invoke",
        (Step("Quote price"),),
    ),
    "answer-url": ({"event_source": "function-url", "steps": 1, "idempotent": True}, "direct-invoke", ()),
    "answer-balancer": (
        {"event_source": "alb", "steps": 3, "latency": "interactive", "step_duration_s": 40},
        "direct-invoke",
        (),
    ),
    "answer-sign-up": ({"event_source": "cognito", "steps": 1}, "direct-invoke", ()),
    "answer-caller": ({"steps": 1, "invocation": "sync", "payload_kb": 7000}, "direct-invoke", ()),
    "route-to-queue": ({"event_source": "eventbridge", "steps": 1, "targets": ("sqs",)}, "messaging", ()),
    "route-objects": (
        {"event_source": "s3", "steps": 2, "targets": ("sqs", "sns")},
        "messaging",
        (Step("Keep for billing", "sqs"), Step("Tell others", "sns")),
    ),
    "messaging-fan-out": (
        {"event_source": "sns", "steps": 3, "consumers": "several", "coordination": "independent"},
        "messaging",
        (Step("Bill order"), Step("Pack order"), Step("Tell customer")),
    ),
    "messaging-choice": (
        {"steps": 2, "consumers": "open", "branching": "content", "coordination": "independent"},
        "messaging",
        (Step("Refund"), Step("Reship")),
    ),
    "messaging-topic-choice": (
        {"event_source": "sns", "steps": 2, "branching": "content", "coordination": "independent"},
        "messaging",
        (),
    ),
    "messaging-in-order": (
        {"event_source": "sns", "steps": 2, "consumers": "several", "ordering": "required"},
        "messaging",
        (),
    ),
    "messaging-requests": (
        {"event_source": "api-gateway", "invocation": "async", "steps": 1, "waits": ("timer",)},
        "messaging",
        (),
    ),
    "queue-in-order": ({"event_source": "sqs", "steps": 1, "ordering": "required"}, "queue-redrive", ()),
    "pipe-table-to-bus": (
        {"event_source": "dynamodb-stream", "steps": 1, "targets": ("eventbridge",)},
        "pipes",
        (Step("Tell others", "eventbridge"),),
    ),
    "pipe-queue-to-topic": (
        {"event_source": "sqs", "steps": 1, "targets": ("sns",)},
        "pipes",
        (Step("Tell people", "sns"),),
    ),
    "pipe-stream-to-queue": (
        {"event_source": "kinesis", "steps": 1, "targets": ("sqs",)},
        "pipes",
        (Step("Queue readings", "sqs"),),
    ),
    "pipe-topic-to-machine": (
        {"event_source": "kafka", "steps": 1, "targets": ("step-functions",)},
        "pipes",
        (Step("Run billing", "step-functions"),),
    ),
    "pipe-enriches-messages": (
        {"event_source": "sqs", "steps": 2, "targets": ("lambda", "sns")},
        "pipes",
        (Step("Add customer"), Step("Tell people", "sns")),
    ),
    "pipe-enriches-changes": (
        {
            "event_source": "dynamodb-stream",
            "steps": 2,
            "targets": ("lambda", "eventbridge"),
            "step_duration_s": 40,
        },
        "pipes",
        (Step("Add customer"), Step("Tell others", "eventbridge")),
    ),
    "pipe-calls-two": (
        {"event_source": "kinesis", "steps": 2, "idempotent": True},
        "pipes",
        (Step("Read sensor"), Step("Keep reading")),
    ),
    "pipe-calls-for-messages": ({"event_source": "sqs", "steps": 1}, "pipes", (Step("Index item"),)),
    "pipe-calls-for-changes": (
        {"event_source": "dynamodb-stream", "steps": 1},
        "pipes",
        (Step("Index item"),),
    ),
    "pipe-calls-for-topic": ({"event_source": "kafka", "steps": 1}, "pipes", (Step("Index item"),)),
    "pipe-starts-container": (
        {"event_source": "sqs", "steps": 1, "targets": ("ecs-fargate",)},
        "pipes",
        (Step("Render film", "ecs-fargate"),),
    ),
    "pipe-starts-batch": (
        {"event_source": "kinesis", "steps": 2, "targets": ("lambda", "batch")},
        "pipes",
        (Step("Add customer"), Step("Price portfolio", "batch")),
    ),
    "pipe-starts-training": (
        {"event_source": "dynamodb-stream", "steps": 1, "targets": ("sagemaker",)},
        "pipes",
        (Step("Train model", "sagemaker"),),
    ),
    "pipe-calls-endpoint": (
        {"event_source": "sqs", "steps": 1, "targets": ("http-api",), "buffering": ("pacing",)},
        "pipes",
        (Step("Tell partner", "http-api"),),
    ),
    "async-sdk": ({"steps": 3, "on_success": ("sqs",)}, "destinations", ()),
    "stream-kinesis": (
        {"event_source": "kinesis", "steps": 1, "replay_payload": True},
        "destinations",
        (Step("Read sensor"),),
    ),
    "stream-table": (
        {"event_source": "dynamodb-stream", "steps": 1, "on_failure": ("sns",), "idempotent": True},
        "destinations",
        (),
    ),
    "stream-queue": ({"event_source": "kinesis", "steps": 1, "on_failure": ("sqs",)}, "destinations", ()),
    "async-api": (
        {"event_source": "api-gateway", "invocation": "async", "steps": 2, "on_success": ("sqs",)},
        "destinations",
        (),
    ),
    "async-large": (
        {"event_source": "s3", "steps": 2, "payload_kb": 700},
        "destinations",
        (),
    ),
    "async-iot": ({"event_source": "iot", "steps": 1}, "destinations", ()),
    "async-logs": ({"event_source": "cloudwatch-logs", "steps": 1}, "destinations", ()),
    "async-mail": ({"event_source": "ses", "steps": 2, "failure_handling": ("notify",)}, "destinations", ()),
    "stream-kafka-topic": ({"event_source": "kafka", "steps": 1}, "destinations", ()),
    "stream-kafka": ({"event_source": "kafka", "steps": 1, "on_failure": ("s3",)}, "destinations", ()),
    "standard-saga": (
        {
            "event_source": "eventbridge",
            "branching": "content",
            "failure_handling": ("compensate", "notify"),
            "waits": ("human-approval", "timer"),
            "retry": "per-error",
        },
        "step-functions",
        (
            Step("Check fraud"),
            Step("ChargeCard"),
            Step("Reserve stock", "dynamodb"),
            Step("Tell customer", "sns"),
        ),
    ),
    "standard-kafka": (
        {"event_source": "kafka", "steps": 3, "delivery": "exactly-once", "payload_kb": 300},
        "step-functions",
        (),
    ),
    "standard-kafka-reader": (
        {"event_source": "kafka", "steps": 2, "delivery": "exactly-once", "failure_handling": ("capture",)},
        "step-functions",
        (),
    ),
    "express-kafka-in-order": (
        {"event_source": "kafka", "steps": 3, "ordering": "required"},
        "step-functions",
        (),
    ),
    "express-child": (
        {
            "event_source": "kinesis",
            "steps": 2,
            "targets": ("lambda", "step-functions"),
            "idempotent": True,
            "delivery": "at-least-once",
            "total_duration_s": 20,
        },
        "step-functions",
        (),
    ),
    "express-slow-answer": (
        {
            "event_source": "api-gateway",
            "caller_waits_for": "result",
            "steps": 3,
            "step_duration_s": 40,
            "total_duration_s": 110,
        },
        "step-functions",
        (),
    ),
    "express-slow-balancer": (
        {
            "event_source": "alb",
            "caller_waits_for": "result",
            "steps": 2,
            "step_duration_s": 40,
            "total_duration_s": 80,
        },
        "step-functions",
        (),
    ),
    "standard-callback": (
        {
            "event_source": "s3",
            "steps": 3,
            "waits": ("callback",),
            "failure_handling": ("capture", "fallback"),
        },
        "step-functions",
        (),
    ),
    "standard-map": (
        {"event_source": "schedule", "steps": 3, "parallelism": "dynamic", "max_parallel_items": 20},
        "step-functions",
        (),
    ),
    "standard-no-functions": (
        {"event_source": "api-gateway", "waits": ("timer",)},
        "step-functions",
        (
            Step("Keep", "dynamodb"),
            Step("Publish", "eventbridge"),
            Step("Archive", "s3"),
            Step("Queue", "sqs"),
        ),
    ),
    "express-parallel": (
        {
            "event_source": "api-gateway",
            "invocation": "sync",
            "caller_waits_for": "result",
            "steps": 4,
            "parallelism": "static",
            "total_duration_s": 5,
            "latency": "interactive",
            "idempotent": True,
        },
        "step-functions",
        (),
    ),
    "standard-sqs": ({"event_source": "sqs", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-sns": ({"event_source": "sns", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-kinesis": ({"event_source": "kinesis", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-dynamodb-stream": (
        {"event_source": "dynamodb-stream", "steps": 2, "waits": ("timer",)},
        "step-functions",
        (),
    ),
    "standard-iot": ({"event_source": "iot", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-function-url": (
        {"event_source": "function-url", "steps": 2, "waits": ("timer",)},
        "step-functions",
        (),
    ),
    "standard-alb": ({"event_source": "alb", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-cognito": ({"event_source": "cognito", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-ses": ({"event_source": "ses", "steps": 2, "waits": ("timer",)}, "step-functions", ()),
    "standard-cloudwatch-logs": (
        {"event_source": "cloudwatch-logs", "steps": 2, "waits": ("timer",)},
        "step-functions",
        (),
    ),
    "express-sqs": (
        {
            "event_source": "sqs",
            "steps": 2,
            "total_duration_s": 5,
            "idempotent": True,
            "monthly_executions": 90_000_000,
        },
        "step-functions",
        (),
    ),
    "express-url": (
        {"event_source": "function-url", "caller_waits_for": "result", "steps": 2, "latency": "interactive"},
        "step-functions",
        (),
    ),
    "jobs-compute": (
        {"event_source": "schedule", "steps": 4, "targets": ("ecs-fargate", "batch", "glue")},
        "step-functions",
        (),
    ),
    "jobs-data": (
        {"event_source": "schedule", "steps": 4, "targets": ("athena", "emr", "sagemaker")},
        "step-functions",
        (),
    ),
    "jobs-call": (
        {"event_source": "schedule", "steps": 4, "targets": ("bedrock", "codebuild", "http-api")},
        "step-functions",
        (),
    ),
    "jobs-outside": (
        {"event_source": "schedule", "steps": 4, "targets": ("step-functions", "activity-worker", "lambda")},
        "step-functions",
        (),
    ),
    "express-http": (
        {
            "event_source": "api-gateway",
            "caller_waits_for": "result",
            "targets": ("http-api", "bedrock"),
            "steps": 2,
        },
        "step-functions",
        (),
    ),
    "async-fan-out": (
        {"event_source": "s3", "steps": 3, "parallelism": "static", "on_success": ("sqs",)},
        "destinations",
        (),
    ),
    "standard-distributed": (
        {"event_source": "schedule", "steps": 3, "parallelism": "dynamic", "max_parallel_items": 500},
        "step-functions",
        (),
    ),
    "standard-stored-map": (
        {
            "event_source": "s3",
            "steps": 3,
            "parallelism": "dynamic",
            "max_parallel_items": 5_000,
            "failure_handling": ("continue",),
        },
        "step-functions",
        (),
    ),
    "standard-redriven": (
        {
            "event_source": "s3",
            "steps": 3,
            "waits": ("timer",),
            "failure_handling": ("capture", "fallback", "redrive"),
        },
        "step-functions",
        (),
    ),
    "standard-poll": ({"event_source": "s3", "steps": 2, "waits": ("poll-job",)}, "step-functions", ()),
    "both-map": (
        {"event_source": "sns", "steps": 4, "parallelism": "dynamic", "data_passing": "aggregate"},
        "both",
        (),
    ),
    "standard-arranged": (
        {
            "event_source": "api-gateway",
            "steps": 6,
            "branching": "content",
            "waits": ("human-approval",),
            "failure_handling": ("compensate", "notify"),
        },
        "step-functions",
        (
            Parallel(((Step("ReserveFlight"),), (Step("ReserveHotel"), Step("HoldSeat", "dynamodb")))),
            Step("CheckCredit"),
            Step("ApplyVoucher"),
            Step("TakePayment"),
        ),
    ),
    "standard-choices": (
        {"event_source": "eventbridge", "steps": 7, "branching": "content", "waits": ("human-approval",)},
        "step-functions",
        (
            Step("CheckOrder"),
            Choice(
                FieldCondition("amount", "at_least", 100),
                (Step("CheckCredit"), PlacedWait("human-approval")),
                (Choice(FieldCondition("coupon.code", "equals", "SUMMER'26"), (Step("ApplyVoucher"),)),),
            ),
            Choice(FieldCondition("gift", "present", value=True), (), (Step("PrintInvoice"),)),
            ForEach(
                (Choice(FieldCondition("quantity", "at_most", 1), (Step("PackItem"),), (Step("PackBox"),)),)
            ),
            Step("Ship", "dynamodb"),
        ),
    ),
    "standard-arranged-items": (
        {"event_source": "schedule", "steps": 4},
        "step-functions",
        (
            Step("ListPages"),
            ForEach((Step("FetchPage"), Parallel(((Step("ReadText"),), (Step("ReadLinks"),))))),
            Parallel(((Step("StoreIndex", "dynamodb"),), (Step("TellReaders", "sns"),))),
        ),
    ),
    "both-arranged": (
        {"event_source": "s3", "steps": 4},
        "both",
        (Step("Receive"), Parallel(((Step("Left"),), (ForEach((Step("Each"),)),))), Step("Finish")),
    ),
    "both-stream": ({"event_source": "kinesis", "steps": 2, "on_success": ("eventbridge",)}, "both", ()),
    "both-branch": (
        {"event_source": "s3", "steps": 4, "branching": "content", "on_failure": ("sqs",)},
        "both",
        (),
    ),
}

# name: what else the project section says
ASKED: dict[str, dict[str, Any]] = {
    "stream-kafka-topic": {"failure_topic": "orders-failed"},
    "standard-kafka-reader": {"failure_topic": "orders-failed"},
}


@cache
def rule_base() -> RuleBase:
    return load_rule_base(rules_folder())


@cache
def versions() -> Versions:
    return load_versions(rules_folder())


def recommendation(
    requirements: Mapping[str, Any],
    steps: tuple[Part, ...] = (),
    name: str = "Order pipeline",
    **project: Any,
) -> Recommendation:
    return recommend(rule_base(), Answers(dict(requirements), name, Project(steps=steps, **project)))


def blueprint_of(requirements: Mapping[str, Any], approach: str = "auto", **how: Any) -> Blueprint:
    return plan(recommendation(requirements, **how), versions(), approach=approach)


@cache
def blueprint(name: str) -> Blueprint:
    requirements, approach, steps = PROJECTS[name]
    return blueprint_of(requirements, approach, steps=steps, **ASKED.get(name, {}))


@cache
def in_jsonpath(name: str) -> Mapping[str, str]:
    """Return the files of the same project, its state machine in JSONPath."""
    requirements, approach, steps = PROJECTS[name]
    made = blueprint_of(requirements, approach, steps=steps, query_language="jsonpath")
    return {file.path: file.text for file in render(made)}


@cache
def files(name: str) -> Mapping[str, str]:
    return {file.path: file.text for file in render(blueprint(name))}


WITH_MACHINE = [name for name, (_, approach, _) in PROJECTS.items() if approach in ("step-functions", "both")]
EXPRESS = "express-parallel"
