"""What a Region lacks of what a project needs."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.flow import Flow, units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.resources import Pipe
from advisor.starter.plan.context import Fragment, PlanContext


def check_services(context: PlanContext, flow: Flow, parts: Fragment) -> None:
    """Raise NotSupported where the Region of the project lacks services that the project needs."""
    lacked = [
        text for name in dict.fromkeys(_services(context, flow, parts)) if (text := _lack(context, name))
    ]
    if lacked:
        raise NotSupported(
            f"{' '.join(lacked)} Name another project.region, or leave it out; or do without this service."
        )


def _lack(context: PlanContext, name: str) -> str:
    """Return what the Region lacks for a service; empty where it lacks nothing."""
    service = context.aws.services.get(name)
    missing = service.missing if service else None
    if not service or not missing or context.region not in missing.regions:
        return ""
    return (
        f"CloudFormation has no {missing.resource_type} in {context.region} (as of {missing.as_of}), and "
        f"{service.noun} needs it; the same holds in "
        f"{', '.join(region for region in missing.regions if region != context.region)} ({missing.source})."
    )


def _services(context: PlanContext, flow: Flow, parts: Fragment) -> Iterator[str]:
    yield context.requirements.text("event_source")
    yield from (unit.service for unit in units(flow))
    if any(isinstance(item, Pipe) for item in parts.resources):
        yield "pipes"
