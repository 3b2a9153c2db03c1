"""Plan of a queue in front of a function: batch, timeout, visibility, receives."""

from __future__ import annotations

from math import ceil

from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.failure_plan import QueuePlan
from advisor.knowledge.requirements import Requirements

MONTH_S = 30 * 86_400
_SHORTEST_S = 30


def queue_plan_for(requirements: Requirements, aws: AwsFacts, together: int = 1) -> QueuePlan:
    """Return the batch that a function can work on before its timeout, ``together`` steps at once.

    A downstream that allows only so many calls is spared by a maximum concurrency that the load still needs.
    """
    stated = together * requirements.number("step_duration_s", 0)
    each = max(ceil(2 * stated), aws.limit("starter-message-timeout"))
    each = min(each, aws.limit("starter-function-timeout"))
    size = max(1, min(aws.limit("starter-queue-batch"), aws.limit("starter-batch-timeout") // each))
    timeout_s = max(size * each, _SHORTEST_S)
    slow = "pacing" in requirements.chosen("buffering")
    return QueuePlan(
        size=size,
        timeout_s=timeout_s,
        concurrency=_spared(requirements, aws, float(stated)) if slow else 0,
        visibility_s=timeout_s * aws.limit("advised-visibility"),
        receives=aws.limit("advised-receives"),
        delay_s=aws.limit("starter-delay") if "timer" in requirements.chosen("waits") else 0,
    )


def _spared(requirements: Requirements, aws: AwsFacts, each_s: float) -> int:
    """Return how many batches run at once: twice what a month keeps busy, so that the queue drains."""
    busy = requirements.number("monthly_executions", 0) / MONTH_S * each_s
    return max(aws.limit("sqs-least-concurrency"), ceil(2 * busy))


def steps_together(requirements: Requirements, steps: int) -> int:
    """Return how many of ``steps`` one function does: all where they follow one another, else one."""
    return 1 if shared_out(requirements) else max(steps, 1)


def shared_out(requirements: Requirements) -> bool:
    """Return whether each step reads a queue of its own: several consumers, or data that chooses one."""
    decides = requirements.text("branching") == "content"
    decides &= requirements.text("coordination") == "independent"
    return decides or requirements.text("consumers") in ("several", "open")
