"""Billable units of one run of each alternative, beside Lambda's own price.

Durable functions are compared with the two options, so they stand beside those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from math import ceil

from advisor.decision.cost.billable_units import Use, Workload, bus_uses, record_uses, units_of
from advisor.knowledge.limits import figure
from advisor.knowledge.services import JobBill

_HANDED_ON = ("sqs", "sns", "eventbridge")  # targets of a pipe that bill a message
FALLBACK_JOB = "ecs-fargate"


def single_function_uses(workload: Workload) -> Iterable[Use]:
    """Yield the event on its way to the function, and the records of failures in a queue."""
    yield from bus_uses(workload, "function")
    if not workload.stream:
        yield from record_uses(workload, "lambda", 1, "the function's event")
    yield from record_uses(workload, "sqs", workload.failed_share, "failures")


def direct_uses(workload: Workload) -> Iterable[Use]:
    """Yield what is in front of the function: an HTTP API by the request, a load balancer by the hour."""
    service = workload.aws.services.get(workload.source)
    if service and service.bill and workload.source == "api-gateway":
        yield Use(service.bill.price, units_of(workload, service.bill), f"requests {service.bill.words}")
    if workload.source == "alb":
        hours = workload.aws.number("assumed-month-hours")
        yield Use("alb-hour", 0, "called or not", a_month=hours)


def messaging_uses(workload: Workload) -> Iterable[Use]:
    """Yield what brings an event to the queues, and the message in each of them."""
    yield from bus_uses(workload, "queue")
    if workload.source == "sns":
        yield from record_uses(workload, "sns", 1, "messages of the topic")
    yield from record_uses(workload, "sqs", workload.queues, "messages")


def pipe_uses(workload: Workload) -> Iterable[Use]:
    """Yield the record in the pipe, the message of a queue in front, and what its target takes."""
    bill = workload.aws.services["pipes"].bill
    if bill:
        yield Use(bill.price, units_of(workload, bill), f"records {bill.words}")
    if workload.source == "sqs":
        yield from record_uses(workload, "sqs", 1, "messages of the source")
    for target in workload.targets:
        if target in _HANDED_ON:
            yield from record_uses(workload, target, 1, "handed on")


def job_uses(workload: Workload) -> Iterable[Use]:
    """Yield the seconds of each job, which its service bills."""
    yield from bus_uses(workload, "job")
    for service in billed_jobs(workload):
        bill = workload.aws.services[service].job_bill
        if bill:
            seconds = billed_seconds(workload, bill)
            for part in bill.each:
                units = workload.aws.number(part.units)
                yield Use(part.price, units * seconds, f"{figure(units)} for {figure(seconds)} s")


def billed_jobs(workload: Workload) -> tuple[str, ...]:
    """Return the services that do the work as jobs; a container where no job is named."""
    return tuple(name for name in workload.targets if name in workload.aws.jobs) or (FALLBACK_JOB,)


def billed_seconds(workload: Workload, bill: JobBill) -> float:
    """Return for how long a run of the job is billed."""
    seconds = max(workload.step_s or workload.run_s, workload.aws.number(bill.least))
    if not bill.rounding:
        return seconds
    grid = workload.aws.number(bill.rounding)
    return ceil(seconds / grid) * grid


ALTERNATIVES: Mapping[str, Callable[[Workload], Iterable[Use]]] = {
    "single-function": single_function_uses,
    "direct-invoke": direct_uses,
    "messaging": messaging_uses,
    "queue-redrive": messaging_uses,
    "pipes": pipe_uses,
    "managed-job": job_uses,
}

# A job's own price takes the place of Lambda's, and what is in front of a function that answers is in front
# of the options as well: their costs stand beside the others but are not compared
NOT_COMPARED = ("managed-job", "direct-invoke")


def about(name: str, workload: Workload) -> Iterator[str]:
    """Yield what the estimate of the alternative ``name`` takes and leaves out."""
    if name == "direct-invoke":
        yield _IN_FRONT.get(workload.source, "Calling the function costs nothing beside Lambda's own price.")
    if name in ("messaging", "queue-redrive"):
        yield "A message is sent, received and deleted once; empty receives of the poller are left out."
    if name == "pipes":
        yield "Each record is taken to pass the pipe's filter; one that does not is not billed."
    if name == "managed-job":
        jobs = ", ".join(workload.aws.services[job].noun for job in billed_jobs(workload))
        yield f"The price of {jobs} takes the place of Lambda's; the starter's size is taken."
        unpriced = [job for job in billed_jobs(workload) if not workload.aws.services[job].job_bill]
        if unpriced:
            yield f"Left out, as it is yours and runs anyway or is billed by size: {', '.join(unpriced)}."


_IN_FRONT = {
    "api-gateway": "The HTTP API is counted here only, and costs the same before an option; data that "
    "leaves AWS is not.",
    "alb": "The load balancer is counted here only, by the hour, and costs the same before an option; its "
    "capacity units (LCU) are left out.",
    "cognito": "A user pool is billed by its active users, which are left out.",
    "function-url": "A function URL costs nothing beside Lambda's own price.",
}
