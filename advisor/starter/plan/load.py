"""The stated load as settings: throttles, batches, readers at once; and what no setting can carry."""

from __future__ import annotations

import math

from msgspec import Struct

from advisor.decision.failure.queue_plan import MONTH_S
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.flow import units
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import EXPRESS
from advisor.starter.plan.context import PlanContext

LEAST_RATE = 50  # requests a second that every API takes
SHARDED = ("kinesis", "dynamodb-stream")


class ReaderSettings(Struct, frozen=True, kw_only=True):
    """Records in a batch, the seconds that a function has for one, and how many of a shard run at once."""

    size: int
    timeout_s: int
    at_once: int


def per_second(requirements: Requirements) -> float:
    """Return the load: the busiest second, or where only the month is known, its average second."""
    peak = requirements.number("peak_per_second", 0)
    return float(peak or requirements.number("monthly_executions", 0) / MONTH_S)


def throttle(requirements: Requirements, aws: AwsFacts) -> tuple[int, int]:
    """Return the requests a second and the burst of an API; above its busiest second it says no."""
    most, burst = (int(value) for value in aws.limits["api-throttle"].series)
    rate = min(max(LEAST_RATE, math.ceil(requirements.number("peak_per_second", 0))), most)
    return rate, min(2 * rate, burst)


def reader_settings(context: PlanContext, source: str, most: int) -> ReaderSettings:
    """Return the settings of a function that works on one record after the other.

    A batch is as large as what fits into half of its time, a hundred records at most.
    """
    step_s = float(context.requirements.number("step_duration_s", 0))
    timeout_s = min(context.timeout_s, most)
    size = context.aws.limit("starter-batch-size")
    if step_s:
        timeout_s = int(min(max(math.ceil(2 * step_s * size), 30), most))
        size = max(1, min(size, int(timeout_s / (2 * step_s))))
    return ReaderSettings(size=size, timeout_s=timeout_s, at_once=pipe_readers(context, source, step_s))


def pipe_readers(context: PlanContext, source: str, each_s: float) -> int:
    """Return how many records or batches of a shard are worked on at once; 1 where there are no shards."""
    return readers_at_once(context.requirements, context.aws, each_s) if source in SHARDED else 1


def readers_at_once(requirements: Requirements, aws: AwsFacts, each_s: float) -> int:
    """Return how many batches of a shard are worked on at once, for records that take ``each_s`` each."""
    wanted = math.ceil(per_second(requirements) * each_s / aws.limit("kinesis-first-shards"))
    return min(max(1, wanted), aws.limit("stream-parallelization"))


def carried(aws: AwsFacts, each_s: float) -> float:
    """Return how many records a second a new stream carries at most, where each takes ``each_s``."""
    at_once = aws.limit("kinesis-first-shards") * aws.limit("stream-parallelization")
    return at_once / each_s if each_s else math.inf


def start_s(aws: AwsFacts) -> float:
    """Return the seconds that a pipe takes to start a run that it does not wait for."""
    return 1 / aws.limit("starter-starts")


def too_slow(context: PlanContext, each_s: float) -> bool:
    """Return whether records of ``each_s`` come faster than a stream's readers can take them."""
    return per_second(context.requirements) > carried(context.aws, each_s)


def endpoint_rate(context: PlanContext) -> int:
    """Return the requests a second that an HTTP endpoint gets: few where it must be spared."""
    most, few = (int(value) for value in context.aws.limits["starter-endpoint-rate"].series)
    if "pacing" not in context.requirements.chosen("buffering"):
        return most
    monthly = context.requirements.number("monthly_executions", 0) / MONTH_S
    return min(most, max(few, math.ceil(2 * monthly)))


def pace_note(context: PlanContext, each_s: float, at_once: int) -> str:
    """Return the arithmetic of the pace of a queue's reader, where the answers have its numbers."""
    monthly = context.requirements.number("monthly_executions", 0)
    if not (at_once and monthly and each_s):
        return ""
    rate = monthly / MONTH_S
    return (
        f"At most {at_once} batches run at once, to spare the service that is called: {monthly:,.10g} "
        f"messages a month are {rate:,.3g} a second, and {each_s:,.10g} s each keep {rate * each_s:,.3g} "
        f"busy. Twice that, and {context.aws.limit('sqs-least-concurrency')} at least, lets the queue drain "
        "after a burst. If the service bears fewer calls, lower this number, but "
        "see that messages do not wait until they expire."
    )


def load_notes(context: PlanContext, *, waited: bool) -> tuple[str, ...]:
    """Return what the README says of the load, with the arithmetic where nothing set here can carry it.

    ``waited``: each record of the stream is done before the next, by a function or by a pipe that waits.
    """
    found = (_api(context), _stream(context, waited=waited), _step(context))
    return tuple(note for note in found if note)


def _api(context: PlanContext) -> str:
    own = context.design.approach == "direct-invoke"
    if own or context.requirements.text("event_source") != "api-gateway":
        return ""
    peak = context.requirements.number("peak_per_second", 0)
    rate, burst = throttle(context.requirements, context.aws)
    above = f" The busiest second has {peak:,.10g}: ask for a higher quota." if peak > rate else ""
    return f"The API takes {rate:,} requests a second and {burst:,} at once; more get HTTP 429.{above}"


def _stream(context: PlanContext, *, waited: bool) -> str:
    requirements, aws = context.requirements, context.aws
    each_s = float(requirements.number("total_duration_s" if context.design.core else "step_duration_s", 0))
    if requirements.text("event_source") not in SHARDED:
        return ""
    if not waited and context.design.workflow_type != EXPRESS:
        return _starts(context) if context.design.workflow_type else ""
    if not too_slow(context, each_s):
        return ""
    shards, readers = aws.limit("kinesis-first-shards"), aws.limit("stream-parallelization")
    load = per_second(requirements)
    sum_of = (
        f"{load:,.4g} records a second of {each_s:,.10g} s each keep {math.ceil(load * each_s):,} readers "
        f"busy, and a new stream has {shards} shards with {readers} readers each: "
        f"{carried(aws, each_s):,.4g} records a second."
    )
    if not waited:
        only = f"{sum_of} So the pipe only starts the runs, and does not start one again that fails."
        return f"{only} {_starts(context)}".strip()
    return f"{sum_of} The rest waits until it is too old: add shards, or make the work shorter."


def _starts(context: PlanContext) -> str:
    """Return what the README says where runs are to be started faster than a new stream's readers can."""
    aws, load = context.aws, per_second(context.requirements)
    if not too_slow(context, start_s(aws)):
        return ""
    shards = math.ceil(load * start_s(aws) / aws.limit("stream-parallelization"))
    more = f"Give it {shards:,} shards." if context.requirements.text("event_source") == "kinesis" else ""
    return (
        f"A reader makes some {aws.limit('starter-starts')} starts a second, so that a new stream starts "
        f"{carried(aws, start_s(aws)):,.4g} runs a second, but {load:,.4g} are to be started. {more}"
    ).strip()


def _step(context: PlanContext) -> str:
    step_s = context.requirements.number("step_duration_s", 0)
    limit = context.aws.limits["starter-function-timeout"]
    design = context.design
    services = {unit.service for unit in units(design.core)}
    known = (context.aws.services[name].step for name in services if name in context.aws.services)
    elsewhere = any(step and step.job for step in known) or (services and "lambda" not in services)
    if step_s <= limit.number or elsewhere or design.approach == "managed-job":
        return ""
    return (
        f"A step takes {step_s:,.10g} s, and a function here stops after {limit.number:,} s. {limit.text} "
        "Split the step, or run it as a job."
    )
