"""Once means once, again means again: which call is a repeat, and who may try again after a failure."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from advisor.starter import Blueprint, render
from tests.starter.played.answers import Answer, Probe
from tests.starter.played.probes import probe
from tests.starter.projects import blueprint_of

Payload = dict[str, Any]
LEFT_MS = 300  # what a crashed attempt had left
MACHINE = {
    "event_source": "eventbridge",
    "steps": 3,
    "parallelism": "dynamic",
    "waits": ("poll-job",),
    "idempotent": False,
}


def task_of(blueprint: Blueprint, state: str) -> Payload:
    """Return what the Task ``state`` hands to its function, not yet filled."""
    text = next(file.text for file in render(blueprint) if file.path.endswith(".asl.json"))
    return next(found for name, found in _tasks(json.loads(text)) if name == state)


def _tasks(level: dict[str, Any]) -> Iterator[tuple[str, Payload]]:
    for name, state in level["States"].items():
        yield from [(name, state["Arguments"]["Payload"])] if "Payload" in state.get("Arguments", {}) else []
        for inner in [*state.get("Branches", []), *filter(None, [state.get("ItemProcessor")])]:
            yield from _tasks(inner)


class Calls:
    """Calls of one Task as the state machine makes them: the fields that its definition has, filled."""

    def __init__(self, handler: Probe, template: Payload) -> None:
        self.handler, self.template = handler, template

    def __call__(self, payload: Payload, left_ms: int = 30_000, **place: Any) -> Answer:
        known = {"execution": "run-1", "state": "Step", "item": 0, "entered": "12:00:00Z", **place}
        event = {key: known[key] for key in self.template if key in known} | {"payload": payload}
        return self.handler.call(event, left_ms)


@contextmanager
def machine(runtime: str, folder: Path) -> Iterator[tuple[Blueprint, Probe]]:
    """Give a project with a list, a polling loop and work that must not be repeated."""
    made = blueprint_of(MACHINE, "step-functions", runtime=runtime)
    with probe(made, folder) as handler:
        yield made, handler


def check_once(blueprint: Blueprint, handler: Probe) -> None:
    """Each law once, each with ids of its own; one process for all, as starting one takes long."""
    item = Calls(handler, task_of(blueprint, "Process request"))
    poll = Calls(handler, task_of(blueprint, "Check job"))
    _the_same_call_is_done_once(handler, item)
    _equal_items_are_two(handler, item)
    _a_polling_turn_is_a_call_of_its_own(handler, poll)
    _a_failed_attempt_is_free_at_once(handler, item)
    _invalid_input_is_not_remembered(handler, item)
    _a_crashed_attempt_is_free_at_its_deadline(handler, item)


def _the_same_call_is_done_once(handler: Probe, call: Calls) -> None:
    first, again = call({"id": "same"}), call({"id": "same"})
    assert first.result == again.result == {"id": "same", "status": "done"}
    assert handler.worked.count("same") == 1
    assert call({"id": "same"}, execution="run-2").result
    assert handler.worked.count("same") == 2  # another run is other work


def _equal_items_are_two(handler: Probe, call: Calls) -> None:
    for item in (0, 1, 1):
        assert call({"id": "cup", "qty": 1}, item=item).result
    assert handler.worked.count("cup") == 2


def _a_polling_turn_is_a_call_of_its_own(handler: Probe, call: Calls) -> None:
    for turn in ("12:00:00Z", "12:01:00Z", "12:01:00Z", "12:02:00Z"):
        assert call({"id": "job", "status": "RUNNING"}, entered=turn).result
    assert handler.worked.count("job") == 3


def _a_failed_attempt_is_free_at_once(handler: Probe, call: Calls) -> None:
    assert call({"id": "weak", "fail": 1}).error
    assert call({"id": "weak", "fail": 1}).result
    assert handler.worked.count("weak") == 1


def _invalid_input_is_not_remembered(handler: Probe, call: Calls) -> None:
    assert [call({"id": "wrong", "invalid": True}).error for _ in range(2)] == ["InvalidInput"] * 2


def _a_crashed_attempt_is_free_at_its_deadline(handler: Probe, call: Calls) -> None:
    payload = {"id": "crashed", "crash": 1}
    assert call(payload, LEFT_MS).error == "crash"
    time.sleep(LEFT_MS / 1000)
    answer = call(payload)
    assert (answer.error, handler.worked.count("crashed")) == ("", 1)


def check_chain(runtime: str, folder: Path) -> None:
    """A success that Lambda delivers twice is worked on once by the function behind it."""
    made = blueprint_of(
        {"event_source": "s3", "steps": 2, "on_success": ("eventbridge",)}, "destinations", runtime=runtime
    )
    record = json.loads(
        next(file.text for file in render(made) if file.path == "tests/records/lambda-success.json")
    )
    later = {**record, "timestamp": "2026-11-23T12:00:05.000Z"}
    later["requestContext"] = {**record["requestContext"], "requestId": "another"}
    other = {**record, "requestPayload": {**record["requestPayload"], "id": "another event"}}
    with probe(made, folder) as handler:
        results = [handler.call(event).result for event in (record, later, other)]
        assert len({json.dumps(result) for result in results}) == 1
        assert len(handler.worked) == 2


def check_messages(runtime: str, folder: Path) -> None:
    """A message of a queue that comes again is worked on once; one that fails or crashes is free again."""
    made = blueprint_of({"event_source": "sqs", "steps": 1}, "queue-redrive", runtime=runtime)
    with probe(made, folder) as handler:

        def receive(*messages: tuple[str, Payload], left_ms: int = 30_000) -> list[str] | str:
            records = [{"messageId": id, "body": json.dumps(body)} for id, body in messages]
            answer = handler.call({"Records": records}, left_ms)
            failed = (answer.result or {}).get("batchItemFailures") or []
            return answer.error or [item["itemIdentifier"] for item in failed]

        batch = ("1", {"id": "one"}), ("2", {"id": "weak", "fail": 1}), ("3", {"id": "three"})
        assert receive(*batch) == ["2"]
        assert receive(*batch) == []  # delivered again as a whole
        assert handler.worked == ["one", "three", "weak"]
        assert receive(("4", {"id": "one"})) == []
        assert handler.worked.count("one") == 2  # another message is other work
        assert receive(("5", {"id": "crashed", "crash": 1}), left_ms=LEFT_MS) == "crash"
        time.sleep(LEFT_MS / 1000)
        assert receive(("5", {"id": "crashed", "crash": 1})) == []
        assert handler.worked.count("crashed") == 1


def check_events_in_messages(runtime: str, folder: Path) -> None:
    """An event that a bus puts into the queue twice, in two messages, is worked on once."""
    answers = {"event_source": "eventbridge", "steps": 1, "buffering": ("bursts",)}
    made = blueprint_of(answers, "messaging", runtime=runtime)
    with probe(made, folder) as handler:
        for message, event in (("1", "first"), ("2", "first"), ("3", "second")):
            body = {
                "id": event,
                "source": made.source,
                "detail-type": "Work requested",
                "detail": {"id": "one"},
            }
            handler.call({"Records": [{"messageId": message, "body": json.dumps(body)}]})
        assert handler.worked == ["one", "one"]


def check_requests_in_messages(runtime: str, folder: Path) -> None:
    """A request that its caller sends again, such as a webhook's, is in a new message and worked on once."""
    answers = {"event_source": "api-gateway", "steps": 1, "buffering": ("bursts",)}
    made = blueprint_of(answers, "messaging", runtime=runtime)
    with probe(made, folder) as handler:
        for message, request in (("1", "one"), ("2", "one"), ("3", "two")):
            handler.call({"Records": [{"messageId": message, "body": json.dumps({"id": request})}]})
        assert handler.worked == ["one", "two"]


