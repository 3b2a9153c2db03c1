"""The README of every source in every flavour, typed; runtimes and approaches take turns."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from advisor.starter.plan.alternatives import ALTERNATIVES
from tests.gate.share import share
from tests.starter.matrix import SOURCES
from tests.starter.projects import PROJECTS, blueprint_of
from tests.starter.typed.laws import FLAVOURS, check, inline_faults, project, through_source
from tests.starter.typed.typist import type_readme


@pytest.mark.parametrize(("iac", "source"), share(product(FLAVOURS, SOURCES), 8))
def test_every_command_works_when_typed_in_order(source: str | None, iac: str, tmp_path: Path) -> None:
    number = SOURCES.index(source) + FLAVOURS.index(iac)
    check(source, project(source, iac, number), tmp_path)


OTHERS = [name for name, (_, approach, _) in PROJECTS.items() if approach in ALTERNATIVES]


@pytest.mark.parametrize(("iac", "name"), share(product(FLAVOURS, OTHERS), 6))
def test_every_command_of_an_alternative_works(name: str, iac: str, tmp_path: Path) -> None:
    answers, approach, steps = PROJECTS[name]
    made = blueprint_of(answers, approach, steps=steps, iac=iac)
    assert type_readme(made, tmp_path).faults == ()
    assert inline_faults(made) == []


README = "README.md"
FAULTS: dict[str, tuple[str, str, dict[str, tuple[str, str]], str]] = {
    "the bootstrap knows no account": (
        "sns", "cdk-python",
        {README: (" \"aws://$(aws sts", " \"$(aws sts")},
        "Specify an environment name",
    ),
    "deleting needs the build": (
        "sns", "terraform", {"Makefile": ("delete: build", "delete:")}, "in a fresh clone: ",
    ),
    "the output is not there": (
        "sqs", "sam", {"template.yaml": ("  SourceQueueUrl:", "  Source:")}, "'SourceQueueUrl' not found",
    ),
    "the data is not in Base64": (
        "kinesis", "sam", {README: ("--cli-binary-format raw-in-base64-out ", "")}, "for Base64",
    ),
    "the option does not exist": (
        "sqs", "sam", {README: ("--message-body", "--message")}, "no option --message",
    ),
    "the Region is the shell's": (
        "sqs", "sam", {README: ("AWS_REGION=us-east-1 ", "")}, "goes to another Region",
    ),
    "nobody was asked for the parameters": (
        "sqs", "sam", {README: (" --guided", "")}, "nobody was asked for them",
    ),
    "the bucket is full": (
        "s3", "terraform", {README: (" --recursive\n", "/incoming/1001.json\n")}, "is not empty",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_typing_finds(name: str, tmp_path: Path) -> None:
    source, iac, edits, found = FAULTS[name]
    typed = type_readme(project(source, iac, 1), tmp_path, edits)
    assert any(found in fault for fault in typed.faults), typed.faults


def test_typing_finds_an_event_that_goes_past_the_source(tmp_path: Path) -> None:
    made = project("sqs", "sam", 1)
    sent = ("aws sqs send-message --queue-url", "aws sqs receive-message --queue-url")
    typed = type_readme(made, tmp_path, {README: sent})
    assert through_source("sqs", typed) != []


def test_a_secret_is_given_before_the_first_deployment(tmp_path: Path) -> None:
    answers: dict[str, Any] = {"event_source": "sqs", "targets": ("http-api",), "steps": 2}
    typed = type_readme(blueprint_of(answers, "step-functions", iac="cdk-python"), tmp_path)
    assert typed.faults == ()
    assert any("--parameters" in call for call in typed.of("npx"))
