"""The flow that the requirements describe: the user's steps where given, sensible ones otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.knowledge import answers
from advisor.knowledge.answers import Part, Step
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.flow import (
    Choice,
    Flow,
    Map,
    Node,
    Parallel,
    Poll,
    Task,
    Unit,
    Wait,
    WaitForCallback,
)
from advisor.knowledge.flow import units as flow_units
from advisor.knowledge.names import names
from advisor.knowledge.requirements import Requirements

_LAMBDA_STEPS = ("Validate request", "Process request", "Record result", "Enrich result", "Finish request")
OURS = """
    report_failure workflow_failed not_approved approved done wait work_in_parallel work_on_each_item
    failure success take_the_event start_once already_started allow_a_new_start note_the_item start_workflow
    await_approval await_callback handle_success
    handle_failure workflow source alarm idempotency large_amount
    check_job still_running wait_for_the_job
"""
TAKEN = frozenset(OURS.split())  # names of states and resources every project may have
PARALLEL, EACH = "Work in parallel", "Work on each item"
CHOICE_KEY, CHOICE_LIMIT = "amount", 100
ITEMS_KEY = "items"
INLINE_ITEMS = 10
A_DAY = 86_400
POLL_EVENTS = 12  # a turn of polling adds nine events to the history, and more where an attempt fails


class Setting(Struct, frozen=True):
    """What a flow is derived from beside its units of work."""

    requirements: Requirements
    aws: AwsFacts

    @property
    def longest_s(self) -> int:
        """Return how long a run may take, waits for answers apart: twice what is expected, at least a day."""
        return int(max(2 * self.requirements.number("total_duration_s", 0), A_DAY))

    @property
    def poll_s(self) -> int:
        """Return after how many seconds to ask again, so that the longest run keeps within its history."""
        events = self.aws.number("sfn-history-events")
        return 30 * math.ceil(self.longest_s * POLL_EVENTS / events / 30)

    def for_each(self, name: str, body: Flow) -> Map:
        """Return the Map state that does ``body`` for each item."""
        most = self.aws.number("distributed-map-concurrency")
        at_once = int(min(max(self.requirements.number("max_parallel_items", INLINE_ITEMS), 1), most))
        inline = self.aws.number("inline-map-concurrency")
        return Map(name, ITEMS_KEY, body, at_once, at_once > inline)


def units_for(setting: Setting, steps: Sequence[Step], least: int, *, direct: bool) -> tuple[Unit, ...]:
    """Return the units of work in order; ``direct``: services other than Lambda are called directly."""
    chosen = list(steps) if steps else _sensible(setting, least, direct=direct)
    chosen += outcome_steps(setting, chosen) if direct else ()
    made = names((step.name for step in chosen), "Process request", taken=TAKEN)
    return tuple(
        Unit(name, step.service if step.service != "other-aws" else "lambda")
        for name, step in zip(made, chosen, strict=True)
    )


def outcome_steps(setting: Setting, steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return a last step for each target of a success that no step reaches."""
    reached = {"lambda", *(step.service for step in steps)}
    found = _service_steps(setting, setting.requirements.chosen("on_success"))
    return tuple(step for step in found if step.service not in reached)


def _service_steps(setting: Setting, services: Iterable[str]) -> Iterator[Step]:
    """Yield a step for each service that has one with a title of its own."""
    for service in services:
        use = setting.aws.services[service].step if service in setting.aws.services else None
        if use and use.title:
            yield Step(use.title, service)


def _sensible(setting: Setting, least: int, *, direct: bool) -> list[Step]:
    requirements = setting.requirements
    services = list(_service_steps(setting, requirements.chosen("targets"))) if direct else []
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
    return functions + services


def flow_for(setting: Setting, units: Sequence[Unit], arranged: Sequence[Part] = ()) -> Flow:
    """Return the coordinated flow over ``units`` that the requirements describe.

    ``arranged`` is how the user arranged them; where nothing is nested in it, the requirements decide.
    """
    requirements = setting.requirements
    parallelism = requirements.text("parallelism", "none")
    ready = _with_failure_handling(
        requirements, units, undoable=parallelism != "dynamic" and not _has_each(arranged)
    )
    if any(not isinstance(part, Step) for part in arranged):
        made = _Arranger(setting, iter(ready)).flow(arranged)
        head, block, tail = made[:1], made[1:-1], made[1:][-1:]
    else:
        head, block, tail = _spread(setting, ready, parallelism)
    jobs = any(unit.service in setting.aws.jobs for unit in flow_units(head + block + tail))
    return head + _chosen(requirements, block, bool(head)) + _waits(setting, jobs=jobs) + tail


