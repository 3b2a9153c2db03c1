"""The side-by-side comparison: five topics, short lines, and every line is shown to somebody."""

from __future__ import annotations

from itertools import product

import pytest

from advisor.knowledge import conditions
from advisor.knowledge.conditions import Answer, Facts, Test, holds
from advisor.knowledge.rules import Topic
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

TOPICS = load_rule_base(rules_folder()).topics
EVERY = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)


def test_the_five_topics_in_their_order() -> None:
    assert [topic.id for topic in TOPICS] == ["invocation", "services", "parallelism", "branching", "retries"]


@EVERY
def test_lines_are_short_and_say_different_things(topic: Topic) -> None:
    lines = [(line.destinations, line.step_functions) for line in topic.lines]
    assert len(set(lines)) == len(lines)
    assert all(0 < len(text) <= 120 for line in lines for text in line)


@EVERY
def test_every_line_is_the_first_that_holds_for_some_answers(topic: Topic) -> None:
    values: dict[str, list[Answer | None]] = {}
    for line in topic.lines:
        for test in conditions.tests_in(line.when):
            values.setdefault(test.key, [None]).extend(_passing(test))
    shown = set()
    for answers in product(*values.values()):
        facts = Facts({key: value for key, value in zip(values, answers, strict=True) if value is not None})
        shown.add(next(number for number, line in enumerate(topic.lines) if holds(line.when, facts)))
    assert shown == set(range(len(topic.lines)))


def _passing(test: Test) -> list[Answer]:
    if test.kind in ("includes", "includes_any", "only"):
        return [tuple(str(value) for value in test.operand)]
    return list(test.operand)
