"""Retriers: for work that may be repeated, and for calls that should not be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from advisor.knowledge.failure_plan import Retrier
from advisor.starter.plan.context import PlanContext

Retriers: TypeAlias = tuple[Mapping[str, Any], ...]
STATUS = "States.Http.StatusCode."
# https://www.rfc-editor.org/rfc/rfc9110: the request is wrong as it is; it was put off and may come again
REFUSED = (400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 422)
PUT_OFF = (429, 503)


def work_retries(context: PlanContext) -> Retriers:
    """Return the retriers for the work's own errors, after those for Lambda's service errors."""
    retrier = context.design.failure.execution.retrier
    return (_again(retrier, "States.TaskFailed", "States.Timeout"),) if retrier else ()


def http_retries(context: PlanContext) -> Retriers:
    """Return the retriers of a POST: never where the endpoint refused it.

    A POST that may have been done is repeated only where that does no harm; one that the endpoint put off
    (429, 503) was not done.
    """
    wished = work_retries(context)
    if not wished:
        return ()
    if not context.requirements.flag("idempotent"):
        return ({**wished[0], "ErrorEquals": [f"{STATUS}{code}" for code in PUT_OFF]},)
    return ({"ErrorEquals": [f"{STATUS}{code}" for code in REFUSED], "MaxAttempts": 0}, *wished)


def claim_retry(context: PlanContext) -> Mapping[str, Any]:
    """Return the retrier of a write to a table that costs nothing to repeat."""
    retrier = Retrier(
        retries=context.aws.limit("starter-retries-backoff"),
        interval_s=context.aws.limit("starter-retry-interval"),
        backoff=float(context.aws.number("starter-retry-backoff")),
        max_delay_s=context.aws.limit("starter-retry-max-delay"),
    )
    return _again(retrier, "States.TaskFailed", "States.Timeout")


def _again(retrier: Retrier, *errors: str) -> Mapping[str, Any]:
    return {
        "ErrorEquals": list(errors),
        "IntervalSeconds": retrier.interval_s,
        "MaxAttempts": retrier.retries,
        "BackoffRate": retrier.backoff,
        "MaxDelaySeconds": retrier.max_delay_s,
        "JitterStrategy": "FULL",
    }
