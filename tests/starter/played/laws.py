"""Laws of a deployed project: what must hold whatever fails, read off its README and its template.

* steps: each step of the flow is done, none twice for one item of one event
* lost: at the end a failed event is where the README says, with what it says is kept
* rings: the alarm that the README names has a metric that moved, and none has where nothing failed
* again: the same event a second time does no work, another event does
* undo: what was done is undone, and nothing else
* order: records of one shard are worked on in order
"""

from __future__ import annotations

import gzip
import json
import random
import re
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3

from advisor.knowledge.flow import Choice, Flow, Map, Poll, Task, WaitForCallback, parts
from advisor.starter import Blueprint
from tests.starter.played.events import RECORDS, answered, send, sign_up
from tests.starter.played.in_process import Crash
from tests.starter.played.world import Project, World

EVENT = "order-7"
LIMIT = "States.DataLimitExceeded"
IN_A_MAP = "States.Runtime"  # what moto makes of it there, as final as it
SEED = 1
LASTING, PASSING = ValueError("wrong"), ConnectionError("away")
SENDERS = {
    "s3": ("EventBridge",),
    "eventbridge": ("EventBridge",),
    "schedule": ("EventBridge Scheduler",),
    "sns": ("the pipe", "SNS"),
    "sqs": ("the pipe",),
    "kinesis": ("the pipe",),
    "dynamodb-stream": ("the pipe",),
    "iot": ("the IoT rule",),
}
NO_ID = ("sdk", "other")  # a caller that says nothing of the event's identity


@dataclass(frozen=True)
class Row:
    """One line of the README's table of failures."""

    failure: str
    place: str
    kept: str
    rings: tuple[str, ...]


def rows(readme: str) -> list[Row]:
    """Return the table of failures."""
    table = readme.partition("| what rings |\n")[2].partition("\n\n")[0].splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return [Row(one, two, three, tuple(four.split(", "))) for one, two, three, four in cells]


def steps(flow: Flow) -> Iterator[str]:
    """Yield the functions of the steps that no condition leaves out."""
    for node in flow:
        if isinstance(node, Task | Poll | WaitForCallback) and node.unit.service == "lambda":
            yield node.unit.function_id
        if not isinstance(node, Choice) or node.placeholder:
            for part in parts(node):
                yield from steps(part)


def undos(blueprint: Blueprint) -> dict[str, str]:
    """Return the function of each step that can be undone, with that of its undo."""
    by_step = {item.name.words: item.id for item in blueprint.functions if not item.undoes}
    undone = {item.undoes: item.id for item in blueprint.functions if item.undoes}
    found = {by_step.get(step): undo for step, undo in undone.items()}
    return {step: undo for step, undo in found.items() if step}


