"""What a pipe hands on to, by the service of its last step.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Bus, Parameter, Queue, Resource, Topic
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan.context import PlanContext

_BY_FUNCTION = "Make it a lambda step whose function calls the service, or use --approach step-functions."
_NEVER = ("s3", "dynamodb", "glue", "athena", "emr", "bedrock", "codebuild", "activity-worker", "other-aws")


class PipeTarget(Struct, frozen=True, kw_only=True):
    """What a pipe hands on to: the service, the reference, what is made for it, and the actions on it."""

    service: str
    ref: Ref
    made: tuple[Resource, ...]
    actions: tuple[str, ...]

    def granted(self, holder: str) -> tuple[Permission, ...]:
        """Return what ``holder`` needs to hand on."""
        return (Permission(holder, self.actions, (self.ref,)),)


def target_of(context: PlanContext, unit: Unit) -> PipeTarget:
    """Return the target that does ``unit``; NotSupported where no pipe can reach its service."""
    make = TARGETS.get(unit.service)
    if make is None:
        what = "no service that a pipe hands on to" if unit.service in _NEVER else "not wired to a pipe yet"
        raise NotSupported(
            f"The step '{unit.name.words}' uses {unit.service}, {what}. {_BY_FUNCTION} These can: "
            f"lambda, {', '.join(TARGETS)}."
        )
    return make(context, unit)


def _asked(context: PlanContext) -> tuple[str, ...]:
    return context.asked("targets", "event_source", "steps")


def _written(context: PlanContext, service: str, made: Resource) -> PipeTarget:
    write = context.aws.services[service].actions("write")
    return PipeTarget(service=service, ref=Ref(made.id), made=(made,), actions=write)


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
    return PipeTarget(service="step-functions", ref=Ref(made.id, "name"), made=(made,), actions=start)


TARGETS: Mapping[str, Callable[[PlanContext, Unit], PipeTarget]] = {
    "sqs": _queue,
    "sns": _topic,
    "eventbridge": _bus,
    "step-functions": _machine,
}
