"""Billable units of one run, by priced service, for each approach.

Counts follow from the answers and from ``rules/limits.yaml``. Lambda requests and duration are the same
either way and not counted; what a function adds that starts an Express run is told beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil

from msgspec import Struct

from advisor.decision.failure.plan import failure_targets
from advisor.decision.workflow import Setting
from advisor.knowledge.answers import Answers
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.conditions import Number
from advisor.knowledge.limits import counted, figure
from advisor.knowledge.questions import Settled
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.services import Accepted, Bill, EventSource

_MB_PER_GB = 1024
_BYTES_PER_KB = 1024
_KB_PER_GB = 1_000_000

# What an answer adds to a state machine beside its tasks: https://aws.amazon.com/step-functions/pricing/
_STATES = (
    ("branching", "content", "Choice"),
    ("parallelism", "static", "Parallel"),
    ("parallelism", "dynamic", "Map"),
)


# The states that wait; a job is waited for by its own Task.
_WAITS = {
    "timer": "Wait",
    "callback": "Wait for the callback",
    "human-approval": "Wait for the approval",
}


class Use(Struct, frozen=True):
    """``per_run`` units of one price and ``a_month`` in any case, and ``what`` for."""

    price_id: str
    per_run: float
    what: str
    a_month: float = 0


class Workload(Struct, frozen=True, kw_only=True, dict=True):
    """What a bill depends on. ``said`` tells in words what was assumed.

    ``items`` is how often the repeated step of a run with a Map is executed, at least; ``waits`` counts what
    a run waits for beside jobs; ``states`` are the executed states that do no work; ``run_s`` is the duration
    of a run in seconds, ``step_s`` that of a step (0: unknown). ``queues`` are those that hold a message of
    each event, where queues are in front. ``waited``: a caller waits for the result of a run.
    """

    aws: AwsFacts
    runs: float
    assumed: bool
    steps: int
    items: int
    waits: int
    states: tuple[str, ...]
    run_s: float
    step_s: float
    queues: int
    payload_kb: float
    targets: tuple[str, ...]
    source: str
    waited: bool
    stream: bool
    on_success: tuple[str, ...]
    on_failure: tuple[str, ...]
    said: tuple[str, ...]

    @property
    def event_source(self) -> EventSource | None:
        service = self.aws.services.get(self.source)
        return service.event_source if service else None

    @property
    def started_by_function(self) -> bool:
        """Return whether a function starts each Express run and waits for it, since a caller does."""
        source = self.event_source
        by_function = source is not None and source.starts_workflow == "function"
        return self.waited and self.fits_express and (by_function or self.source == "api-gateway")

    @property
    def fits_express(self) -> bool:
        return self.run_s <= self.aws.number("express-duration")

    @property
    def durable_operations(self) -> float:
        start = self.aws.number("durable-start-operations")
        return start + self.steps - 1 + self.items + self.waits

    @property
    def durable_kb(self) -> float:
        """Return the data that a durable execution writes; a wait writes none."""
        return (self.durable_operations - self.waits) * self.payload_kb

    @property
    def fits_durable(self) -> bool:
        return (
            self.durable_operations <= self.aws.number("durable-operations")
            and self.durable_kb <= self.aws.number("durable-data-bytes") / _BYTES_PER_KB
            and self.run_s <= self.aws.number("durable-duration")
        )

    @property
    def failed_share(self) -> float:
        return self.aws.number("assumed-failed-runs")


def workload_of(aws: AwsFacts, answers: Answers, settled: Settled) -> Workload:
    """Return what ``settled`` says about the bill, with the assumptions that fill the gaps."""
    facts = settled.facts.values
    said: list[str] = []
    runs = _number(facts.get("monthly_executions"))
    if runs is None:
        said.append(
            f"No volume given: {figure(aws.number('assumed-monthly-executions'))} runs a month are taken."
        )
    steps = _number(facts.get("steps"))
    if steps is None:
        steps = len(answers.project.units) or aws.number("assumed-steps")
        said.append(f"No number of steps given: {figure(steps)} are taken.")
    states = [name for key, value, name in _STATES if facts.get(key) == value]
    waits = [_WAITS[name] for name in _names(facts.get("waits")) or () if name in _WAITS]
    items = _number(facts.get("max_parallel_items")) if facts.get("parallelism") == "dynamic" else None
    return Workload(
        aws=aws,
        runs=aws.number("assumed-monthly-executions") if runs is None else runs,
        assumed=runs is None,
        steps=int(steps),
        items=int(items or 1),
        waits=len(waits),
        states=(*states, *waits),
        run_s=_run_s(aws, facts, steps, said),
        step_s=_number(facts.get("step_duration_s")) or 0,
        queues=int(steps) if facts.get("consumers") in ("several", "open") else 1,
        payload_kb=_number(facts.get("payload_kb")) or 0,
        targets=_names(facts.get("targets")) or (),
        source=str(facts.get("event_source", "")),
        waited=facts.get("caller_waits_for") == "result",
        stream=facts.get("invocation") == "stream",
        on_success=_names(facts.get("on_success")) or (),
        on_failure=failure_targets(Setting(Requirements(facts), aws)),
        said=tuple(said),
    )


def _number(answer: object) -> float | None:
    return answer if isinstance(answer, int | float) and not isinstance(answer, bool) else None


def _names(answer: object) -> tuple[str, ...] | None:
    return answer if isinstance(answer, tuple) else None


def _run_s(aws: AwsFacts, facts: Mapping[str, object], steps: float, said: list[str]) -> float:
    total, step = _number(facts.get("total_duration_s")), _number(facts.get("step_duration_s"))
    if total is not None:
        return total
    if step is not None:
        said.append(f"No total duration given: {counted(steps, 'steps')} of {figure(step)} s are taken.")
        return steps * step
    assumed = aws.number("assumed-run-s")
    said.append(f"No duration given: {figure(assumed)} s a run is taken; only Express bills it.")
    return assumed


def destinations_uses(workload: Workload) -> Iterable[Use]:
    """Yield the events that start the functions, and the records a run leaves: its result, and failures.

    An invocation is in every option, so only what a large event costs beside it is counted. A stream has
    no asynchronous events and no on-success destination. A destination is free, its target is not:
    https://aws.amazon.com/blogs/compute/introducing-aws-lambda-destinations/
    """
    yield from bus_uses(workload, "function")
    if not workload.stream:
        yield from record_uses(workload, "lambda", workload.steps, "each function's event")
    for target in () if workload.stream else workload.on_success:
        yield from record_uses(workload, target, 1, "results")
    for target in workload.on_failure:
        yield from record_uses(workload, target, workload.failed_share, "failures")


def record_uses(workload: Workload, target: str, per_run: float, what: str) -> Iterable[Use]:
    """Yield what ``per_run`` records to ``target`` use; what is no destination is behind EventBridge."""
    service = workload.aws.services.get(target)
    outcome: Accepted = "failure" if what == "failures" else "success"
    if service is None or service.destination is None or outcome not in service.destination.takes:
        service = workload.aws.services["eventbridge"]
    if service.bill:
        yield from _uses(workload, service.bill, per_run, what)


def _uses(workload: Workload, bill: Bill, per_run: float, what: str) -> Iterable[Use]:
    units = units_of(workload, bill)
    if units:
        yield Use(bill.price, per_run * units, f"{what} {bill.words}")


def units_of(workload: Workload, bill: Bill) -> Number:
    """Return the billed units of one message with the payload of ``workload``."""
    if not bill.piece:
        return bill.once
    size, piece = workload.payload_kb, workload.aws.number(bill.piece)
    if bill.included:
        return bill.once + bill.each_piece * ceil(max(0, size - workload.aws.number(bill.included)) / piece)
    return bill.once + bill.each_piece * max(1, ceil(size / piece))


def states_a_run(workload: Workload) -> int:
    """Return the executed states of a run: tasks, one of them per item, control states, children started.

    Source: https://aws.amazon.com/step-functions/pricing/ (a Distributed Map adds one per child).
    """
    distributed = workload.items > workload.aws.number("inline-map-concurrency")
    return workload.steps - 1 + workload.items * (2 if distributed else 1) + len(workload.states)


def standard_uses(workload: Workload) -> Iterable[Use]:
    """Yield one transition for each executed state: https://aws.amazon.com/step-functions/pricing/"""
    yield Use("sfn-standard-transition", states_a_run(workload), "one for each executed state")
    yield from _start_uses(workload)


