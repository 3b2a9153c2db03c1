"""The pages about the rules are what the rules say today."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import advisor
from advisor.decision.rule_checks.rule_tests import own_cases
from advisor.errors import Problem
from advisor.knowledge.conditions import Facts, holds
from advisor.knowledge.rules import Rule, RuleBase
from advisor.loading.conditions import ConditionReader
from advisor.loading.inspection import FindingReader
from advisor.loading.rules import RuleReader
from advisor.loading.yaml_nodes import parse
from advisor.reports.rules.markdown import rule_list
from advisor.reports.rules.text import rule_page

ROOT = Path(__file__).parents[2]
README = (ROOT / "rules" / "README.md").read_text(encoding="utf-8")
RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
EXAMPLE, FINDING, OVERLAY = re.findall(r"^```yaml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def test_the_page_of_rules_is_up_to_date() -> None:
    text = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert text == rule_list(RULE_BASE, RULE_BASE.rules, RULE_BASE.inspection.rules), (
        "advisor rules list --format markdown > docs/rules.md"
    )


def test_every_rule_has_a_place_to_link_to() -> None:
    text = rule_list(RULE_BASE, RULE_BASE.rules, RULE_BASE.inspection.rules)
    ids = [*(rule.id for rule in RULE_BASE.rules), *(rule.id for rule in RULE_BASE.inspection.rules)]
    assert sorted(re.findall('^<a id="(.*)"></a>$', text, re.MULTILINE)) == sorted(ids)


@pytest.mark.parametrize("rule", RULE_BASE.rules, ids=lambda rule: rule.id)
def test_a_page_about_a_rule_keeps_its_address_and_place_in_one_piece(rule: Rule) -> None:
    shown = rule_page(RULE_BASE, rule).split()
    assert rule.source in shown
    assert str(rule.place) in shown


def test_the_rule_in_the_readme_is_one() -> None:
    problems: list[Problem] = []
    questionnaire = RULE_BASE.questionnaire
    reader = ConditionReader(questionnaire.by_key, tuple(questionnaire.derived), problems)
    _, rules = RuleReader(reader, []).criterion(parse(EXAMPLE, "README.md"))
    assert problems == []
    only = RuleBase(
        version="1",
        as_of="2026-11-23",
        questionnaire=questionnaire,
        criteria=(),
        rules=rules,
        alternatives=(),
    )
    assert (
        [case.fired for case in own_cases(only)]
        == [case.wanted for case in own_cases(only)]
        == [True, False, False]
    )


def test_the_finding_in_the_readme_is_one() -> None:
    problems: list[Problem] = []
    _, (rule,) = FindingReader(RULE_BASE.inspection.facts, problems).group(parse(FINDING, "README.md"))
    assert problems == []
    assert [holds(rule.when, Facts(case)) for case in (*rule.fires_on, *rule.quiet_on)] == [
        True,
        False,
        False,
    ]


def test_the_overlay_in_the_readme_is_one(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text(OVERLAY, encoding="utf-8")
    found = advisor.load_rule_base(advisor.rules_folder(), [tmp_path])
    assert found.by_id["FL04"].favours == {"step-functions": 2}
    assert found.by_id["ACME01"].criterion == "own"
    assert [item.rule for item in found.switched_off] == ["PE02"]
    assert "PE02" not in found.by_id


def test_the_readme_names_every_file() -> None:
    folder = advisor.rules_folder()
    named = set(re.findall(r"`([\w*/-]+\.yaml)`", README))
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")}
    assert {name for name in there if not any(Path(name).match(pattern) for pattern in named)} == set()
    assert {pattern for pattern in named if not any(Path(name).match(pattern) for name in there)} == set()


@pytest.mark.parametrize("word", ["favours", "rules_out", "names", "combines", "warns"])
def test_the_readme_explains_every_effect(word: str) -> None:
    assert re.search(rf"^\| `{word}:", README, re.MULTILINE)
