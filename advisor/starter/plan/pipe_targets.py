"""What a pipe hands on to, by the service of its last step.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import (
    ApiDestination,
    Bus,
    Connection,
    Parameter,
    Queue,
    Resource,
    Topic,
)
from advisor.starter.blueprint.wiring import Permission, Ref, Target
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.job_services import JOBS, Job, watched
from advisor.starter.plan.load import endpoint_rate

_BY_FUNCTION = "Make it a lambda step whose function calls the service, or use --approach step-functions."


class PipeTarget(Struct, frozen=True, kw_only=True):
    """What a pipe hands on to: the service, the reference, what is made for it, and what the pipe may do.

    ``job`` is what it starts, and ``key`` whether it has the id of a record as the key of a request.
    """

    service: str
    ref: Ref
    made: tuple[Resource, ...]
    grants: tuple[tuple[tuple[str, ...], tuple[Target, ...]], ...]
    job: Job | None = None
    key: bool = False

    def granted(self, holder: str) -> tuple[Permission, ...]:
        """Return what ``holder`` needs to hand on."""
        return tuple(Permission(holder, actions, resources) for actions, resources in self.grants)


def target_of(context: PlanContext, unit: Unit) -> PipeTarget:
    """Return the target that does ``unit``; NotSupported where no pipe can reach its service."""
    make = TARGETS.get(unit.service)
    if make is None:
        raise NotSupported(
            f"The step '{unit.name.words}' uses {unit.service}, no service that a pipe hands on to. "
            f"{_BY_FUNCTION} These can: lambda, {', '.join(TARGETS)}."
        )
    return make(context, unit)


def _asked(context: PlanContext) -> tuple[str, ...]:
    return context.asked("targets", "event_source", "steps")


def _written(context: PlanContext, service: str, made: Resource) -> PipeTarget:
    write = context.aws.services[service].actions("write")
    return PipeTarget(service=service, ref=Ref(made.id), made=(made,), grants=((write, (Ref(made.id),)),))


def _queue(context: PlanContext, unit: Unit) -> PipeTarget:
    purpose = f"takes what the pipe hands on, for '{unit.name.words}'"
    return _written(context, "sqs", Queue("TargetQueue", purpose, _asked(context)))


def _topic(context: PlanContext, unit: Unit) -> PipeTarget:
    purpose = f"announces what the pipe hands on, for '{unit.name.words}'"
    return _written(context, "sns", Topic("TargetTopic", purpose, _asked(context)))


def _bus(context: PlanContext, unit: Unit) -> PipeTarget:
    purpose = f"carries what the pipe hands on, for '{unit.name.words}'"
    return _written(context, "eventbridge", Bus("TargetBus", purpose, _asked(context)))


def _machine(context: PlanContext, unit: Unit) -> PipeTarget:
    text = "ARN of the state machine to start"
    made = Parameter("TargetStateMachineArn", text, _asked(context), default=None)
    start = context.aws.services["step-functions"].actions("start")
    ref = Ref(made.id, "name")
    return PipeTarget(service="step-functions", ref=ref, made=(made,), grants=((start, (ref,)),))


def _endpoint(context: PlanContext, unit: Unit) -> PipeTarget:
    """Return an HTTPS address behind a connection that has its key, and a rate that spares it."""
    rules, name = context.asked("targets", "buffering"), unit.name.id
    address = Parameter(f"{name}Endpoint", "HTTPS address to POST to", rules, None)
    key = Parameter(f"{name}Key", "key of the endpoint, sent as x-api-key", rules, None, secret=True)
    link = Connection(f"{name}Connection", "holds the endpoint's key", rules, Ref(key.id, "name"))
    made = ApiDestination(
        f"{name}ApiDestination",
        f"POSTs what the pipe hands on, for '{unit.name.words}'",
        rules,
        connection=Ref(link.id),
        endpoint=Ref(address.id, "name"),
        per_second=endpoint_rate(context),
    )
    send = context.aws.services["http-api"].actions("send")
    return PipeTarget(
        service="http-api",
        ref=Ref(made.id),
        made=(address, key, link, made),
        grants=((send, (Ref(made.id),)),),
        key=True,
    )


def _job(context: PlanContext, unit: Unit) -> PipeTarget:
    """Return a job that the pipe starts, and what tells of a failed one."""
    job = JOBS[unit.service](context, unit, "")
    assert isinstance(job.target, Ref)
    services = context.aws.services
    grants = tuple((services[name].actions(purpose), to) for name, purpose, to in job.grants)
    return PipeTarget(
        service=unit.service,
        ref=job.target,
        made=(*job.resources, *watched(context, unit, job, Ref("SourcePipe"))),
        grants=grants,
        job=job,
    )


TARGETS: Mapping[str, Callable[[PlanContext, Unit], PipeTarget]] = {
    "sqs": _queue,
    "sns": _topic,
    "eventbridge": _bus,
    "step-functions": _machine,
    "http-api": _endpoint,
    "ecs-fargate": _job,
    "batch": _job,
    "sagemaker": _job,
}