class Laws:
    """Plays one project, and keeps what it finds."""

    def __init__(self, project: Project) -> None:
        self.project, self.blueprint = project, project.blueprint
        self.rows = rows(project.stack.files["README.md"])
        self.payload = {**self.blueprint.payload, "id": EVENT}
        self.steps = self.chosen() or list(dict.fromkeys(steps(self.blueprint.flow)))
        names = sorted(item.id for item in self.blueprint.functions)
        self.chance = random.Random(f"{SEED} {self.blueprint.title} {names}")
        self.found: list[str] = []

    def play(self) -> list[str]:
        """Return every law that is broken."""
        self.goes_well()
        self.comes_again()
        others = self.chance.sample(self.steps[:-1], min(2, len(self.steps[:-1])))
        for step in [*others, *self.steps[-1:]]:  # what is done last has the most behind it
            self.fails_once(step, PASSING, "fails once")
            self.fails_for_good(step)
        for step in self.chance.sample(self.steps, min(1, len(self.steps))):
            if self.blueprint.idempotency:
                self.fails_once(step, Crash(), "crashes once")
        self.cannot_be_delivered()
        self.has_equal_items()
        if self.project.stack.machine:
            self.outgrows_a_state()
            if not self.blueprint.functions:
                self.service_refuses()
        if self.blueprint.event_source == "cognito":
            self.resets_a_password()
        if self.blueprint.reads_batches:
            self.reads_batches()
        elif self.project.stack.mapping:
            self.starts_runs_of_a_batch()
        for queue, worker in self.blueprint.worked_on.items():
            if worker.id in self.steps:
                self.works_on_messages(queue, worker.id)
        return self.found

    def chosen(self) -> list[str]:
        """Return the step that works on the payload, where its type says which."""
        wanted = self.payload.get("type") if self.blueprint.worked_on else None
        workers = self.blueprint.worked_on.values()
        return [item.id for item in workers if item.name.module.replace("_", "-") == wanted]

    def law(self, law: str, holds: bool, told: object) -> None:
        """Note a broken law."""
        if not holds:
            self.found.append(f"{law}: {told}")

    def goes_well(self) -> None:
        with self.project.world() as world:
            self.settled(world)
            self.all_done(world, "nothing fails")
            self.law("steps", all(run.status == "SUCCEEDED" for run in world.runs), world.runs)
            self.law("lost", not world.account.lost, f"nothing fails: {world.account.lost}")
            ringing = [name for name in self.project.stack.of("AWS::CloudWatch::Alarm") if rings(world, name)]
            self.law("rings", not ringing, f"nothing fails, but {ringing}")

    def settled(self, world: World) -> None:
        send(world, self.payload)
        world.account.settle()

    def all_done(self, world: World, when: str) -> None:
        """Hold that each step is done, and none twice."""
        missing = [step for step in self.steps if not world.work.times(step)]
        self.law("steps", not missing, f"{when}: {missing} not done")
        self.none_twice(world, when)

    def none_twice(self, world: World, when: str) -> None:
        polled = {node.unit.function_id for node in flat(self.blueprint.flow) if isinstance(node, Poll)}
        done = Counter((name, json.dumps(what, sort_keys=True)) for name, what in world.work.done)
        twice = [name for (name, _), times in done.items() if times > 1 and name not in polled]
        self.law("again", not twice or not self.blueprint.idempotency, f"{when}: {twice} done twice")

    def comes_again(self) -> None:
        source = self.blueprint.event_source
        if self.blueprint.approach == "step-functions" and source in NO_ID:
            return
        with self.project.world() as world:
            for _ in range(2):
                self.settled(world)
            if self.blueprint.workflow_type != "express" or self.blueprint.idempotency:
                self.none_twice(world, "the event comes again")
            before = {step: world.work.times(step) for step in self.steps}
            send(world, {**self.payload, "id": "order-8"}, "2")
            world.account.settle()
            same = [step for step in self.steps if world.work.times(step) == before[step]]
            self.law("again", not same, f"another event: {same} did nothing")

    def fails_once(self, step: str, error: BaseException, when: str) -> None:
        with self.project.world(**{step: [error]}) as world:
            self.settled(world)
            if self.retried(step):
                self.all_done(world, f"{step} {when}")
                self.law("lost", not world.account.lost, f"{step} {when}: {world.account.lost}")

    def retried(self, step: str) -> bool:
        """Return whether the project tries a failed step again."""
        settings = self.project.stack.asynchronous.get(step)
        if settings is None and self.project.stack.machine:
            text = next(text for path, text in self.project.stack.files.items() if path.endswith(".asl.json"))
            return '"Retry"' in text and "States.TaskFailed" in text
        return settings is None or settings["MaximumRetryAttempts"] > 0

    def fails_for_good(self, step: str) -> None:
        when = f"{step} keeps failing"
        with self.project.world(**{step: [LASTING, ...]}) as world:
            self.settled(world)
            if world.runs and all(run.status == "SUCCEEDED" for run in world.runs):
                return  # a fallback took over
            row = self.row(step, world)
            self.law("lost", row is not None, f"{when}: no line of the README is for it")
            if row:
                self.where_told(world, row, when)
            self.undone(world, when)

    def row(self, step: str, world: World) -> Row | None:
        own = [row for row in self.rows if f"`{step}`" in row.failure]
        ended = [row for row in self.rows if row.failure.startswith("a run fails")] if world.runs else []
        return next(iter([*own, *ended]), None)

    def where_told(self, world: World, row: Row, when: str) -> None:
        """Hold that the event is where ``row`` says, and that what it says rings does."""
        kept = list(contents(world, row.place))
        wanted = "SequenceNumber" if "position" in row.kept else EVENT
        self.law("lost", any(holds(text, wanted) for text in kept), f"{when}: not in {row.place}")
        alarms = [name for name in row.rings if name]
        self.law("rings", any(rings(world, name) for name in alarms), f"{when}: {alarms} did not")
        if row.kept in ("the event itself", "the message itself"):
            whole = any(holds(text, EVENT) for text in kept)
            self.law("lost", whole, f"{when}: {row.place} does not hold the event itself")

    def undone(self, world: World, when: str) -> None:
        """Hold that a failed run undid each step that was done, once, and nothing else."""
        known = undos(self.blueprint)
        if not world.runs or not known:
            return
        done = Counter(name for name, _ in world.work.done)
        wanted = {undo: done[step] for step, undo in known.items() if done[step]}
        got = {undo: done[undo] for undo in known.values() if done[undo]}
        self.law("undo", wanted == got, f"{when}: undone {got}, done {wanted}")

    def cannot_be_delivered(self) -> None:
        senders = [
            f"{sender} cannot deliver an event" for sender in SENDERS.get(self.blueprint.event_source, ())
        ]
        told = [row for row in self.rows if row.failure in senders]
        for times, law in ((0, "lost"), (2, "steps")):
            with self.project.world() as world:
                targets = set(self.targets())
                if times:
                    world.account.throttled.update(dict.fromkeys(targets, times))
                elif told:
                    world.account.blocked |= targets
                else:
                    continue
                self.settled(world)
                if law == "steps":
                    self.all_done(world, "a start is throttled twice")
                    self.law("lost", not world.account.lost, f"throttled: {world.account.lost}")
                else:
                    self.where_told(world, told[0], "the start is refused")

    def has_equal_items(self) -> None:
        """Hold that equal items of a list are each worked on."""
        lists = {item.id: item.lists for item in self.blueprint.functions if item.lists}
        maps = [node for node in self.blueprint.flow if isinstance(node, Map)]
        if len(lists) != 1 or len(maps) != 1 or not self.blueprint.idempotency:
            return
        ((function, key),) = lists.items()
        with self.project.world() as world:
            items = [{"id": EVENT, "quantity": 1}] * 2
            if maps[0].listed:
                world.listed = json.dumps(items)
            else:
                world.work.returns[function] = {key: items}
            self.settled(world)
            for step in steps(maps[0].body):
                times = world.work.times(step)
                self.law("again", times == 2, f"two equal items, but {step} done {times} times")

    def outgrows_a_state(self) -> None:
        """Hold that a run whose data outgrows a state is where the README says, and rings what it names."""
        tasks = {item.id for item in self.blueprint.functions if not (item.trigger or item.asynchronous)}
        nodes = flat(self.blueprint.flow)
        apart = [node for node in nodes if isinstance(node, Map) and node.distributed]  # a run for each item
        tasks -= {step for node in apart for step in steps(node.body)}
        called = [step for step in self.steps if step in tasks]
        for step in self.chance.sample(called, min(1, len(called))):
            with self.project.world() as world:
                world.work.returns[step] = {"scan": "x" * self.blueprint.aws.limit("sfn-payload-bytes")}
                self.settled(world)
                when = f"the result of {step} outgrows a state"
                ended = [run for run in world.runs if run.error.startswith((LIMIT, IN_A_MAP))]
                self.law("lost", bool(ended), f"{when}, but {world.runs}")
                row = next((row for row in self.rows if LIMIT in row.failure), None)
                self.law("lost", row is not None, f"{when}: no line of the README is for it")
                if row:
                    self.where_told(world, row, when)

    def service_refuses(self) -> None:
        """Hold that a run is where the README says when a service that it calls is not there."""
        with self.project.world() as world:
            sqs = boto3.client("sqs", region_name="us-east-1")
            for url in sqs.list_queues().get("QueueUrls", []):
                sqs.delete_queue(QueueUrl=url)
            self.settled(world)
            failed = [run.status for run in world.runs]
            self.law("lost", failed == ["FAILED"], f"the queue of a step is away, but runs are {failed}")
            row = next((row for row in self.rows if row.failure.startswith("a run fails")), None)
            self.law("lost", row is not None, "no line of the README is for a run that fails")
            if row:
                self.where_told(world, row, "the queue of a step is away")

    def resets_a_password(self) -> None:
        """Hold that a forgotten password is no sign-up, though Cognito calls the same function."""
        with self.project.world() as world:
            trigger = "PostConfirmation_ConfirmForgotPassword"
            answered(world, sign_up(self.payload, trigger))
            world.account.settle()
            self.law("again", not world.runs, "a password that is reset starts a run")

    def targets(self) -> Iterator[str]:
        """Yield what the source starts."""
        first = self.blueprint.first_function or next(
            (item for item in self.blueprint.functions if item.does == "start"), None
        )
        account = "us-east-1:123456789012"
        yield from (f"arn:aws:sqs:{account}:{queue}" for queue in self.blueprint.worked_on)
        if first:
            yield f"arn:aws:lambda:us-east-1:123456789012:function:{first.id}:live"
        else:
            yield "arn:aws:states:us-east-1:123456789012:stateMachine:Workflow"

    def reads_batches(self) -> None:
        """Hold the laws for a batch of five in which one record always fails, and one that fails whole."""
        (step,) = self.steps[:1]
        ids = [f"{EVENT}-{number}" for number in range(1, 6)]
        name, shape = RECORDS[self.blueprint.event_source]
        records = [shape({**self.payload, "id": id}, str(number)) for number, id in enumerate(ids, 1)]
        whole = self.blueprint.event_source == "kafka"
        for broken in ([ids[2]], ids):
            with self.project.world(**{f"{step} {id}": [LASTING, ...] for id in broken}) as world:
                world.account.stream(name, records)
                world.account.settle()
                done = [payload["id"] for _, payload in world.work.done]
                wanted = [id for id in ids if id not in broken]
                if not whole:
                    self.law("steps", set(done) == set(wanted), f"{broken} fail for good: done {done}")
                if self.blueprint.idempotency:
                    self.law("order", done == sorted(set(done)), f"{broken} fail for good: done {done}")
                row = self.row(step, world)
                if row:
                    self.where_told(world, row, f"{len(broken)} of 5 records fail for good")

        self.reads_on_in_order(step, ids, records)

    def starts_runs_of_a_batch(self) -> None:
        """Hold that one record of a batch that starts no run is set aside, and each other starts one run."""
        ids = [f"{EVENT}-{number}" for number in range(1, 6)]
        name, shape = RECORDS[self.blueprint.event_source]
        records = [shape({**self.payload, "id": id}, str(number)) for number, id in enumerate(ids, 1)]
        records[2]["value"] = b64encode(json.dumps([{**self.payload, "id": ids[2]}]).encode()).decode()
        with self.project.world() as world:
            world.account.stream(name, records)
            world.account.settle()
            started = [json.loads(given)["id"] for given in world.inputs]
            self.law("steps", started == ids[:2] + ids[3:], f"{ids[2]} is no object: started {started}")
            row = next((row for row in self.rows if row.failure.startswith("a record that")), None)
            self.law("lost", row is not None, "no line of the README is for a record that starts no run")
            if row:
                self.where_told(world, row, f"{ids[2]} is no object")

    def reads_on_in_order(self, step: str, ids: list[str], records: list[dict[str, Any]]) -> None:
        """Hold that a record that fails once is done before those after it, where order is kept."""
        triggers = [item.trigger for item in self.blueprint.functions if item.trigger]
        kept = all(trigger.batch.order for trigger in triggers if trigger.batch)
        with self.project.world(**{f"{step} {ids[2]}": [PASSING]}) as world:
            world.account.stream(RECORDS[self.blueprint.event_source][0], records)
            world.account.settle()
            done = [payload["id"] for _, payload in world.work.done]
            self.law("steps", set(done) == set(ids), f"{ids[2]} fails once: done {done}")
            if self.blueprint.idempotency and kept:
                self.law("order", done == ids, f"{ids[2]} fails once: done {done}")

    def works_on_messages(self, queue: str, step: str) -> None:
        """Hold the laws for a full queue: one message always fails, two fail once; groups keep order."""
        ids = [f"{EVENT}-{number}" for number in range(1, 7)]
        for broken, errors in (([ids[2]], [LASTING, ...]), ([ids[0], ids[2]], [PASSING])):
            with self.project.world(**{f"{step} {id}": [*errors] for id in broken}) as world:
                for number, id in enumerate(ids):
                    body = json.dumps({**self.payload, "id": id})
                    world.account.send(queue, body, f"message-{id}", group=f"group-{number % 2}")
                world.account.settle()
                when = f"{len(broken)} of 6 messages fail {'for good' if errors[1:] else 'once'}"
                self.law("lost", not world.account.lost, f"{when}: {world.account.lost}")
                self.worked_in_groups(world, queue, ids, [] if not errors[1:] else broken, when)
                if errors[1:] and (row := self.row(step, world)):
                    self.where_told(world, row, when)

    def worked_in_groups(
        self, world: World, queue: str, ids: list[str], set_aside: list[str], when: str
    ) -> None:
        done = [payload["id"] for _, payload in world.work.done]
        letters = {json.loads(text)["id"] for text in self.dead(world, queue)}
        in_order = bool(self.project.stack.of("AWS::SQS::Queue")[queue].get("FifoQueue"))
        if in_order:
            for group in (ids[::2], ids[1::2]):
                own = [id for id in done if id in group]
                self.law("order", own == sorted(own), f"{when}: a group was worked on as {own}")
        missing = set(ids) - set(done) - letters
        self.law("lost", not missing, f"{when}: {missing} neither done nor in the dead-letter queue")
        held = letters - set(set_aside)
        self.law("steps", not held or in_order, f"{when}: {held} set aside though it never failed")
        twice = len(done) != len(set(done)) and bool(self.blueprint.idempotency)
        self.law("again", not twice, f"{when}: done {done}")

    def dead(self, world: World, queue: str) -> Iterator[str]:
        """Yield the bodies in the dead-letter queue of a queue."""
        redrive = self.project.stack.of("AWS::SQS::Queue")[queue].get("RedrivePolicy")
        if redrive:
            name = redrive["deadLetterTargetArn"].rpartition(":")[2]
            yield from (message.body for message in world.account.queues[name])


