"""``advisor recommend``: where answers come from, where the report goes, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import advisor
from advisor.reports import FORMATS, ReportOptions
from tests.cli.conftest import Advise, Outcome

ANSWERS = """\
name: orders
requirements:
  invocation: async
  steps: 3
  parallelism: dynamic
"""
SETS = [
    "--set",
    "name=orders",
    "--set",
    "invocation=async",
    "--set",
    "steps=3",
    "--set",
    "parallelism=dynamic",
]
RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
RECOMMENDATION = advisor.recommend(RULE_BASE, advisor.load_answers(ANSWERS, "a", RULE_BASE.questionnaire))


def told(format_name: str, *, explain: bool = False) -> str:
    options = ReportOptions(explain=explain, date="2026-11-23")
    return FORMATS[format_name](RECOMMENDATION, RULE_BASE, options)


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    file = tmp_path / "answers.yaml"
    file.write_text(ANSWERS, encoding="utf-8")
    return file


@pytest.mark.parametrize("format_name", FORMATS)
def test_every_format_goes_to_standard_output(advise: Advise, answers: Path, format_name: str) -> None:
    outcome = advise("recommend", "answers.yaml", "--format", format_name)
    assert outcome == Outcome(0, told(format_name), "")


def test_file_standard_input_json_and_sets_say_the_same(advise: Advise, answers: Path) -> None:
    expected = Outcome(0, told("text"), "")
    document = {
        "name": "orders",
        "requirements": {"invocation": "async", "steps": 3, "parallelism": "dynamic"},
    }
    assert advise("recommend", "answers.yaml") == expected
    assert advise("recommend", "-", stdin=ANSWERS.encode()) == expected
    assert advise("recommend", "-", stdin=json.dumps(document).encode()) == expected
    assert advise("recommend", *SETS) == expected


def test_explain_tells_all(advise: Advise, answers: Path) -> None:
    assert advise("recommend", "answers.yaml", "--explain") == Outcome(0, told("text", explain=True), "")


@pytest.mark.parametrize(
    ("name", "format_name"),
    [("d.md", "markdown"), ("d.JSON", "json"), ("d.html", "html"), ("d.txt", "text"), ("d", "text")],
)
def test_the_name_of_the_file_says_the_format(
    advise: Advise, answers: Path, tmp_path: Path, name: str, format_name: str
) -> None:
    outcome = advise("recommend", "answers.yaml", "--output", name)
    assert outcome == Outcome(0, "", f"{RECOMMENDATION.summary}\nWritten to {name}.\n")
    assert (tmp_path / name).read_bytes() == told(format_name).encode()


def test_format_wins_over_the_name(advise: Advise, answers: Path, tmp_path: Path) -> None:
    assert advise("recommend", "answers.yaml", "--output", "d.md", "--format", "json").exit_code == 0
    assert (tmp_path / "d.md").read_bytes() == told("json").encode()


def test_a_file_that_is_there_stays_without_force(advise: Advise, answers: Path) -> None:
    message = "answers.yaml is already there; nothing was changed. To replace it, add --force.\n"
    flags = ("--format", "text", "--output", "answers.yaml")
    assert advise("recommend", "answers.yaml", *flags) == Outcome(1, "", message)
    assert answers.read_text(encoding="utf-8") == ANSWERS
    assert advise("recommend", "answers.yaml", *flags, "--force").exit_code == 0


def test_a_missing_file_names_its_neighbour(advise: Advise, answers: Path) -> None:
    message = "answer.yaml: there is no such file. Did you mean 'answers.yaml'?\n"
    assert advise("recommend", "answer.yaml") == Outcome(2, "", message)


def test_every_problem_of_the_answers_at_once(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(
        "requirements:\n  invokation: async\n  steps: many\n", encoding="utf-8"
    )
    outcome = advise("recommend", "bad.yaml", "--set", "retry=backof")
    lines = [
        "bad.yaml: 3 problems in the answers.",
        "  --set #1: retry: one of none, default, attempts, backoff, per-error (or unknown) is expected; "
        "found 'backof'. Did you mean 'backoff'?",
        "  bad.yaml:2:3: 'invokation' is not a known key. Did you mean 'invocation'?",
    ]
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert outcome.err.splitlines()[:3] == lines
    assert outcome.err.splitlines()[3].startswith("  bad.yaml:3:10: steps: a whole number")


def test_own_rules_by_flag_and_by_environment(
    advise: Advise, answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "house").mkdir()
    rule = """\
rules:
  - id: ZZ01
    title: Our platform team runs Step Functions for everybody
    when: {invocation: async}
    favours: {step-functions: 3}
    because: The platform team keeps state machines, alarms and dashboards for every product team.
    source: https://example.com/platform
    as_of: 2026-11-23
    fires_on: [{invocation: async}]
    quiet_on: [{invocation: sync}]
"""
    (tmp_path / "house" / "ours.yaml").write_text(rule, encoding="utf-8")
    by_flag = advise("recommend", "answers.yaml", "--format", "json", "--rules", "house")
    monkeypatch.setenv("ADVISOR_RULES", "house")
    by_environment = advise("recommend", "answers.yaml", "--format", "json")
    assert (by_flag.exit_code, by_flag.err) == (0, "")
    assert by_flag == by_environment
    findings = json.loads(by_flag.out)["options"]["step-functions"]["findings"]
    assert "ZZ01" in [finding["rule"] for finding in findings]


def test_a_broken_rule_base_is_3_with_file_and_line(advise: Advise, answers: Path, tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "ours.yaml").write_text("rules:\n  - id: ZZ01\n    wen: {}\n", encoding="utf-8")
    outcome = advise("recommend", "answers.yaml", "--rules", "house")
    assert (outcome.exit_code, outcome.out) == (3, "")
    assert f"  {Path('house', 'ours.yaml')}:3:5: " in outcome.err
    assert "Traceback" not in outcome.err
