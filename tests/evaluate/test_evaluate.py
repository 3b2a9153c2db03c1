"""The evaluation itself: the same every time, and honest about what it has not got."""

from __future__ import annotations

from pathlib import Path

import pytest

import advisor
from advisor.decision.rule_checks.rule_tests import replay
from advisor.knowledge.scenarios import Scenario
from tests.evaluate.__main__ import main
from tests.evaluate.measure import (
    Share,
    accuracy,
    confusion,
    dropped,
    interviewed,
    only_core,
    only_scored,
    topics_known,
)
from tests.evaluate.robustness import neighbours, robustness

RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
ONE = Scenario("one", {"event_source": "s3", "steps": 1, "on_failure": ("sqs",)}, "destinations")
TWO = Scenario("two", {"event_source": "sqs", "steps": 1}, "step-functions", "express", ambiguous=True)
THREE = Scenario("three", {"coordination": "central", "steps": 5}, "step-functions", "express")


def test_shares_are_told_with_their_cases() -> None:
    assert str(Share(70, 71)) == "99 % (70 of 71)"
    assert str(Share(71.8, 92)) == "78 % (71.8 of 92)"
    assert str(Share(0, 0)) == "no case"


def test_accuracy_counts_options_and_types_apart() -> None:
    found = replay(RULE_BASE, [ONE, TWO, THREE])
    measured = accuracy(found)
    assert measured["All"] == Share(2, 3)
    assert measured["Unambiguous"] == Share(2, 2)
    assert measured["Source chose `step-functions`"] == Share(1, 2)
    assert measured["Standard or Express"] == Share(0, 2)
    assert confusion(found) == {
        ("destinations", "destinations"): 1,
        ("step-functions", "neither"): 1,
        ("step-functions", "step-functions"): 1,
    }


def test_what_is_dropped_depends_on_seed_and_scenario_only() -> None:
    reordered = Scenario("one", dict(reversed(list(ONE.answers.items()))), "destinations")
    assert dropped(ONE, 3, 0.3).answers == dropped(reordered, 3, 0.3).answers
    assert len({len(dropped(ONE, seed, 0.3).answers) for seed in range(20)}) > 1


def test_the_core_questions() -> None:
    assert only_core(ONE).answers == {"event_source": "s3"}
    assert (topics_known(ONE), topics_known(THREE)) == (1, 0)


def test_about_a_third_is_only_scored_and_always_the_same() -> None:
    scored = [number for number in range(3_000) if only_scored(f"case-{number}")]
    assert 900 < len(scored) < 1_100
    assert scored[:3] == [7, 8, 10]


def test_one_answer_left_out_and_one_changed() -> None:
    found = robustness(RULE_BASE, [ONE, TWO, THREE])
    assert (found.left_out, found.lost, found.asked) == (5, 1, 1)
    assert found.jumps == found.told > 0


def test_the_neighbours_of_an_answer() -> None:
    assert neighbours(RULE_BASE, THREE, "coordination") == ["independent"]
    assert neighbours(RULE_BASE, THREE, "steps") == [4]
    assert ("sqs", "s3") in neighbours(RULE_BASE, ONE, "on_failure")
    assert () in neighbours(RULE_BASE, ONE, "on_failure")


def test_an_interview_ends_with_the_verdict_of_all_answers() -> None:
    assert interviewed(RULE_BASE, THREE).same_verdict


def test_without_scenarios_nothing_is_evaluated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ADVISOR_SCENARIOS", str(tmp_path / "none.jsonl"))
    assert main([]) == 0
    assert capsys.readouterr().out.endswith("nothing was evaluated. ADVISOR_SCENARIOS names another.\n")
