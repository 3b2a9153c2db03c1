"""Every rule of the rule base: its own cases, its sources, its words."""

from __future__ import annotations

from datetime import date

import pytest

import advisor
from advisor.decision.explain.condition_text import in_words
from advisor.decision.rule_checks.lint import lint
from advisor.decision.rule_checks.rule_tests import Case, own_cases
from advisor.decision.rule_checks.satisfiability import witness
from advisor.knowledge.rules import Rule
from advisor.loading.exemptions import load_exemptions

RULE_BASE = advisor.load_rule_base(advisor.rules_folder())


def rule_id(rule: Rule) -> str:
    return rule.id


@pytest.mark.parametrize(
    "case",
    own_cases(RULE_BASE),
    ids=lambda c: f"{c.rule.id} {'fires' if c.wanted else 'quiet'} {dict(c.answers)}",
)
def test_a_rule_fires_where_it_says_and_only_there(case: Case) -> None:
    assert case.fired is case.wanted


@pytest.mark.parametrize("rule", RULE_BASE.rules, ids=rule_id)
def test_a_rule_can_be_checked_and_read(rule: Rule) -> None:
    assert rule.source.startswith("https://")
    assert date.fromisoformat(rule.as_of) <= date.fromisoformat(RULE_BASE.as_of)
    assert 0 < len(rule.title) <= 70
    assert not rule.title.endswith(".")
    assert 0 < len(rule.because) <= 400
    assert rule.because.rstrip(")").endswith(".")
    assert in_words(rule.when, RULE_BASE.questionnaire)


@pytest.mark.parametrize("rule", RULE_BASE.rules, ids=rule_id)
def test_a_rule_can_fire(rule: Rule) -> None:
    assert witness(RULE_BASE.questionnaire, rule) is not None


@pytest.mark.parametrize("rule", RULE_BASE.rules, ids=rule_id)
def test_a_rule_knows_its_limits(rule: Rule) -> None:
    """Of its quiet cases one at least must say something: silence on nothing proves nothing."""
    assert any(rule.quiet_on)
    assert all(rule.fires_on)


def test_nothing_is_wrong_with_the_rule_base() -> None:
    exemptions = load_exemptions(advisor.rules_folder())
    assert lint(RULE_BASE, date.fromisoformat(RULE_BASE.as_of), exemptions) == ()
    assert all(len(exemption.reason) > 20 for exemption in exemptions)