def express_uses(workload: Workload) -> Iterable[Use]:
    """Yield a request and the rounded duration times one chunk of memory.

    Source: https://aws.amazon.com/step-functions/pricing/
    """
    grid = workload.aws.number("express-duration-rounding")
    billed_s = round(max(1, ceil(round(workload.run_s / grid, 6))) * grid, 6)
    memory_mb = workload.aws.number("express-memory-mb")
    yield Use("sfn-express-request", 1, "one for each run")
    yield Use(
        "sfn-express-gb-second",
        billed_s * memory_mb / _MB_PER_GB,
        f"{figure(billed_s)} s at {figure(memory_mb)} MB",
    )
    yield from _start_uses(workload)


def durable_uses(workload: Workload) -> Iterable[Use]:
    """Yield the start, each step and each wait as operations, and data written where its size is known.

    Source: https://aws.amazon.com/lambda/pricing/
    """
    yield Use("durable-operation", workload.durable_operations, "the start, each step and each wait")
    if workload.payload_kb:
        yield Use("durable-gb-written", workload.durable_kb / _KB_PER_GB, "the payload at start and steps")


def log_gb(workload: Workload) -> float:
    """Return the gigabytes a month that Express would log at level ALL."""
    return workload.runs * workload.aws.number("assumed-log-kb") / _KB_PER_GB


def start_function_uses(workload: Workload) -> Iterable[Use]:
    """Yield the request and the duration of the function that starts a run, and waits until it ends."""
    memory_gb = workload.aws.number("assumed-function-memory") / _MB_PER_GB
    yield Use("lambda-request", 1, "one for each run")
    yield Use("lambda-gb-second", workload.run_s * memory_gb, "as long as a run")


def _start_uses(workload: Workload) -> Iterable[Use]:
    """Yield what lies between the event source and a state machine."""
    yield from bus_uses(workload, "state machine")
    source = workload.event_source
    if source and source.starts_workflow == "queue-and-pipe":
        yield from record_uses(workload, "sqs", 1, "messages of the topic")
    pipe = workload.aws.services["pipes"].bill
    if source and source.piped and pipe:
        yield from _uses(workload, pipe, 1, "records to the state machine")


def bus_uses(workload: Workload, to: str) -> Iterable[Use]:
    """Yield the event of a source that reaches functions and state machines over an EventBridge rule."""
    source = workload.event_source
    bill = workload.aws.services["eventbridge"].bill
    if source and source.starts_workflow == "rule" and bill:
        yield Use(bill.price, bill.each_piece, f"events of the source on their way to the {to}")
