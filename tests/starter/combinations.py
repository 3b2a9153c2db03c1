"""Requirements in combination: every pair of values somewhere, by a fixed seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from advisor.knowledge.answers import RUNTIMES

ASYNC = ("s3", "eventbridge", "schedule", "sns", "ses", "iot", "cloudwatch-logs", "sdk", "other", None)
STREAMS = ("dynamodb-stream", "kinesis", "kafka")
OTHERS = ("sqs", "api-gateway", "alb", "function-url", "cognito")
OPTIONS = ("destinations", "step-functions", "both")  # every other approach is an alternative
QUEUE: dict[str, tuple[Any, ...]] = {
    "buffering": (None, (), ("bursts",), ("outages",), ("pacing",), ("bursts", "pacing")),
    "step_duration_s": (None, 1, 90, 400),
    "monthly_executions": (None, 3_000_000),
    "peak_per_second": (None, 300),
    "payload_kb": (None, 700),
    "failure_handling": ((), ("capture",), ("notify",), ("redrive",), None),
    "waits": (None, None, None, ("timer",)),
    "idempotent": (True, False, None),
}  # what shapes a queue in front of a function
FACTORS: dict[str, dict[str, tuple[Any, ...]]] = {
    "destinations": {
        "event_source": (*ASYNC, "dynamodb-stream", "kinesis", "kafka", "api-gateway"),
        "steps": (1, 2, 3, None),
        "parallelism": ("none", "static", None),
        "retry": ("none", "default", None),
        "failure_handling": ((), ("capture",), ("notify",), None),
        "on_success": (None, (), ("lambda",), ("sns",), ("sqs",), ("eventbridge",)),
        "on_failure": (None, ("lambda",), ("sns",), ("sqs",), ("eventbridge",), ("s3",)),
        "replay_payload": (True, None),
        "idempotent": (True, False, None),
        "runtime": RUNTIMES,
    },
    "step-functions": {
        "event_source": (*ASYNC, "dynamodb-stream", "kinesis", "kafka", *OTHERS),
        "steps": (1, 2, 5, None),
        "parallelism": ("none", "static", "dynamic", None),
        "max_parallel_items": (5, 60, None),
        "branching": ("content", "success-failure", None),
        "retry": ("none", "default", "attempts", "backoff", "per-error", None),
        "failure_handling": ((), ("capture",), ("notify",), ("fallback", "capture"), ("compensate",), None),
        "targets": (
            None, ("lambda",), ("lambda", "dynamodb"), ("sns", "sqs"), ("eventbridge", "s3"),
            ("ecs-fargate",), ("batch", "glue"), ("athena", "bedrock"), ("http-api",),
            ("codebuild", "step-functions"), ("emr",), ("sagemaker", "activity-worker"),
        ),
        "waits": (
            None, ("timer",), ("callback",), ("human-approval",), ("poll-job",), ("timer", "human-approval"),
        ),
        "total_duration_s": (5, 7200, None),
        "idempotent": (True, False, None),
        "runtime": RUNTIMES,
        "query_language": (None, "jsonpath"),
    },
    "both": {
        "event_source": ASYNC,
        "steps": (2, 4, None),
        "parallelism": ("none", "static", "dynamic"),
        "branching": ("content", None),
        "failure_handling": ((), ("capture",), ("notify",), ("compensate",), None),
        "on_failure": (None, ("sns",), ("sqs",), ("eventbridge",)),
        "targets": (None, ("lambda", "dynamodb"), ("eventbridge",)),
        "idempotent": (True, None),
        "runtime": RUNTIMES,
        "query_language": (None, "jsonpath"),
    },
    "durable-functions": {
        "event_source": (*ASYNC, "api-gateway", "kinesis", "function-url"),
        "steps": (2, 4, None),
        "parallelism": ("none", "static", "dynamic", None),
        "max_parallel_items": (5, 60, 4000, None),
        "branching": ("content", None),
        "retry": ("none", "default", "per-error", None),
        "failure_handling": ((), ("capture",), ("fallback", "capture"), ("compensate",), None),
        "targets": (
            None, ("lambda",), ("lambda", "dynamodb"), ("sns", "sqs"), ("eventbridge", "s3"), ("glue",),
        ),
        "waits": (
            None, ("timer",), ("callback",), ("human-approval",), ("poll-job",), ("timer", "human-approval"),
        ),
        "idempotent": (True, False, None),
        "runtime": ("python", "nodejs", "python", "nodejs", "java", "go"),
    },
    "managed-job": {
        "event_source": ("schedule", "eventbridge", "s3", "sdk", "other", None, "sqs", "api-gateway"),
        "targets": (
            ("ecs-fargate",), ("batch",), ("glue",), ("codebuild",), ("emr",), ("batch", "codebuild"),
            ("athena",), ("lambda",), None,
        ),
        "steps": (1, None),
        "step_duration_s": (60, 7200, None),
        "runtime": RUNTIMES,
    },
    "direct-invoke": {
        "event_source": (*OTHERS, "sdk", "other", None, "s3", "kinesis"),
        "caller_waits_for": ("result", "acknowledgement", None),
        "steps": (1, 3, None),
        "step_duration_s": (1, 20, 120, None),
        "peak_per_second": (300, None),
        "payload_kb": (7000, None),
        "waits": (("timer",), None, None, None),
        "idempotent": (True, None),
        "runtime": RUNTIMES,
    },
    "messaging": {
        "event_source": (
            "s3", "eventbridge", "schedule", "sns", "ses", "iot", "sdk", "other", None, "api-gateway", "sqs",
            "kinesis",
        ),
        "steps": (1, 2, 3, None),
        "targets": (
            None, ("lambda",), ("sqs",), ("sqs", "sns"), ("lambda", "dynamodb"), ("lambda", "http-api"),
        ),
        "consumers": (None, "one", "several", "open"),
        "branching": (None, "content"),
        "coordination": (None, "independent"),
        "ordering": (None, "none", "required"),
        **QUEUE,
        "code": (None, None, "none", "given"),
        "on_failure": (None, ("sqs",), ("sns",)),
        "runtime": RUNTIMES,
    },
    "queue-redrive": {
        "event_source": ("sqs", "sdk", "other", None, "sqs", "sns"),
        "steps": (1, 2, 3, None),
        "targets": (None, ("lambda",), ("lambda", "dynamodb"), ("lambda", "bedrock"), ("sqs",)),
        "consumers": (None, "one", "several"),
        "ordering": (None, "none", "required"),
        **QUEUE,
        "runtime": RUNTIMES,
    },
    "pipes": {
        "event_source": ("sqs", "kinesis", "dynamodb-stream", "kafka", "s3"),
        "steps": (1, 2, 3, None),
        "targets": (
            None, ("lambda",), ("sqs",), ("sns",), ("eventbridge",), ("step-functions",), ("http-api",),
            ("ecs-fargate",), ("batch",), ("sagemaker",), ("lambda", "eventbridge"), ("lambda", "batch"),
            ("lambda", "http-api"), ("glue",),
        ),
        "ordering": (None, "none", "required"),
        "buffering": (None, (), ("bursts",), ("outages",), ("pacing",)),
        "step_duration_s": (None, 1, 40),
        "monthly_executions": (None, 3_000_000),
        "peak_per_second": (None, 300),
        "payload_kb": (None, 700),
        "failure_handling": ((), ("capture",), ("notify",), ("redrive",), None),
        "replay_payload": (None, True),
        "idempotent": (True, False, None),
        "runtime": RUNTIMES,
    },
    "single-function": {
        "event_source": (*ASYNC, "dynamodb-stream", "kinesis", "kafka", "sqs"),
        "steps": (1, 1, 2, None),
        "targets": (
            None, ("lambda",), ("lambda", "http-api"), ("lambda", "dynamodb"), ("lambda", "s3"), ("bedrock",),
        ),
        "retry": ("none", "default", "attempts", None),
        "failure_handling": ((), ("capture",), ("notify",), None),
        "on_success": (None, (), ("sns",)),
        "on_failure": (None, ("sqs",), ("s3",)),
        "step_duration_s": (None, 1, 400),
        "monthly_executions": (None, 3_000_000),
        "payload_kb": (None, 700),
        "parallelism": ("none", "static", "dynamic", None),
        "ordering": (None, None, "required"),
        "waits": (None, None, None, ("timer",)),
        "idempotent": (True, False, None),
        "runtime": RUNTIMES,
    },
}  # fmt: skip

Combination = dict[str, Any]


def requirements(combination: Combination) -> dict[str, Any]:
    """Return the answers of ``combination``; None stands for no answer."""
    return {key: value for key, value in combination.items() if value is not None}


def pairwise(approach: str, seed: int, tries: int = 20) -> Iterator[Combination]:
    """Yield combinations until every pair of values of two factors was there once."""
    factors, chance = FACTORS[approach], random.Random(seed)
    missing = {
        frozenset(((a, i), (b, j)))
        for a, b in combinations(factors, 2)
        for i in range(len(factors[a]))
        for j in range(len(factors[b]))
    }
    while missing:
        wanted = dict(chance.choice(sorted(missing, key=sorted)))
        picks = [_pick(chance, factors, wanted) for _ in range(tries)]
        best = max(picks, key=lambda pick: len(_pairs(pick) & missing))
        missing -= _pairs(best)
        yield {key: factors[key][place] for key, place in best.items()}


def _pick(
    chance: random.Random, factors: dict[str, tuple[Any, ...]], fixed: dict[str, int]
) -> dict[str, int]:
    return {key: fixed.get(key, chance.randrange(len(values))) for key, values in factors.items()}


def _pairs(pick: dict[str, int]) -> set[frozenset[tuple[str, int]]]:
    return {frozenset(pair) for pair in combinations(pick.items(), 2)}
