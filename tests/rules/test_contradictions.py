"""Answers that exclude each other: every pair is found, each has a source, and each report says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import advisor
from advisor.decision.contradictions import conflicts
from advisor.knowledge.answers import Answers
from advisor.knowledge.contradictions import Contradiction
from advisor.loading.scenarios import load_scenarios
from tests.cli.conftest import Advise, advise
from tests.rules.contradictory import PAGE, ROOT, RULES, excluding_pairs, page

__all__ = ["advise"]  # the fixture of the command line's own tests
PAIRS = [answers for answers, _ in excluding_pairs()]


@pytest.mark.parametrize("item", RULES.contradictions, ids=lambda item: item.id)
def test_its_own_cases(item: Contradiction) -> None:
    assert item.source.startswith("https://docs.aws.amazon.com/")
    assert item.holds_on and all(item.holds(case) for case in item.holds_on)
    assert item.quiet_on and not any(item.holds(case) for case in item.quiet_on)


def test_the_page_lists_every_pair() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.rules.contradictory writes it anew"


@pytest.mark.parametrize(
    "pair",
    [
        {"event_source": "s3", "caller_waits_for": "result"},
        {"event_source": "schedule", "caller_waits_for": "result"},
        {"invocation": "stream", "event_source": "api-gateway"},
        {"invocation": "sync", "event_source": "s3"},
        {"steps": 1, "parallelism": "static"},
        {"steps": 1, "data_passing": "aggregate"},
        {"waits": ("human-approval",), "latency": "interactive"},
    ],
    ids=str,
)
def test_pairs_that_people_met_are_among_them(pair: dict[str, object]) -> None:
    assert pair in PAIRS


def test_numbers_that_exclude_each_other() -> None:
    for answers in (
        {"step_duration_s": 600, "total_duration_s": 10},
        {"monthly_executions": 1, "peak_per_second": 300_000},
    ):
        assert conflicts(RULES, Answers(answers))


def test_no_workload_that_was_published_contradicts_itself() -> None:
    file = ROOT / "tests" / "scenarios" / "published.jsonl"
    for scenario in load_scenarios(file.read_text(encoding="utf-8"), str(file), RULES.questionnaire):
        assert conflicts(RULES, Answers(scenario.answers)) == (), scenario.id


NAMED = """\
requirements: {steps: 2, parallelism: none, branching: none, targets: [lambda], waits: []}
project:
  steps:
    - {name: A}
    - {parallel: [{name: B}, {name: C, service: sqs}]}
    - {for_each: [{choice: {field: amount, at_least: 100}, then: [D]}]}
    - {wait: timer}
"""
SAID = [
    "steps=2 and project.steps with 4 steps exclude each other.",
    "parallelism=none and project.steps with 2 branches exclude each other.",
    "parallelism=none and project.steps with for_each exclude each other.",
    "targets=lambda and the services in project.steps exclude each other.",
    "branching=none and project.steps with a choice exclude each other.",
    "waits=[] and the waits in project.steps exclude each other.",
]


def test_the_steps_named_in_the_project_are_compared(tmp_path: Path) -> None:
    file = tmp_path / "answers.yaml"
    file.write_text(NAMED, encoding="utf-8")
    answers = advisor.read_answers(str(file), RULES.questionnaire)
    assert [item.words.split(". ")[0] + "." for item in conflicts(RULES, answers)] == SAID


def test_every_report_and_the_generator_say_so(advise: Advise) -> None:
    flags = ["--set", "invocation=async", "--set", "step_duration_s=600", "--set", "total_duration_s=10"]
    words = "step_duration_s=600 and total_duration_s=10 exclude each other."
    for name in ("text", "markdown", "html"):
        report = advise("recommend", *flags, "--format", name).out
        assert words in " ".join(report.replace("\\", "").split()), name
    report = json.loads(advise("recommend", *flags, "--format", "json").out)
    assert report["warnings"][0].startswith(words)
    assert report["contradictions"] == [
        {
            "id": "CO05",
            "answers": {"step_duration_s": 600, "total_duration_s": 10},
            "because": "A run cannot be shorter than its longest step.",
            "source": "https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html",
        }
    ]
    assert report["recommendation"]["strength"] != "clear"
    assert words in " ".join(advise("generate", *flags, "--output", "x", "--dry-run").err.split())
