"""A pipe: it reads a queue or stream and hands each record on to a target, with no function between."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Unit, units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bus, Parameter, Pipe, Queue, Resource, Topic
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.event_sources.to_state_machine import source_of_machine
from advisor.starter.plan.sample_payload import sample_payload

SOURCES = ("sqs", "dynamodb-stream", "kinesis", "kafka")
_BY_FUNCTION = "Make it a lambda step whose function calls the service, or use --approach step-functions."
_NEVER = ("s3", "dynamodb", "glue", "athena", "emr", "bedrock", "codebuild", "activity-worker", "other-aws")
_NEW_ITEMS = {"eventName": ["INSERT"]}  # what was written, not what was changed or deleted


class _Target(Struct, frozen=True):
    """What a pipe hands on to: the service, the reference, and what is made for it."""

    service: str
    ref: Ref
    made: Resource


def pipes(context: PlanContext) -> PlannedFlow:
    """Return the source, the pipe and its target.

    Raises NotSupported for what no pipe reads, and for what no pipe hands on to.
    """
    source = context.requirements.text("event_source")
    if source not in SOURCES:
        raise NotSupported(
            f"A pipe reads a queue or a stream ({', '.join(SOURCES)}), not '{source or 'sdk'}'. Use "
            "--approach messaging, or name another event_source."
        )
    flow = context.design.core
    target = _target(context, _step(context, tuple(units(flow))))
    made = source_of_machine(context, sample_payload(flow), express=False, waits=False)
    pipe = next(item for item in made.parts.resources if isinstance(item, Pipe))
    wired = replace(
        pipe,
        purpose=f"hands each record of {pipe.source.to} on to {target.made.id}",
        target=target.ref,
        target_service=target.service,
        filter=_NEW_ITEMS if source == "dynamodb-stream" else None,
    )
    starts = context.aws.services["step-functions"].actions("start")
    kept = tuple(item for item in made.parts.permissions if item.actions != starts)
    resources = tuple(wired if item is pipe else _watched(context, item) for item in made.parts.resources)
    write = context.aws.services[target.service].actions(
        "start" if target.service == "step-functions" else "write"
    )
    own = Fragment((target.made,), (Permission(pipe.id, write, (target.ref,)),))
    return PlannedFlow(flow, merge([Fragment(resources, kept), own]), made.event)


def _step(context: PlanContext, steps: tuple[Unit, ...]) -> Unit:
    """Return the step that is the target; NotSupported for any other."""
    if "timer" in context.requirements.chosen("waits"):
        raise NotSupported("A pipe does not wait: use --approach step-functions, or --approach messaging.")
    *before, last = steps
    if before:
        raise NotSupported(
            f"A starter's pipe hands on and computes nothing yet, but this workload has {len(steps)} steps: "
            "use --approach step-functions, whose pipe starts a workflow, or say steps: 1."
        )
    if last.service == "lambda":
        raise NotSupported(
            "One function behind a queue or stream is called by a poller, without a pipe: use --approach "
            "queue-redrive or --approach single-function, or name in targets what is handed on to."
        )
    return last


def _target(context: PlanContext, unit: Unit) -> _Target:
    make = TARGETS.get(unit.service)
    if make is None:
        what = "no service that a pipe hands on to" if unit.service in _NEVER else "not wired to a pipe yet"
        raise NotSupported(
            f"The step '{unit.name.words}' uses {unit.service}, {what}. {_BY_FUNCTION} These can: "
            f"{', '.join(TARGETS)}."
        )
    return make(context, unit)


def _asked(context: PlanContext) -> tuple[str, ...]:
    return context.asked("targets", "event_source", "steps")


def _queue(context: PlanContext, unit: Unit) -> _Target:
    made = Queue("TargetQueue", f"takes what the pipe hands on, for '{unit.name.words}'", _asked(context))
    return _Target("sqs", Ref(made.id), made)


def _topic(context: PlanContext, unit: Unit) -> _Target:
    made = Topic("TargetTopic", f"announces what the pipe hands on, for '{unit.name.words}'", _asked(context))
    return _Target("sns", Ref(made.id), made)


def _bus(context: PlanContext, unit: Unit) -> _Target:
    made = Bus("TargetBus", f"carries what the pipe hands on, for '{unit.name.words}'", _asked(context))
    return _Target("eventbridge", Ref(made.id), made)


def _machine(context: PlanContext, unit: Unit) -> _Target:
    rules = _asked(context)
    made = Parameter("TargetStateMachineArn", "ARN of the state machine to start", rules, default=None)
    return _Target("step-functions", Ref(made.id, "name"), made)


TARGETS: Mapping[str, Callable[[PlanContext, Unit], _Target]] = {
    "sqs": _queue,
    "sns": _topic,
    "eventbridge": _bus,
    "step-functions": _machine,
}


def _watched(context: PlanContext, item: Resource) -> Resource:
    """Return ``item``, with an alarm on old messages where it is the queue that is read."""
    if isinstance(item, Queue) and item.dead_letters:
        return replace(
            item,
            retention_s=context.aws.limit("starter-queue-retention"),
            oldest_s=max(context.aws.limit("starter-queue-age"), item.visibility_s * item.max_receives),
        )
    return item