def check_requests_on_a_bus(runtime: str, folder: Path) -> None:
    """A request that its caller sends again has another id on the bus, and is worked on once."""
    answers = {"event_source": "api-gateway", "invocation": "async", "steps": 1}
    made = blueprint_of(answers, "destinations", runtime=runtime)
    with probe(made, folder) as handler:
        for event in _requests_on_a_bus(made):
            assert handler.call(event).result
        assert handler.worked == ["one", "two"]


def check_requests_for_several(runtime: str, folder: Path) -> None:
    """The same, where the bus puts each request into a queue for each consumer."""
    answers = {"event_source": "api-gateway", "invocation": "async", "steps": 2, "consumers": "several"}
    made = blueprint_of({**answers, "coordination": "independent"}, "messaging", runtime=runtime)
    with probe(made, folder) as handler:
        for event in _requests_on_a_bus(made):
            handler.call({"Records": [{"messageId": event["id"], "body": json.dumps(event)}]})
        assert handler.worked == ["one", "two"]


def _requests_on_a_bus(made: Blueprint) -> Iterator[Payload]:
    """Yield a request, the same again, and another, each with the id that the bus gives it."""
    for event, request in (("1", "one"), ("2", "one"), ("3", "two")):
        envelope = {"id": event, "source": made.source, "detail-type": "Work requested"}
        yield {**envelope, "detail": {"id": request}}


def check_requests(runtime: str, folder: Path) -> None:
    """A request with a key is worked on once; without one, or with another, each time."""
    made = blueprint_of({"steps": 1, "invocation": "sync"}, "direct-invoke", runtime=runtime)
    with probe(made, folder) as handler:
        for request in (
            {"idempotencyKey": "first"},
            {"idempotencyKey": "first"},
            {"idempotencyKey": "second"},
        ):
            assert handler.call({"id": "keyed", **request}).result
        assert handler.worked.count("keyed") == 2
        for _ in range(2):
            assert handler.call({"id": "plain"}).result
        assert handler.worked.count("plain") == 2
        assert handler.call({"id": "weak", "fail": 1, "idempotencyKey": "third"}).error
        assert handler.call({"id": "weak", "fail": 1, "idempotencyKey": "third"}).result
        assert handler.worked.count("weak") == 1
