"""Failure plan of a design, as values."""

from __future__ import annotations

from msgspec import Struct


class Retrier(Struct, frozen=True, kw_only=True):
    """Retry of a failed Task by its state."""

    retries: int
    interval_s: int
    backoff: float
    max_delay_s: int

    @property
    def waits(self) -> tuple[float, ...]:
        """Return the longest wait before each retry; full jitter may shorten it."""
        growing = (self.interval_s * self.backoff**number for number in range(self.retries))
        return tuple(min(wait, self.max_delay_s) for wait in growing)


class HandoverPlan(Struct, frozen=True, kw_only=True):
    """Handling of an event, or a batch of a stream, that keeps failing under Lambda Destinations.

    ``age_s`` is the age at which a record is given up, 0 where none can be set. ``answered`` are the targets
    that the user named, None where the question is open; ``target`` is the service that gets the record:
    a value of ``targets``, or ``kafka`` for a topic of the cluster.
    """

    retries: int
    age_s: int
    answered: tuple[str, ...] | None
    target: str


class QueuePlan(Struct, frozen=True, kw_only=True):
    """Pace of a queue that a function reads, and what happens to a message that keeps failing.

    ``size`` messages are handed over at once, ``timeout_s`` is the function's, ``concurrency`` how many run
    at once (0: not limited). A message that failed is hidden for ``visibility_s``; it is set aside after
    ``receives``.
    """

    size: int
    timeout_s: int
    concurrency: int
    visibility_s: int
    receives: int
    delay_s: int


class ExecutionPlan(Struct, frozen=True, kw_only=True):
    """Handling of a Task that keeps failing in a state machine.

    ``report`` is the service that a last state sends input and error to, empty without such a state.
    ``kept_outside``: an EventBridge rule sends the event of every failed execution to a queue.
    """

    retrier: Retrier | None
    undoes: bool
    falls_back: bool
    report: str
    kept_outside: bool

    @property
    def caught(self) -> bool:
        """Return whether a Catch takes the error; otherwise the execution stops where a redrive can go on."""
        return self.undoes or bool(self.report)


class FailurePlan(Struct, frozen=True, kw_only=True):
    """The plan for functions behind Lambda's own queue or poller, and the plan for a state machine."""

    handover: HandoverPlan
    execution: ExecutionPlan
