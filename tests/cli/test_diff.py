"""``advisor diff``: what other answers change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Advise

ONE = "requirements: {invocation: async, event_source: s3, steps: 1, monthly_executions: 100000}\n"
THREE = ONE.replace("steps: 1", "steps: 3, waits: [human-approval]")


@pytest.fixture
def files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ONE, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(THREE, encoding="utf-8")


@pytest.mark.usefixtures("files")
def test_two_files_and_one_with_flags_say_the_same(advise: Advise) -> None:
    of_files = json.loads(advise("diff", "a.yaml", "b.yaml", "--format", "json").out)
    flags = ("--set", "steps=3", "--set", "waits=human-approval", "--format", "json")
    of_flags = json.loads(advise("diff", "a.yaml", *flags).out)
    assert of_flags["after"] == "a.yaml with steps=3, waits=human-approval"
    assert {**of_flags, "after": ""} == {**of_files, "after": ""}
    assert of_files["answers"] == [
        {"what": "steps", "before": "1", "after": "3"},
        {"what": "waits", "before": None, "after": "human-approval"},
    ]
    advice = {item["what"]: item for item in of_files["advice"]}
    assert advice["recommendation"]["after"] == "Step Functions Standard"
    assert advice["destinations"]["after"] == "ruled out"
    assert "Workflow" in of_files["resources"]["come"]
    assert any(item["what"] == "standard a month" for item in of_files["cost"])


@pytest.mark.usefixtures("files")
def test_nothing_differs(advise: Advise) -> None:
    done = advise("diff", "a.yaml", "a.yaml")
    assert done.exit_code == 0
    assert done.out.count("  no difference\n") == 4


@pytest.mark.usefixtures("files")
def test_a_pull_request_comment(advise: Advise) -> None:
    out = advise("diff", "a.yaml", "b.yaml", "--format", "markdown").out
    assert out.startswith("## From `a.yaml` to `b.yaml`\n\n### Answers\n")
    assert "* comes: `Workflow` " in out


@pytest.mark.usefixtures("files")
def test_one_file_alone(advise: Advise) -> None:
    done = advise("diff", "a.yaml")
    assert (done.exit_code, done.out) == (2, "")
    assert done.err == "Name a second answers file, or what differs: --set KEY=VALUE.\n"
