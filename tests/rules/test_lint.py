"""Each check of the linter finds what it is for, and nothing where nothing is wrong."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

import advisor
from advisor.decision.rule_checks.lint import LintFinding, lint
from advisor.knowledge.exemptions import Exemption
from advisor.knowledge.questions import Choice, Question
from advisor.knowledge.rules import RuleBase
from advisor.loading.exemptions import load_exemptions
from tests.rules.conftest import Overlay, rule

TODAY = date(2026, 11, 23)
OURS = advisor.rules_folder()
EXEMPTIONS = load_exemptions(OURS)
RULE_BASE = advisor.load_rule_base(OURS)


def found(rule_base: RuleBase, today: date = TODAY) -> list[tuple[str, str]]:
    return [(finding.check, finding.message) for finding in lint(rule_base, today, EXEMPTIONS)]


def laid_over(overlay: Overlay, *rules: str) -> RuleBase:
    return advisor.load_rule_base(OURS, [overlay("rules:\n" + "".join(rules))])


def test_a_rule_that_excludes_itself_can_never_fire(overlay: Overlay) -> None:
    rule_base = laid_over(
        overlay,
        rule("OW01", "{steps: {at_least: 5}, not: {steps: {at_least: 3}}}"),
        rule("OW02", "{replay_payload: true, failure_handling: {only: []}}"),
        rule("OW03", "{event_source: s3, invocation: sync}"),
        rule("OW04", "{monthly_transitions: {at_least: 10}, steps: {at_most: 1}}"),
    )
    assert found(rule_base) == [
        ("never-fires", "no answers make OW01 fire: its condition excludes itself."),
        ("never-fires", "no answers make OW02 fire: its condition excludes itself."),
        ("never-fires", "no answers make OW03 fire: its condition excludes itself."),
    ]


def test_two_rules_that_fire_on_the_same_answers_say_the_same_or_contradict(overlay: Overlay) -> None:
    rule_base = laid_over(
        overlay,
        rule("OW01", "{branching: content}", "favours: {step-functions: 1}"),
        rule("OW02", "{any_of: [{parallelism: static}, {parallelism: [static]}]}"),
        rule("OW03", "{event_source: sqs, steps: {at_most: 1}}"),
        rule("OW04", "{delivery: exactly-once}", "favours: {express: 1}"),
    )
    assert found(rule_base) == [
        ("contradicts", "PA04 and OW02 fire on the same answers, for step-functions and for destinations."),
        ("says-the-same", "BR01 and OW01 fire on the same answers and both say favours step-functions."),
        ("contradicts", "GU02 and OW04 fire on the same answers, for standard and for express."),
        ("contradicts", "OW03 favours destinations, which IV04 rules out whenever OW03 fires."),
    ]


def test_a_narrower_rule_is_not_the_same(overlay: Overlay) -> None:
    wider = rule("OW01", "{branching: content, steps: {at_least: 2}}", "favours: {step-functions: 1}")
    assert found(laid_over(overlay, wider)) == []


def test_a_question_nobody_looks_at_and_its_choices_are_found() -> None:
    idle = Question(
        key="colour", kind="choice", topic="flow", ask="Which colour?", why="", changes="", help="", undo="",
        source="https://example.com", choices=(Choice("red", "Red", ""), Choice("blue", "Blue", "")),
    )  # fmt: skip
    questionnaire = replace(RULE_BASE.questionnaire, questions=(*RULE_BASE.questionnaire.questions, idle))
    assert found(replace(RULE_BASE, questionnaire=questionnaire)) == [
        ("unused-choice", "no rule uses the choice colour=red."),
        ("unused-choice", "no rule uses the choice colour=blue."),
        ("idle-question", "the answer to colour changes nothing."),
    ]


def test_an_outcome_that_nothing_leads_to_is_found() -> None:
    rules = tuple(rule for rule in RULE_BASE.rules if not rule.combines and "pipes" not in rule.favours)
    assert [
        message for check, message in found(replace(RULE_BASE, rules=rules)) if check == "cannot-win"
    ] == [
        "no answers were found that lead to both (express).",
        "no answers were found that lead to both (standard).",
        "no answers were found that lead to pipes.",
    ]


def test_a_rule_without_a_source_is_found() -> None:
    first, *rest = RULE_BASE.rules
    rule_base = replace(RULE_BASE, rules=(replace(first, source=""), *rest))
    assert found(rule_base) == [("no-source", f"{first.id} has no source.")]


def test_what_was_checked_over_a_year_ago_is_found(overlay: Overlay) -> None:
    rule_base = laid_over(overlay, rule("OW01", "{steps: {at_most: 3}}", as_of="2025-11-21"))
    age = "OW01 was checked on 2025-11-21, 367 days ago; check its source again."
    assert found(rule_base) == [("outdated", age)]
    later = found(RULE_BASE, date(2027, 11, 29))
    assert {check for check, _ in later} == {"outdated"}
    assert len(later) > len(RULE_BASE.rules) + len(RULE_BASE.limits) + len(RULE_BASE.services)


def test_an_exemption_that_accepts_nothing_is_found_at_its_place() -> None:
    needless = Exemption("FL01", "It was wrong once.")
    assert lint(RULE_BASE, TODAY, (*EXEMPTIONS, needless)) == (
        LintFinding(
            check="needless-exemption", subject="FL01", message="nothing is wrong with FL01 any more."
        ),
    )


def test_without_exemptions_what_they_accept_is_found() -> None:
    assert {finding.subject for finding in lint(RULE_BASE, TODAY)} == {item.subject for item in EXEMPTIONS}
