"""Events in shapes that are easily forgotten: groups of a FIFO queue, tombstones of Kafka, removed items."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.starter.played.answers import Probe
from tests.starter.played.order import kafka
from tests.starter.played.probes import probe
from tests.starter.projects import blueprint_of


@contextmanager
def worker(runtime: str, folder: Path) -> Iterator[Probe]:
    """Give the function that reads a FIFO queue."""
    answers = {"event_source": "sqs", "steps": 1, "ordering": "required"}
    with probe(blueprint_of(answers, "messaging", runtime=runtime), folder) as made:
        yield made


def message(id: str, group: str, **payload: Any) -> dict[str, Any]:
    body = json.dumps({"id": id, **payload})
    return {"messageId": id, "body": body, "attributes": {"MessageGroupId": group}, "eventSource": "aws:sqs"}


def check_groups(handler: Probe) -> None:
    """A message that fails holds up its own group, and no other."""
    first = message("a1", "a", invalid=True)
    batch = [first, message("b1", "b"), message("a2", "a"), message("b2", "b")]
    answer = handler.call({"Records": batch})
    assert answer.result == {"batchItemFailures": [{"itemIdentifier": "a1"}, {"itemIdentifier": "a2"}]}
    assert handler.worked == ["b1", "b2"]


def tombstone(number: int, key: str | None) -> dict[str, Any]:
    """Return a record without a value, as Lambda hands it over: what has its key is deleted."""
    record = {name: value for name, value in kafka(number, {}).items() if name != "value"}
    return {**record, "key": base64.b64encode(key.encode()).decode()} if key else record


def check_tombstones(handler: Probe) -> None:
    """A tombstone is worked on in its place, and blocks nothing."""
    records = [kafka(1, {"id": "1"}), tombstone(2, "1"), tombstone(3, None), kafka(4, {"id": "4"})]
    answer = handler.call({"records": {"orders-0": records}})
    assert not answer.error
    assert handler.worked == ["1", "1", "orders-0-3", "4"]


@contextmanager
def direct(runtime: str, folder: Path) -> Iterator[Probe]:
    """Give a function behind a bus that remembers its results."""
    answers = {"event_source": "eventbridge", "steps": 1, "idempotent": False, "on_failure": ("sqs",)}
    with probe(blueprint_of(answers, "single-function", runtime=runtime), folder) as made:
        yield made


def check_whole_numbers(handler: Probe) -> None:
    """A whole number above 2^53 keeps its digits, also where the result is a remembered one."""
    event = {"id": "e1", "detail-type": "x", "detail": {"id": "1", "status": 9_007_199_254_740_993}}
    for _ in range(2):
        assert handler.call(event).result == event["detail"]
    assert handler.worked == ["1"]


@contextmanager
def unordered(runtime: str, folder: Path) -> Iterator[Probe]:
    """Give the reader of a topic whose order does not matter."""
    answers = {"event_source": "kafka", "steps": 1, "ordering": "none", "on_failure": ("sqs",)}
    with probe(blueprint_of(answers, "destinations", runtime=runtime), folder) as made:
        yield made


def check_others_are_done(handler: Probe) -> None:
    """A record that always fails takes no other with it where no order is required."""
    records = [kafka(number, {"id": str(number), "invalid": number == 2}) for number in range(1, 5)]
    for _ in range(3):
        assert handler.call({"records": {"orders-0": records}}).error
    assert handler.worked == ["1", "3", "4"]
