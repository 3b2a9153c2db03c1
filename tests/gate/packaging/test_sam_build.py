"""The real ``sam build``, one project per runtime: it packs what Lambda needs and leaves the ASL as it is."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from advisor.starter import render, write_project
from tests.starter.checks.deployed import read
from tests.starter.checks.toolchains import need, run
from tests.starter.projects import PROJECTS, blueprint_of

NAME = "standard-callback"  # functions, idempotency and a state machine
BIN = Path(sys.executable).parent
SAM = shutil.which("sam", path=os.pathsep.join([str(BIN), os.environ.get("PATH", "")]))
TOOLS = {"python": (), "nodejs": ("npm",), "go": ("go",), "java": ("javac", "mvn")}
PACKED = {  # what must be beside a handler
    "python": ("{module}/app.py", "shared/work.py", "aws_lambda_powertools/__init__.py", "aws_xray_sdk"),
    "nodejs": ("{slug}/app.js", "shared/work.js", "node_modules/@aws-lambda-powertools/logger/package.json"),
    "go": ("bootstrap",),
    "java": (
        "starter/{id}.class",
        "log4j2.xml",
        "lib/*powertools-logging-log4j-*.jar",
        "lib/*dynamodb-*.jar",
    ),
}


def with_tools_of_this_machine(project: Path, runtime: str) -> None:
    """Let the build use the interpreter and the compiler that are here; nothing else changes."""
    template = project / "template.yaml"
    if runtime == "python":
        here = f"python{sys.version_info.major}.{sys.version_info.minor}"
        text, found = re.subn(r"Runtime: python[\d.]+", f"Runtime: {here}", template.read_text("utf-8"))
        assert found == 1
        template.write_text(text, encoding="utf-8")
    if runtime == "java":
        version = re.search(r"(\d+)", run(["javac", "-version"], project).output)
        assert version
        pom = project / "pom.xml"
        wanted = r"(?<=<maven.compiler.release>)(\d+)(?=<)"
        text, found = re.subn(
            wanted, lambda match: str(min(int(match[1]), int(version[1]))), pom.read_text("utf-8")
        )
        assert found == 1
        pom.write_text(text, encoding="utf-8")


@pytest.mark.skipif(SAM is None, reason="the SAM command line is not installed")
@pytest.mark.parametrize("runtime", PACKED)
def test_what_sam_builds_can_run(runtime: str, tmp_path: Path) -> None:
    for tool in TOOLS[runtime]:
        need(tool)
    project = tmp_path / "project"
    requirements, approach, steps = PROJECTS[NAME]
    blueprint = blueprint_of(requirements, approach, steps=steps, runtime=runtime)
    write_project(render(blueprint), project)
    machines = {path.name: path.read_bytes() for path in project.glob("statemachine/*.asl.json")}
    with_tools_of_this_machine(project, runtime)
    path = os.pathsep.join([str(BIN), os.environ["PATH"]])
    done = run([str(SAM), "build", "--region", "eu-west-1"], project, SAM_CLI_TELEMETRY="0", PATH=path)
    assert done.code == 0, done.output
    built = project / ".aws-sam" / "build"
    resources = read((built / "template.yaml").read_text(encoding="utf-8"))["Resources"]
    assert {function.id for function in blueprint.functions} <= set(resources)
    for function in blueprint.functions:
        package = built / resources[function.id]["Properties"]["CodeUri"]
        names = {"module": function.name.module, "slug": function.name.slug, "id": function.id}
        for wanted in PACKED[runtime]:
            assert list(package.glob(wanted.format(**names))), f"{function.id}: no {wanted}"
        if runtime == "go":
            assert (package / "bootstrap").read_bytes()[:4] == b"\x7fELF"
            assert (package / "bootstrap").read_bytes()[18] == 0xB7  # arm64, as the template says
    (machine,) = (item for item in resources.values() if item["Type"] == "AWS::Serverless::StateMachine")
    kept = built / machine["Properties"]["DefinitionUri"]
    assert {kept.name: kept.resolve().read_bytes()} == machines
