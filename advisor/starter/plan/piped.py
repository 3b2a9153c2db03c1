"""A pipe: it reads a queue or stream, lets a function compute where there is something to, and hands on."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from advisor.knowledge.flow import Flow, Task, Unit, units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Pipe, Queue, Resource
from advisor.starter.blueprint.wiring import Ref
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.destinations.function_chain import in_one_function
from advisor.starter.plan.event_sources.to_state_machine import source_of_machine
from advisor.starter.plan.load import pipe_readers
from advisor.starter.plan.pipe_functions import PipeFunctions, envelope_of, pipe_functions
from advisor.starter.plan.pipe_targets import PipeTarget, target_of
from advisor.starter.plan.sample_payload import sample_payload

SOURCES = ("sqs", "dynamodb-stream", "kinesis", "kafka")
_NEW_ITEMS = {"eventName": ["INSERT"]}  # what was written, not what was changed or deleted


def pipes(context: PlanContext) -> PlannedFlow:
    """Return the source, the pipe, the functions that it calls, and its target.

    Raises NotSupported for what no pipe reads, and for what no pipe hands on to.
    """
    source = context.requirements.text("event_source")
    if source not in SOURCES:
        raise NotSupported(
            f"A pipe reads a queue or a stream ({', '.join(SOURCES)}), not '{source or 'sdk'}'. Use "
            "--approach messaging, or name another event_source."
        )
    steps = _steps(context, tuple(units(context.design.core)))
    *before, last = steps
    functions = pipe_functions(context, before, last if last.service == "lambda" else None)
    target = None if functions.target else target_of(context, last)
    flow: Flow = tuple(Task(unit) for unit in (*before[:1], last))
    payload = sample_payload(context.design.core)
    made = source_of_machine(context, payload, express=False, waits=False)
    pipe = next(item for item in made.parts.resources if isinstance(item, Pipe))
    wired = _wired(context, pipe, functions, target)
    starts = context.aws.services["step-functions"].actions("start")
    kept = tuple(item for item in made.parts.permissions if item.actions != starts)
    resources = tuple(
        wired if item is pipe else _watched(context, item, functions) for item in made.parts.resources
    )
    granted = [*functions.granted(context, pipe.id), *(target.granted(pipe.id) if target else ())]
    own = Fragment((*functions.all, *(target.made if target else ())), tuple(granted))
    notes = (in_one_function(before),) if len(before) > 1 else ()
    event = envelope_of(source, payload) if functions.all else made.event
    return PlannedFlow(flow, merge([Fragment(resources, kept), own]), event, notes=notes)


def _steps(context: PlanContext, steps: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Return the steps, of which the last is the target; NotSupported for one that no pipe can call."""
    if "timer" in context.requirements.chosen("waits"):
        raise NotSupported("A pipe does not wait: use --approach step-functions, or --approach messaging.")
    for unit in steps[:-1]:
        if unit.service != "lambda":
            raise NotSupported(
                f"A pipe has one target, its last step; the step '{unit.name.words}' before it uses "
                f"{unit.service}. Make it a lambda step whose function calls the service, or use --approach "
                "step-functions, whose pipe starts a workflow."
            )
    return steps


def _wired(context: PlanContext, pipe: Pipe, functions: PipeFunctions, target: PipeTarget | None) -> Pipe:
    """Return ``pipe`` between its source and its target, with the function that computes between them."""
    step_s = float(context.requirements.number("step_duration_s", 0))
    to = target.ref if target else Ref(functions.last.id)
    calls = f", which {functions.enrichment.id} enriches," if functions.enrichment else ""
    return replace(
        pipe,
        purpose=f"hands each record of {pipe.source.to}{calls} on to {to.to}",
        target=to,
        target_service=target.service if target else "lambda",
        enrichment=Ref(functions.enrichment.id) if functions.enrichment else None,
        template=functions.template(pipe),
        batch_size=functions.size,
        bisects=functions.size > 1 and pipe.undelivered is not None,
        waits=bool(functions.all),
        picks=_picked(pipe.service, functions, target),
        **_of_job(target),
        at_once=pipe_readers(context, pipe.service, step_s) if functions.all else pipe.at_once,
        filter=_NEW_ITEMS if pipe.service == "dynamodb-stream" else None,
    )


_RECORDS = {"sqs": "$.body", "kinesis": "$.data", "kafka": "$.value", "dynamodb-stream": "$.dynamodb.Keys"}
_IDS = {"sqs": "$.messageId", "kinesis": "$.eventID", "dynamodb-stream": "$.eventID"}


def _picked(source: str, functions: PipeFunctions, target: PipeTarget | None) -> str:
    """Return the path to the id that a job works on, or that an HTTP request is known by; empty for none."""
    if target is None or not (target.job or target.key):
        return ""
    if target.key:
        return "$.event" if functions.enrichment else _IDS.get(source, "")
    if functions.enrichment:
        return "$.payload.id"
    return f"{_RECORDS[source]}.id{'.S' if source == 'dynamodb-stream' else ''}"


def _of_job(target: PipeTarget | None) -> dict[str, Any]:
    """Return what a pipe says of the job that it starts."""
    if target is None or target.job is None:
        return {}
    job = target.job
    return {
        "task": job.task,
        "subnets": job.subnets,
        "definition": job.definition,
        "job_name": job.job_name,
    }


def _watched(context: PlanContext, item: Resource, functions: PipeFunctions) -> Resource:
    """Return ``item``; the queue that is read hides messages long enough, and rings when they are old."""
    if not isinstance(item, Queue) or not item.dead_letters:
        return item
    runs_s = sum(function.timeout_s for function in functions.all)
    visibility = max(item.visibility_s, context.aws.limit("advised-visibility") * runs_s)
    old_s = max(context.aws.limit("starter-queue-age"), visibility * item.max_receives)
    kept_s, alarm_s = context.waiting(visibility, item.max_receives, old_s)
    return replace(item, visibility_s=visibility, retention_s=kept_s, oldest_s=alarm_s)
