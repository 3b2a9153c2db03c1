"""`PlanContext`: the input of every planning step. `Fragment`: what one adds. `PlannedFlow`: all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.recommendation import Design
from advisor.knowledge.answers import QueryLanguage
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.flow import Flow, Unit, WaitForCallback, nodes
from advisor.knowledge.names import Name
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import BOTH, EXPRESS, STEP_FUNCTIONS
from advisor.starter.blueprint.project import RecordFixture
from advisor.starter.blueprint.resources import Function, Queue, Resource
from advisor.starter.blueprint.wiring import Permission
from advisor.starter.plan.rule_ids import RulesBehind


class PlanContext(Struct, frozen=True, kw_only=True):
    """Input of every planning step: requirements, the workload's name, the rules behind each resource.

    ``direct`` are the steps where services other than Lambda are called directly; ``notes`` say where the
    project differs from the answers, and why.
    """

    requirements: Requirements
    asked: RulesBehind
    name: Name
    source: str
    aws: AwsFacts
    design: Design
    query_language: QueryLanguage = "jsonata"
    failure_topic: str = ""
    region: str = "us-east-1"
    direct: tuple[Unit, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def ordered(self) -> bool:
        """Return whether events must be worked on in the order in which they came, at least per key."""
        return self.requirements.text("ordering") == "required"

    def retried_s(self, limit: str) -> int:
        """Return how long an event is tried: as ``limit`` says, or until it is of no use any more."""
        most, asked = self.aws.limit(limit), int(self.requirements.number("max_age_s", 0))
        return min(most, max(asked, self.aws.limit("async-event-age"))) if asked else most

    def waiting(self, visibility_s: int, receives: int, old_s: int) -> tuple[int, int]:
        """Return how long a queue keeps a message, and the age at which an alarm rings: ``old_s`` if it can.

        A message is kept while it is of use, and in any case until its last receive: one that fails would
        else be deleted before it moves to the dead-letter queue. That queue keeps what fails for its full
        time, since a message keeps its age when it moves.
        """
        most, asked = self.aws.limit("starter-queue-retention"), int(self.requirements.number("max_age_s", 0))
        kept = min(most, max(asked, visibility_s * receives)) if asked else most
        return kept, min(old_s, kept // 2)

    @property
    def answer_s(self) -> int:
        """Return how long a run may take whose result a caller waits for; 0 where nobody waits.

        It is twice the expected duration, within what the source and Express allow, and 29 s at least; behind
        an HTTP API it leaves time to the function that waits for the run.
        """
        if self.requirements.text("caller_waits_for") != "result":
            return 0
        source, http = self.requirements.text("event_source"), self.aws.limit("http-api-timeout") - 1
        if source == "cognito":
            return self.trigger_s - 1
        if source == "api-gateway":
            return http - 4
        expected = max(self.requirements.number(key, 0) for key in ("total_duration_s", "step_duration_s"))
        return int(min(max(2 * expected, http), self.aws.limit("express-duration")))

    @property
    def trigger_s(self) -> int:
        """Return how long a function may take that Cognito waits for; then Cognito calls it again."""
        return self.aws.limit("cognito-trigger-timeout") - 1

    @property
    def run_s(self) -> int:
        """Return the timeout of a run: what the answers say twice over, with room for retries.

        Waits for answers come on top where nobody said how long a run takes in all.
        """
        design, total = self.design, self.requirements.number("total_duration_s", 0)
        if design.workflow_type == EXPRESS:
            if self.answer_s:
                return self.answer_s
            retrier, most = design.failure.execution.retrier, self.aws.limit("express-duration")
            waits = sum(retrier.waits) if retrier else 0
            return int(min(max(2 * total + waits, 60), most)) if total else most
        asked = sum(node.timeout_s for node in nodes(design.core) if isinstance(node, WaitForCallback))
        return design.longest_s + (0 if total else asked)

    @property
    def timeout_s(self) -> int:
        """Return the timeout of each function: twice the expected duration, 30 s at least.

        Where a caller waits it is 8 s at least; it is always shorter than the run.
        """
        expected = max(self.requirements.number("step_duration_s", 0) * 2, 8 if self.answer_s else 30)
        most = self.aws.limit("starter-function-timeout")
        if self.design.approach in (STEP_FUNCTIONS, BOTH):
            most = max(1, min(most, self.run_s - 3))
        return int(min(expected, most))


class Fragment(Struct, frozen=True):
    """Resources and what belongs to them."""

    resources: tuple[Resource, ...] = ()
    permissions: tuple[Permission, ...] = ()
    records: tuple[RecordFixture, ...] = ()


class PlannedFlow(Struct, frozen=True):
    """The flow, everything it is made of, and an example of the event that starts it.

    ``inner`` is business code that a function among the parts runs, ``notes`` are for the README; ``payload``
    is an example of what is worked on, where the flow alone does not tell it.
    """

    flow: Flow
    parts: Fragment
    event: Mapping[str, Any]
    inner: tuple[Function, ...] = ()
    notes: tuple[str, ...] = ()
    payload: Mapping[str, Any] | None = None


def merge(parts: Iterable[Fragment]) -> Fragment:
    """Return all parts as one; a resource or permission asked for twice is there once."""
    every = tuple(parts)
    resources: dict[str, Resource] = {}
    for resource in (resource for part in every for resource in part.resources):
        resources[resource.id] = _joined(resources.get(resource.id, resource), resource)
    return Fragment(
        tuple(resources.values()),
        tuple(permission for part in every for permission in part.permissions),
        tuple(dict.fromkeys(record for part in every for record in part.records)),
    )


def _joined(known: Resource, again: Resource) -> Resource:
    """Return ``known``; a queue takes from all who were to send to it."""
    if not (isinstance(known, Queue) and isinstance(again, Queue)):
        return known
    return replace(known, senders=tuple(dict.fromkeys((*known.senders, *again.senders))))
