"""How firm the advice is: "clear" is a promise, "close" names the question that decides."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings

import advisor
from advisor.decision.contradictions import excluded
from advisor.decision.decide import decide
from advisor.decision.recommend import recommend
from advisor.decision.recommendation import Recommendation
from advisor.decision.verdict import advice_in, outcome_of, ranking
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import OPTIONS
from advisor.reports.labels import standing_words, strength_words
from tests.decision.test_verdicts import REQUIREMENTS, RULE_BASE
from tests.examples import examples

pytestmark = pytest.mark.no_cover
EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))


ANSWERS: dict[str, list[Answer]] = {
    question.key: [(), *((str(choice.value),) for choice in question.choices)]
    if question.kind == "list"
    else [choice.value for choice in question.choices]
    or [number for number in (1, 2, 3, 4, 60, 900, 3600) if question.minimum <= number <= question.maximum]
    for question in RULE_BASE.questionnaire.questions
}


def _sample(number: int) -> list[dict[str, Answer]]:
    """Return ``number`` sets of answers, drawn by a fixed seed."""
    draw = random.Random(13)
    sizes = (0, 1, 2, 3, 5, 8, 12, 20)
    return [
        {key: draw.choice(ANSWERS[key]) for key in draw.sample(list(ANSWERS), draw.choice(sizes))}
        for _ in range(number)
    ]


SAMPLE = _sample(examples(200))


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
    assert strength_words(found, RULE_BASE).startswith("Close: Lambda Destinations ")
    assert f"answer {found.open_questions[0]} first." in strength_words(found, RULE_BASE)


def test_what_has_as_many_points_is_named() -> None:
    """An alternative may be what it is tied with; the two options alone would look clear."""
    found = [told(answers) for answers in SAMPLE]
    tied = [item for item in found if item.verdict.strength == "tied"]
    assert any(ranking(item.decision)[1].option not in OPTIONS for item in tied)
    for item in tied:
        best, second, *_ = ranking(item.decision)
        words = strength_words(item, RULE_BASE).partition(".")[0]
        assert words.count(f" {best.score} point") >= 2
        assert best.score == second.score


def test_nothing_is_clear_that_a_likely_answer_turns() -> None:
    """Each open question is answered in turn, and decided without tables."""
    for answers in SAMPLE:
        found = told(answers)
        facts, given = found.decision.settled.facts, found.decision.settled.answers
        before = advice_in(outcome_of(found.decision))
        turning = {
            question.key
            for question in RULE_BASE.questionnaire.questions
            if question.key not in facts.values and question.key not in facts.inapplicable
            for value in ANSWERS[question.key]
            if question.likely(value, None) and not excluded(RULE_BASE, given, {question.key: value})
            if advice_in(outcome_of(decide(RULE_BASE, {**given, question.key: value}))) != before
        }
        assert turning <= set(found.deciding_questions), answers
        if found.verdict.strength != "tied" and found.verdict.option in OPTIONS:
            assert standing_words(found.decision, found.verdict.option) != "0 points", answers
        assert [flip.likely for flip in found.flips] == sorted(
            (flip.likely for flip in found.flips), reverse=True
        )


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
