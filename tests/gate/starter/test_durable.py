"""Durable functions: no finding in any flavour, and own tests that run the workflow with the real SDKs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import Blueprint, render, write_project
from tests.gate.share import DURABLE as SHAPES
from tests.starter.checks.cdk import Synthesised, faults, project_of
from tests.starter.checks.cdk_python import synthesised_by_python
from tests.starter.checks.template import check_template
from tests.starter.checks.terraform import Terraform, check_terraform, terraform
from tests.starter.checks.toolchains import check_node, run
from tests.starter.durable import DURABLE_RUNTIMES, PREFIX, WITH_OWN_TESTS, durable
from tests.starter.projects import blueprint_of

__all__ = ["terraform"]
RUFF = str(Path(sys.executable).with_name("ruff"))
AWKWARD = 'It\'s "quoted" ${Name} {{ x }} {% y %} `z` \\ </script> \U0001f600 ' + "long " * 90
WORDS = (
    "handler",
    "durable",
    "run",
    "steps",
    "context",
    "payload",
    "event",
    "undo",
    "delete",
    "class",
    "done",
)


@pytest.mark.parametrize("runtime", DURABLE_RUNTIMES)
@pytest.mark.parametrize("name", SHAPES)
def test_the_template_has_no_finding(name: str, runtime: str) -> None:
    assert check_template({file.path: file.text for file in render(durable(name, runtime))}) == []


def check_python(folder: Path) -> None:
    for check in (["check"], ["format", "--check", "--diff"]):
        checked = _run([RUFF, *check, "--no-cache", "."], folder)
        assert checked.returncode == 0, checked.stdout
    done = _run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "wiring"], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
    assert "warning" not in done.stdout


@cache
def packages() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name in SHAPES:
        made = {file.path: file.text for file in render(durable(name, "nodejs"))}
        for path in ("package.json", "functions/package.json"):
            manifest = json.loads(made[path])
            found |= manifest.get("dependencies", {}) | manifest.get("devDependencies", {})
    return found


CHECKS: Mapping[str, Callable[[Path], None]] = {
    "python": check_python,
    "nodejs": lambda folder: check_node(folder, packages()),
}


@pytest.mark.parametrize(("runtime", "name"), list(product(CHECKS, SHAPES)))
def test_a_project_passes_its_own_tests(name: str, runtime: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(render(durable(name, runtime)), folder)
    CHECKS[runtime](folder)


@pytest.mark.parametrize("runtime", CHECKS)
def test_whatever_was_typed_the_code_is_valid(runtime: str, tmp_path: Path) -> None:
    steps = tuple(Step(text) for text in (AWKWARD, *WORDS))
    requirements = {"event_source": "eventbridge", "failure_handling": ("compensate",)}
    how = {"steps": steps, "name": AWKWARD, "runtime": runtime}
    folder = tmp_path / "project"
    write_project(render(blueprint_of(requirements, "durable-functions", **how)), folder)
    CHECKS[runtime](folder)


@pytest.mark.xdist_group("cdk")
@pytest.mark.parametrize("name", SHAPES)
def test_the_cdk_in_typescript_has_no_finding(name: str, cdk: Mapping[str, Synthesised]) -> None:
    assert faults(cdk[PREFIX + name]) == []


@pytest.mark.xdist_group("cdk")
def test_both_languages_of_the_cdk_make_the_same_template(
    cdk: Mapping[str, Synthesised], tmp_path: Path
) -> None:
    made, printed = synthesised_by_python(_projects("cdk-python"), tmp_path, set(WITH_OWN_TESTS))
    assert printed == ""
    for check in (["check"], ["format", "--check", "--diff"]):
        done = run([RUFF, *check, "--no-cache", *(f"{name}/infra" for name in SHAPES)], tmp_path)
        assert done.code == 0, done.output
    assert all(made[name].passed and not made[name].failed for name in WITH_OWN_TESTS)
    for name in set(SHAPES) - {"services", "answers-api"}:  # access logs are JSON as text, spaced by each
        assert made[name].template == cdk[PREFIX + name].template, name


def _projects(iac: str) -> dict[str, tuple[Blueprint, dict[str, str]]]:
    return {name: (durable(name, "python", iac), project_of(durable(name, "python", iac))) for name in SHAPES}


@pytest.mark.parametrize("name", SHAPES)
def test_terraform_has_no_finding(name: str, terraform: Terraform, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(render(durable(name, "nodejs", "terraform")), folder)
    assert check_terraform(terraform, folder) == []
    done = terraform.run(folder, "test", "-no-color")
    assert done.code == 0 and "Success! 2 passed, 0 failed." in done.output, done.output


# what is wrong: (file, what it says, what it says instead)
STEPS, WORKFLOW = "functions/shared/durable.py", "functions/workflow/app.py"
FAULTS = {
    "no step is tried again": (STEPS, "max_attempts=6", "max_attempts=1"),
    "wrong input is tried again": (STEPS, "if wrong else", "if False else"),
    "every answer is a yes": (STEPS, "is not True:", "is None and False:"),
    "an answer takes for ever": (STEPS, "from_seconds(timeout_s)", "from_seconds(0)"),
    "a step is left out": (WORKFLOW, '"Charge card", charge_card, p', '"Charge card", ship_order, p'),
    "nothing is undone": (STEPS, "in reversed(done)", "in []"),
    "the oldest is undone first": (STEPS, "in reversed(done)", "in done"),
    "an event starts two runs": (STEPS, " return False\n", " pass\n"),
}


ANSWER_FAULTS = {
    "the caller sees our error": (STEPS, '"internal error", "req', 'str(error), "req'),
    "wrong input is our fault": (STEPS, "answer(400", "answer(500"),
    "a refused approval is a success": (STEPS, "answer(403", "answer(200"),
    "wrong input in a loop is our fault": (STEPS, 'if "invalid_input" in result', "if False"),
    "a body that is no JSON starts a run": (WORKFLOW, "(ValueError, TypeError)", "KeyError"),
}


@pytest.mark.parametrize("fault", [*FAULTS, *ANSWER_FAULTS])
def test_the_own_tests_see_a_fault(fault: str, tmp_path: Path) -> None:
    path, old, new = {**FAULTS, **ANSWER_FAULTS}[fault]
    folder = tmp_path / "project"
    write_project(render(durable("approval" if fault in FAULTS else "answers-url")), folder)
    text = (folder / path).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/test_workflow.py"]
    assert _run(command, folder).returncode == 1


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
