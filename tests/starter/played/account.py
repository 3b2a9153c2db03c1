"""An account in which a project is deployed: the services between its parts, metrics, and a virtual clock.

It does what AWS documents for events, topics, queues, pipes, stream readers and asynchronous calls, with
what the template sets. Functions and the state machine are given: the real handlers, moto's interpreter.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol

from tests.starter.played.answers import Answer
from tests.starter.played.order import left, number_of
from tests.starter.played.poller import Poller, repeated
from tests.starter.played.stack import Properties, Stack, filled, filled_in, function_of, takes, transformed

Event = dict[str, Any]
MOST = 200  # more actions than any project here needs: it would never end
ENDLESS = 3  # this many retries stand for a pipe that never gives up


class Runs(Protocol):
    """What runs state machines."""

    def start(self, given: Any, name: str = "") -> str:
        """Run the machine to its end and return the status."""


@dataclass
class Message:
    """A message of a queue."""

    id: str
    body: str
    group: str = ""
    receives: int = 0
    visible_at: float = 0.0


@dataclass
class Account:
    """The services; ``blocked`` are ARNs that nothing gets through to, ``throttled`` how often not yet.

    ``started`` are the requests that start jobs.
    """

    stack: Stack
    call: Callable[[str, Any], Answer]
    blocked: set[str] = field(default_factory=set)
    throttled: Counter[str] = field(default_factory=Counter)
    queues: dict[str, list[Message]] = field(default_factory=lambda: defaultdict(list))
    topics: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    buckets: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    streams: dict[str, list[Event]] = field(default_factory=lambda: defaultdict(list))
    metrics: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    started: list[tuple[str, Any]] = field(default_factory=list)
    lost: list[Any] = field(default_factory=list)
    taken_in: dict[str, tuple[str, float]] = field(default_factory=dict)
    runs: Runs | None = None
    clock: float = 0.0
    _pending: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Do ``action`` so many seconds from now."""
        heapq.heappush(self._pending, (self.clock + seconds, next(self._numbers), action))

    def settle(self) -> None:
        """Let the time pass until nothing is left to do."""
        for _ in range(MOST):
            if not self._pending:
                break
            self.clock, _, action = heapq.heappop(self._pending)
            action()
        if self._pending:
            self._pending.clear()
            self.lost.append("what is tried on and on")
        for name, waiting in self.queues.items():
            self.metrics["AWS/SQS", "ApproximateNumberOfMessagesVisible", name] += len(waiting)

    def count(self, namespace: str, metric: str, of: str, number: int = 1) -> None:
        """Move a metric."""
        self.metrics[namespace, metric, of] += number

    def put(self, bus: str, event: Event) -> None:
        """Put an event on a bus."""
        for name, targets in self.stack.rules(bus, event):
            self.count("AWS/Events", "TriggeredRules", name)
            for target in targets:
                letters = target.get("DeadLetterConfig", {}).get("Arn", "")
                self.deliver(target["Arn"], transformed(target, event), letters)

    def deliver(self, arn: str, event: Any, letters: str = "") -> None:
        """Hand an event to a target, later again where it is throttled; else to the dead-letter queue."""
        if self.throttled[arn] > 0:
            self.throttled[arn] -= 1
            self.at(60, lambda: self.deliver(arn, event, letters))
        elif arn in self.blocked:
            self.keep(letters, event)
        elif ":lambda:" in arn:
            self.at(0, lambda: self.asynchronous(function_of(arn), event))
        elif ":states:" in arn:
            self.at(0, lambda: self.start(event))
        elif ":sns:" in arn:
            self.publish(arn.rpartition(":")[2], json.dumps(event))
        elif ":sqs:" in arn:
            self.keep(arn, event)
        else:
            self.started.append((arn, event))

    def keep(self, arn: str, event: Any) -> None:
        """Keep an event in a queue; it is lost where there is none."""
        if arn:
            self.send(arn.rpartition(":")[2], event if isinstance(event, str) else json.dumps(event))
        else:
            self.lost.append(event)

    def start(self, given: Any, name: str = "") -> str:
        """Start the machine; an Express run is over when this returns, and so is a Standard one here."""
        assert self.runs
        return self.runs.start(given, name)

    def asynchronous(self, function: str, event: Any, attempt: int = 0) -> None:
        """Call a function asynchronously, with the retries and destinations of its alias."""
        settings = self.stack.asynchronous.get(function, {})
        answer = self.call(function, event)
        if not answer.error:
            self.outcome(function, settings, event, answer)
        elif attempt < settings.get("MaximumRetryAttempts", 2):
            self.at(60 * (attempt + 1), lambda: self.asynchronous(function, event, attempt + 1))
        else:
            self.count("AWS/Lambda", "AsyncEventsDropped", function)
            self.outcome(function, settings, event, answer)

    def outcome(self, function: str, settings: Properties, event: Any, answer: Answer) -> None:
        """Send the record of a call to its destination."""
        way = "OnFailure" if answer.error else "OnSuccess"
        to = settings.get("DestinationConfig", {}).get(way, {}).get("Destination", "")
        if to in self.blocked:
            self.count("AWS/Lambda", "DestinationDeliveryFailures", function)
        if to and to not in self.blocked:
            self.arrive(to, record(function, event, answer))
        elif answer.error or to:
            self.lost.append(event)

    def arrive(self, to: str, told: Event) -> None:
        """Put the record of an outcome where a destination is."""
        name = to.replace(":::", "/").replace(":", "/").rpartition("/")[2]
        if ":lambda:" in to:
            self.at(0, lambda: self.asynchronous(function_of(to), told))
        elif ":sqs:" in to:
            self.send(name, json.dumps(told))
        elif ":sns:" in to:
            self.publish(name, json.dumps(told))
        elif ":events:" in to:
            success = told["requestContext"]["condition"] == "Success"
            kind = f"Lambda Function Invocation Result - {'Success' if success else 'Failure'}"
            number = str(next(self._numbers))
            self.put(name, {"id": number, "source": "lambda", "detail-type": kind, "detail": told})
        else:
            self.buckets[name].append(json.dumps(told))

    def publish(self, topic: str, message: str) -> None:
        """Publish a message, under an id of its own."""
        self.topics[topic].append(message)
        self.forward(topic, message, f"message-{next(self._numbers)}")

    def forward(self, topic: str, message: str, id: str) -> None:
        """Deliver a message to each subscriber."""
        for item in self.stack.subscriptions(topic):
            letters = item.get("RedrivePolicy", {}).get("deadLetterTargetArn", "")
            if item["Protocol"] == "lambda":
                sns = {"MessageId": id, "Message": message, "Type": "Notification", "MessageAttributes": {}}
                event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": sns}]}
                self.deliver(item["Endpoint"], event, letters)
            elif item["Protocol"] == "sqs" and takes(item, message):
                self.enqueue(item, message, id, letters)

    def enqueue(self, item: Properties, message: str, id: str, letters: str) -> None:
        """Deliver a message to the queue of a subscription."""
        if item["Endpoint"] in self.blocked:
            self.keep(letters, message)
        else:
            raw = item.get("RawMessageDelivery")
            body = message if raw else json.dumps({"MessageId": id, "Message": message})
            self.send(item["Endpoint"].rpartition(":")[2], body, id)

    def send(self, queue: str, body: str, id: str = "", group: str = "") -> None:
        """Send a message to a queue."""
        settings = self.stack.of("AWS::SQS::Queue").get(queue, {})
        group = (group or "group-1") if settings.get("FifoQueue") else ""
        message = Message(id or f"message-{next(self._numbers)}", body, group)
        if repeated(self, queue, settings, message):
            return
        self.queues[queue].append(message)
        pipe, mapping = self.stack.pipe(queue), self.stack.worker(queue)
        if pipe:
            self.at(0, lambda: self.receive(queue, pipe))
        elif mapping:
            self.at(0, Poller(self, queue, mapping).poll)

    def receive(self, queue: str, pipe: Properties) -> None:
        """Let a pipe work on the first message of its queue; it comes back until it was tried enough."""
        message = self.queues[queue].pop(0)
        message.receives += 1
        settings = self.stack.of("AWS::SQS::Queue")[queue]
        if self.piped(pipe, {"messageId": message.id, "body": _data(message.body)}):
            return
        redrive = settings.get("RedrivePolicy", {})
        if message.receives >= redrive.get("maxReceiveCount", 1_000):
            self.send(redrive["deadLetterTargetArn"].rpartition(":")[2], message.body)
            return
        self.queues[queue].append(message)
        self.at(settings.get("VisibilityTimeout", 30), lambda: self.receive(queue, pipe))

    def piped(self, pipe: Properties, taken: Event) -> bool:
        """Start the machine with a record; return whether the pipe is done with it."""
        target = pipe["Target"]
        if ":states:" not in target or not self.stack.machine:
            return self.through_functions(pipe, taken)
        given = [filled(pipe["TargetParameters"]["InputTemplate"], taken)]
        waits = pipe["TargetParameters"]["StepFunctionStateMachineParameters"]["InvocationType"]
        started = target not in self.blocked and self.throttled[target] <= 0
        self.throttled[target] -= 1
        good = started and (self.start(given) == "SUCCEEDED" or waits == "FIRE_AND_FORGET")
        if not good:
            self.count("AWS/EventBridge/Pipes", "ExecutionFailed", "SourcePipe")
        return good

    def through_functions(self, pipe: Properties, taken: Event) -> bool:
        """Call what enriches a record, then the target; return whether the pipe is done with it."""
        parameters = pipe[_first(pipe)]
        template = parameters.get("InputTemplate")
        given: Any = [filled(template, taken) if template else filled_in(parameters, taken)]
        for arn in filter(None, (pipe.get("Enrichment"), pipe["Target"])):
            throttled = self.throttled[arn] > 0
            self.throttled[arn] -= 1
            answer = Answer(error="refused")
            if not throttled and arn not in self.blocked:
                answer = self.call(function_of(arn), given) if ":lambda:" in arn else self.taken(arn, given)
            result: Any = answer.result
            if answer.error or (isinstance(result, dict) and result["batchItemFailures"]):
                self.count("AWS/EventBridge/Pipes", "ExecutionFailed", "SourcePipe")
                return False
            given = result
        return True

    def taken(self, arn: str, records: list[Event]) -> Answer:
        """Let a queue, topic or bus take what a pipe hands on."""
        for item in records:
            self.topics[arn.rpartition(":")[2]].append(json.dumps(item))
        return Answer(result=records)

    def stream(self, name: str, records: list[Event]) -> None:
        """Write records to a stream, as its reader gets them."""
        self.streams[name] += records
        pipe = self.stack.pipe(name)
        if pipe:
            for item in records:
                self.at(0, lambda item=item: self.read_by_pipe(pipe, item))  # type: ignore[misc]
        else:
            self.at(0, lambda: self.read([*records], 0))

    def read_by_pipe(self, pipe: Properties, item: Event) -> None:
        """Let a pipe work on one record of a stream."""
        sources = pipe["SourceParameters"]
        settings: Properties = next(sources[key] for key in sources if key != "FilterCriteria")
        taken = {**item, **item.get("kinesis", {})}
        for key in {"data", "value"} & set(taken):
            taken[key] = _data(_decoded(taken[key]))
        for _ in range(1 + settings.get("MaximumRetryAttempts", ENDLESS)):
            if self.piped(pipe, taken):
                return
        if "MaximumRetryAttempts" not in settings:
            return  # it holds its partition and is tried on and on
        letters = settings.get("DeadLetterConfig", {}).get("Arn", "")
        self.keep(letters, {"context": {"condition": "RetryAttemptsExhausted"}, **positions([item])})

    def read(self, batch: list[Event], tried: int) -> None:
        """Let the function's poller work on a batch: halved, from the reported record on, or given up."""
        mapping = self.stack.mapping
        assert mapping
        function = function_of(mapping["FunctionName"])
        kafka = "topic" in batch[0]
        if tried > mapping.get("MaximumRetryAttempts", 5):
            self.give_up(function, mapping, batch)
            return
        answer = self.call(function, {"records": {"orders-0": batch}} if kafka else {"Records": batch})
        rest = left(batch, answer)
        if not rest:
            return
        if answer.error and len(rest) > 1 and mapping.get("BisectBatchOnFunctionError"):
            half = len(rest) // 2
            self.at(1, lambda: self.read(rest[:half], tried))
            self.at(2, lambda: self.read(rest[half:], tried))
        else:
            self.at(1, lambda: self.read(rest, tried + 1 if rest == batch else 1))

    def give_up(self, function: str, mapping: Properties, batch: list[Event]) -> None:
        """Send the record of a batch that keeps failing to its destination."""
        to = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", "")
        told: Event = {"requestContext": {"condition": "RetryAttemptsExhausted"}, **positions(batch)}
        if to.startswith(("arn:aws:s3", "kafka:")):
            told["payload"] = json.dumps({"Records": batch})
        if mapping.get("MetricsConfig"):
            poller = next(iter(self.stack.of("AWS::Lambda::EventSourceMapping")))
            self.count("AWS/Lambda", "OnFailureDestinationDeliveredEventCount", poller, len(batch))
        if to.startswith("kafka:"):
            self.topics[to].append(json.dumps(told))
        elif to and to not in self.blocked:
            self.arrive(to, told)
        else:
            self.count("AWS/Lambda", "DestinationDeliveryFailures", function)
            self.lost.extend(batch)


