"""The flow that the requirements describe: the user's steps where given, sensible ones otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.answers import ForEach as Each
from advisor.knowledge.answers import Parallel, Part, Step
from advisor.knowledge.conditions import Answer
from advisor.starter.blueprint.flow import Ask, Choose, Do, Flow, ForEach, Node, Pause, Poll, Together, Unit
from advisor.starter.blueprint.flow import units as flow_units
from advisor.starter.blueprint.names import Name, names

_LAMBDA_STEPS = ("Validate request", "Process request", "Record result", "Enrich result", "Finish request")
_SERVICE_STEPS = {
    "sns": "Notify people",
    "sqs": "Queue result",
    "eventbridge": "Publish event",
    "dynamodb": "Store record",
    "s3": "Store object",
    "ecs-fargate": "Run container",
    "batch": "Run batch job",
    "glue": "Run Glue job",
    "athena": "Query data",
    "emr": "Run cluster step",
    "sagemaker": "Train model",
    "bedrock": "Ask model",
    "codebuild": "Run build",
    "http-api": "Call API",
    "activity-worker": "Work outside AWS",
    "step-functions": "Run child workflow",
}
OURS = """
    report_failure workflow_failed not_approved approved done wait work_in_parallel work_on_each_item
    failure success take_the_record start_workflow await_approval await_callback handle_success
    handle_failure workflow source alarm idempotency large_amount
    check_job still_running wait_for_the_job
