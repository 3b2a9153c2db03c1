"""Each check of the linter finds what it is for, and nothing where nothing is wrong."""

from __future__ import annotations

import sys
from datetime import date
from types import FrameType

import pytest
from msgspec.structs import replace

import advisor
from advisor.decision.rule_checks.lint import LintFinding, lint
from advisor.decision.rule_checks.satisfiability import witness
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
    rules = tuple(rule for rule in RULE_BASE.rules if not rule.combines and "managed-job" not in rule.favours)
    assert [
        message for check, message in found(replace(RULE_BASE, rules=rules)) if check == "cannot-win"
    ] == [
        "no answers were found that lead to both (express).",
        "no answers were found that lead to both (standard).",
        "no answers were found that lead to managed-job.",
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


def test_what_is_to_be_checked_one_day_is_found(overlay: Overlay) -> None:
    rule_base = laid_over(overlay, rule("OW01", "{steps: {at_most: 3}}", as_of="9999-12-31"))
    text = "OW01: 9999-12-31 is in the future; write the day on which its source was checked."
    assert found(rule_base) == [("future", text)]


def test_an_exemption_that_accepts_nothing_is_found_at_its_place() -> None:
    needless = Exemption("FL01", "It was wrong once.")
    assert lint(RULE_BASE, TODAY, (*EXEMPTIONS, needless)) == (
        LintFinding(
            check="needless-exemption", subject="FL01", message="nothing is wrong with FL01 any more."
        ),
    )


def test_without_exemptions_what_they_accept_is_found() -> None:
    assert {finding.subject for finding in lint(RULE_BASE, TODAY)} == {item.subject for item in EXEMPTIONS}


def searches(rule_base: RuleBase) -> int:
    """Return how many searches for answers the linter makes."""
    counted = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal counted
        counted += event == "call" and frame.f_code is witness.__code__

    sys.setprofile(count)
    try:
        lint(rule_base, TODAY, EXEMPTIONS)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize(
    ("when", "effect"),
    [
        ("{{steps: {{at_most: 2}}}}", "favours: {destinations: 1}"),
        ("{{steps: {{at_most: {}}}}}", "favours: {destinations: 1}"),
        ("{{steps: {{at_most: {}}}}}", "rules_out: [destinations]"),
    ],
)
def test_searches_grow_with_the_rules_and_not_with_their_pairs(
    overlay: Overlay, when: str, effect: str
) -> None:
    rules = [rule(f"OW{n:04}", when.format(n + 1), effect) for n in range(1, 81)]
    both = laid_over(overlay, *rules)
    half = replace(both, rules=both.rules[: len(RULE_BASE.rules) + 40])
    none = searches(replace(both, rules=both.rules[: len(RULE_BASE.rules)]))
    assert searches(both) - none < 3 * (searches(half) - none)


def test_rules_alike_are_each_found_once(overlay: Overlay) -> None:
    rules = [rule(f"OW{n:02}", "{steps: {at_most: 2}}") for n in range(1, 31)]
    assert found(laid_over(overlay, *rules)) == [
        ("says-the-same", f"OW01 and OW{n:02} fire on the same answers and both say favours destinations.")
        for n in range(2, 31)
    ]


def test_a_condition_that_can_be_met_in_a_million_ways_is_given_up(overlay: Overlay) -> None:
    numbers = ("payload_kb", "peak_per_second", "step_duration_s", "total_duration_s", "monthly_executions")
    either = [
        "{any_of: [" + ", ".join(f"{{{key}: {{at_least: {n + 2}}}}}" for key in numbers) + "]}"
        for n in range(20)
    ]
    never = ["{steps: {at_least: 5}}", "{steps: {at_most: 3}}"]
    wide = rule("OW01", "{all_of: [{all_of: [" + ", ".join(either) + "]}, " + ", ".join(never) + "]}")
    assert found(laid_over(overlay, wide)) == []
