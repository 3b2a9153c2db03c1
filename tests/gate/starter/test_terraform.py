"""Terraform projects: under the real binary, with a stub for the provider, and tried with faults put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from advisor.resources import rules_folder
from advisor.starter import Blueprint, render, write_project
from advisor.starter.flavours.terraform.words import quoted, snake
from tests.gate.share import SHARED
from tests.starter.checks.terraform import Terraform, check_terraform, terraform
from tests.starter.checks.terraform_provider import FACTS
from tests.starter.pairs import chosen
from tests.starter.projects import blueprint, files

__all__ = ["terraform"]
IAC, PARTS = "terraform", 4
# What a tool adds to the files that every project has; the others are the same whichever tool deploys them.
OWN = re.compile(
    r"infra/.*|README\.md|Makefile|\.(checkov\.yaml|gitignore|github/.*)|tests/requirements\.txt|ruff\.toml"
)


def project(blueprint: Blueprint, folder: Path) -> Path:
    write_project(render(blueprint), folder)
    return folder


@pytest.mark.parametrize("name", SHARED)
def test_a_project_passes_its_own_tests(name: str, terraform: Terraform, tmp_path: Path) -> None:
    """Its plan is held against what SAM deploys, in test_equivalence.py."""
    folder = project(replace(blueprint(name), iac=IAC), tmp_path / "project")
    done = terraform.run(folder, "test", "-no-color")
    assert done.code == 0 and "Success! 2 passed, 0 failed." in done.output, done.output


@pytest.mark.parametrize("part", range(PARTS))
def test_each_two_parts_that_meet_in_any_project_have_no_finding_together(
    part: int, terraform: Terraform, tmp_path: Path
) -> None:
    every = chosen(IAC)
    assert len(every) >= 30
    some = {name: made for number, (name, made) in enumerate(every.items()) if number % PARTS == part}
    found = {name: check_terraform(terraform, project(made, tmp_path / name)) for name, made in some.items()}
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize("name", SHARED)
def test_code_events_and_definition_are_those_of_every_other_tool(name: str) -> None:
    made = {file.path: file.text for file in render(replace(blueprint(name), iac=IAC))}
    of_sam = re.compile(r"template\.yaml|samconfig\.toml|wiring/.+")

    def same(of: Mapping[str, str]) -> dict[str, str]:
        return {
            path: text for path, text in of.items() if not (OWN.fullmatch(path) or of_sam.fullmatch(path))
        }

    assert same(made) == same(files(name))


def test_the_stub_knows_the_provider_that_projects_ask_for() -> None:
    pinned = yaml.safe_load((rules_folder() / "versions.yaml").read_text(encoding="utf-8"))["packages"]
    assert FACTS["provider"] == pinned["hashicorp/aws"]


@pytest.mark.parametrize(
    ("id", "name"),
    [("FailureQueue", "failure_queue"), ("ApiURLTopic", "api_url_topic"), ("Step2Table", "step2_table")],
)
def test_names_are_as_terraform_spells_them(id: str, name: str) -> None:
    assert snake(id) == name


def test_text_is_literal(terraform: Terraform, tmp_path: Path) -> None:
    texts = [
        "plain",
        'a "b" \\ c',
        "${var.name} $${x} $$${y}",
        "%{if true} %%{ %%%{",
        "a\nb\r\tc",
        "é 🎉 ‮ \u2028",
        "#{x} `y`",
    ]
    folder = tmp_path / "project"
    (folder / "infra").mkdir(parents=True)
    lines = [f'output "o{number}" {{\n  value = {quoted(text)}\n}}\n' for number, text in enumerate(texts)]
    (folder / "infra" / "main.tf").write_text("\n".join(lines), encoding="utf-8")
    (folder / "infra" / "tests").mkdir()
    (folder / "infra" / "tests" / "wiring.tftest.hcl").write_text("", encoding="utf-8")
    assert terraform.run(folder, "fmt", "-check").code == 0
    outputs = terraform.planned(folder)["planned_values"]["outputs"]
    assert [outputs[f"o{number}"]["value"] for number in range(len(texts))] == texts


# Faults: project, file, what is put for what, and what is said of it: by the binary, by the provider, …
FAULTS: dict[str, tuple[str, str, str, str, str]] = {
    "too many retries": (
        "async-sdk",
        "functions",
        "attempts = 2",
        "attempts = 5",
        "maximum_retry_attempts cannot be 5",
    ),
    "event age too short": (
        "async-sdk",
        "functions",
        "in_seconds = 21600",
        "in_seconds = 30",
        "age_in_seconds cannot be 30",
    ),
    "misspelt argument": ("async-sdk", "functions", "event_age_in", "age_in", "Unsupported argument"),
    "resource that is not there": (
        "async-sdk",
        "functions",
        "aws_sqs_queue.failure_queue.arn",
        "aws_sqs_queue.failed.arn",
        "undeclared resource",
    ),
    "attribute that is not there": (
        "async-sdk",
        "functions",
        "failure_queue.arn",
        "failure_queue.arnn",
        "Unsupported attribute",
    ),
    "type that is not there": (
        "async-sdk",
        "resources",
        '"aws_sqs_queue"',
        '"aws_sqs_que"',
        "Invalid resource type",
    ),
    "required argument left out": (
        "async-sdk",
        "functions",
        "  handler =",
        "  handle =",
        "Unsupported argument",
    ),
    "nothing to assume the role": (
        "async-sdk",
        "functions",
        '  assume_role_policy = local.assumed_by["lambda"]\n',
        "",
        "Missing required argument",
    ),
    "misspelt block": (
        "async-sdk",
        "functions",
        "destination_config {",
        "destinations {",
        "Unsupported block type",
    ),
    "value of another type": ("stream-queue", "functions", "= 100", '= "many"', "a number is required"),
    "placeholder not filled": (
        "standard-saga",
        "workflow",
        "    CheckFraudFunctionArn =",
        "    CheckFraudArn =",
        "CheckFraudFunctionArn",
    ),
    "variable that is not declared": (
        "async-sdk",
        "resources",
        "var.notify_email",
        "var.email",
        "undeclared input variable",
    ),
    "resource declared twice": (
        "async-sdk",
        "resources",
        'resource "aws_sqs_queue" "success_queue"',
        'resource "aws_sqs_queue" "failure_queue"',
        "Duplicate resource",
    ),
    "table as destination": (
        "async-sdk",
        "functions",
        "destination = aws_sqs_queue.failure_queue.arn",
        "destination = aws_dynamodb_table.idempotency_table.arn",
        "destination cannot be arn:aws:dynamodb",
    ),
    "default that cannot be": (
        "async-sdk",
        "variables",
        '"order-pipeline"',
        '"Order pipeline"',
        "name must start with a letter",
    ),
    "not formatted": ("async-sdk", "resources", "  name =", "  name=", "fmt: "),
    # … by the project's own tests
    "URL as destination": (
        "async-sdk",
        "functions",
        "destination = aws_sqs_queue.failure_queue.arn",
        "destination = aws_sqs_queue.failure_queue.url",
        "cannot be https://",
    ),
    "no failure destination": (
        "async-sdk",
        "functions",
        "    on_failure {\n      destination = aws_sqs_queue.failure_queue.arn\n    }\n",
        "",
        "Invalid index|empty list",
    ),
    "own function as destination": (
        "async-sdk",
        "functions",
        "destination = aws_lambda_alias.process_request_function.arn",
        "destination = aws_lambda_alias.validate_request_function.arn",
        "no destination leads back to its own function",
    ),
    "settings of the bare function": (
        "async-sdk",
        "functions",
        "qualifier = aws_lambda_alias.validate_request_function.name",
        'qualifier = "$LATEST"',
        "the alias that is invoked is the one configured",
    ),
    "FIFO queue": (
        "async-sdk",
        "resources",
        "sqs_managed_sse_enabled = true",
        "fifo_queue = true",
        "no queue is FIFO",
    ),
    "a star in an action": (
        "async-sdk",
        "functions",
        "dynamodb:GetItem",
        "dynamodb:*",
        "permissions name actions",
    ),
    "a star for a resource": (
        "async-sdk",
        "functions",
        "Resource = [aws_dynamodb_table.idempotency_table.arn]",
        'Resource = ["*"]',
        "permissions name actions",
    ),
    "log without an end": (
        "async-sdk",
        "functions",
        "  retention_in_days = 30",
        "  retention_in_days = 0",
        "every log group has an end",
    ),
    "handler that does not exist": (
        "async-sdk",
        "functions",
        '"validate_request.app.handler"',
        '"main.app.handler"',
        "every handler exists",
    ),
    "alarm on something else": (
        "async-sdk",
        "alarms",
        '"AsyncEventsDropped"',
        '"AsyncEventsReceived"',
        "each alarm watches what it is named after",
    ),
    "alarm that tells nobody": (
        "async-sdk",
        "alarms",
        "[aws_sns_topic.alarm_topic.arn]",
        "[]",
        "each alarm watches what it is named after",
    ),
    "undelivered events go nowhere": (
        "async-s3-to-bus",
        "functions",
        "  dead_letter_config {\n    arn = aws_sqs_queue.undelivered_events.arn\n  }\n",
        "",
        "dead_letter_config",
    ),
    "poison batch tried for ever": (
        "stream-queue",
        "functions",
        "attempts = 5",
        "attempts = -1",
        "a poison record cannot hold its shard",
    ),
    "batch repeated as a whole": (
        "stream-queue",
        "functions",
        '["ReportBatchItemFailures"]',
        "[]",
        "what went well of a batch is not repeated",
    ),
    "poller of the bare function": (
        "stream-queue",
        "functions",
        "= aws_lambda_alias.validate_request_function.arn",
        "= aws_lambda_function.validate_request_function.arn",
        "the poller calls the alias",
    ),
    "filling that nothing uses": (
        "standard-saga",
        "workflow",
        "  workflow_substitutions = {\n",
        '  workflow_substitutions = {\n    Odd = "x"\n',
        "every filling used",
    ),
    "runs that leave no log": ("standard-saga", "workflow", '"ERROR"', '"OFF"', "runs are logged"),
    "machine may call the bare function only": (
        "standard-saga",
        "workflow",
        "          aws_lambda_alias.charge_card_function.arn,",
        "          aws_lambda_function.charge_card_function.arn,",
        "the machine may call its functions by the name it uses",
    ),
    # … by the checks of the plan
    "role may not write to its destination": (
        "async-sdk",
        "functions",
        '"sqs:SendMessage"',
        '"sqs:ReceiveMessage"',
        "may not sqs:SendMessage",
    ),
    "question that nobody asked": (
        "async-sdk",
        "main",
        'provider "aws" {',
        'data "aws_region" "current" {}\n\nprovider "aws" {',
        "is not used",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_gate_sees_every_fault(fault: str, terraform: Terraform, tmp_path: Path) -> None:
    name, file, old, new, told = FAULTS[fault]
    folder = project(replace(blueprint(name), iac=IAC), tmp_path / "project")
    path = folder / "infra" / f"{file}.tf"
    text = path.read_text(encoding="utf-8")
    faulty, count = re.subn(re.escape(old).replace(r"\ =", r"\ +="), lambda _: new, text, count=1)
    assert count == 1
    path.write_text(faulty, encoding="utf-8")
    found = "\n".join(check_terraform(terraform, folder))
    assert re.search(told, " ".join(found.split())), found
