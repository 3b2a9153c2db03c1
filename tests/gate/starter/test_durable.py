"""Durable functions: no finding in the template, and own tests that run the workflow with the real SDK."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from advisor.starter import render, write_project
from tests.starter.checks.template import check_template
from tests.starter.durable import SHAPES, durable

RUFF = str(Path(sys.executable).with_name("ruff"))


@pytest.mark.parametrize("name", SHAPES)
def test_the_template_has_no_finding(name: str) -> None:
    assert check_template({file.path: file.text for file in render(durable(name))}) == []


@pytest.mark.parametrize("name", SHAPES)
def test_python_passes_its_own_tests(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    write_project(render(durable(name)), folder)
    for check in (["check"], ["format", "--check", "--diff"]):
        checked = _run([RUFF, *check, "--no-cache", "."], folder)
        assert checked.returncode == 0, checked.stdout
    done = _run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", "wiring"], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
    assert "warning" not in done.stdout


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


@pytest.mark.parametrize("fault", FAULTS)
def test_the_own_tests_see_a_fault(fault: str, tmp_path: Path) -> None:
    path, old, new = FAULTS[fault]
    folder = tmp_path / "project"
    write_project(render(durable("approval")), folder)
    text = (folder / path).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / path).write_text(text.replace(old, new), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "tests/test_workflow.py"]
    assert _run(command, folder).returncode == 1


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
