"""How firm the advice is: "clear" is a promise, "close" names the question that decides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings

import advisor
from advisor.decision.recommend import recommend
from advisor.decision.recommendation import Recommendation
from advisor.decision.verdict import ranking
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.reports.labels import strength_words
from tests.decision.test_verdicts import REQUIREMENTS, RULE_BASE

pytestmark = pytest.mark.no_cover
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


def told(requirements: Mapping[str, Answer]) -> Recommendation:
    return recommend(RULE_BASE, Answers(requirements))


@settings(deadline=None)
@given(REQUIREMENTS)
def test_the_word_is_what_the_flips_say(requirements: dict[str, Answer]) -> None:
    found = told(requirements)
    turning = [flip for flip in found.flips if flip.open and flip.likely]
    strength, decision = found.verdict.strength, found.decision
    if strength == "clear":
        assert not turning and not found.deciding_questions and not found.conflicts
    if strength == "close":
        assert turning or found.conflicts
    if strength == "tied":
        best, second, *_ = ranking(decision)
        assert best.score == second.score
    assert found.open_questions[: len(found.deciding_questions)] == found.deciding_questions
    assert {key for flip in turning for key in flip.change} <= set(found.deciding_questions)


def test_nothing_is_clear_while_many_questions_can_turn_it() -> None:
    found = told(
        {
            "invocation": "async",
            "steps": 2,
            "targets": ("lambda", "sqs"),
            "branching": "success-failure",
            "parallelism": "none",
            "retry": "default",
        }
    )
    assert found.verdict.strength == "close"
    assert strength_words(found).startswith("Close: Lambda Destinations ")
    assert f"answer {found.open_questions[0]} first." in strength_words(found)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_clear_only_where_no_question_decides(example: Path) -> None:
    found = advisor.recommend(RULE_BASE, advisor.read_answers(str(example), RULE_BASE.questionnaire))
    assert (found.verdict.strength == "clear") == (not found.deciding_questions)


def test_absurd_changes_come_last_and_contradictions_never() -> None:
    flips = told({"event_source": "s3", "steps": 3, "coordination": "central"}).flips
    assert [flip.likely for flip in flips] == sorted((flip.likely for flip in flips), reverse=True)
    assert {"total_duration_s": 31_536_001} in [flip.change for flip in flips if not flip.likely]
    assert all("invocation" not in flip.change for flip in flips), "S3 calls asynchronously"


def test_answers_that_exclude_each_other_are_never_clear() -> None:
    requirements = {question.key: _plain(question.key) for question in RULE_BASE.questionnaire.questions}
    whole = {key: value for key, value in requirements.items() if value is not None}
    assert told(whole).verdict.strength == "clear"
    assert told({**whole, "step_duration_s": 600}).verdict.strength == "close"


def _plain(key: str) -> Answer | None:
    known: dict[str, Answer] = {
        "invocation": "async", "event_source": "sdk", "caller_waits_for": "nothing", "steps": 1,
        "coordination": "independent", "consumers": "one", "buffering": (), "parallelism": "none",
        "branching": "success-failure", "waits": (), "retry": "default", "failure_handling": ("capture",),
        "replay_payload": False, "data_passing": "none", "targets": ("lambda",), "on_success": ("sqs",),
        "on_failure": ("sqs",), "step_duration_s": 2, "total_duration_s": 4, "delivery": "at-least-once",
        "ordering": "none", "idempotent": True, "visibility": "logs", "monthly_executions": 1000,
        "peak_per_second": 1, "payload_kb": 1, "latency": "relaxed", "priority": ("cost",),
        "team_asl_experience": "some",
    }  # fmt: skip
    return known.get(key)
