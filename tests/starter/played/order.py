"""Records of one shard or partition are worked on in order, each again until it is done or set aside."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.starter.played.answers import Answer, Probe
from tests.starter.played.probes import probe
from tests.starter.projects import blueprint_of

Payload = dict[str, Any]
STREAMS = ("kinesis", "dynamodb-stream", "kafka")


def encoded(payload: Payload) -> str:
    return base64.b64encode(json.dumps(payload).encode()).decode()


def kinesis(number: int, payload: Payload) -> dict[str, Any]:
    where = {"partitionKey": "k", "sequenceNumber": str(number), "data": encoded(payload)}
    return {"eventSource": "aws:kinesis", "eventID": f"shardId-000000000000:{number}", "kinesis": where}


def table(number: int, payload: Payload) -> dict[str, Any]:
    image = {key: {"S": value} if isinstance(value, str) else typed(value) for key, value in payload.items()}
    change = {"SequenceNumber": str(number), "Keys": {"id": image["id"]}, "NewImage": image}
    return {"eventSource": "aws:dynamodb", "eventName": "MODIFY", "eventID": f"e{number}", "dynamodb": change}


def typed(value: Any) -> dict[str, Any]:
    return {"BOOL": value} if isinstance(value, bool) else {"N": str(value)}


def kafka(number: int, payload: Payload) -> dict[str, Any]:
    return {"topic": "orders", "partition": 0, "offset": number, "value": encoded(payload)}


RECORDS: dict[str, Callable[[int, Payload], dict[str, Any]]] = {
    "kinesis": kinesis,
    "dynamodb-stream": table,
    "kafka": kafka,
}


def number_of(record: dict[str, Any]) -> str:
    place = record.get("kinesis", record.get("dynamodb", {}))
    return str(place.get("sequenceNumber", place.get("SequenceNumber", record.get("offset"))))


def poll(handler: Probe, source: str, records: list[dict[str, Any]], tries: int = 6) -> list[str]:
    """Hand ``records`` over as Lambda's poller does; return the numbers of those that are given up.

    A reported record is handed over again with all after it; a batch that fails as a whole is halved (not
    from Kafka, whose whole batch comes again); one that failed ``tries`` times is given up.
    """
    given_up: list[str] = []
    waiting = [(records, 0)]
    while waiting:
        batch, tried = waiting.pop(0)
        if tried == tries:
            given_up += [number_of(record) for record in batch]
            continue
        answer = handler.call(event_of(source, batch))
        rest = left(batch, answer)
        if not rest:
            continue
        if answer.error and len(rest) > 1 and source != "kafka":
            half = len(rest) // 2
            waiting[:0] = [(rest[:half], tried), (rest[half:], tried)]
        else:
            waiting.insert(0, (rest, tried + 1 if rest == batch else 1))
    return given_up


def event_of(source: str, batch: list[dict[str, Any]]) -> dict[str, Any]:
    return {"records": {"orders-0": batch}} if source == "kafka" else {"Records": batch}


def left(batch: list[dict[str, Any]], answer: Answer) -> list[dict[str, Any]]:
    if answer.error:
        return batch
    failures = (answer.result or {}).get("batchItemFailures") or []
    reported = [failure["itemIdentifier"] for failure in failures]
    places = [place for place, record in enumerate(batch) if number_of(record) in reported]
    return batch[min(places) :] if places else []


@contextmanager
def reader(source: str, runtime: str, folder: Path) -> Iterator[Probe]:
    """Give the generated reader of ``source``, where order is required and work is not to be repeated."""
    answers = {"event_source": source, "steps": 1, "ordering": "required", "on_failure": ("sqs",)}
    with probe(blueprint_of(answers, "destinations", runtime=runtime), folder) as made:
        yield made


def check_one_failure(source: str, handler: Probe) -> None:
    """Order is kept when a record fails once."""
    payloads = [{"id": str(number), "fail": int(number == 2)} for number in range(1, 6)]
    payloads[0]["wait_ms"] = 40  # who works on all at once finishes the later ones first
    records = [RECORDS[source](number, payload) for number, payload in enumerate(payloads, 1)]
    assert poll(handler, source, records) == []
    assert handler.worked == ["1", "2", "3", "4", "5"]


def check_lasting_failure(source: str, handler: Probe) -> None:
    """A record that always fails is set aside alone, and those after it are worked on."""
    payloads = [{"id": f"{number}00", "invalid": number == 3} for number in range(1, 7)]
    records = [RECORDS[source](number, payload) for number, payload in enumerate(payloads, 100)]
    numbers, before = [number_of(record) for record in records], len(handler.worked)
    given_up = poll(handler, source, records)
    done = handler.worked[before:]
    if source == "kafka":  # its batch comes whole, and goes to the failure destination whole
        assert (done, given_up) == (["100", "200"], numbers)
    else:
        assert (done, given_up) == (["100", "200", "400", "500", "600"], [numbers[2]])
