"""One function behind its event: what is enough where no result has to go anywhere."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.knowledge.flow import units
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.plan.context import PlanContext, PlannedFlow
from advisor.starter.plan.destinations.function_chain import edges
from advisor.starter.plan.event_sources.to_function import source_of_function
from advisor.starter.plan.sample_payload import sample_payload

# Sources that need another alternative, and which
_ELSEWHERE = {
    "sqs": "queue-redrive",
    "api-gateway": "direct-invoke",
    "alb": "direct-invoke",
    "function-url": "direct-invoke",
    "cognito": "direct-invoke",
}


def single_function(context: PlanContext) -> PlannedFlow:
    """Return the event source, the function with its retries, and the queue for failed events.

    Raises NotSupported for more than one step, and for a source that does not call asynchronously.
    """
    steps = tuple(units(context.design.edge))
    if len(steps) > 1:
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
    edge = context.design.edge
    source = source_of_function(alone, sample_payload(edge), steps[0])
    return PlannedFlow(edge, edges(alone, edge, source), source.event)
