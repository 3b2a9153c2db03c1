"""Conditions in words: read aloud they say what they test."""

from __future__ import annotations

import pytest

import advisor
from advisor.decision.explain.condition_text import in_words
from advisor.errors import Problem
from advisor.knowledge.conditions import ALWAYS, AnyOf
from advisor.loading.conditions import ConditionReader
from advisor.loading.yaml_nodes import parse

QUESTIONNAIRE = advisor.load_rule_base(advisor.rules_folder()).questionnaire


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{retry: backoff}", "retry is backoff"),
        ("{retry: [none, backoff, per-error]}", "retry is none, backoff or per-error"),
        ("{idempotent: false}", "idempotent is false"),
        ("{steps: {at_least: 2}}", "steps is at least 2"),
        ("{steps: {at_least: 2, at_most: 4}}", "steps is 2 to 4"),
        ("{steps: {at_least: 2, at_most: 2}}", "steps is 2"),
        ("{monthly_transitions: {at_least: 40000000}}", "monthly_transitions is at least 40,000,000"),
        ("{not: {total_duration_s: {at_most: 300}}}", "total_duration_s is more than 300"),
        ("{not: {steps: {at_least: 5}}}", "steps is less than 5"),
        (
            "{payload_kb: {at_most: 1024}, not: {payload_kb: {at_most: 256}}}",
            "payload_kb is more than 256 and at most 1,024",
        ),
        ("{not: {retry: none}}", "not (retry is none)"),
        ("{targets: {includes: glue}}", "targets includes glue"),
        ("{targets: {includes_any: [glue, batch]}}", "targets includes glue or batch"),
        ("{targets: {only: [lambda, sqs]}}", "targets is only lambda or sqs"),
        ("{waits: {only: []}}", "waits is none of these"),
        ("{buffering: {includes_any: [bursts, outages, pacing]}}", "buffering is not empty"),
        ("{retry: backoff, steps: {at_least: 2}}", "retry is backoff, and steps is at least 2"),
        (
            "{steps: 1, any_of: [{retry: none}, {retry: backoff, delivery: exactly-once}]}",
            "steps is 1, and (either retry is none, or (retry is backoff, and delivery is exactly-once))",
        ),
        ("{any_of: [{retry: none}]}", "retry is none"),
        ("{all_of: [{retry: none}, {steps: 1}]}", "retry is none, and steps is 1"),
    ],
)
def test_in_words(written: str, words: str) -> None:
    problems: list[Problem] = []
    reader = ConditionReader(QUESTIONNAIRE.by_key, tuple(QUESTIONNAIRE.derived), problems)
    condition = reader.condition(parse(written, "rule.yaml"))
    assert problems == []
    assert in_words(condition, QUESTIONNAIRE) == words


def test_nothing_to_test() -> None:
    assert (in_words(ALWAYS, QUESTIONNAIRE), in_words(AnyOf(()), QUESTIONNAIRE)) == ("always", "never")
