"""The CDK flavour in TypeScript: compiled, synthesised, linted, and tried with faults put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from advisor.starter import Blueprint
from tests.starter.gate.cdk import cdk_modules, compiled, faults, own_tests, project_of, synthesised, write
from tests.starter.gate.toolchains import need, run
from tests.starter.pairs import chosen
from tests.starter.projects import ASKED, PROJECTS, blueprint_of

IAC = "cdk-typescript"


@cache
def by_hand(name: str) -> Blueprint:
    requirements, approach, steps = PROJECTS[name]
    return blueprint_of(requirements, approach, steps=steps, iac=IAC, **ASKED.get(name, {}))


SETS: dict[str, Callable[[], dict[str, Blueprint]]] = {
    "by hand": lambda: {name: by_hand(name) for name in PROJECTS},
    "combined": lambda: chosen(IAC),
}


@pytest.mark.parametrize("of", SETS)
def test_no_project_has_a_finding(of: str, tmp_path: Path) -> None:
    projects = {name: (blueprint, project_of(blueprint)) for name, blueprint in SETS[of]().items()}
    assert len(projects) >= 40
    made = synthesised(projects, tmp_path)
    found = {name: faults(made[name], files) for name, (_, files) in projects.items()}
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
    "poison batch tried for ever": ("stream-queue", ("        retryAttempts: 5,\n", ""), "has no bound"),
    "stream without a failure destination": (
        "stream-queue",
        ("        onFailure: new sources.SqsDlq(failureQueue),\n", ""),
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
    files = project_of(by_hand(name))
    stack = files["infra/lib/stack.ts"]
    assert old in stack, fault
    return by_hand(name), {**files, "infra/lib/stack.ts": stack.replace(old, new, 1)}


def test_the_gate_sees_every_fault(tmp_path: Path) -> None:
    projects = {fault.replace(" ", "-"): faulty(fault) for fault in FAULTS}
    made = synthesised(projects, tmp_path)
    seen = {name: faults(made[name], files) for name, (_, files) in projects.items()}
    told = {fault.replace(" ", "-"): text for fault, (_, _, text) in FAULTS.items()}
    assert {
        name: seen[name] for name, text in told.items() if not any(text in one for one in seen[name])
    } == {}


# Which test of the project itself tells of a fault, should a user make it.
TOLD = {
    "no failure destination": "every asynchronous function has a failure destination",
    "bucket on success": "S3 takes failures only",
    "FIFO queue": "no queue or topic is FIFO",
    "handler that does not exist": "every handler exists",
    "a star in an action": "permissions name actions and resources",
    "stream without a failure destination": "a failed batch has a place to go to",
    "placeholder not filled": "every placeholder is filled and every filling used",
    "machine may not call a function": "the machine may call its functions by the name it uses",
}
SPREAD = (
    ("async-s3-to-bus", "nodejs"),
    ("async-bus-to-functions", "python"),
    ("stream-kinesis", "java"),
    ("stream-kafka-topic", "python"),
    ("standard-no-functions", "python"),
    ("standard-alb", "go"),
    ("express-parallel", "python"),
    ("both-map", "python"),
)


def test_projects_pass_their_own_tests_and_faults_do_not(tmp_path: Path) -> None:
    sound = {
        f"{name}-{runtime}": project_of(replace(by_hand(name), runtime=runtime)) for name, runtime in SPREAD
    }
    broken = {fault.replace(" ", "-"): faulty(fault)[1] for fault in TOLD}
    errors = compiled({**sound, **broken}, tmp_path)
    assert not any(errors.values())
    for name in sound:
        done = own_tests(name, tmp_path)
        assert done.code == 0 and "# skipped 0" in done.output, done.output
    for fault, test in TOLD.items():
        done = own_tests(fault.replace(" ", "-"), tmp_path)
        assert done.code == 1 and re.search(rf"^ *not ok \d+ - {test}$", done.output, re.MULTILINE), fault


@pytest.mark.parametrize("name", ["async-s3-to-bus", "standard-saga", "both-branch"])
def test_the_real_command_line_synthesises(name: str, tmp_path: Path) -> None:
    write(project_of(by_hand(name)), tmp_path)
    infra = tmp_path / "infra"
    (infra / "node_modules").symlink_to(cdk_modules())
    need("npm")
    cdk = [need("node"), "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--no-notices"]
    done = run(cdk, infra, CDK_DISABLE_CLI_TELEMETRY="true")
    assert done.code == 0, done.output
    assert list(infra.glob("cdk.out/*.template.json"))
    assert not re.search("warning|error", done.output, re.IGNORECASE), done.output
