"""Functions that a pipe calls: one that computes what the target gets, and one that is the target.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.items import typed
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Function, Pipe
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.destinations.function_chain import function

_MARGIN_S = 10  # for what the pipe does beside the functions
# The template of each source: what a function gets of one record. A failed one is told by its ``event``
_TEMPLATES: Mapping[str, str] = {
    "sqs": '{"event": <$.messageId>, "payload": <$.body>}',
    "kinesis": '{"event": <$.eventID>, "payload": <$.data>}',
    "dynamodb-stream": '{"event": <$.eventID>, "eventName": <$.eventName>, "dynamodb": <$.dynamodb>}',
    "kafka": '{"event": "<$.topic>-<$.partition>-<$.offset>", "payload": <$.value>}',
}
_EVENTS: Mapping[str, str] = {
    "sqs": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
    "kinesis": "shardId-000000000000:49590338271490256608559692538361571095921575989136588898",
    "dynamodb-stream": "c4ca4238a0b923820dcc509a6f75849b",
    "kafka": "orders-0-15",
}


class PipeFunctions(Struct, frozen=True):
    """The functions of one pipe; ``size`` is how many records they get at once."""

    enrichment: Function | None = None
    target: Function | None = None
    size: int = 1

    @property
    def all(self) -> tuple[Function, ...]:
        return tuple(item for item in (self.enrichment, self.target) if item)

    @property
    def last(self) -> Function:
        return self.all[-1]

    def template(self, pipe: Pipe) -> str:
        """Return what is picked out of a record."""
        return _TEMPLATES[pipe.service] if self.all else pipe.template

    def granted(self, context: PlanContext, holder: str) -> tuple[Permission, ...]:
        """Return what ``holder`` needs to call the functions."""
        call = context.aws.services["lambda"].actions("write")
        return tuple(Permission(holder, call, (Ref(item.id),)) for item in self.all)


def envelope_of(source: str, payload: Mapping[str, Any]) -> Any:
    """Return what a pipe from ``source`` hands to a function for one record."""
    event = {"event": _EVENTS[source]}
    if source == "dynamodb-stream":
        image = typed(payload)["M"]
        event["eventName"] = "INSERT"
        return [{**event, "dynamodb": {"Keys": {"id": {"S": payload["id"]}}, "NewImage": image}}]
    return [{**event, "payload": payload}]


def pipe_functions(context: PlanContext, before: Sequence[Unit], last: Unit | None) -> PipeFunctions:
    """Return one function for all steps ``before`` the target, and one for ``last`` where that is a function.

    Only a target that is a function can answer which records of a batch failed; what is enriched comes one by
    one, so that a record that keeps failing takes no other with it. Raises NotSupported for work that
    outlasts a pipe, and for a pace that a pipe cannot keep.
    """
    if not before and last is None:
        return PipeFunctions()
    _check_pace(context)
    source = context.requirements.text("event_source")
    # Of Kafka a pipe takes no failures of single records; a group of a FIFO queue is worked on one by one
    in_batches = not before and source != "kafka" and not (source == "sqs" and context.ordered)
    most = (context.aws.limit("pipe-execution") - _MARGIN_S) // (bool(before) + bool(last))
    size = _size(context, most) if in_batches else 1
    _check_time(context, (*before, *([last] if last else [])), max(len(before), 1), most)
    enrichment = _function(context, before[0], len(before), most) if before else None
    target = _function(context, last, size, most) if last else None
    if target and in_batches:
        target = replace(target, piped="failures")
    return PipeFunctions(enrichment, target, size)


def _check_pace(context: PlanContext) -> None:
    asked = context.requirements
    if asked.text("event_source") == "sqs" and "pacing" in asked.chosen("buffering"):
        raise NotSupported(
            "A pipe reads a queue with as many executions at once as there are messages, and no setting "
            "slows it down. Use --approach queue-redrive, whose poller has a maximum concurrency."
        )


def _check_time(context: PlanContext, steps: Sequence[Unit], times: int, most: int) -> None:
    longest = times * context.requirements.number("step_duration_s", 0)
    if longest > most:
        raise NotSupported(
            f"A pipe's execution ends after {context.aws.limit('pipe-execution')} seconds, the time of its "
            f"target among them, but '{steps[0].name.words}' may take {longest:,.10g}. Use --approach "
            "queue-redrive, or --approach step-functions, whose pipe only starts a workflow."
        )


def _each_s(context: PlanContext) -> int:
    stated = context.requirements.number("step_duration_s", 0)
    return max(ceil(2 * stated), context.aws.limit("starter-message-timeout"))


def _size(context: PlanContext, most: int) -> int:
    return max(1, min(context.aws.limit("starter-queue-batch"), most // _each_s(context)))


def _function(context: PlanContext, unit: Unit, times: int, most: int) -> Function:
    """Return the function of ``unit``, which does work that takes as long as a step so many ``times``."""
    made = function(context, unit, "event_source", "steps", "targets")
    timeout_s = min(max(times * _each_s(context), 30), most)
    return replace(made, piped="results", timeout_s=timeout_s)
