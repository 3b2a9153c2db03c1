"""Payloads that are too large to be handed on: a bucket keeps them, and their keys are handed on."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.knowledge.flow import units
from advisor.starter.blueprint.ids import DURABLE, PAYLOADS
from advisor.starter.blueprint.resources import Bucket, Function
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan.context import Fragment, PlanContext, merge

VARIABLE = "PAYLOAD_BUCKET"
KEPT_DAYS = 90
_OTHERS = {"direct-invoke": ("sync-payload-bytes",), "managed-job": ()}  # limits of what passes no queue
# What limits the payload of a step that gets it as text, by the service that does the step
TAKEN_BY = {
    "ecs-fargate": "container-overrides",
    "batch": "container-overrides",
    "emr": "emr-step-argument",
    "codebuild": "build-variable",
}


def with_payload_bucket(context: PlanContext, built: Fragment) -> Fragment:
    """Return ``built`` with a bucket for payloads where they are too large; its functions may use it."""
    if not exceeded(context):
        return built
    days = max(KEPT_DAYS, 2 * context.design.longest_s // 86_400)
    bucket = Bucket(
        PAYLOADS,
        "keeps payloads that are too large to be handed on; events hold their keys",
        context.asked("payload_kb"),
        expires_days=days,
    )
    functions = [item for item in built.resources if isinstance(item, Function) and item.does != "start"]
    told = {item.id: (*item.environment, (VARIABLE, Ref(PAYLOADS, "name"))) for item in functions}
    resources = tuple(
        replace(item, environment=told[item.id]) if isinstance(item, Function) and item.id in told else item
        for item in built.resources
    )
    actions = context.aws.services["s3"].actions("read-and-write")
    contents = Ref(PAYLOADS, "contents")
    granted = tuple(Permission(item.id, actions, (contents,)) for item in functions)
    return merge([replace(built, resources=resources), Fragment((bucket,), granted)])


def payload_notes(context: PlanContext) -> tuple[str, ...]:
    """Return what the README says of payloads that are too large to be handed on."""
    limit, size = exceeded(context), context.requirements.number("payload_kb", 0)
    note = (
        f"Payloads of {size:,.10g} KB are too large to be handed on. {limit} Put such a payload into the "
        f"bucket `{PAYLOADS}` and hand on its key: the functions may read and write there, and find its name "
        f"in `{VARIABLE}`."
    )
    return ((note,) if limit else ()) + _handed_over(context)


def _handed_over(context: PlanContext) -> tuple[str, ...]:
    """Return what the README says of steps that get an address, because a payload is too large for them."""
    size = context.requirements.number("payload_kb", 0)
    small = {unit.service for unit in units(context.design.core)} & set(TAKEN_BY)
    limits = [TAKEN_BY[service] for service in sorted(small)]
    found = [context.aws.limits[key].text for key in limits if size * 1024 > context.aws.limit(key)]
    return tuple(
        f"{text} A payload of {size:,.10g} KB is more, so `PAYLOAD` is its address in `{PAYLOADS}`."
        for text in dict.fromkeys(found)
    )


def exceeded(context: PlanContext) -> str:
    """Return the sentence on the limit that the stated payload exceeds; empty where it fits."""
    size, aws = context.requirements.number("payload_kb", 0) * 1024, context.aws
    coordinated = "async-payload-bytes" if context.design.approach == DURABLE else "sfn-payload-bytes"
    limits = [(coordinated, size)] if context.design.core else []
    limits += _at_the_edge(context, size) if context.design.edge else []
    if context.design.approach in _OTHERS:
        limits = [(limit, size) for limit in _OTHERS[context.design.approach]]
    return next((aws.limits[key].text for key, held in limits if held > aws.limit(key)), "")


def _at_the_edge(context: PlanContext, size: float) -> list[tuple[str, float]]:
    """Return what limits events and records, each with what it must hold (request and response)."""
    requirements = context.requirements
    targets = {*requirements.chosen("on_success"), context.design.failure.handover.target}
    several = len(context.design.edge) > 1 or bool(requirements.chosen("on_success"))
    from_topic = requirements.text("event_source") in ("sns", "schedule")
    return [
        ("async-payload-bytes", 2 * size if several else size),
        ("sns-payload-bytes", 2 * size if "sns" in targets else size if from_topic else 0),
    ]
