"""One function behind its event: what is enough where no result has to go anywhere."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.knowledge.flow import Flow, Task, units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.plan.context import PlanContext, PlannedFlow
from advisor.starter.plan.destinations.function_chain import edges, in_one_function
from advisor.starter.plan.event_sources.to_function import source_of_function
from advisor.starter.plan.sample_payload import sample_payload
from advisor.starter.plan.service_steps import with_call

# Sources that need another alternative, and which
_ELSEWHERE = {
    "sqs": "queue-redrive",
    "api-gateway": "direct-invoke",
    "alb": "direct-invoke",
    "function-url": "direct-invoke",
    "cognito": "direct-invoke",
}

# Services that a function calls by itself, as rule AL40 has them
_CALLED = {"http-api", "dynamodb", "s3", "bedrock", "other-aws"}


def single_function(context: PlanContext) -> PlannedFlow:
    """Return the event source, the function with its retries, and the queue for failed events.

    A step that is a call to a service is made by the function before it. Raises NotSupported for any other
    second step, and for a source that does not call asynchronously.
    """
    steps = tuple(units(context.design.edge))
    calls = _CALLED & set(context.requirements.chosen("targets"))
    if len(steps) > (2 if calls else 1):
        raise NotSupported(
            f"One function does one step, but this workload has {len(steps)}: say steps: 1, or use "
            "--approach destinations or --approach step-functions."
        )
    source_name = context.requirements.text("event_source")
    if source_name in _ELSEWHERE:
        raise NotSupported(
            f"A function behind '{source_name}' is not called asynchronously, so it has no retries and no "
            f"on-failure destination of its own. The alternative for it is {_ELSEWHERE[source_name]}."
        )
    alone = replace(context, requirements=context.requirements.without("on_success"))
    unit = replace(steps[0], service="lambda") if len(steps) > 1 else steps[0]
    edge: Flow = (Task(unit),) if len(steps) > 1 else context.design.edge
    source = source_of_function(alone, sample_payload(edge), unit)
    notes = (in_one_function(steps),) if len(steps) > 1 else ()
    planned = PlannedFlow(edge, edges(alone, edge, source), source.event, notes=notes)
    return with_call(context, planned, steps[0]) if len(steps) > 1 else planned
