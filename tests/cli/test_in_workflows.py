"""The pre-commit hook and the GitHub Action, as far as they run without the network."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
import yaml

from tests.cli.test_inspect import ONE

ROOT = Path(__file__).parents[2]
HOOK, RECHECK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
NO_FAULT = ONE.replace("EventInvokeConfig", "Description")


@pytest.fixture
def tools(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which ``advisor`` is this one, and ``python`` its interpreter."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, module in (("advisor", " -m advisor"), ("python", "")):
        command = folder / name
        command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{module} "$@"\n', encoding="utf-8")
        command.chmod(0o755)
    known = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    return {**known, "SOURCE_DATE_EPOCH": "1795392000"}


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the command")
@pytest.mark.parametrize(("text", "code"), [(ONE, 1), (NO_FAULT, 0)])
def test_the_hook_fails_where_there_is_an_error(
    text: str, code: int, tools: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "template.yaml").write_text(text, encoding="utf-8")
    command = [*HOOK["entry"].split(), *HOOK["args"]]
    done = subprocess.run(command, cwd=tmp_path, env=tools, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    assert ("error IN01" in done.stdout) == (code == 1)


def test_the_hook_runs_for_files_that_may_matter() -> None:
    assert HOOK["language"] == "python" and HOOK["pass_filenames"] is False
    assert any("python-hcl2" in package for package in HOOK["additional_dependencies"])
    for name in ("template.yaml", "a/serverless.yml", "m.asl.json", "infra/main.tf", "a.template"):
        assert re.search(HOOK["files"], name)
    assert not re.search(HOOK["files"], "src/app.py")


def inspect_step(env: dict[str, str], folder: Path, **given: str) -> tuple[int, str, dict[str, str], str]:
    """Run the step that inspects; return exit code, what it prints, its outputs and its summary."""
    (step,) = [step for step in STEPS if step.get("id") == "inspect"]
    defaults = {name: value["default"] for name, value in ACTION["inputs"].items()}
    inputs = {**defaults, **{name.replace("_", "-"): value for name, value in given.items()}}
    own = {
        name: inputs[found[1]]
        for name, text in step["env"].items()
        if (found := re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", text))
    }
    own["REPORT"] = str(folder.parent / "advisor.md")
    outputs, summary = folder.parent / "outputs", folder.parent / "summary"
    env = {**env, **own, "GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = outputs.read_text(encoding="utf-8").splitlines() if outputs.exists() else []
    told = summary.read_text(encoding="utf-8") if summary.exists() else ""
    return done.returncode, done.stdout + done.stderr, dict(line.split("=", 1) for line in lines), told


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the command")
def test_the_action_writes_sarif_and_summary_and_fails(tools: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "template.yaml").write_text(ONE, encoding="utf-8")
    code, told, outputs, summary = inspect_step(tools, folder)
    assert code == 1 and "IN01" in told and summary in told
    assert outputs == {"sarif": "advisor.sarif", "findings": "1"}
    found = json.loads((folder / "advisor.sarif").read_text(encoding="utf-8"))
    assert found["runs"][0]["results"][0]["ruleId"] == "IN01"
    assert summary.startswith("# What advisor found\n\n1 error.")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the command")
def test_the_action_takes_inputs_as_they_are_written(tools: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    (folder / "a b").mkdir(parents=True)
    (folder / "a b" / "template.yaml").write_text(ONE, encoding="utf-8")
    (folder / "own").mkdir()
    (folder / "own" / "own.yaml").write_text(
        "switch_off: [{rule: IN01, reason: we know}]\n", encoding="utf-8"
    )
    code, _, outputs, _ = inspect_step(tools, folder, path="a b\n", fail_on="none", sarif="b c.sarif")
    assert (code, outputs) == (0, {"sarif": "b c.sarif", "findings": "1"})
    assert inspect_step(tools, folder, path="a b", rules="own")[0] == 0
    for path in ("$(touch touched)", "; touch touched", "--output=touched"):
        assert inspect_step(tools, folder, path=path)[0] == 2
    assert not (folder / "touched").exists()


DECIDED = """\
requirements: {invocation: async, steps: 1, branching: success-failure, retry: default, on_failure: [sqs]}
decision: {option: %s, workflow_type: null, instead: [], rule_base: "1.0", as_of: 2026-11-23}
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the command")
@pytest.mark.parametrize(("option", "code"), [("destinations", 0), ("both", 1)])
def test_the_action_rechecks_decisions(option: str, code: int, tools: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "template.yaml").write_text(NO_FAULT, encoding="utf-8")
    (folder / "my answers.yaml").write_text(DECIDED % option, encoding="utf-8")
    found, told, _, summary = inspect_step(tools, folder, recheck="\nmy answers.yaml\n")
    assert found == code and "my answers.yaml" in summary and summary in told


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the command")
@pytest.mark.parametrize(("option", "code"), [("destinations", 0), ("both", 1)])
def test_the_hook_rechecks_the_files_that_changed(
    option: str, code: int, tools: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "answers.yaml").write_text(DECIDED % option, encoding="utf-8")
    command = [*RECHECK["entry"].split(), "answers.yaml"]
    done = subprocess.run(command, cwd=tmp_path, env=tools, capture_output=True, check=False)
    assert done.returncode == code
    assert re.search(RECHECK["files"], "infra/answers.yaml") and not re.search(RECHECK["files"], "answers.py")


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands for the command")
@pytest.mark.parametrize(("text", "code"), [(ONE, 1), (NO_FAULT, 0)])
def test_the_gitlab_job_writes_its_report(
    text: str, code: int, tools: dict[str, str], tmp_path: Path
) -> None:
    job = yaml.safe_load((ROOT / "examples/ci/gitlab.yml").read_text(encoding="utf-8"))["advisor"]
    (tmp_path / "template.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "answers.yaml").write_text(DECIDED % "destinations", encoding="utf-8")
    notes: list[tuple[str, str]] = []

    class Merge(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            notes.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Merge) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        env = {**tools, **job["variables"], "CI_API_V4_URL": here, "CI_PROJECT_ID": "7"}
        env |= {"CI_MERGE_REQUEST_IID": "3", "ADVISOR_TOKEN": "t"}
        script = ["bash", "-eo", "pipefail", "-c", "\n".join(job["script"])]
        done = subprocess.run(script, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
        server.shutdown()
    assert done.returncode == code, done.stderr
    assert all((tmp_path / path).exists() for path in job["artifacts"]["paths"])
    ((address, body),) = notes
    assert address == "/projects/7/merge_requests/3/notes"
    assert parse_qs(body)["body"] == [(tmp_path / "advisor.md").read_text(encoding="utf-8")]


def test_examples_name_hooks_and_inputs_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / "examples/ci/pre-commit.yml").read_text(encoding="utf-8"))["repos"][0]
    assert [hook["id"] for hook in hooks["hooks"]] == [HOOK["id"], RECHECK["id"]]
    workflow = yaml.safe_load((ROOT / "examples/ci/github.yml").read_text(encoding="utf-8"))
    (step,) = [step for step in workflow["jobs"]["advisor"]["steps"] if step.get("id") == "advisor"]
    assert set(step["with"]) <= set(ACTION["inputs"])
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    assert [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in page] == []


def test_the_action_installs_itself_and_runs_nothing_that_is_given() -> None:
    install = STEPS[0]
    assert '"$ACTION[inspect]"' in install["run"]
    assert install["env"]["ACTION"] == "${{ github.action_path }}"
    runs: list[Any] = [step["run"] for step in STEPS]
    assert not any("${{" in run for run in runs)
