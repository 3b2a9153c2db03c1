"""A managed job that a rule or a schedule starts, with no function and no workflow around it."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.flow import Flow, Task, Unit, units
from advisor.starter.blueprint.ids import UNDELIVERED
from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.wiring import Permission, Ref, Trigger, spelt
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.delivery import Source, from_bucket, from_bus, from_schedule
from advisor.starter.plan.job_services import JOBS, OBJECT, Job, watched
from advisor.starter.plan.sample_payload import sample_payload


class Origin(Struct, frozen=True):
    """What starts the job, what of it the job gets, and where that is in the event."""

    source: Source
    what: str
    paths: Mapping[str, str] = {}


def managed_job(context: PlanContext) -> PlannedFlow:
    """Return what starts each job, a queue for starts that failed, and what tells of failed jobs.

    Raises NotSupported for work that is no job, and for what neither a rule nor a schedule can start.
    """
    jobs, origin = _jobs(context), _origin(context)
    flow: Flow = tuple(Task(unit) for unit in jobs)
    parts = merge([origin.source.parts, *(_job(context, unit, origin) for unit in jobs)])
    first = next(item for item in parts.resources if isinstance(item, JobStart))
    event = spelt(first.arguments, lambda ref: f"${{{ref.to}}}") if first.schedule else origin.source.event
    return PlannedFlow(flow, parts, event, notes=_notes(context))


def _jobs(context: PlanContext) -> tuple[Unit, ...]:
    """Return the units of work that are jobs; one container where it is only known that it takes long."""
    requirements, work = context.requirements, tuple(units(context.design.core))
    others = [name for name in requirements.chosen("targets") if name not in (*JOBS, "other-aws", "lambda")]
    if others:
        raise NotSupported(
            f"Neither a rule nor a schedule starts {', '.join(others)} with a job's own end to watch here. "
            f"Name a job in targets ({', '.join(JOBS)}), or use --approach step-functions."
        )
    jobs = tuple(unit for unit in work if unit.service in JOBS)
    if jobs:
        return jobs
    longest = max(requirements.number(key, 0) for key in ("step_duration_s", "total_duration_s"))
    if longest <= context.aws.limit("starter-function-timeout"):
        raise NotSupported(
            f"There is no job in this work. Name one in targets ({', '.join(JOBS)}), or say step_duration_s "
            f"where it outlasts a function; else use --approach single-function."
        )
    return (replace(work[0], service="ecs-fargate"),)


def _origin(context: PlanContext) -> Origin:
    name, payload = context.requirements.text("event_source", "sdk"), sample_payload(())
    if name == "schedule":
        return Origin(from_schedule(context, payload, machine=True), "<aws.scheduler.scheduled-time>")
    if name == "s3":
        paths = {"bucket": "$.detail.bucket.name", "key": "$.detail.object.key"}
        return Origin(from_bucket(context, payload, machine=True), OBJECT, paths)
    if name in ("eventbridge", "sdk", "other"):
        return Origin(from_bus(context, payload, machine=True), "<id>", {"id": "$.detail.id"})
    noun = context.aws.services[name].noun
    raise NotSupported(
        f"A job cannot be started by {noun}. Use event_source: schedule, eventbridge or s3, or --approach "
        "step-functions."
    )


def _job(context: PlanContext, unit: Unit, origin: Origin) -> Fragment:
    job, trigger = JOBS[unit.service](context, unit, origin.what), origin.source.trigger
    assert trigger is not None
    if not trigger.schedule and not job.target:
        noun = context.aws.services[unit.service].noun
        raise NotSupported(
            f"An EventBridge rule cannot start {noun}, only a schedule can. Say event_source: schedule, or "
            "use --approach step-functions."
        )
    if not trigger.schedule and job.for_rule:
        more, grants = job.for_rule
        job = replace(job, resources=(*job.resources, *more), grants=grants)
    start = _start(context, unit, job, trigger, origin)
    told = watched(context, unit, job, Ref(start.id))
    return Fragment((*job.resources, start, *told), _granted(context, start, job))


def _start(context: PlanContext, unit: Unit, job: Job, trigger: Trigger, origin: Origin) -> JobStart:
    scheduled = bool(trigger.schedule)
    return JobStart(
        f"{unit.name.id}Start",
        f"starts '{unit.name.words}' {'once a day' if scheduled else 'for each event'}",
        context.asked("event_source", "steps", "step_duration_s", "targets"),
        service=unit.service,
        schedule=trigger.schedule,
        pattern=trigger.pattern,
        target=job.action if scheduled else job.target,
        arguments=job.arguments if scheduled else {},
        paths={} if scheduled else origin.paths,
        template="" if scheduled else job.template(),
        parameters={} if scheduled else job.parameters,
        task=job.task,
        subnets=job.subnets,
        definition=None if scheduled else job.definition,
        job_name="" if scheduled else job.job_name,
        undelivered=Ref(UNDELIVERED),
        retry_attempts=trigger.retry_attempts,
        max_event_age_s=trigger.max_event_age_s,
    )


def _granted(context: PlanContext, start: JobStart, job: Job) -> tuple[Permission, ...]:
    services = context.aws.services
    granted = [
        Permission(start.id, services[service].actions(purpose), targets)
        for service, purpose, targets in job.grants
    ]
    if start.schedule:  # a rule writes by the queue's own policy
        granted.append(Permission(start.id, services["sqs"].actions("write"), (start.undelivered,)))
    return tuple(granted)


def _notes(context: PlanContext) -> tuple[str, ...]:
    if context.requirements.text("event_source", "sdk") not in ("sdk", "other"):
        return ()
    return (
        "Callers put an event on the default bus, whose `detail.id` says what to work on; a rule starts the "
        "job, so that nothing of yours has to run for it.",
    )
