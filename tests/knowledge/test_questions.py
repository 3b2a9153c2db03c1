"""Answers are settled before deciding: implied ones added, those that do not arise dropped, and said."""

from __future__ import annotations

from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Dropped, Implied
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

QUESTIONNAIRE = load_rule_base(rules_folder()).questionnaire


def test_an_event_source_tells_how_it_invokes() -> None:
    settled = QUESTIONNAIRE.settle({"event_source": "s3"})
    assert settled.facts.values["invocation"] == "async"
    assert settled.implied == (Implied("invocation", "async", "event_source"),)
    assert settled.answers == {"event_source": "s3"}


def test_a_contradiction_is_said_and_the_given_answer_kept() -> None:
    settled = QUESTIONNAIRE.settle({"event_source": "s3", "invocation": "sync"})
    assert settled.facts.values["invocation"] == "sync"
    assert settled.contradictions == (Implied("invocation", "async", "event_source", "sync"),)


def test_an_answer_whose_question_does_not_arise_is_dropped() -> None:
    settled = QUESTIONNAIRE.settle({"parallelism": "none", "max_parallel_items": 50})
    assert settled.dropped == (Dropped("max_parallel_items", 50),)
    assert "max_parallel_items" in settled.facts.inapplicable
    assert settled.answers == {"parallelism": "none"}


def test_an_unknown_answer_keeps_the_questions_that_depend_on_it() -> None:
    assert QUESTIONNAIRE.settle({"max_parallel_items": 50}).answers == {"max_parallel_items": 50}


def test_derived_numbers_need_all_their_factors() -> None:
    assert "monthly_transitions" not in QUESTIONNAIRE.settle({"steps": 3}).facts.values
    values = QUESTIONNAIRE.settle({"steps": 3, "monthly_executions": 1000}).facts.values
    assert values["monthly_transitions"] == 3000


def test_the_order_of_answers_does_not_matter() -> None:
    answers: dict[str, Answer] = {
        "steps": 2,
        "event_source": "sqs",
        "caller_waits_for": "nothing",
        "retry": "none",
    }
    backwards = dict(reversed(answers.items()))
    assert QUESTIONNAIRE.settle(answers) == QUESTIONNAIRE.settle(backwards)
    assert list(QUESTIONNAIRE.settle(answers).answers) == list(QUESTIONNAIRE.settle(backwards).answers)
