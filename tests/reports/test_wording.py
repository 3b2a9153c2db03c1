"""How figures and answers are said."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from advisor.decision.decide import decide
from advisor.decision.recommend import recommend
from advisor.decision.recommendation import BreakEven, Recommendation
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.reports.labels import (
    answer_code,
    answer_words,
    break_evens,
    count,
    moment,
    money,
    standing_words,
)
from tests.reports.real import RULE_BASE as REAL
from tests.reports.samples import QUESTIONNAIRE


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (0, "$0.00"),
        (0.0000001, "under $0.000001"),
        (0.00012, "$0.00012"),
        (0.004, "$0.004"),
        (0.005, "$0.01"),
        (14999.9, "$14,999.90"),
    ],
)
def test_money(usd: float, words: str) -> None:
    assert money(usd) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "any time"),
        (0, "0 s"),
        (62, "62 s"),
        (60, "1 min"),
        (180, "3 min"),
        (3600, "1 h"),
        (1209614, "14 d"),
    ],
)
def test_moment(seconds: float | None, words: str) -> None:
    assert moment(seconds) == words


def test_count() -> None:
    assert [count(200_000_000), count(0.0625), count(2.5)] == ["200,000,000", "0.0625", "2.5"]


@pytest.mark.parametrize(
    ("key", "value", "words", "code"),
    [
        ("retry", "per-error", "Per error", "per-error"),
        ("targets", ("sns", "sqs"), "Sns, Sqs", "sns,sqs"),
        ("targets", (), "none of these", "[]"),
        ("idempotent", False, "False", "false"),
        ("steps", 12_000, "12,000 steps", "12000"),
        ("steps", 1, "1 step", "1"),
        ("monthly_executions", 2.5, "2.5 executions", "2.5"),
    ],
)
def test_answers(key: str, value: Answer, words: str, code: str) -> None:
    assert answer_words(QUESTIONNAIRE.by_key[key], value) == words
    assert answer_code(value) == code


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5, "0.5 s"), (1, "1 s"), (119, "119 s"), (301, "301 s (5.02 min)"), (172_800, "172,800 s (2 d)")],
)
def test_long_durations_are_said_twice(seconds: float, words: str) -> None:
    assert answer_words(REAL.questionnaire.by_key["total_duration_s"], seconds) == words


@pytest.mark.parametrize(
    ("executions", "end"),
    [
        (None, "Step Functions Standard is never cheaper than Lambda durable functions."),
        (1, "Step Functions Standard always costs less than Lambda durable functions."),
        (
            4200,
            "Step Functions Standard costs less than Lambda durable functions "
            "from 4,200 executions a month on.",
        ),
    ],
)
def test_break_even(executions: float | None, end: str) -> None:
    assert break_evens(compared("standard", executions)) == [end]


def test_an_option_that_is_ruled_out_is_not_compared() -> None:
    assert not compared("destinations", 1).decision.destinations.viable
    assert break_evens(compared("destinations", 1)) == []


def compared(option: str, executions: float | None) -> Recommendation:
    made = recommend(REAL, Answers({"invocation": "async", "steps": 4, "waits": ("human-approval",)}))
    pair = BreakEven(option, "durable-functions", executions)
    return replace(made, cost=replace(made.cost, break_even=(pair,)))


@pytest.mark.parametrize(
    ("answers", "standard", "express"),
    [
        ({"waits": ("human-approval",)}, "the only type that is left", "ruled out"),
        ({"steps": 3}, "the default", "0 points"),
        ({"delivery": "exactly-once"}, "3 points", "ruled out"),
    ],
)
def test_no_chosen_type_has_0_points(answers: dict[str, Answer], standard: str, express: str) -> None:
    decision = decide(REAL, answers)
    assert standing_words(decision, "standard") == standard
    assert standing_words(decision, "express") == express
