"""Answers that several approaches can build, to change one's mind between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import combinations, product
from typing import Any

from advisor.knowledge.answers import Step
from advisor.starter import Blueprint, NotSupported, plan
from advisor.starter.plan.approach import APPROACHES
from advisor.starter.runtimes.languages import LANGUAGES
from tests.starter.projects import recommendation, versions

SOURCES = (
    "s3", "eventbridge", "schedule", "sns", "sqs", "api-gateway", "alb", "function-url", "dynamodb-stream",
    "kinesis", "kafka", "cognito", "ses", "iot", "cloudwatch-logs", "sdk",
)  # fmt: skip
NEEDS: tuple[dict[str, Any], ...] = (
    {},
    {"caller_waits_for": "result"},
    {"failure_handling": ("capture", "redrive")},
    {"consumers": "several", "coordination": "independent"},
    {"waits": ("human-approval",)},
    {"targets": ("lambda", "ecs-fargate")},
    {"targets": ("lambda", "http-api"), "caller_waits_for": "result"},
    {"targets": ("lambda", "http-api")},
)
JOB, CALL = Step("Write report", "ecs-fargate"), Step("Call partner", "http-api")
STEPS = (Step("Check fraud"), Step("Delete"), Step("Tell customer"))
Mind = tuple[str, int, int]  # event source, number of steps, place of the needs


def minds() -> tuple[Mind, ...]:
    """Return every set of answers, by what it is made of."""
    return tuple(product(SOURCES, (1, 2, 3), range(len(NEEDS))))


def steps(mind: Mind) -> tuple[Step, ...]:
    """Return the steps of a set of answers: where that is a target, the last is a job or the first a call."""
    own, targets = STEPS[: mind[1]], NEEDS[mind[2]].get("targets", ())
    if "http-api" in targets:
        return (CALL, *own[1:])
    return (*own[:-1], JOB) if targets else own


def answers(mind: Mind) -> dict[str, Any]:
    """Return the requirements of a set of answers."""
    source, count, needs = mind
    return {"event_source": source, "steps": count, "on_failure": ("sqs",), **NEEDS[needs]}


@cache
def built(mind: Mind, runtime: str = "python") -> Mapping[str, Blueprint]:
    """Return the project of each approach that these answers allow."""
    found: dict[str, Blueprint] = {}
    advice = recommendation(answers(mind), steps=steps(mind), runtime=runtime)
    for approach in APPROACHES[1:]:
        try:
            found[approach] = plan(advice, versions(), approach=approach)
        except NotSupported:
            continue
    return found


def pairs(mind: Mind, runtime: str = "python") -> Iterator[tuple[str, str]]:
    """Yield each two approaches that these answers allow."""
    yield from combinations(built(mind, runtime), 2)


def business(blueprint: Blueprint) -> set[str]:
    """Return the files of business code: of each step, what a user fills in."""
    sources = LANGUAGES[blueprint.runtime].sources
    steps = [item for item in (*blueprint.functions, *blueprint.inner) if item.does == "step"]
    return {path for step in steps for path in sources.of(step)}
