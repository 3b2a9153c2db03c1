"""The rule base that comes with the advisor, and answers drawn from its questionnaire."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from advisor.decision.recommend import recommend
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import Answers
from advisor.knowledge.questions import Question
from advisor.loading import load_answers, load_rule_base
from advisor.resources import rules_folder

RULE_BASE = load_rule_base(rules_folder())
WORKLOADS: dict[str, dict[str, Any]] = {
    "nothing said": {},
    "upload": {"event_source": "s3", "steps": 1, "branching": "success-failure", "on_failure": ["sqs"]},
    "queue": {"event_source": "sqs", "steps": 1, "failure_handling": ["capture"]},
    "approval": {
        "event_source": "eventbridge",
        "steps": 7,
        "parallelism": "static",
        "branching": "content",
        "retry": "per-error",
        "targets": ["lambda", "http-api"],
        "waits": ["human-approval"],
        "idempotent": False,
        "monthly_executions": 250_000,
    },
    "telemetry": {
        "event_source": "sdk",
        "caller_waits_for": "result",
        "steps": 3,
        "data_passing": "aggregate",
        "idempotent": True,
        "total_duration_s": 2,
        "monthly_executions": 200_000_000,
    },
    "core and edge": {
        "invocation": "async",
        "steps": 5,
        "coordination": "central",
        "consumers": "one",
        "waits": ["callback", "human-approval"],
        "failure_handling": ["capture"],
        "targets": ["lambda", "eventbridge"],
        "on_success": ["eventbridge"],
    },
    "files": {
        "event_source": "schedule",
        "steps": 3,
        "parallelism": "dynamic",
        "max_parallel_items": 2_000_000,
    },
}


def answers_of(workload: str, *overrides: str) -> Answers:
    document = {"name": workload, "requirements": WORKLOADS[workload]}
    return load_answers(json.dumps(document), "answers.json", RULE_BASE.questionnaire, overrides)


def advice_on(workload: str, *overrides: str) -> Recommendation:
    return recommend(RULE_BASE, answers_of(workload, *overrides))


def _values(question: Question) -> st.SearchStrategy[Any]:
    if question.kind == "whole":
        return st.integers(int(question.minimum), int(question.maximum))
    if question.kind == "number":
        return st.floats(question.minimum, question.maximum) | st.integers(0, int(question.maximum))
    values = st.sampled_from([choice.value for choice in question.choices])
    return st.lists(values, unique=True, max_size=4).map(tuple) if question.kind == "list" else values


def requirements() -> st.SearchStrategy[dict[str, Any]]:
    """Return a strategy for any subset of answers."""
    questions = RULE_BASE.questionnaire.questions
    return st.fixed_dictionaries({}, optional={question.key: _values(question) for question in questions})
