"""Generated Terraform projects under the real binary, whose provider is a stub: no account, no network."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.iam.access_control import IAMPolicy, PermissionResult

from tests.starter.checks.template import DESTINATION_ACTIONS
from tests.starter.checks.terraform_provider import serving
from tests.starter.checks.toolchains import CACHE, Outcome, need, once, run

# Built where neither binary is found; SUM is what go.sum would say, the module's own go.sum says the rest.
MODULE, VERSION = "github.com/opentofu/opentofu", "v1.12.6"
SUM = "h1:0VT4P8pMmGcCUnQ9JDrJ+Qg2d35Vzm4FFd/9+H7oF98="
_FRAME = re.compile(r"^[│╷╵] ?", re.MULTILINE)  # what messages are set in
EXAMPLES = re.compile(r"^variables \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)


@cache
def binary() -> str:
    """Return terraform or tofu, whichever is found; else OpenTofu is built once, which takes Go."""
    wanted = CACHE / f"tofu-{VERSION}" / "tofu"
    found = shutil.which("terraform") or shutil.which("tofu") or (str(wanted) if wanted.exists() else None)
    if found:
        return found
    if shutil.which("go") is None and os.environ.get("CI") != "true":
        pytest.skip("neither terraform nor tofu is installed, nor Go to build OpenTofu with")
    once(wanted.parent, _build)
    return str(wanted)


def _build(folder: Path) -> None:
    """Build OpenTofu in the module cache: its replace lines count only where it is the main module."""
    go = need("go")
    fetched = run([go, "mod", "download", "-json", f"{MODULE}@{VERSION}"], folder)
    assert fetched.code == 0, fetched.output
    module = json.loads(fetched.output)
    assert module["Sum"] == SUM, f"{MODULE} {VERSION} is not what it was: {module['Sum']}"
    command = [go, "build", "-trimpath", "-ldflags=-s -w", "-o", str(folder / "tofu"), "./cmd/tofu"]
    built = run(command, Path(module["Dir"]), timeout_s=3600)
    assert built.code == 0, built.output


@pytest.fixture(scope="session")
def terraform() -> Iterator[Terraform]:
    """Serve the stub as long as the tests run."""
    found = binary()
    with serving() as providers:
        yield Terraform(found, providers)


class Terraform:
    """The binary with the stub in reach."""

    def __init__(self, found: str, providers: str) -> None:
        self.found = found
        self.environment: dict[str, Any] = {
            "TF_REATTACH_PROVIDERS": providers,
            "TF_CLI_CONFIG_FILE": os.devnull,
            "CHECKPOINT_DISABLE": "1",
        }

    def run(self, project: Path, *arguments: str) -> Outcome:
        """Return what the binary did in the project's folder ``infra``."""
        command = [self.found, f"-chdir={project / 'infra'}", *arguments]
        done = run(command, project, **self.environment)
        return Outcome(done.code, _FRAME.sub("", done.output))

    def planned(self, project: Path, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the plan as data; without ``values`` for the variables, the project's own examples are used.

        Names and ARNs are those that the stub makes up, so that references are resolved. Raises Refused.
        """
        given = project / "infra" / "given.tfvars"
        if values is None:
            examples = EXAMPLES.search(
                (project / "infra/tests/wiring.tftest.hcl").read_text(encoding="utf-8")
            )
            given.write_text(examples[1] if examples else "", encoding="utf-8")
        else:
            given = given.with_suffix(".tfvars.json")
            given.write_text(json.dumps(values), encoding="utf-8")
        options = ("-input=false", "-no-color", "-lock=false", f"-var-file={given.name}", "-out=plan")
        done = self.run(project, "plan", *options)
        given.unlink()
        if done.code:
            raise NotSupported(done.output)
        shown = self.run(project, "show", "-json", "plan")
        (project / "infra" / "plan").unlink()
        assert shown.code == 0, shown.output
        plan: dict[str, Any] = json.loads(shown.output)
        return plan


class NotSupported(Exception):
    """The binary found a fault; the text is all it said."""


COMMANDS = (("fmt", "-check", "-diff", "-recursive"), ("validate", "-no-color"), ("test", "-no-color"))


def check_terraform(terraform: Terraform, project: Path) -> list[str]:
    """Return every fault of a project: what the binary, its own tests and AWS would say of it."""
    said = {command: terraform.run(project, command, *options) for command, *options in COMMANDS}
    problems = [f"{command}: {done.output}" for command, done in said.items() if done.code]
    if problems:
        return problems
    try:
        plan = terraform.planned(project)
    except NotSupported as refused:
        return [f"plan: {refused}"]
    return [*_own(plan), *_unused(project)]


def resources(plan: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield type, address and values of each resource that is planned."""
    for resource in plan["planned_values"]["root_module"].get("resources", []):
        if resource["mode"] == "managed":
            yield resource["type"], resource["address"], resource["values"]


def _own(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield what no tool sees: a role that may not do what its function or machine is wired to do."""
    of_type: dict[str, list[dict[str, Any]]] = {}
    for kind, _, values in resources(plan):
        of_type.setdefault(kind, []).append(values)
    roles = {item["function_name"]: item["role"] for item in of_type.get("aws_lambda_function", [])}
    policies: dict[str, list[str]] = {}
    for policy in of_type.get("aws_iam_role_policy", []):
        policies.setdefault(policy["role"], []).append(policy["policy"])
    for config in of_type.get("aws_lambda_function_event_invoke_config", []):
        (destinations,) = config["destination_config"]
        for outcome in (*destinations["on_success"], *destinations["on_failure"]):
            role = roles[config["function_name"]]
            yield from _may(role, outcome["destination"], policies)
    for reader in of_type.get("aws_lambda_event_source_mapping", []):
        failures = [one for config in reader.get("destination_config") or [] for one in config["on_failure"]]
        target = failures[0]["destination_arn"] if failures else ""
        if target and not target.startswith("kafka://"):
            yield from _may(roles[reader["function_name"].split(":")[6]], target, policies)
    for machine in of_type.get("aws_sfn_state_machine", []):
        json.loads(machine["definition"])
        if re.search(r"\$\{", machine["definition"]):
            yield "a placeholder of the state machine is not filled"


def _may(role: str, target: str, policies: Mapping[str, list[str]]) -> Iterator[str]:
    for action in DESTINATION_ACTIONS[target.split(":")[2]]:
        resource = f"{target}/record.json" if action == "s3:PutObject" else target
        documents = policies.get(role.rpartition("/")[2], [])
        if not any(_permits(document, action, resource) for document in documents):
            yield f"{role} may not {action} on {resource}"


def _permits(document: str, action: str, resource: str) -> bool:
    policy = IAMPolicy({"policy_document": document})
    return bool(policy.is_action_permitted(action, resource) == PermissionResult.PERMITTED)


def _unused(project: Path) -> Iterator[str]:
    """Yield what is declared for nothing."""
    texts = {path: path.read_text(encoding="utf-8") for path in (project / "infra").glob("*.tf")}
    every = "\n".join(texts.values())
    for kind, name in re.findall(r'^data "(\w+)" "(\w+)"', every, re.MULTILINE):
        if f"data.{kind}.{name}." not in every:
            yield f"data.{kind}.{name} is not used"
    for name in re.findall(r'^variable "(\w+)"', every, re.MULTILINE):
        if not re.search(rf"\bvar\.{name}\b", re.sub(r"validation \{.*?\n  \}", "", every, flags=re.DOTALL)):
            yield f"var.{name} is not used"
    (services,) = re.findall(r"for service in \[(.*?)\]", every) or [""]
    for service in re.findall(r'"([\w-]+)"', services):
        if f'local.assumed_by["{service}"]' not in every:
            yield f"nobody acts for {service}"
