"""The CDK flavour in TypeScript: compiled, synthesised, linted, and tried with faults put in."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from advisor.starter import Blueprint
from tests.examples import FULL
from tests.gate.share import SHARED
from tests.starter.checks.cdk import Synthesised, cdk_modules, faults, project_of, synthesised, write
from tests.starter.checks.toolchains import need, run
from tests.starter.projects import PROJECTS, blueprint

IAC = "cdk-typescript"
Projects = Mapping[str, Synthesised]


def made_of(name: str) -> Blueprint:
    return replace(blueprint(name), iac=IAC)


pytestmark = pytest.mark.xdist_group("cdk")


@pytest.mark.parametrize("name", SHARED)
def test_a_project_has_no_finding_and_passes_its_own_tests(name: str, cdk: Projects) -> None:
    assert cdk[name].passed
    assert faults(cdk[name]) == []


def test_each_two_edges_that_meet_in_any_project_have_no_finding_together(cdk: Projects) -> None:
    several = [name for name in cdk if name not in PROJECTS]
    assert len(several) >= (30 if FULL else 5)
    assert any(cdk[name].passed for name in several)
    found = {name: faults(cdk[name]) for name in several}
    assert {name: told for name, told in found.items() if told} == {}


# What each says of a fault put into infra/: the compiler, the CDK, or the checks of the template.
Edit = tuple[str, str]
FAULTS: dict[str, tuple[str, Edit, str]] = {
    "too many retries": ("async-sdk", ("retryAttempts: 2", "retryAttempts: 5"), "must be between 0 and 2"),
    "event age too short": (
        "async-sdk",
        ("maxEventAge: Duration.hours(6)", "maxEventAge: Duration.seconds(30)"),
        "must represent a `Duration` that is between 60 and 21600 seconds",
    ),
    "misspelt property": ("async-sdk", ("maxEventAge:", "maxAge:"), "TS2353"),
    "runtime that does not exist": ("async-sdk", ("PYTHON_3_14", "PYTHON_3_21"), "TS2551"),
    "queue as destination, bare": (
        "async-sdk",
        ("onFailure: new destinations.SqsDestination(failureQueue)", "onFailure: failureQueue"),
        "TS2741",
    ),
    "table as destination": (
        "async-sdk",
        ("SqsDestination(failureQueue)", "SqsDestination(idempotencyTable)"),
        "TS2345",
    ),
    "own function as destination": (
        "async-sdk",
        ("LambdaDestination(processRequestFunctionLive)", "LambdaDestination(validateRequestFunctionLive)"),
        "TS2448",
    ),
    "constant that nothing uses": (
        "async-sdk",
        ("    new CfnOutput(", "    const x = 1;\n    new CfnOutput("),
        "TS6133",
    ),
    "no failure destination": (
        "async-sdk",
        ("      onFailure: new destinations.SqsDestination(failureQueue),\n", ""),
        "without a failure destination",
    ),
    "bucket on success": (
        "async-schedule-to-bucket",
        ("onFailure: new destinations.S3", "onSuccess: new destinations.S3"),
        "OnSuccess cannot go to",
    ),
    "FIFO queue": ("async-sdk", ("encryption: sqs.QueueEncryption.SQS_MANAGED", "fifo: true"), "FIFO"),
    "handler that does not exist": (
        "async-sdk",
        ("validate_request.app.handler", "main.app.handler"),
        "does not exist",
    ),
    "code that is not built": ("async-sdk", ("}/functions`", "}/lambda`"), "Cannot find asset"),
    "two things under one name": (
        "async-s3-to-bus",
        ('new CfnOutput(this, "SourceBucketName"', 'new CfnOutput(this, "SourceBucket"'),
        "There is already a Construct with name 'SourceBucket'",
    ),
    "a star in an action": (
        "async-sdk",
        ('      "dynamodb:GetItem",\n', '      "dynamodb:*",\n'),
        "an action with a star",
    ),
    "poison batch tried for ever": ("stream-queue", ("      retryAttempts: 5,\n", ""), "has no bound"),
    "stream without a failure destination": (
        "stream-queue",
        ("      onFailure: new sources.SqsDlq(failureQueue),\n", ""),
        "without a failure destination",
    ),
    "definition that does not exist": (
        "standard-saga",
        ("pipeline.asl.json", "pipeline.json"),
        "Cannot find asset",
    ),
    "placeholder not filled": (
        "standard-saga",
        ("CheckFraudFunctionArn:", "CheckFraudArn:"),
        "is not filled",
    ),
    "machine may not call a function": (
        "standard-saga",
        ("    checkFraudFunctionLive.grantInvoke(workflow);\n", ""),
        "may not lambda:InvokeFunction",
    ),
    "machine may not write": (
        "standard-saga",
        ('grant(workflow, "dynamodb:PutItem")', 'grant(workflow, "dynamodb:GetItem")'),
        "may not dynamodb:PutItem",
    ),
    "stream in plain text": (
        "stream-kinesis",
        ("StreamEncryption.MANAGED", "StreamEncryption.UNENCRYPTED"),
        "AwsSolutions-KDS1 has no reason",
    ),
    "reason that nothing needs": (
        "standard-saga",
        ("LogLevel.ERROR", "LogLevel.ALL"),
        "AwsSolutions-SF1 has a reason and no finding",
    ),
    "event name that S3 does not know": (
        "async-s3-to-bus",
        ('"Object Created"', '"ObjectCreated"'),
        "S3 sends no",
    ),
    "waiting for a Standard machine": (
        "standard-no-functions",
        ("STEPFUNCTIONS_START_EXECUTION", "STEPFUNCTIONS_START_SYNC_EXECUTION"),
        "with a standard type state machine",
    ),
}


def faulty(fault: str) -> tuple[Blueprint, dict[str, str]]:
    name, (old, new), _ = FAULTS[fault]
    files = project_of(made_of(name))
    stack = files["infra/lib/stack.ts"]
    assert old in stack, fault
    return made_of(name), {**files, "infra/lib/stack.ts": stack.replace(old, new, 1)}


# Which test of the project itself tells of a fault, should a user make it.
TOLD = {
    "stream in plain text": "cdk-nag finds nothing but what lib/acknowledged.ts gives a reason for",
    "no failure destination": "every asynchronous function has a failure destination",
    "bucket on success": "S3 takes failures only",
    "FIFO queue": "no queue or topic is FIFO",
    "handler that does not exist": "every handler exists",
    "a star in an action": "permissions name actions and resources",
    "stream without a failure destination": "a failed batch has a place to go to",
    "placeholder not filled": "every placeholder is filled and every filling used",
    "machine may not call a function": "the machine may call its functions by the name it uses",
}


def test_every_fault_is_seen(tmp_path: Path) -> None:
    projects = {fault.replace(" ", "-"): faulty(fault) for fault in FAULTS}
    made = synthesised(projects, tmp_path, [fault.replace(" ", "-") for fault in TOLD])
    for fault, (_, _, told) in FAULTS.items():
        own = made[fault.replace(" ", "-")]
        seen = faults(dataclasses.replace(own, failed={}))
        assert any(told in problem for problem in seen), (fault, seen)
        assert fault not in TOLD or TOLD[fault] in own.failed, (fault, own)


def test_the_command_lines_read_the_same_in_every_project() -> None:
    """So that one project stands for all of them where the commands themselves are tried."""
    made = [project_of(made_of(name)) for name in SHARED]
    for path in ("package.json", "tsconfig.json"):
        assert len({files[f"infra/{path}"] for files in made}) == 1
    settings = [json.loads(files["infra/cdk.json"]) for files in made]
    assert len({json.dumps({**setting, "context": None}) for setting in settings}) == 1


# Compiling the CDK's types takes most of the time. FULL_GATE=1 takes one of each option.
COMMANDED = ("both-branch", *(("async-s3-to-bus", "standard-saga") if FULL else ()))


@pytest.mark.parametrize("name", COMMANDED)
def test_the_real_command_lines_synthesise_and_test(name: str, tmp_path: Path) -> None:
    write(project_of(made_of(name)), tmp_path)
    infra = tmp_path / "infra"
    (infra / "node_modules").symlink_to(cdk_modules())
    npm, node = need("npm"), need("node")
    cdk = [str(node), "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--no-notices"]
    cdk += ["--context", "notifyEmail=someone@example.com"]
    made = run(cdk, infra, CDK_DISABLE_CLI_TELEMETRY="true")
    assert made.code == 0, made.output
    assert list(infra.glob("cdk.out/*.template.json"))
    assert not re.search("warning|error", made.output, re.IGNORECASE), made.output
    if name == "both-branch":
        tested = run([npm, "test"], infra)
        assert tested.code == 0 and re.search(r"skipped 0$", tested.output, re.MULTILINE), tested.output
