"""The flow that the requirements describe: the user's steps where given, sensible ones otherwise."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.decision.undo import with_undo
from advisor.knowledge import answers
from advisor.knowledge.answers import FieldCondition, Part, PlacedWait, Step, all_parts
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.flow import (
    Choice,
    Flow,
    Map,
    Node,
    Parallel,
    Pass,
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
    await_approval await_callback handle_success map_items
    handle_failure workflow source alarm idempotency special_case
    check_job still_running wait_for_the_job
"""
REPEATED = ("await_approval", "await_callback", "wait", "work_in_parallel", "work_on_each_item")
TAKEN = frozenset(  # names of states and resources every project may have
    (*OURS.split(), *(f"{name}_{number}" for name in REPEATED for number in range(2, 101)))
)
PARALLEL, EACH = "Work in parallel", "Work on each item"
SPECIAL, SPECIAL_CASE = "Special case", FieldCondition("special", "equals", value=True)
ITEMS_KEY = "items"
CHOICE_NAME = 70  # characters; a state's name has 80
INLINE_ITEMS = 10
A_MINUTE, AN_HOUR, A_DAY = 60, 3_600, 86_400
POLL_EVENTS = 12  # a turn of polling adds nine events to the history, and more where an attempt fails


class Setting(Struct, frozen=True):
    """Input of a flow, beside its units of work."""

    requirements: Requirements
    aws: AwsFacts

    @property
    def longest_s(self) -> int:
        """Return how long a run may take, at least a day: twice what is expected, and longer than a step.

        Waits for answers are in it where the answer says how long a run takes in all.
        """
        total = 2 * self.requirements.number("total_duration_s", 0)
        step = 2 * self.requirements.number("step_duration_s", 0) + AN_HOUR
        return int(min(max(total, step, A_DAY), self.aws.number("standard-duration")))

    def wait_s(self, usual: int) -> int:
        """Return how long to wait for an answer: ``usual``, or what the whole run takes as answered."""
        return int(max(self.requirements.number("total_duration_s", 0), A_MINUTE)) if self._timed else usual

    @property
    def timer_s(self) -> int:
        """Return the seconds of a timer: a minute, and a quarter of a shorter run at most."""
        waiting = self.requirements.text("caller_waits_for") == "result"
        patience = 4 if self.requirements.text("event_source") == "cognito" else 20
        total = self.requirements.number("total_duration_s", patience if waiting else 4 * A_MINUTE)
        return int(max(1, min(A_MINUTE, total // 4)))

    @property
    def _timed(self) -> bool:
        return self.requirements.number("total_duration_s", 0) > 0

    @property
    def poll_s(self) -> int:
        """Return after how many seconds to ask again, so that the longest run keeps within its history."""
        events = self.aws.number("sfn-history-events")
        return 30 * math.ceil(self.longest_s * POLL_EVENTS / events / 30)

    def for_each(self, name: str, body: Flow) -> Map:
        """Return the Map state that does ``body`` for each item.

        A distributed one works on no more at once than functions, or jobs, start with in an account.
        """
        items = int(max(self.requirements.number("max_parallel_items", INLINE_ITEMS), 1))
        if items <= self.aws.number("inline-map-concurrency"):
            return Map(name=name, key=ITEMS_KEY, body=body, at_once=items)
        functions, jobs = (int(most) for most in self.aws.limits["starter-map-concurrency"].series)
        most = functions if all(unit.service == "lambda" for unit in flow_units(body)) else jobs
        return Map(name=name, key=ITEMS_KEY, body=body, at_once=min(items, most), distributed=True)


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
    ready = _with_fallback(requirements, units)
    if any(not isinstance(part, Step) for part in arranged):
        made = _Arranger(setting, iter(ready)).flow(arranged)
        head, block, tail = made[:1], made[1:-1], made[1:][-1:]
    else:
        head, block, tail = _spread(setting, ready, parallelism)
    jobs = any(unit.service in setting.aws.jobs for unit in flow_units(head + block + tail))
    flow = head + _chosen(requirements, arranged) + block + _waits(setting, arranged, jobs=jobs) + tail
    return with_undo(flow) if "compensate" in requirements.chosen("failure_handling") else flow


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
    """Takes ``ready`` units in order; ``used`` counts blocks and waits of a name, to keep them apart."""

    setting: Setting
    ready: Iterator[Unit]
    used: Counter[str] = field(default_factory=Counter)

    def flow(self, parts: Sequence[Part]) -> Flow:
        return tuple(self.node(part) for part in parts)

    def node(self, part: Part) -> Node:
        if isinstance(part, Step):
            return Task(next(self.ready))
        if isinstance(part, answers.Parallel):
            return Parallel(self.named(PARALLEL), tuple(self.flow(branch) for branch in part.branches))
        if isinstance(part, answers.Choice):
            plain = re.sub(r"[^A-Za-z0-9 .,_+-]", "", part.condition.words)
            name = self.named(f"{plain[:CHOICE_NAME].rstrip()}?")
            return Choice(name, part.condition, self.flow(part.then), self.flow(part.otherwise))
        if isinstance(part, PlacedWait):
            self.used[part.kind] += 1
            return _wait(self.setting, part.kind, self.used[part.kind])
        return self.setting.for_each(self.named(EACH), self.flow(part.steps))

    def named(self, words: str) -> str:
        """Return ``words``, with a number where they are a name already."""
        self.used[words] += 1
        return words if self.used[words] == 1 else f"{words} {self.used[words]}"


def _chosen(requirements: Requirements, arranged: Sequence[Part]) -> Flow:
    """Return a choice whose ways do the same work, where the data decides and nobody has said how."""
    given = any(isinstance(part, answers.Choice) for part in all_parts(arranged))
    if given or requirements.text("branching") != "content":
        return ()
    return (Choice(f"{SPECIAL}?", SPECIAL_CASE, (Pass(SPECIAL),), (), placeholder=True),)


def _waits(setting: Setting, arranged: Sequence[Part], *, jobs: bool) -> Flow:
    """Return the waits that were asked for and not placed; a job (``jobs``) is waited for by its Task."""
    placed = {part.kind for part in all_parts(arranged) if isinstance(part, PlacedWait)}
    waits = set(setting.requirements.chosen("waits")) - placed
    found: list[Node] = [_wait(setting, "timer")] if "timer" in waits else []
    if "poll-job" in waits and not jobs:
        found.append(Poll(_unit("Check job"), setting.poll_s))
    return (*found, *(_wait(setting, kind) for kind in ("callback", "human-approval") if kind in waits))


def _wait(setting: Setting, kind: str, number: int = 1) -> Node:
    more = f" {number}" if number > 1 else ""
    if kind == "timer":
        return Wait(f"Wait{more}", setting.timer_s)
    if kind == "callback":
        return WaitForCallback(
            _unit(f"Await callback{more}", "sqs"), approval=False, timeout_s=setting.wait_s(A_DAY)
        )
    limit = setting.wait_s(7 * A_DAY)
    return WaitForCallback(_unit(f"Await approval{more}", "sns"), approval=True, timeout_s=limit)


def _unit(text: str, service: str = "lambda") -> Unit:
    return Unit(names([text])[0], service)


def _with_fallback(requirements: Requirements, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units, one with what stands in for it where that was asked for."""
    ready = list(units)
    if "fallback" in requirements.chosen("failure_handling") and ready:
        place, taken = min(1, len(ready) - 1), {unit.name.module for unit in units}
        name = names([f"Fall back for {ready[place].name.words.lower()}"], taken=taken)[0]
        ready[place] = replace(ready[place], fallback=Unit(name))
    return tuple(ready)
