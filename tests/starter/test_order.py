"""Order is kept where it is required, with the real handlers in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.starter import render
from advisor.starter.blueprint.resources import Pipe
from tests.starter.checks.deployed import read, translate
from tests.starter.checks.template import result_faults
from tests.starter.played.order import STREAMS, check_lasting_failure, check_one_failure, reader
from tests.starter.projects import blueprint_of


@pytest.mark.parametrize("source", STREAMS)
def test_records_are_worked_on_in_order(source: str, tmp_path: Path) -> None:
    with reader(source, "python", tmp_path) as handler:
        check_one_failure(source, handler)
        check_lasting_failure(source, handler)


@pytest.mark.parametrize("source", ["sqs", "sns"])
def test_a_workflow_behind_a_queue_keeps_the_order_of_a_group(source: str) -> None:
    answers = {"event_source": source, "ordering": "required", "steps": 2, "latency": "interactive"}
    made = blueprint_of({**answers, "total_duration_s": 20}, "step-functions")
    assert made.workflow_type == "express"
    way = [item for item in made.resources if item.id in ("SourceTopic", "SourceQueue", "UndeliveredEvents")]
    assert all(getattr(item, "fifo", False) for item in way), [item.id for item in way]
    (pipe,) = (item for item in made.resources if isinstance(item, Pipe))
    assert pipe.waits
    assert not any("Order is not kept" in note for note in made.notes)
    assert any("--message-deduplication-id" in note for note in made.notes)
    assert any("a redrive sends it back behind" in note for note in made.notes)
    texts = {file.path: file.text for file in render(made)}
    assert list(result_faults(translate(read(texts["template.yaml"]), texts))) == []


@pytest.mark.parametrize("source", ["sqs", "sns", "kinesis", "dynamodb-stream", "kafka", "s3", "schedule"])
def test_where_runs_overlap_the_readme_says_that_order_is_lost(source: str) -> None:
    answers = {"event_source": source, "ordering": "required", "steps": 2, "waits": ("timer",)}
    made = blueprint_of({**answers, "delivery": "exactly-once"}, "step-functions")
    assert made.workflow_type == "standard"
    assert any("Order is not kept" in note for note in made.notes)
    assert not any(
        "Order" in note for note in blueprint_of({**answers, "ordering": "none"}, "step-functions").notes
    )