"""
TAKEN = frozenset(OURS.split())  # names of states and resources every project may have
CHOICE_KEY, CHOICE_LIMIT = "amount", 100
ITEMS_KEY = "items"
INLINE_ITEMS = 10
INLINE_MOST, DISTRIBUTED_ITEMS = 40, 10_000  # items at once
A_DAY = 86_400
# A run holds so many events; a turn of polling adds nine, and more where an attempt fails.
HISTORY_EVENTS, POLL_EVENTS = 25_000, 12
JOBS = ("ecs-fargate", "batch", "glue", "athena", "emr", "sagemaker", "codebuild", "step-functions")


class Requirements(Struct, frozen=True):
    """The requirements as the starter reads them; what is not known has the plainest reading."""

    answers: Mapping[str, Answer]

    def text(self, key: str, default: str = "") -> str:
        value = self.answers.get(key, default)
        return value if isinstance(value, str) else default

    def number(self, key: str, default: float) -> float:
        value = self.answers.get(key, default)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else default

    def chosen(self, key: str) -> tuple[str, ...]:
        value = self.answers.get(key, ())
        return value if isinstance(value, tuple) else ()

    def flag(self, key: str) -> bool:
        return self.answers.get(key) is True


def units_for(
    requirements: Requirements, steps: Sequence[Step], least: int, *, direct: bool
) -> tuple[Unit, ...]:
    """Return the units of work in order; ``direct``: services other than Lambda are called directly."""
    chosen = list(steps) if steps else _sensible(requirements, least, direct=direct)
    made = names((step.name for step in chosen), "Process request", taken=TAKEN)
    return tuple(
        Unit(name, step.service if step.service != "other-aws" else "lambda")
        for name, step in zip(made, chosen, strict=True)
    )


def _sensible(requirements: Requirements, least: int, *, direct: bool) -> list[Step]:
    services = [item for item in requirements.chosen("targets") if item in _SERVICE_STEPS] if direct else []
    count = max(
        int(requirements.number("steps", least)),
        len(services) + 1,
        least if "steps" not in requirements.answers else 1,
    )
    count = min(count, 20)
    functions = [
        Step(_LAMBDA_STEPS[i] if i < len(_LAMBDA_STEPS) else f"Step {i + 1}")
        for i in range(count - len(services))
    ]
    return functions + [Step(_SERVICE_STEPS[service], service) for service in services]


def flow_for(requirements: Requirements, units: Sequence[Unit], arranged: Sequence[Part] = ()) -> Flow:
    """Return the coordinated flow over ``units`` that the requirements describe.

    ``arranged`` is how the user arranged them; where nothing is nested in it, the requirements decide.
    """
    per_item = requirements.text("parallelism", "none") == "dynamic" or _has_each(arranged)
    ready = _with_failure_handling(requirements, units, undoable=not per_item)
    if any(not isinstance(part, Step) for part in arranged):
        return _as_arranged(requirements, iter(ready), arranged)
    parallelism = requirements.text("parallelism", "none")
    if parallelism == "static" and len(ready) > 1:
        head, middle, tail = _cut(ready, 2)
        block: Flow = (Together("Work in parallel", tuple((Do(unit),) for unit in middle)),)
    elif parallelism == "dynamic":
        head, middle, tail = _cut(ready, 1)
        block = (_for_each(requirements, "Work on each item", _plain(middle)),)
    else:
        head, middle, tail = ready[:1], ready[1:-1], ready[-1:] if len(ready) > 1 else ()
        block = _plain(middle)
    return (
        _plain(head)
        + _chosen(requirements, block, bool(head))
        + _waits(requirements, any(unit.service in JOBS for unit in ready))
        + _plain(tail)
    )


def _as_arranged(requirements: Requirements, ready: Iterator[Unit], arranged: Sequence[Part]) -> Flow:
    """Return the flow as the user arranged it, with the choice and the waits before its last part."""
    made = _arranged(requirements, ready, arranged, _Labels(iter(range(1, 100)), iter(range(1, 100))))
    head, middle, tail = made[:1], made[1:-1], made[1:][-1:]
    jobs = any(unit.service in JOBS for unit in flow_units(made))
    return head + _chosen(requirements, middle, bool(head)) + _waits(requirements, jobs) + tail


class _Labels(Struct, frozen=True):
    """Numbers for the names of blocks, so that no two states are called the same."""

    together: Iterator[int]
    each: Iterator[int]


def _numbered(words: str, numbers: Iterator[int]) -> str:
    number = next(numbers)
    return words if number == 1 else f"{words} {number}"


def _arranged(
    requirements: Requirements, ready: Iterator[Unit], parts: Sequence[Part], labels: _Labels
) -> Flow:
    found: list[Node] = []
    for part in parts:
        if isinstance(part, Step):
            found.append(Do(next(ready)))
        elif isinstance(part, Parallel):
            name = _numbered("Work in parallel", labels.together)
            branches = tuple(_arranged(requirements, ready, branch, labels) for branch in part.branches)
            found.append(Together(name, branches))
        else:
            name = _numbered("Work on each item", labels.each)
            body = _arranged(requirements, ready, part.steps, labels)
            found.append(_for_each(requirements, name, body))
    return tuple(found)


def _for_each(requirements: Requirements, name: str, body: Flow) -> ForEach:
    at_once = int(min(max(requirements.number("max_parallel_items", INLINE_ITEMS), 1), DISTRIBUTED_ITEMS))
    return ForEach(name, ITEMS_KEY, body, at_once, at_once > INLINE_MOST)


def _plain(units: Sequence[Unit]) -> Flow:
    return tuple(Do(unit) for unit in units)


def _cut(units: Sequence[Unit], least: int) -> tuple[Sequence[Unit], Sequence[Unit], Sequence[Unit]]:
    """Split into what comes before, inside (at least ``least``) and after the parallel part."""
    head = 1 if len(units) > least else 0
    tail = 1 if len(units) > least + head else 0
    return units[:head], units[head : len(units) - tail], units[len(units) - tail :]


def _chosen(requirements: Requirements, block: Flow, after_something: bool) -> Flow:
    if requirements.text("branching") != "content" or not (block and after_something):
        return block
    if len(block) > 1 and all(isinstance(node, Do) for node in block):
        return (Choose("Large amount?", CHOICE_KEY, CHOICE_LIMIT, block[:1], block[1:2]), *block[2:])
    return (Choose("Large amount?", CHOICE_KEY, CHOICE_LIMIT, block, ()),)


def _waits(requirements: Requirements, jobs: bool) -> Flow:
    waits = requirements.chosen("waits")
    found: list[Node] = []
    if "timer" in waits:
        found.append(Pause("Wait", 60))
    if "poll-job" in waits and not jobs:
        found.append(Poll(Unit(_named("Check job")), _every(longest(requirements))))
    if "callback" in waits:
        found.append(Ask(Unit(_named("Await callback"), "sqs"), approval=False, timeout_s=A_DAY))
    if "human-approval" in waits:
        found.append(Ask(Unit(_named("Await approval"), "sns"), approval=True, timeout_s=7 * A_DAY))
    return tuple(found)


def longest(requirements: Requirements) -> int:
    """Return how long a run may take, waits for answers apart: twice what is expected, at least a day."""
    return int(max(2 * requirements.number("total_duration_s", 0), A_DAY))


def _every(longest_s: int) -> int:
    """Return after how many seconds to ask again, so that the longest run keeps within its history."""
    return 30 * math.ceil(longest_s * POLL_EVENTS / HISTORY_EVENTS / 30)


def _named(text: str) -> Name:
    return names([text])[0]


def _has_each(parts: Sequence[Part]) -> bool:
    nested = [branch for part in parts if isinstance(part, Parallel) for branch in part.branches]
    return any(isinstance(part, Each) for part in parts) or any(_has_each(branch) for branch in nested)


def _with_failure_handling(
    requirements: Requirements, units: Sequence[Unit], *, undoable: bool
) -> tuple[Unit, ...]:
    """Return the units with what takes them back and what stands in; items of a list cannot be undone."""
    handling = requirements.chosen("failure_handling")
    taken = {unit.name.module for unit in units}
    ready = list(units)
    if "compensate" in handling and undoable:
        undo = names((f"Undo {unit.name.words.lower()}" for unit in ready[:-1]), taken=taken)
        ready[:-1] = [replace(unit, undo=Unit(name)) for unit, name in zip(ready, undo, strict=False)]
        taken.update(name.module for name in undo)
    if "fallback" in handling and ready:
        place = min(1, len(ready) - 1)
        name = names([f"Fall back for {ready[place].name.words.lower()}"], taken=taken)[0]
        ready[place] = replace(ready[place], fallback=Unit(name))
    return tuple(ready)
