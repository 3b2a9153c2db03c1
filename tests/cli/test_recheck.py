"""``advisor recheck``: recorded decisions against the rules of today."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Advise

ANSWERS = """\
requirements: {invocation: async, steps: 1, branching: success-failure, retry: default, on_failure: [sqs]}
decision: {option: destinations, workflow_type: null, instead: [], rule_base: "1.0", as_of: 2026-11-23}
"""


def test_a_decision_that_stands(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ANSWERS, encoding="utf-8")
    done = advise("recheck", "a.yaml")
    assert (done.exit_code, done.err) == (0, "")
    assert done.out.startswith(
        "a.yaml: Lambda Destinations still stands.\n  Rule base then: 1.0 of 2026-11-23; now:"
    )


def test_own_rules_change_a_decision_and_are_named(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ANSWERS, encoding="utf-8")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "ours.yaml").write_text(
        """\
rules:
  - id: OWN01
    title: Everything is a workflow here
    when: {steps: {at_least: 1}}
    rules_out: [destinations]
    because: We say so.
    source: https://example.com/rules
    as_of: 2026-11-23
    fires_on: [{steps: 2}]
    quiet_on: [{invocation: async}]
""",
        encoding="utf-8",
    )
    done = advise("recheck", "a.yaml", "--format", "json", "--rules", "ours")
    (decision,) = json.loads(done.out)["decisions"]
    assert done.exit_code == 1
    assert decision["changed"] and decision["recorded"]["option"] == "destinations"
    assert decision["now"]["option"] != "destinations"
    assert {
        "rule": "OWN01",
        "change": "added",
        "title": "Everything is a workflow here",
        "source": "https://example.com/rules",
    } in decision["because"]
    markdown = advise("recheck", "a.yaml", "--format", "markdown", "--rules", "ours").out
    assert markdown.startswith("## Recorded decisions: 1 of 1 changed\n")
    assert "OWN01, new rule: Everything is a workflow here ([source](https://example.com/rules))" in markdown


def test_a_generated_project_records_its_decision(advise: Advise) -> None:
    made = advise("generate", "--set", "steps=3", "--set", "waits=human-approval", "--output", "project")
    assert made.exit_code == 0
    done = advise("recheck", "project")
    assert (done.exit_code, done.err) == (0, "")
    assert "still stands" in done.out


def test_every_file_that_cannot_be_rechecked_is_named(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("requirements: {steps: 1}\n", encoding="utf-8")
    (tmp_path / "b.yaml").write_text("requirements: {}\ndecision: {option: lambda}\n", encoding="utf-8")
    done = advise("recheck", "a.yaml", "b.yaml", "none.yaml")
    assert (done.exit_code, done.out) == (2, "")
    assert "a.yaml: no decision is recorded." in done.err
    assert "b.yaml:2:20: decision: 'lambda' is not known here." in done.err
    assert "none.yaml" in done.err


def test_a_rule_base_that_the_history_does_not_have(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(ANSWERS.replace('"1.0"', '"0.1"'), encoding="utf-8")
    assert "The history does not have that rule base" in advise("recheck", "a.yaml").out
