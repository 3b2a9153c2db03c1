"""The verdict on workloads every architect agrees on, and what holds for any verdict."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decision.contradictions import conflicts, excluded
from advisor.decision.decide import decide
from advisor.decision.explain.open_questions import open_questions
from advisor.decision.recommend import recommend
from advisor.decision.verdict import advice_in, outcome_of
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

RULE_BASE = load_rule_base(rules_folder())
pytestmark = pytest.mark.no_cover  # a search in every example; the tracer would take most of the time

AGREED: Mapping[str, tuple[Mapping[str, Answer], tuple[str, str | None, str]]] = {
    "one function behind S3, a topic on success, a queue on failure": (
        {"event_source": "s3", "steps": 1, "on_success": ("sns",), "on_failure": ("sqs",)},
        ("destinations", None, "close"),
    ),
    "an API answers its user from three steps in two seconds": (
        {
            "event_source": "api-gateway",
            "invocation": "sync",
            "caller_waits_for": "result",
            "steps": 3,
            "total_duration_s": 2,
        },
        ("step-functions", "express", "close"),
    ),
    "an order waits two days for a manager": (
        {
            "steps": 4,
            "waits": ("human-approval",),
            "total_duration_s": 172800,
            "targets": ("lambda",),
            "coordination": "central",
        },
        ("step-functions", "standard", "close"),
    ),
    "failed batches of a stream are kept": (
        {"event_source": "kinesis", "steps": 1, "failure_handling": ("capture",), "replay_payload": True},
        ("destinations", None, "close"),
    ),
    "a queue's function and its dead letters": (
        {"event_source": "sqs", "steps": 1, "failure_handling": ("capture",)},
        ("neither", None, "close"),
    ),
    "two million objects a night": (
        {
            "event_source": "schedule",
            "steps": 1,
            "parallelism": "dynamic",
            "max_parallel_items": 2_000_000,
            "targets": ("lambda", "s3"),
        },
        ("step-functions", "standard", "close"),
    ),
    "two functions in a row with the default retries": (
        {
            "event_source": "eventbridge",
            "steps": 2,
            "retry": "default",
            "data_passing": "linear",
            "monthly_executions": 10_000,
        },
        ("destinations", None, "close"),
    ),
    "two hundred million short, repeatable runs": (
        {
            "invocation": "async",
            "steps": 3,
            "idempotent": True,
            "total_duration_s": 2,
            "monthly_executions": 200_000_000,
        },
        ("step-functions", "express", "close"),
    ),
    "a payment with retries by error and refunds": (
        {"steps": 4, "retry": "per-error", "failure_handling": ("compensate",), "targets": ("lambda",)},
        ("step-functions", "standard", "close"),
    ),
    "nothing is known": ({}, ("destinations", None, "tied")),
    "an order waits for a manager, and nothing that could change that is left open": (
        {
            "event_source": "sdk",
            "invocation": "async",
            "caller_waits_for": "nothing",
            "steps": 4,
            "waits": ("human-approval",),
            "total_duration_s": 172800,
            "targets": ("lambda",),
            "coordination": "central",
            "failure_handling": (),
            "priority": ("resilience",),
            "code": "open",
        },
        ("step-functions", "standard", "clear"),
    ),
}


@pytest.mark.parametrize("case", AGREED)
def test_what_every_architect_agrees_on(case: str) -> None:
    requirements, expected = AGREED[case]
    verdict = recommend(RULE_BASE, Answers(requirements)).verdict
    assert (verdict.option, verdict.workflow_type, verdict.strength) == expected


def test_durable_functions_are_named_where_they_fit() -> None:
    requirements = AGREED["an order waits two days for a manager"][0]
    assert recommend(RULE_BASE, Answers(requirements)).verdict.instead == ("durable-functions",)


def test_a_warning_is_for_the_alternative_that_is_recommended() -> None:
    long: dict[str, Answer] = {"invocation": "async", "steps": 1, "step_duration_s": 1200}
    advice = recommend(RULE_BASE, Answers(long))
    assert (advice.verdict.option, advice.verdict.instead[0]) == ("neither", "single-function")
    (warning,) = advice.warnings
    assert warning.startswith("Lambda runs a function for up to 30 minutes since 2026-11-19, but cfn-lint")
    assert recommend(RULE_BASE, Answers({**long, "step_duration_s": 900})).warnings == ()


def answer_to(question: Question) -> st.SearchStrategy[Answer]:
    if question.kind == "list":
        values = [str(choice.value) for choice in question.choices]
        return st.lists(st.sampled_from(values), unique=True, max_size=3).map(tuple)
    if question.choices:
        return st.sampled_from([choice.value for choice in question.choices])
    return st.integers(int(question.minimum), min(int(question.maximum), 10**9))


REQUIREMENTS = st.fixed_dictionaries(
    {}, optional={question.key: answer_to(question) for question in RULE_BASE.questionnaire.questions}
)


@settings(deadline=None)
@given(REQUIREMENTS)
def test_what_is_said_can_be_had_and_every_flip_flips(requirements: dict[str, Answer]) -> None:
    found = recommend(RULE_BASE, Answers(requirements))
    option, decision = found.verdict.option, found.decision
    if option == "destinations":
        assert decision.destinations.viable
    if option in ("step-functions", "both"):
        assert found.verdict.workflow_type is not None
        assert decision.step_functions.viable
        assert decision.card(found.verdict.workflow_type).viable
    if option == "neither":
        assert found.verdict.instead or not decision.step_functions.viable
    for flip in found.flips:
        after = outcome_of(decide(RULE_BASE, {**decision.settled.answers, **flip.change}))
        assert after == (flip.option, flip.workflow_type, flip.instead)
        assert advice_in(after) != advice_in(outcome_of(decision))
        assert not excluded(RULE_BASE, decision.settled.answers, flip.change)
    known = decision.settled.facts.values
    assert not set(found.open_questions) & set(known)


@settings(deadline=None)
@given(REQUIREMENTS, REQUIREMENTS)
def test_where_no_question_is_open_no_answer_turns_it(
    requirements: dict[str, Answer], more: dict[str, Answer]
) -> None:
    """The claim the wizard stops on: answers to questions that are not open change nothing."""
    still_open = {item.key for item in open_questions(RULE_BASE, requirements)}
    before = decide(RULE_BASE, requirements)
    closed = {
        key: value
        for key, value in more.items()
        if key not in still_open and key not in before.settled.facts.values
    }
    after = decide(RULE_BASE, {**before.settled.answers, **closed})
    if conflicts(RULE_BASE, Answers({**before.settled.answers, **closed})) or after.settled.dropped:
        return
    assert outcome_of(after)[:2] == outcome_of(before)[:2]
