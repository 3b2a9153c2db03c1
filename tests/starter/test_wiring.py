"""The tests of the wiring that SAM projects bring: they pass, whatever the runtime, and see what is wrong."""

from __future__ import annotations

import sys
from itertools import cycle
from pathlib import Path

import pytest
from msgspec.structs import replace

from advisor.starter import Blueprint, render, write_project
from advisor.starter.runtimes.languages import LANGUAGES
from tests.examples import sample
from tests.starter.checks.toolchains import Outcome, run
from tests.starter.projects import PROJECTS, blueprint

CASES = list(zip(PROJECTS, cycle(LANGUAGES), strict=False))
SETTINGS = ("line-length = 110", 'src = ["wiring"]')
RUFF = [str(Path(sys.executable).with_name("ruff")), "check", "--no-cache", "--isolated"]
RUFF += [word for setting in SETTINGS for word in ("--config", setting)]


def written(made: Blueprint, folder: Path) -> Path:
    write_project(render(made), folder / "project")
    return folder / "project"


def checked(project: Path) -> Outcome:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "wiring"]
    return run(command, project)


@pytest.mark.parametrize(("name", "runtime"), sample(CASES, 40))
def test_they_pass_and_are_tidy(name: str, runtime: str, tmp_path: Path) -> None:
    project = written(replace(blueprint(name), runtime=runtime), tmp_path)
    done = checked(project)
    assert done.code == 0, done.output
    assert "skipped" not in done.output and "warning" not in done.output
    linted = run([*RUFF, "wiring"], project)
    assert linted.code == 0, linted.output


# what is wrong: (project, what the template says, what it says instead, the test that sees it)
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "an age that AWS refuses": ("async-sdk", "InSeconds: 21600", "InSeconds: 30", "event_age"),
    "no destination for failures": ("async-sdk", "OnFailure:", "OnSuccess:", "failure_destination"),
    "the URL of a queue": ("async-sdk", "!GetAtt FailureQueue.Arn", "!Ref FailureQueue", "of_the_kind"),
    "an alarm that tells nobody": ("async-sdk", "[!Ref AlarmTopic]", "[!Ref Nobody]", "tells_somebody"),
    "any action": ("standard-saga", "lambda:InvokeFunction", "lambda:*", "actions_and_resources"),
    "logs for ever": ("async-sdk", "RetentionInDays: ", "RetentionInDays: 0 # ", "has_an_end"),
    "no bisection": ("stream-kinesis", "OnFunctionError: true", "OnFunctionError: false", "poison"),
    "a filling that nothing uses": (
        "standard-saga",
        "DefinitionSubstitutions:\n",
        "DefinitionSubstitutions:\n        More: x\n",
        "placeholder",
    ),
    "runs without logs": ("standard-saga", "Level: ERROR", 'Level: "OFF"', "runs_are_logged"),
}
HANDLERS = {"python": ".app.handler", "nodejs": "/app.handler", "go": "bootstrap", "java": "::handleRequest"}


def changed(project: Path, old: str, new: str) -> None:
    template = project / "template.yaml"
    text = template.read_text(encoding="utf-8")
    assert old in text
    template.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("fault", sample(FAULTS, 8))
def test_they_see_a_fault(fault: str, tmp_path: Path) -> None:
    name, old, new, test = FAULTS[fault]
    project = written(blueprint(name), tmp_path)
    changed(project, old, new)
    done = checked(project)
    assert done.code == 1, done.output
    assert test in done.output


@pytest.mark.parametrize("runtime", sample(HANDLERS, 4))
def test_they_see_a_handler_that_is_not_there(runtime: str, tmp_path: Path) -> None:
    project = written(replace(blueprint("async-sdk"), runtime=runtime), tmp_path)
    changed(project, HANDLERS[runtime], f"{HANDLERS[runtime]}s")
    done = checked(project)
    assert done.code == 1, done.output
    assert "test_every_handler_exists" in done.output
