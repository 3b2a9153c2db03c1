"""What a deployment consists of, in no tool's words, so that flavours can be held against each other.

A description maps a section to the things in it, each under a name that every flavour gives it: the id of
the blueprint, or what leads where. Values are resolved: a reference reads like the ARN it will be.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Description = dict[str, dict[str, Any]]

# What every flavour grants in words of its own: AWS managed policies, grants of a construct, statements.
# Which of these a role has is compared, not how finely each is cut.
PLUMBING = {
    "write logs": r"logs:(Create|Put|Get|Update|Delete|List|Describe).*",
    "send traces": r"xray:.*",
    "read its stream": r"kinesis:(Describe|Get|List|Subscribe).*"
    r"|dynamodb:(GetRecords|GetShardIterator|DescribeStream|ListStreams)",
    "read its queue": r"sqs:(ReceiveMessage|DeleteMessage|ChangeMessageVisibility)",
    "checkpoint its runs": r"lambda:(CheckpointDurableExecution|GetDurableExecutionState)",
    "read its topic": r"(kafka|kafka-cluster|ec2):.*",
}
MANAGED = {
    "AWSLambdaBasicExecutionRole": ("write logs",),
    "AWSXrayWriteOnlyAccess": ("send traces",),
    "AWSXRayDaemonWriteAccess": ("send traces",),
    "AWSLambdaKinesisExecutionRole": ("write logs", "read its stream"),
    "AWSLambdaDynamoDBExecutionRole": ("write logs", "read its stream"),
    "AWSLambdaSQSQueueExecutionRole": ("write logs", "read its queue"),
    "AWSLambdaBasicDurableExecutionRolePolicy": ("write logs", "checkpoint its runs"),
    "AWSLambdaMSKExecutionRole": ("write logs", "read its topic"),
}


@dataclass(frozen=True)
class Difference:
    """One place where two descriptions are not the same."""

    where: str
    first: Any
    second: Any

    def __str__(self) -> str:
        first, second = (json.dumps(value, sort_keys=True) for value in (self.first, self.second))
        return f"{self.where}: {first} or {second}"


@dataclass
class Collected:
    """A description while it grows."""

    sections: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, section: str, name: str, **facts: Any) -> None:
        """Add what is known of one thing; facts that are not set are not there."""
        known = self.sections[section].setdefault(name, {})
        known.update({key: value for key, value in facts.items() if value not in (None, "", [], {}, False)})

    def add_to(self, section: str, name: str, items: Iterable[str]) -> None:
        """Add to what has neither order nor number, so that a difference is in single items."""
        for item in items:
            self.sections[section].setdefault(name, {})[item] = True

    def description(self) -> Description:
        """Return it as plain data."""
        return {section: dict(things) for section, things in sorted(self.sections.items())}


def listed(value: Any) -> list[Any]:
    """Return a list, or what is no list as a list of one, or nothing as an empty list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def watched(dimension: str, value: Any) -> str:
    """Return what an alarm watches; each flavour has its own name for the mapping of a function."""
    return f"{dimension}={'its mapping' if dimension == 'EventSourceMappingUUID' else value}"


def allowed(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a policy allows, a line for each action and resource; plumbing by its name."""
    for statement in listed(document.get("Statement")):
        condition = statement.get("Condition")
        only = f" if {json.dumps(condition, sort_keys=True)}" if condition else ""
        for written in listed(statement.get("Action")):
            action = _action(written)
            plumbing = next(
                (name for name, actions in PLUMBING.items() if re.fullmatch(actions, action)), None
            )
            if plumbing:
                yield plumbing
                continue
            for resource in listed(statement.get("Resource")):
                yield f"{action} on {resource}{only}"


def _action(written: str) -> str:
    """Return an action as IAM's pages spell it; IAM itself reads any case."""
    service, _, name = written.partition(":")
    return f"{service}:{name[:1].upper()}{name[1:]}"


def managed(arn: str) -> tuple[str, ...]:
    """Return what an AWS managed policy is there for."""
    return MANAGED.get(arn.rpartition("/")[2], (arn,))


def differences(first: Description, second: Description) -> list[Difference]:
    """Return every place where two descriptions are not the same."""
    return list(_differences("", first, second))


def _differences(where: str, first: Any, second: Any) -> Iterator[Difference]:
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted({*first, *second}):
            yield from _differences(f"{where}/{key}".lstrip("/"), first.get(key), second.get(key))
    elif first != second:
        yield Difference(where, first, second)