def _first(pipe: Properties) -> str:
    """Return which settings have the template of what is called first."""
    return "EnrichmentParameters" if "Enrichment" in pipe else "TargetParameters"


def record(function: str, event: Any, answer: Answer) -> Event:
    """Return the record of an asynchronous call."""
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}:live"
    told = {"errorType": answer.error, "errorMessage": "injected", "stackTrace": []}
    return {
        "version": "1.0",
        "timestamp": "2026-11-23T12:00:00.000Z",
        "requestContext": {
            "requestId": "r",
            "functionArn": arn,
            "condition": "RetriesExhausted" if answer.error else "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "1"},
        "responsePayload": told if answer.error else answer.result,
    }


def positions(batch: list[Event]) -> Event:
    """Return what is told of a batch: where it is, not what is in it."""
    name = {"kinesis": "KinesisBatchInfo", "dynamodb": "DDBStreamBatchInfo"}
    kind = next((name[key] for key in name if key in batch[0]), "KafkaBatchInfo")
    ends = {"startSequenceNumber": number_of(batch[0]), "endSequenceNumber": number_of(batch[-1])}
    return {kind: {**ends, "batchSize": len(batch)}}


def _data(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _decoded(data: str) -> str:
    from base64 import b64decode

    return b64decode(data).decode()
