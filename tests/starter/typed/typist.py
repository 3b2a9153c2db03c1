"""Types every command of a generated README, in order, from a fresh folder, with stand-ins for the tools.

The stand-ins (``tool.py``) check what the real tools need first and log each call. What they know of the
stack, such as its outputs, is read from the rendered files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from advisor.starter import Blueprint, render, write_project
from advisor.starter.blueprint.resources import Parameter, Pipe, Resource, Route, Subscription
from advisor.starter.blueprint.wiring import Arn, Destination, Ref
from advisor.starter.flavours.stack_outputs import outputs
from advisor.starter.render import RenderedFile
from tests.starter.typed import models

TOOL = Path(__file__).with_name("tool.py")
TOOLS = (
    *("python3", "npm", "npx", "sam", "terraform", "go", "gofmt", "mvn"),
    *("aws", "curl", "kafka-console-producer.sh"),
)
OUTPUTS = {
    "sam": ("template.yaml", r"^Outputs:\n((?:.*\n)+)", r"^  (\w+):$"),
    "cdk-python": ("infra/stack.py", r"((?:.*\n)+)", r'CfnOutput\(\s*self,\s*"(\w+)"'),
    "cdk-typescript": ("infra/lib/stack.ts", r"((?:.*\n)+)", r'new CfnOutput\(this, "(\w+)"'),
    "terraform": ("infra/outputs.tf", r"((?:.*\n)+)", r'^output "(\w+)"'),
}
HERE = "us-east-1:123456789012"
VALUES = {
    ("queue", "url"): "https://sqs.us-east-1.amazonaws.com/123456789012/{0}",
    ("queue", "arn"): f"arn:aws:sqs:{HERE}:{{0}}",
    ("topic", "arn"): f"arn:aws:sns:{HERE}:{{0}}",
    ("bucket", "name"): "stack-{1}",
    ("stream", "name"): "{0}",
    ("table", "name"): "{0}",
    ("bus", "name"): "{0}",
    ("container", "name"): "{0}Cluster",
    ("container", "arn"): f"arn:aws:ecs:{HERE}:task-definition/{{1}}:1",
    ("function", "arn"): f"arn:aws:lambda:{HERE}:function:{{0}}:live",
    ("function", "logs"): "/aws/lambda/{0}",
    ("function", "url"): "https://abc123.lambda-url.us-east-1.on.aws/",
    ("machine", "arn"): f"arn:aws:states:{HERE}:stateMachine:{{0}}",
    ("machine", "logs"): "/aws/vendedlogs/states/{0}",
    ("user_pool", "name"): "us-east-1_aB3dE5gH7",
    ("mail_rule", "name"): "{0}Set",
    ("load_balancer", "address"): "internal-{1}.us-east-1.elb.amazonaws.com",
}


_PLACE = {
    "shardId": "shardId-00000001795435200000-f35f62ef",
    "startSequenceNumber": "4421584500000000017450439091",
    "batchSize": 1,
}
POSITIONS: dict[str, dict[str, Any]] = {
    "KinesisBatchInfo": {**_PLACE, "streamArn": f"arn:aws:kinesis:{HERE}:stream/SourceStream"},
    "DDBStreamBatchInfo": {**_PLACE, "streamArn": f"arn:aws:dynamodb:{HERE}:table/SourceTable/stream/2026"},
}


@dataclass(frozen=True)
class Typed:
    """What came of typing: each call of a tool, in order, and what failed."""

    calls: tuple[dict[str, Any], ...]
    faults: tuple[str, ...]

    def of(self, *start: str) -> list[list[str]]:
        """Return the arguments of the calls that begin with ``start``."""
        words = [[call["tool"], *call["args"]] for call in self.calls]
        return [args[1:] for args in words if args[: len(start)] == list(start)]


def blocks(readme: str) -> list[str]:
    """Return what stands in the shell blocks of a README, in order."""
    return re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


def type_readme(blueprint: Blueprint, folder: Path, edits: Mapping[str, tuple[str, str]] = {}) -> Typed:
    """Type the README of ``blueprint`` from top to bottom; then delete from a fresh clone as well.

    ``edits`` are faults to put into files before: what is replaced by what.
    """
    rendered = tuple(_edited(file, edits.get(file.path)) for file in render(blueprint))
    files = {file.path: file.text for file in rendered}
    project = folder / "project"
    write_project(rendered, project)
    _fill_settings(blueprint, project, files["README.md"])
    pristine = folder / "clone"
    shutil.copytree(project, pristine)
    world = _World.of(blueprint, files, folder)
    typed = blocks(files["README.md"])
    faults = list(world.type("\n".join(typed), project))
    if "terraform.tfvars" in typed[0]:  # Git ignores it: whoever clones writes it again
        shutil.copy(project / "infra/terraform.tfvars", pristine / "infra/terraform.tfvars")
    faults += [f"in a fresh clone: {fault}" for fault in world.type(typed[-1], pristine)]
    calls = world.calls()
    faults += [fault for call in calls for fault in _faults(blueprint, call)]
    return Typed(calls, tuple(faults))


def _edited(file: RenderedFile, edit: tuple[str, str] | None) -> RenderedFile:
    if edit is None:
        return file
    assert edit[0] in file.text, f"{file.path} has no {edit[0]}"
    return replace(file, text=file.text.replace(*edit))


@dataclass(frozen=True)
class _World:
    """The folder of the stand-ins, and how they are found."""

    folder: Path
    facts: Path

    @classmethod
    def of(cls, blueprint: Blueprint, files: Mapping[str, str], folder: Path) -> _World:
        programs = folder / "bin"
        programs.mkdir()
        (folder / "state").mkdir()
        tool = programs / "tool"
        tool.write_text(f"#!{sys.executable} -IS\n{TOOL.read_text('utf-8')}", encoding="utf-8")
        tool.chmod(0o755)
        for name in TOOLS:
            (programs / name).symlink_to(tool)
        facts = folder / "typed.json"
        facts.write_text(json.dumps(_facts(blueprint, files, folder)), encoding="utf-8")
        return cls(folder, facts)

    def type(self, text: str, project: Path) -> Iterator[str]:
        """Yield what stops a shell that does ``text`` in ``project``."""
        environment = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.folder),
            "TYPED": str(self.facts),
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text],
            cwd=project,
            env={**environment, "LANG": os.environ.get("LANG", "C.UTF-8")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            yield done.stderr.strip()[-600:] or f"exit {done.returncode}"

    def calls(self) -> tuple[dict[str, Any], ...]:
        lines = (self.folder / "log").read_text("utf-8").splitlines()
        return tuple(json.loads(line) for line in lines)


def _facts(blueprint: Blueprint, files: Mapping[str, str], folder: Path) -> dict[str, Any]:
    cdk = blueprint.iac.startswith("cdk")
    required = [item for item in blueprint.parameters if item.default is None and not (cdk and item.secret)]
    secrets = [item.id for item in blueprint.parameters if item.secret]
    return {
        "state": str(folder / "state"),
        "log": str(folder / "log"),
        "bin": str(folder / "bin"),
        "stack": blueprint.name.slug,
        "region": blueprint.region,
        "cdk": f"aws-cdk@{blueprint.versions.packages['aws-cdk']}",
        "functions": bool(blueprint.functions),
        "required": [_setting(blueprint, item.id) for item in required],
        "secrets": secrets,
        "outputs": _outputs(blueprint, files),
        "kept": kept(blueprint),
        "payload": blueprint.payload,
    }


def kept(blueprint: Blueprint) -> dict[str, Any]:
    """Return what AWS, or the machine, has put into each queue and bucket for failures, by its name."""
    function = {"requestContext": {"functionArn": VALUES["function", "arn"].format("Failed")}}
    found: dict[str, Any] = {}
    for item in blueprint.functions:
        if item.asynchronous:
            record = {**function, "requestPayload": blueprint.event, "responsePayload": {"errorType": "E"}}
            found |= _arrived(blueprint, item.asynchronous.on_failure, record)
        if item.trigger and item.trigger.batch and item.trigger.batch.on_failure:
            record = {**function, "payload": json.dumps(blueprint.event), **POSITIONS}
            found |= _arrived(blueprint, item.trigger.batch.on_failure, record)
    for pipe in blueprint.resources:
        if isinstance(pipe, Pipe) and pipe.undelivered:
            found[pipe.undelivered.to] = {"context": {"condition": "RetryAttemptsExhausted"}, **POSITIONS}
    states = blueprint.machine.definition["States"] if blueprint.machine else {}
    for service, to in (("sqs", "FailureQueue"), ("sns", "FailureTopic"), ("events", "FailureBus")):
        if f"::{service}:" in states.get("Report failure", {}).get("Resource", ""):
            report = {"execution": "arn", "input": blueprint.event, "error": {"Error": "E"}}
            service = service.replace("events", "eventbridge")
            found |= _arrived(blueprint, Destination(service, Ref(to)), report)
    return found


def _arrived(blueprint: Blueprint, to: Destination, record: dict[str, Any]) -> dict[str, Any]:
    """Return ``record`` as it lies behind ``to``, in its envelope."""
    if to.service == "s3":
        return {f"stack-{to.target.to.lower()}": record}
    behind = [item for item in blueprint.resources if isinstance(item, Route) and item.bus == to.target]
    if behind:
        return {behind[0].target.to: {"source": "lambda", "detail-type": "Failure", "detail": record}}
    links = (
        item for item in blueprint.resources if isinstance(item, Subscription) and item.topic == to.target
    )
    return {next((item.queue.to for item in links), to.target.to): record}


def _setting(blueprint: Blueprint, parameter: str) -> str:
    snake = re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).lower()
    camel = parameter[0].lower() + parameter[1:]
    return {"sam": parameter, "cdk-typescript": camel}.get(blueprint.iac, snake)


def _outputs(blueprint: Blueprint, files: Mapping[str, str]) -> dict[str, str]:
    """Return the outputs that the rendered project has, with values of the right form."""
    path, part, name = OUTPUTS[blueprint.iac]
    found = re.search(part, files.get(path, ""), re.MULTILINE)
    written = set(re.findall(name, found.group(1), re.MULTILINE)) if found else set()
    values = {_spelt(blueprint, item.name): _value(blueprint, item.value) for item in outputs(blueprint)}
    return {name: value for name, value in values.items() if name in written}


def _spelt(blueprint: Blueprint, name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower() if blueprint.iac == "terraform" else name


def _value(blueprint: Blueprint, target: Any) -> str:
    if isinstance(target, Arn):
        return target.pattern.format(*("abc123" for _ in target.parts), region=blueprint.region)
    assert isinstance(target, Ref)
    item: Resource = blueprint.by_id[target.to]
    if isinstance(item, Parameter):
        return item.example
    return VALUES[item.kind, target.attribute].format(item.id, item.id.lower())


def _fill_settings(blueprint: Blueprint, project: Path, readme: str) -> None:
    """Give the CDK what the README says it needs, as it says."""
    if not blueprint.iac.startswith("cdk"):
        return
    path = project / "infra/cdk.json"
    settings = json.loads(path.read_text("utf-8"))
    before = readme.partition("make deploy")[0]
    settings["context"] |= dict(re.findall(r"^\* `(\w+)`: .*, such as `(.+)`$", before, re.MULTILINE))
    path.write_text(json.dumps(settings), encoding="utf-8")


def _faults(blueprint: Blueprint, call: dict[str, Any]) -> Iterator[str]:
    if "failed" in call:  # a shell goes on where the value of an argument could not be found
        yield f"{call['tool']}: {call['failed']}"
    if call["tool"] == "aws":
        yield from models.faults(call["args"])
        apart = call["args"][:2] in (["sts", "get-caller-identity"], ["configure", "export-credentials"])
        if call["region"] != blueprint.region and not apart:
            yield f"{call['args'][:2]} goes to another Region"
