"""Laws of a README: every command works when typed in order, and one goes through the real source."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from advisor.starter import Blueprint, NotSupported, render
from advisor.starter.runtimes.languages import LANGUAGES
from tests.starter.projects import blueprint_of
from tests.starter.typed import models
from tests.starter.typed.typist import Typed, type_readme

APPROACHES = ("destinations", "step-functions", "both", "single-function")
FLAVOURS = ("sam", "cdk-python", "cdk-typescript", "terraform")
# What sends the event, and what is named in that call; none where callers start the work themselves
THROUGH: dict[str, tuple[tuple[str, ...], str]] = {
    "s3": (("aws", "s3", "cp"), "s3://stack-sourcebucket/"),
    "eventbridge": (("aws", "events", "put-events"), '"Source": "app.order-pipeline"'),
    "sns": (("aws", "sns", "publish"), ":SourceTopic"),
    "sqs": (("aws", "sqs", "send-message"), "/SourceQueue"),
    "kinesis": (("aws", "kinesis", "put-record"), "SourceStream"),
    "dynamodb-stream": (("aws", "dynamodb", "put-item"), "SourceTable"),
    "kafka": (("kafka-console-producer.sh",), "orders"),
    "api-gateway": (("curl",), "https://abc123.execute-api.us-east-1.amazonaws.com/"),
    "function-url": (("curl",), "https://abc123.lambda-url.us-east-1.on.aws/"),
    "alb": (("curl",), "http://internal-loadbalancer.us-east-1.elb.amazonaws.com/"),
    "cognito": (("aws", "cognito-idp", "admin-confirm-sign-up"), "us-east-1_aB3dE5gH7"),
    "ses": (("aws", "ses", "send-email"), "orders@example.com"),
    "iot": (("aws", "iot-data", "publish"), "work/requested"),
    "cloudwatch-logs": (("aws", "logs", "put-log-events"), "message=ERROR"),
}
STARTS = (("aws", "stepfunctions", "start-execution"), ("aws", "lambda", "invoke"))


def project(source: str | None, iac: str, number: int) -> Blueprint:
    """Return a project behind ``source``; ``number`` picks an approach and a runtime."""
    runtime = list(LANGUAGES)[number % len(LANGUAGES)]
    for turn in range(len(APPROACHES)):
        approach = APPROACHES[(number + turn) % len(APPROACHES)]
        answers: dict[str, Any] = {"event_source": source} if source else {}
        answers["steps"] = 1 if approach == "single-function" else 2
        try:
            return blueprint_of(answers, approach, iac=iac, runtime=runtime)
        except NotSupported:
            continue
    raise AssertionError(f"nothing can be built behind {source}")


def check(source: str | None, blueprint: Blueprint, folder: Path) -> None:
    """Every law for one project behind ``source``."""
    typed = type_readme(blueprint, folder)
    assert typed.faults == ()
    assert through_source(source or "sdk", typed) == []
    assert inline_faults(blueprint) == []


def through_source(source: str, typed: Typed) -> list[str]:
    """Return why no event went through ``source``."""
    start, names = THROUGH.get(source, ((), ""))
    if not start:
        return [] if any(typed.of(*call) for call in STARTS) else ["nothing starts the work"]
    calls = typed.of(*start)
    return [] if any(names in " ".join(call) for call in calls) else [f"no event through {source}: {calls}"]


def inline_faults(blueprint: Blueprint) -> list[str]:
    """Return what is wrong with the commands in the README's sentences."""
    files = {file.path: file.text for file in render(blueprint)}
    prose = re.sub(r"^```.*?^```", "", files["README.md"], flags=re.MULTILINE | re.DOTALL)
    targets = set(re.findall(r"^(\w+):", files["Makefile"], re.MULTILINE))
    faults = [name for name in re.findall(r"`make (\w+)", prose) if name not in targets]
    for service, operation in re.findall(r"`aws ([\w-]+) ([\w-]+)", prose):
        faults += _unknown(service, operation)
    return faults


def _unknown(service: str, operation: str) -> list[str]:
    return [fault for fault in models.faults([service, operation]) if "has no operation" in fault]
