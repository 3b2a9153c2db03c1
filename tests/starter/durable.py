"""Workflows as durable functions: each shape has something that the others have not."""

from __future__ import annotations

from functools import cache
from typing import Any

from advisor.knowledge.answers import IACS, Choice, FieldCondition, ForEach, Parallel, Part, PlacedWait, Step
from advisor.starter import Blueprint
from tests.starter.projects import blueprint_of

DURABLE_RUNTIMES, DURABLE_FLAVOURS = ("python", "nodejs"), IACS
APPROVED = FieldCondition("amount", "at_least", 100)
QUOTED = FieldCondition("order.kind", "equals", 'it\'s "x"')
LONG = "Finish with a name that is far too long for one line of any code"
SHAPES: dict[str, tuple[dict[str, Any], tuple[Part, ...]]] = {
    "approval": (
        {
            "event_source": "eventbridge",
            "waits": ("human-approval",),
            "retry": "per-error",
            "failure_handling": ("compensate", "capture"),
        },
        (Step("Validate order"), Step("Charge card"), Step("Ship order")),
    ),
    "plain": ({"event_source": "s3", "steps": 3}, ()),
    "each-item": (
        {"event_source": "schedule", "steps": 4, "parallelism": "dynamic", "waits": ("timer",)},
        (),
    ),
    "each-item-undone": (
        {
            "event_source": "sns",
            "steps": 4,
            "parallelism": "dynamic",
            "failure_handling": ("compensate",),
            "waits": ("callback",),
        },
        (),
    ),
    "side-by-side": (
        {
            "steps": 4,
            "parallelism": "static",
            "failure_handling": ("compensate", "fallback"),
            "waits": ("poll-job", "timer"),
            "branching": "content",
        },
        (),
    ),
    "services": (
        {
            "event_source": "api-gateway",
            "invocation": "async",
            "steps": 3,
            "retry": "none",
            "targets": ("lambda", "dynamodb", "sns", "sqs", "eventbridge", "s3"),
            "failure_handling": ("compensate",),
        },
        (),
    ),
    "nested": (
        {"event_source": "iot", "failure_handling": ("compensate",), "idempotent": True},
        (
            Step("Check"),
            Choice(APPROVED, (PlacedWait("human-approval"),), (Step("Accept"),)),
            Parallel(((Step("Left"),), (ForEach((Step("Each"),)),))),
            PlacedWait("timer"),
            Step("context"),
            Step("Finish"),
        ),
    ),
    "answers-url": (
        {
            "event_source": "api-gateway",
            "caller_waits_for": "result",
            "steps": 4,
            "waits": ("human-approval", "poll-job"),
            "failure_handling": ("compensate", "fallback"),
        },
        (),
    ),
    "answers-api": (
        {"event_source": "api-gateway", "caller_waits_for": "result", "steps": 4, "parallelism": "static"},
        (),
    ),
    "answers-balancer": (
        {
            "event_source": "alb",
            "caller_waits_for": "result",
            "steps": 4,
            "parallelism": "dynamic",
            "failure_handling": ("compensate",),
        },
        (),
    ),
    "answers-caller": (
        {"caller_waits_for": "result", "steps": 3, "total_duration_s": 400, "waits": ("callback", "timer")},
        (),
    ),
    "calls": (
        {"event_source": "function-url", "caller_waits_for": "result"},
        (Step("Prepare"), Step("Ask model", "bedrock"), Step("Call API", "http-api"), Step("Finish")),
    ),
    "jobs": (
        {"event_source": "eventbridge", "failure_handling": ("compensate",)},
        (
            Step("Prepare"),
            Step("Run container", "ecs-fargate"),
            Parallel(((Step("Query data", "athena"),), (Step("Run batch job", "batch"),))),
            ForEach((Step("Score", "sagemaker"), Step("Run child", "step-functions"))),
            Step("Run Glue job", "glue"),
        ),
    ),
    "nested-plain": (
        {"event_source": "ses"},
        (
            Step("Check"),
            Choice(QUOTED, (Step("Prepare"),), ()),
            Parallel(((Step("Left"), Step("payload")), (ForEach((Step("Each"),)),))),
            Step(LONG),
        ),
    ),
}


WITH_OWN_TESTS = ("approval", "answers-url")  # whose own tests of the wiring the gate runs in the CDK
PREFIX = "durable-"  # of a shape's name among other projects


@cache
def durable(name: str, runtime: str = "python", iac: str = "sam") -> Blueprint:
    """Return the blueprint of a shape."""
    requirements, steps = SHAPES[name]
    return blueprint_of(requirements, "durable-functions", steps=steps, runtime=runtime, iac=iac)
