"""Each example as a whole: answers in; recommendation, report and project out, compared file by file.

``ADVISOR_REGENERATE=1`` writes what is compared anew; review it as a diff.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

import advisor
from advisor.cli.project_builder import make
from advisor.reports import ReportOptions
from advisor.starter.manifest import PATH as MANIFEST
from advisor.starter.manifest import digest

HERE = Path(__file__).parent
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*.yaml"))
RULE_BASE = advisor.load_rule_base(advisor.rules_folder())

EXPECTED = {
    "campaign-signups": ("neither", None),
    "click-stream": ("destinations", None),
    "holiday-booking": ("step-functions", "standard"),
    "meter-readings": ("step-functions", "express"),
    "order-notifications": ("destinations", None),
    "photo-thumbnails": ("destinations", None),
}


def outputs(example: Path) -> dict[str, str]:
    """Return everything the advisor makes of an example, by path below its scenario folder."""
    answers = advisor.load_answers(example.read_bytes(), example.name, RULE_BASE.questionnaire)
    found = advisor.recommend(RULE_BASE, answers)
    files = {
        "recommendation.json": advisor.FORMATS["json"](found, RULE_BASE, ReportOptions()),
        "recommendation.txt": advisor.FORMATS["text"](found, RULE_BASE, ReportOptions(explain=True)),
    }
    made = {file.path: file.text for file in make(RULE_BASE, answers).files}
    manifest = json.loads(made.pop(MANIFEST))  # so many digests would hide what else changed
    assert manifest["files"] == {path: digest(text) for path, text in made.items()}
    assert (manifest["answers"], manifest["rule_base"]["version"]) == (
        made["answers.yaml"],
        RULE_BASE.version,
    )
    files |= {f"project/{path}": text for path, text in made.items()}
    return files


def test_every_example_is_a_scenario() -> None:
    assert [example.stem for example in EXAMPLES] == sorted(EXPECTED)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_whole_example(example: Path) -> None:
    folder = HERE / example.stem
    made = outputs(example)
    if os.environ.get("ADVISOR_REGENERATE"):
        shutil.rmtree(folder, ignore_errors=True)
        for path, text in made.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8", newline="\n")
    kept = {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert sorted(kept) == sorted(made)
    for path, text in made.items():
        assert text == kept[path], path


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_verdict_of_the_example(example: Path) -> None:
    answers = advisor.load_answers(example.read_bytes(), example.name, RULE_BASE.questionnaire)
    verdict = advisor.recommend(RULE_BASE, answers).verdict
    assert (verdict.option, verdict.workflow_type) == EXPECTED[example.stem]
