"""The CDK flavour in Python: the same template as the one in TypeScript, from code that is as tidy."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.starter import Blueprint
from tests.examples import FULL
from tests.gate.share import SHARED, share
from tests.starter.checks.cdk import Synthesised, cdk_modules, project_of, write
from tests.starter.checks.cdk_python import BANNER, interpreter, synthesised_by_python
from tests.starter.checks.toolchains import need, run
from tests.starter.pairs import chosen
from tests.starter.projects import PROJECTS, blueprint

pytestmark = pytest.mark.xdist_group("cdk")
IAC = "cdk-python"
Projects = Mapping[str, Synthesised]


@pytest.fixture(scope="module")
def by_python(tmp_path_factory: pytest.TempPathFactory) -> Projects:
    every = chosen(IAC)
    edges = {name: every[name] for name in share(every, 6)}
    made: dict[str, Blueprint] = {name: replace(blueprint(name), iac=IAC) for name in SHARED} | edges
    projects = {name: (one, project_of(one)) for name, one in made.items()}
    tested = {*SHARED[::3], *list(edges)[::6]}
    folder = tmp_path_factory.mktemp("cdk-python")
    ruff = [str(Path(sys.executable).with_name("ruff"))]
    found, printed = synthesised_by_python(projects, folder, tested)
    assert printed == ""
    for check in (["check"], ["format", "--check", "--diff"]):
        done = run([*ruff, *check, "--no-cache", *(f"{name}/infra" for name in projects)], folder)
        assert done.code == 0, done.output
    return found


def shown(made: Synthesised) -> Any:
    """Return the template, or what hindered it; languages differ in the blanks of JSON that is text."""
    for resource in (made.template or {}).get("Resources", {}).values():
        if resource["Type"] == "AWS::ApiGatewayV2::Stage":
            log = resource["Properties"]["AccessLogSettings"]
            log["Format"] = json.dumps(json.loads(log["Format"]))
    return made.template or made.said


@pytest.mark.parametrize("name", SHARED)
def test_both_languages_make_the_same_template(name: str, by_python: Projects, cdk: Projects) -> None:
    assert cdk[name].template
    assert shown(by_python[name]) == shown(cdk[name])


def test_so_they_do_wherever_two_edges_meet(by_python: Projects, cdk: Projects) -> None:
    several = [name for name in by_python if name not in PROJECTS]
    assert len(several) >= (30 if FULL else 5)
    assert [name for name in several if shown(by_python[name]) != shown(cdk[name])] == []


def test_projects_pass_their_own_tests(by_python: Projects) -> None:
    assert {name: made.failed for name, made in by_python.items() if made.failed} == {}
    tested = [made for made in by_python.values() if made.passed]
    assert len(tested) >= (20 if FULL else 3)
    assert all(len(made.passed) >= 1 for made in tested)


# Each is changed in stack.py: told by the CDK, or by a test of the project, and always by the other template.
FAULTS: dict[str, tuple[str, str, str]] = {
    "table as destination": (
        "SqsDestination(failure_queue)",
        "SqsDestination(idempotency_table)",
        r"TypeError|is not a function",  # the stubs of jsii check types, or leave that to JavaScript
    ),
    "too many retries": ("retry_attempts=2", "retry_attempts=5", "must be between 0 and 2"),
    "no failure destination": (
        "            on_failure=destinations.SqsDestination(failure_queue),\n",
        "",
        "test_every_asynchronous_function_has_a_failure_destination",
    ),
    "other alias": ('alias_name="live"', 'alias_name="main"', ""),
}


def test_every_fault_is_seen(tmp_path: Path, cdk: Projects) -> None:
    sound = replace(blueprint("async-sdk"), iac=IAC)
    projects = {}
    for fault, (old, new, _) in FAULTS.items():
        files = project_of(sound)
        assert old in files["infra/stack.py"]
        stack = files["infra/stack.py"].replace(old, new, 1)
        projects[fault.replace(" ", "-")] = (sound, {**files, "infra/stack.py": stack})
    made, _ = synthesised_by_python(projects, tmp_path, projects)
    for fault, (_, _, told) in FAULTS.items():
        seen = made[fault.replace(" ", "-")]
        assert shown(seen) != shown(cdk["async-sdk"])
        assert re.search(told, seen.said + " ".join(seen.failed)), seen


def test_the_real_command_line_synthesises(tmp_path: Path) -> None:
    write(project_of(replace(blueprint("both-branch"), iac=IAC)), tmp_path)
    infra = tmp_path / "infra"
    (infra / ".venv").symlink_to(interpreter().parents[1])
    cdk = [need("node"), str(cdk_modules() / "aws-cdk/bin/cdk"), "synth", "--quiet", "--no-notices"]
    cdk += ["--context", "notify_email=someone@example.com"]
    done = run(cdk, infra, CDK_DISABLE_CLI_TELEMETRY="true")
    assert done.code == 0, done.output
    assert list(infra.glob("cdk.out/*.template.json"))
    assert not re.search("warning|error", done.output, re.IGNORECASE), done.output
    tested = run([str(interpreter()), "-m", "pytest", "-q", "-p", "no:cacheprovider"], infra)
    assert tested.code == 0 and not re.search("skipped|warning", BANNER.sub("", tested.output)), tested.output