def flat(flow: Flow) -> Iterator[Any]:
    """Yield every node of a flow, inner ones too."""
    for node in flow:
        yield node
        for part in parts(node):
            yield from flat(part)


def contents(world: World, place: str) -> Iterator[str]:
    """Yield what is kept at a place that the README names."""
    account = world.account
    if "the execution history" in place or "log group" in place:
        failed = [run.status != "SUCCEEDED" for run in world.runs]
        yield from (given for given, bad in zip(world.inputs, failed, strict=True) if bad)
    for kind, name in re.findall(r"(queue|topic|bucket|function) `(\w+)`", place):
        if kind == "queue":
            yield from (message.body for message in account.queues[name])
        elif kind == "topic":
            yield from account.topics[name]
        elif kind == "bucket":
            yield from account.buckets[name.lower()]
        else:
            yield from (json.dumps(what) for function, what in world.work.attempts if function == name)
    if place.startswith("the topic itself"):
        yield from (json.dumps(item) for records in account.streams.values() for item in records)
    if place.startswith("the topic that"):
        yield from (
            text for topic, texts in account.topics.items() if topic.startswith("kafka:") for text in texts
        )


def holds(text: str, wanted: str) -> bool:
    """Return whether ``wanted`` is in ``text``, or in what is there in Base64."""
    if wanted in text:
        return True
    encoded = re.findall(r"[A-Za-z0-9+/]{20,}=*", text)
    return any(wanted.encode() in _decoded(part) for part in encoded)


def _decoded(text: str) -> bytes:
    try:
        found = b64decode(text)
        return gzip.decompress(found) if found.startswith(b"\x1f\x8b") else found
    except ValueError:
        return b""


def rings(world: World, name: str) -> bool:
    """Return whether an alarm's metric is above its threshold."""
    alarm = world.project.stack.of("AWS::CloudWatch::Alarm").get(name)
    if alarm is None:
        return False
    owners = [str(item["Value"]) for item in alarm["Dimensions"]]
    moved = world.account.metrics
    return any(moved[alarm["Namespace"], alarm["MetricName"], of] > alarm["Threshold"] for of in owners)
