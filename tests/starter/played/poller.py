"""Lambda's poller of a queue: batches, partial responses, visibility, receives, groups of a FIFO queue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.starter.played.answers import Answer
from tests.starter.played.stack import Properties, function_of

if TYPE_CHECKING:
    from tests.starter.played.account import Account, Message

FEW = 3  # receives of a queue without a dead-letter queue: it would never end
DEDUPLICATED_S = 300


@dataclass(frozen=True)
class Poller:
    """Reads ``queue`` for the function of ``mapping``, as long as it holds messages."""

    account: Account
    queue: str
    mapping: Properties

    @property
    def settings(self) -> Properties:
        """Return what the template sets for the queue."""
        found: Properties = self.account.stack.of("AWS::SQS::Queue")[self.queue]
        return found

    def poll(self) -> None:
        """Work on what is visible, then on what becomes visible later."""
        self.set_aside()
        batch = self.visible()[: self.mapping.get("BatchSize", 10)]
        if not batch:
            return
        hidden_s = self.settings.get("VisibilityTimeout", 30)
        for message in batch:
            message.receives += 1
            message.visible_at = self.account.clock + hidden_s
        answer = self.invoke(batch)
        failed = self.failed(batch, answer)
        waiting = self.account.queues[self.queue]
        waiting[:] = [item for item in waiting if item not in batch or item.id in failed]
        self.account.at(0, self.poll)
        if failed:
            self.account.at(hidden_s, self.poll)

    def invoke(self, batch: list[Message]) -> Answer:
        """Call the function with a batch, which waits where the function is throttled."""
        arn = self.mapping["FunctionName"]
        throttled = self.account.throttled[arn] > 0
        self.account.throttled[arn] -= 1
        if throttled or arn in self.account.blocked:
            return Answer(error="TooManyRequestsException")
        return self.account.call(function_of(arn), {"Records": [self.record(item) for item in batch]})

    def record(self, message: Message) -> dict[str, Any]:
        """Return a message as the function gets it."""
        group = {"MessageGroupId": message.group} if message.group else {}
        return {
            "messageId": message.id,
            "receiptHandle": f"{message.id}-{message.receives}",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.receives), **group},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": f"arn:aws:sqs:us-east-1:123456789012:{self.queue}",
            "awsRegion": "us-east-1",
        }

    def failed(self, batch: list[Message], answer: Answer) -> set[str]:
        """Return the ids of what stays in the queue: all where an id is unknown, as AWS does."""
        every = {message.id for message in batch}
        if answer.error:
            return every
        if "ReportBatchItemFailures" not in self.mapping.get("FunctionResponseTypes", []):
            return set()
        failures = (answer.result or {}).get("batchItemFailures") or []
        told = {failure["itemIdentifier"] for failure in failures}
        return told if told <= every else every

    def visible(self) -> list[Message]:
        """Return what can be received now; a group with a hidden message gives none."""
        now, waiting = self.account.clock, self.account.queues[self.queue]
        held = {item.group for item in waiting if item.group and item.visible_at > now}
        return [item for item in waiting if item.visible_at <= now and item.group not in held]

    def set_aside(self) -> None:
        """Move what was received often enough to the dead-letter queue."""
        redrive = self.settings.get("RedrivePolicy", {})
        waiting = self.account.queues[self.queue]
        spent = [item for item in self.visible() if item.receives >= redrive.get("maxReceiveCount", FEW)]
        waiting[:] = [item for item in waiting if item not in spent]
        for item in spent:
            if redrive:
                to = redrive["deadLetterTargetArn"].rpartition(":")[2]
                self.account.send(to, item.body, item.id, item.group)
            else:
                self.account.lost.append(item.body)


def repeated(account: Account, queue: str, settings: Properties, sent: Message) -> bool:
    """Return whether a FIFO queue drops a message as one that it took before; redelivery has the same id."""
    if not settings.get("ContentBasedDeduplication"):
        return False
    group = sent.group if settings.get("DeduplicationScope") == "messageGroup" else ""
    key = json.dumps([queue, group, sent.body])
    first, since = account.taken_in.setdefault(key, (sent.id, account.clock))
    if account.clock - since > DEDUPLICATED_S:
        account.taken_in[key] = (sent.id, account.clock)
        return False
    return first != sent.id