def _spread(setting: Setting, units: Sequence[Unit], parallelism: str) -> tuple[Flow, Flow, Flow]:
    """Return what comes before, inside and after the middle of the flow: side by side, or in a Map state."""
    if parallelism == "static" and len(units) > 1:
        head, middle, tail = _cut(units, 2)
        return head, (Parallel(PARALLEL, tuple((task,) for task in middle)),), tail
    if parallelism == "dynamic":
        head, middle, tail = _cut(units, 1)
        return head, (setting.for_each(EACH, middle),), tail
    tasks = _tasks(units)
    return tasks[:1], tasks[1:-1], tasks[1:][-1:]


def _cut(units: Sequence[Unit], least: int) -> tuple[Flow, Flow, Flow]:
    """Split into what comes before, inside (at least ``least``) and after the parallel part."""
    tasks = _tasks(units)
    head = 1 if len(tasks) > least else 0
    tail = 1 if len(tasks) > least + head else 0
    return tasks[:head], tasks[head : len(tasks) - tail], tasks[len(tasks) - tail :]


def _tasks(units: Sequence[Unit]) -> Flow:
    return tuple(Task(unit) for unit in units)


class _Arranger(Struct):
    """Takes ``ready`` units in order; the counters keep the names of the blocks apart."""

    setting: Setting
    ready: Iterator[Unit]
    parallels: Iterator[int] = field(default_factory=lambda: count(1))
    maps: Iterator[int] = field(default_factory=lambda: count(1))

    def flow(self, parts: Sequence[Part]) -> Flow:
        return tuple(self.node(part) for part in parts)

    def node(self, part: Part) -> Node:
        if isinstance(part, Step):
            return Task(next(self.ready))
        if isinstance(part, answers.Parallel):
            name = _numbered(PARALLEL, self.parallels)
            return Parallel(name, tuple(self.flow(branch) for branch in part.branches))
        return self.setting.for_each(_numbered(EACH, self.maps), self.flow(part.steps))


def _numbered(words: str, numbers: Iterator[int]) -> str:
    number = next(numbers)
    return words if number == 1 else f"{words} {number}"


def _chosen(requirements: Requirements, block: Flow, after_something: bool) -> Flow:
    if requirements.text("branching") != "content" or not (block and after_something):
        return block
    if len(block) > 1 and all(isinstance(node, Task) for node in block):
        return (Choice("Large amount?", CHOICE_KEY, CHOICE_LIMIT, block[:1], block[1:2]), *block[2:])
    return (Choice("Large amount?", CHOICE_KEY, CHOICE_LIMIT, block, ()),)


def _waits(setting: Setting, *, jobs: bool) -> Flow:
    """Return the waits that were asked for; ``jobs``: a Task waits for the end of its job by itself."""
    waits = setting.requirements.chosen("waits")
    found: list[Node] = []
    if "timer" in waits:
        found.append(Wait("Wait", 60))
    if "poll-job" in waits and not jobs:
        found.append(Poll(_unit("Check job"), setting.poll_s))
    if "callback" in waits:
        found.append(WaitForCallback(_unit("Await callback", "sqs"), approval=False, timeout_s=A_DAY))
    if "human-approval" in waits:
        found.append(WaitForCallback(_unit("Await approval", "sns"), approval=True, timeout_s=7 * A_DAY))
    return tuple(found)


def _unit(text: str, service: str = "lambda") -> Unit:
    return Unit(names([text])[0], service)


def _has_each(parts: Sequence[Part]) -> bool:
    nested = [branch for part in parts if isinstance(part, answers.Parallel) for branch in part.branches]
    each = any(isinstance(part, answers.ForEach) for part in parts)
    return each or any(_has_each(branch) for branch in nested)


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
