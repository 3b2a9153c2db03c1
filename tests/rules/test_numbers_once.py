"""A number of AWS stands in the rule base once, and everything that is written follows it."""

from __future__ import annotations

import json
from typing import Any

from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Answers
from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.reports import FORMATS, ReportOptions
from advisor.resources import rules_folder
from advisor.starter import plan
from advisor.starter.render import render

RULE_BASE = load_rule_base(rules_folder())
VERSIONS = load_versions(rules_folder())


def written(requirements: dict[str, Any], **limits: float) -> tuple[str, str, dict[str, Any]]:
    """Return decision record, README and state machine with other values of ``limits``."""
    changed = {
        **RULE_BASE.limits,
        **{
            key.replace("_", "-"): replace(RULE_BASE.limits[key.replace("_", "-")], value=value)
            for key, value in limits.items()
        },
    }
    rule_base = replace(RULE_BASE, limits=changed)
    recommendation = recommend(rule_base, Answers(requirements))
    record = FORMATS["markdown"](recommendation, rule_base, ReportOptions(explain=True))
    files = {file.path: file.text for file in render(plan(recommendation, VERSIONS))}
    (machine,) = (text for path, text in files.items() if path.startswith("statemachine/"))
    return record, files["README.md"], json.loads(machine)


def attempts(machine: dict[str, Any]) -> set[int]:
    retriers = [retrier for state in machine["States"].values() for retrier in state.get("Retry", ())]
    return {retrier["MaxAttempts"] for retrier in retriers if "States.TaskFailed" in retrier["ErrorEquals"]}


def test_a_changed_retry_changes_record_readme_and_state_machine() -> None:
    answers = {"retry": "backoff", "steps": 3, "event_source": "eventbridge"}
    record, readme, machine = written(answers)
    assert (
        "6 attempts" in record and "6 attempts on errors of the work" in readme and attempts(machine) == {5}
    )
    record, readme, machine = written(answers, starter_retries_backoff=9)
    assert "10 attempts" in record and "10 attempts on errors of the work" in readme
    assert attempts(machine) == {9}
