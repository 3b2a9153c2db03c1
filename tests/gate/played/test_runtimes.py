"""A chain of functions in Node.js, Go and Java, deployed in the emulated account: the laws hold in each."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from advisor.starter import render, write_project
from tests.starter.played.account import Account
from tests.starter.played.answers import Answer
from tests.starter.played.probes import BUILDS, ENVIRONMENT, ProcessProbe
from tests.starter.played.stack import Stack
from tests.starter.played.table_server import table_server
from tests.starter.projects import blueprint_of

LEFT_MS = 400  # what an attempt that crashes has left
CHAIN = {"event_source": "eventbridge", "steps": 2, "on_failure": ("sqs",)}
FIRST, SECOND = "ValidateRequestFunction", "ProcessRequestFunction"


@dataclass
class Deployed:
    """The chain in an account; each function is a process of its own."""

    account: Account
    probes: dict[str, ProcessProbe]

    def send(self, payload: dict[str, Any], id: str) -> None:
        """Send an event, and let everything happen that follows from it."""
        event = {"id": id, "source": "app.order-pipeline", "detail-type": "Work requested", "detail": payload}
        self.account.put("default", event)
        self.account.settle()

    def worked(self, id: str) -> list[int]:
        """Return how often each function finished its work for an id."""
        return [self.probes[name].worked.count(id) for name in (FIRST, SECOND)]


@contextmanager
def deployed(runtime: str, folder: Path) -> Iterator[Deployed]:
    """Give the chain in a runtime."""
    made = blueprint_of(CHAIN, "destinations", runtime=runtime)
    files = render(made)
    write_project(files, folder / "project")
    with ExitStack() as stack, table_server("remembered") as address:
        command, where = BUILDS[runtime](folder / "project", made)
        named = {"IDEMPOTENCY_TABLE": "remembered", "AWS_ENDPOINT_URL_DYNAMODB": address}
        probes = {}
        for function in (FIRST, SECOND):
            own = {"AWS_LAMBDA_FUNCTION_NAME": function, "PROBE_LOG": str(folder / function)}
            probes[function] = ProcessProbe(
                command, where, {**ENVIRONMENT, **named, **own}, folder / function
            )
            stack.callback(probes[function].close)

        def call(function: str, event: Any) -> Answer:
            crashes = "crash" in event.get("detail", {}) and not (folder / f"{function}.attempts").read_text(
                "utf-8"
            ).count("crashed")
            answer = probes[function].call(event, LEFT_MS if crashes else 30_000)
            time.sleep(LEFT_MS / 1000 if answer.error == "crash" else 0)
            return answer

        yield Deployed(Account(Stack({file.path: file.text for file in files}), call), probes)


@pytest.mark.parametrize("runtime", ["nodejs", "go", "java"])
def test_a_chain_keeps_the_laws(runtime: str, tmp_path: Path) -> None:
    with deployed(runtime, tmp_path) as chain:
        chain.send({"id": "good"}, "1")
        chain.send({"id": "good"}, "1")
        assert chain.worked("good") == [1, 1], "the same event a second time does no work"
        chain.send({"id": "good"}, "2")
        assert chain.worked("good") == [2, 2], "another event is other work"
        chain.send({"id": "weak", "fail": 1}, "3")
        assert chain.worked("weak") == [1, 1], "what fails once is done once"
        chain.send({"id": "crashed", "crash": 1}, "4")
        assert chain.worked("crashed") == [1, 1], "what crashes once is done once"
        account = chain.account
        assert (
            not account.queues["FailureQueue"]
            and not account.metrics["AWS/Lambda", "AsyncEventsDropped", FIRST]
        )
        chain.send({"id": "bad", "invalid": True}, "5")
        assert chain.worked("bad") == [0, 0]
        assert "bad" in account.queues["FailureQueue"][0].body, "what keeps failing is in the queue"
        assert account.metrics["AWS/SQS", "ApproximateNumberOfMessagesVisible", "FailureQueue"] == 1
        assert account.metrics["AWS/Lambda", "AsyncEventsDropped", FIRST] == 1
        assert account.lost == []
