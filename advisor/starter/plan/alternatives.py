"""What can be built where neither option is the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from advisor.knowledge.rules import DESTINATIONS, STEP_FUNCTIONS
from advisor.starter.blueprint.ids import DURABLE
from advisor.starter.plan.context import PlanContext, PlannedFlow
from advisor.starter.plan.direct_invoke import direct_invoke
from advisor.starter.plan.durable_function import REFUSED_RUNTIMES, durable_function
from advisor.starter.plan.managed_job import managed_job
from advisor.starter.plan.piped import pipes
from advisor.starter.plan.queue_worker import messaging, queue_redrive
from advisor.starter.plan.single_function import single_function


class Alternative(Struct, frozen=True):
    """An alternative by its name for a reader, and how its project is planned.

    ``design`` is the approach whose design it builds; ``constrained``: not built where a rule rules it out;
    ``no_runtimes`` says of each runtime that it cannot have what to do instead; ``cost`` is what it costs,
    in words.
    """

    title: str
    build: Callable[[PlanContext], PlannedFlow]
    design: str = DESTINATIONS
    constrained: bool = False
    no_runtimes: Mapping[str, str] = {}
    cost: str = ""


DIRECT_INVOKE = "direct-invoke"
SINGLE_FUNCTION = "single-function"
ALTERNATIVES: Mapping[str, Alternative] = {
    "single-function": Alternative("one function behind its event", single_function),
    DIRECT_INVOKE: Alternative(
        "one function that answers its caller",
        direct_invoke,
        cost="nothing but Lambda's own price, and what is in front of it: an HTTP API by the request, a load "
        "balancer by the hour, a user pool by the user; a function URL is free.",
    ),
    "managed-job": Alternative(
        "a managed job",
        managed_job,
        design=STEP_FUNCTIONS,
        constrained=True,
        cost="nothing but the job's own price, that of a schedule beyond its free tier, and that of the "
        "events you put on a bus; events of AWS's own services are free.",
    ),
    DURABLE: Alternative(
        "a durable function",
        durable_function,
        design=STEP_FUNCTIONS,
        constrained=True,
        no_runtimes=REFUSED_RUNTIMES,
    ),
    "messaging": Alternative("plain messaging", messaging, constrained=True),
    "queue-redrive": Alternative(
        "the queue's own retries and dead-letter queue", queue_redrive, constrained=True
    ),
    "pipes": Alternative("a pipe", pipes, design=STEP_FUNCTIONS, constrained=True),
}
