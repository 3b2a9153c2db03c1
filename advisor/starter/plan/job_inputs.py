"""What a job is given by its owner, and where a query leaves what it found."""

from __future__ import annotations

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.resources import Bucket, Parameter
from advisor.starter.blueprint.wiring import Arn, Ref
from advisor.starter.plan.context import PlanContext


def given(unit: Unit, context: PlanContext, suffix: str, text: str, default: str | None = None) -> Parameter:
    """Return the parameter of a job that only its owner knows."""
    return Parameter(f"{unit.name.id}{suffix}", text, context.asked("targets"), default)


def query_results(unit: Unit, context: PlanContext) -> Bucket:
    """Return the bucket that a query writes its rows to."""
    return Bucket(
        f"{unit.name.id}Results",
        f"keeps what '{unit.name.words}' found",
        context.asked("targets"),
        expires_days=30,
    )


def workgroup_arn(group: Parameter) -> Arn:
    """Return the ARN of the Athena workgroup that ``group`` names."""
    return Arn("arn:{partition}:athena:{region}:{account}:workgroup/{0}", (Ref(group.id, "name"),))
