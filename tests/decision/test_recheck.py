"""A recheck names what bears on the workload, and nothing else."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.decision.recheck import decision_of, recheck
from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Answers
from advisor.knowledge.history import recorded, shown_figure
from tests.reports.real import RULE_BASE

ASYNCHRONOUS = {"invocation": "async", "steps": 1, "on_failure": ("sqs",)}
STREAM = {"event_source": "kinesis", "steps": 1}


def named(requirements: dict[str, object], **moved: str) -> list[str]:
    """Return what a recheck names after the limits in ``moved`` had other figures."""
    now = recorded(RULE_BASE)
    figures = {f"limit {key.replace('_', '-')}": value for key, value in moved.items()}
    then = replace(now, version="1.9", figures={**now.figures, **figures})
    advice = recommend(RULE_BASE, Answers(requirements))  # type: ignore[arg-type]
    return [item.rule for item in recheck(RULE_BASE, advice, decision_of(advice), then).because]


def test_a_limit_of_streams_is_named_for_a_stream_only() -> None:
    assert named(STREAM, starter_stream_record_age="21600") == ["limit starter-stream-record-age"]
    assert named(ASYNCHRONOUS, starter_stream_record_age="21600") == []


def test_a_limit_of_asynchronous_calls_is_named_where_they_are_used() -> None:
    assert named(ASYNCHRONOUS, async_retry_waits="30, 90") == ["limit async-retry-waits"]


def test_figures_of_the_history_can_be_read_back() -> None:
    assert [shown_figure(text) for text in ("60", "60, 120", "0.001")] == [60, (60, 120), 0.001]
