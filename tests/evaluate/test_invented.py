"""Workloads that we invented, and what an architect recommends: a test, not a measure of accuracy."""

from __future__ import annotations

from pathlib import Path

import pytest

import advisor
from advisor.decision.decide import decide
from advisor.decision.verdict import outcome_of
from advisor.knowledge.rules import NEITHER
from advisor.knowledge.scenarios import Scenario
from advisor.loading.scenarios import load_scenarios

RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
FILE = Path(__file__).parents[1] / "scenarios" / "invented.jsonl"
SCENARIOS = load_scenarios(FILE.read_text(encoding="utf-8"), str(FILE), RULE_BASE.questionnaire)


@pytest.mark.parametrize(
    "scenario", [pytest.param(item, id=item.id) for item in SCENARIOS if not item.ambiguous]
)
def test_the_advice_is_the_architects(scenario: Scenario) -> None:
    option, workflow_type, _ = outcome_of(decide(RULE_BASE, scenario.answers))
    assert option == scenario.option
    assert scenario.workflow_type in (None, workflow_type)


def test_neither_mostly_begins_with_what_the_architect_uses() -> None:
    named = [item for item in SCENARIOS if item.option == NEITHER and not item.ambiguous]
    first = [outcome_of(decide(RULE_BASE, item.answers))[2][:1] == (item.instead,) for item in named]
    assert sum(first) >= 0.9 * len(named)
