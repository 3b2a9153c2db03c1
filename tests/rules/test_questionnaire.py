"""The questionnaire says what the contract promises, in words that fit on a screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.conditions import keys_in
from advisor.knowledge.questions import Dropped, Implied, Question
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

QUESTIONNAIRE = load_rule_base(rules_folder()).questionnaire

SERVICES = (
    "lambda sns sqs eventbridge s3 dynamodb ecs-fargate batch glue athena emr sagemaker bedrock codebuild "
    "http-api activity-worker step-functions other-aws"
)
CONTRACT = {
    "invocation": ("choice", "sync async stream"),
    "event_source": (
        "choice",
        "s3 eventbridge schedule sns sqs api-gateway alb function-url dynamodb-stream kinesis kafka cognito "
        "ses iot cloudwatch-logs sdk other",
    ),
    "caller_waits_for": ("choice", "nothing acknowledgement result"),
    "steps": ("whole", ""),
    "coordination": ("choice", "central independent"),
    "consumers": ("choice", "one several open"),
    "buffering": ("list", "bursts outages pacing"),
    "parallelism": ("choice", "none static dynamic"),
    "max_parallel_items": ("whole", ""),
    "branching": ("choice", "none success-failure content"),
    "waits": ("list", "timer callback human-approval poll-job"),
    "retry": ("choice", "none default attempts backoff per-error"),
    "failure_handling": ("list", "capture notify fallback compensate redrive continue"),
    "loss": ("choice", "acceptable never"),
    "max_age_s": ("number", ""),
    "replay_payload": ("flag", "True False"),
    "data_passing": ("choice", "none linear shared-state aggregate"),
    "targets": ("list", SERVICES),
    "on_success": ("list", SERVICES),
    "on_failure": ("list", SERVICES),
    "step_duration_s": ("number", ""),
    "total_duration_s": ("number", ""),
    "delivery": ("choice", "at-least-once exactly-once"),
    "ordering": ("choice", "none required"),
    "idempotent": ("flag", "True False"),
    "visibility": ("choice", "logs history visual audit"),
    "monthly_executions": ("number", ""),
    "peak_per_second": ("number", ""),
    "payload_kb": ("number", ""),
    "latency": ("choice", "relaxed interactive"),
    "priority": ("list", "cost low-ops speed-to-build control resilience latency"),
    "code": ("choice", "none given one-language open"),
    "team_asl_experience": ("choice", "none some strong"),
}
TOPICS = (
    "invocation flow parallelism branching retries failure targets duration data guarantees operations "
    "volume people"
)
EVERY = pytest.mark.parametrize("question", QUESTIONNAIRE.questions, ids=lambda question: question.key)


def test_keys_kinds_and_values_are_those_of_the_contract() -> None:
    found = {
        question.key: (question.kind, " ".join(str(choice.value) for choice in question.choices))
        for question in QUESTIONNAIRE.questions
    }
    assert found == CONTRACT


def test_the_decisive_questions_come_first() -> None:
    keys = [question.key for question in QUESTIONNAIRE.questions]
    assert keys[:8] == list(CONTRACT)[:8]


@EVERY
def test_texts_fit_and_are_there(question: Question) -> None:
    texts = (question.ask, question.why, question.changes, question.help, question.undo)
    assert all(text and "\n" not in text for text in texts)
    assert len(question.ask) <= 90
    assert question.ask.endswith("?") or question.ask.endswith(".")
    assert 2 <= question.help.count(". ") + 1 <= 6
    assert question.topic in TOPICS.split()
    assert question.source.startswith("https://docs.aws.amazon.com/") or question.source.startswith(
        "https://aws.amazon.com/"
    )


@EVERY
def test_choices_fit_on_one_line(question: Question) -> None:
    for choice in question.choices:
        assert isinstance(choice.label, str) and 0 < len(choice.label) <= 40
        assert 0 < len(choice.text) <= 100 and choice.text.endswith(".")


@EVERY
def test_numbers_have_a_unit_bounds_and_examples(question: Question) -> None:
    if question.kind in ("whole", "number"):
        assert question.unit and question.examples
        assert 0 <= question.minimum < question.maximum
    else:
        assert (question.unit, question.examples, question.maximum) == ("", (), 0)


def test_what_a_source_implies() -> None:
    source = QUESTIONNAIRE.by_key["event_source"]
    found: dict[str, set[object]] = {}
    for choice in source.choices:
        found.setdefault(str(choice.implies.get("invocation")), set()).add(choice.value)
        assert set(choice.implies) <= {"invocation"}
    assert found == {
        "async": {"s3", "eventbridge", "schedule", "sns", "ses", "iot", "cloudwatch-logs"},
        "sync": {"alb", "function-url", "cognito"},
        "stream": {"sqs", "dynamodb-stream", "kinesis", "kafka"},
        "None": {"api-gateway", "sdk", "other"},
    }
    others = [choice for q in QUESTIONNAIRE.questions if q is not source for choice in q.choices]
    assert not any(choice.implies for choice in others)


def test_few_questions_have_a_condition() -> None:
    conditions = {q.key: keys_in(q.applies_when) for q in QUESTIONNAIRE.questions if keys_in(q.applies_when)}
    assert conditions == {
        "caller_waits_for": {"invocation"},
        "max_parallel_items": {"parallelism"},
        "replay_payload": {"failure_handling"},
    }


@pytest.mark.parametrize(
    ("answers", "dropped"),
    [
        ({"event_source": "kinesis", "caller_waits_for": "result"}, Dropped("caller_waits_for", "result")),
        ({"parallelism": "static", "max_parallel_items": 9}, Dropped("max_parallel_items", 9)),
        ({"failure_handling": (), "replay_payload": True}, Dropped("replay_payload", True)),
        ({"caller_waits_for": "result"}, None),
        ({"max_parallel_items": 9}, None),
        ({"replay_payload": True}, None),
        ({"failure_handling": ("notify",), "replay_payload": True}, None),
    ],
)
def test_an_answer_is_dropped_only_where_its_question_cannot_arise(
    answers: dict[str, object], dropped: Dropped | None
) -> None:
    settled = QUESTIONNAIRE.settle(answers)  # type: ignore[arg-type]
    assert settled.dropped == ((dropped,) if dropped else ())


def test_a_contradiction_between_source_and_start_is_noticed() -> None:
    settled = QUESTIONNAIRE.settle({"invocation": "sync", "event_source": "s3"})
    assert settled.contradictions == (Implied("invocation", "async", "event_source", "sync"),)


def test_derived_numbers_are_products() -> None:
    answers = {"monthly_executions": 1000, "steps": 3, "peak_per_second": 2.5}
    values = QUESTIONNAIRE.settle(answers).facts.values
    assert (values["monthly_transitions"], values["transitions_per_second"]) == (3000, 7.5)


def _answer(question: Question) -> st.SearchStrategy[object]:
    if question.kind in ("whole", "number"):
        return st.integers(int(question.minimum), int(question.maximum))
    values = [choice.value for choice in question.choices]
    if question.kind == "list":
        return st.lists(st.sampled_from(values), unique=True).map(tuple)
    return st.sampled_from(values)


@given(st.fixed_dictionaries({}, optional={q.key: _answer(q) for q in QUESTIONNAIRE.questions}))
def test_answers_that_decide_are_never_dropped(answers: dict[str, object]) -> None:
    settled = QUESTIONNAIRE.settle(answers)  # type: ignore[arg-type]
    kept = {key for key in answers if key in settled.answers}
    assert set(answers) - kept <= {"caller_waits_for", "max_parallel_items", "replay_payload"}
