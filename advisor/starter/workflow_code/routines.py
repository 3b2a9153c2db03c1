"""A flow as routines of statements, each with its depth: a template writes them line by line.

What runs at the same time is a routine of its own, because the SDKs take functions there.
Source: https://docs.aws.amazon.com/durable-execution/
"""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.knowledge.answers import FieldCondition
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
    nodes,
    units,
)
from advisor.knowledge.names import Name, names

Kind: TypeAlias = Literal[
    "step", "try", "wait", "ask", "poll", "if", "else", "end", "parallel", "map", "pass"
]
VARIABLES = {
    "sns": "topic_arn",
    "sqs": "queue_url",
    "eventbridge": "bus_name",
    "dynamodb": "table_name",
    "s3": "bucket_name",
}
CLIENTS = {"sns": "sns", "sqs": "sqs", "eventbridge": "events", "dynamodb": "dynamodb", "s3": "s3"}
SAMPLE_ITEMS = 2  # as many as the sample payload has
# Names that the code of a workflow has already
OURS = frozenset({"any", "boto3", "context", "done", "durable", "event", "payload", "run", "undo", "unwrap"})


class Work(Struct, frozen=True):
    """What one operation does: business code, or a message to the service behind ``variable``."""

    unit: Unit

    @property
    def name(self) -> Name:
        return self.unit.name

    @property
    def service(self) -> str:
        return self.unit.service

    @property
    def variable(self) -> str:
        """Return the environment variable that names what is written to; empty for business code."""
        suffix = VARIABLES.get(self.unit.service)
        return f"{self.unit.name.module}_{suffix}".upper() if suffix else ""

    @property
    def called(self) -> str:
        """Return the name of the business code in Python."""
        module = self.unit.name.module
        return f"{module}_step" if module in OURS else module

    @property
    def camel(self) -> str:
        """Return the name of the business code in camel case."""
        return self.unit.name.camel


class Statement(Struct, frozen=True, kw_only=True):
    """One statement ``depth`` blocks deep; ``name`` is that of the durable operation.

    ``fallback`` does the work when ``work`` fails; ``routines`` are those of branches, or the one for items.
    """

    kind: Kind
    depth: int
    name: str = ""
    work: Work | None = None
    fallback: Work | None = None
    seconds: int = 0
    approval: bool = False
    condition: FieldCondition | None = None
    placeholder: bool = False
    routines: tuple[Name, ...] = ()
    key: str = ""
    at_once: int = 0


class Routine(Struct, frozen=True):
    """A function of the workflow's code; ``of`` says what it does."""

    name: Name
    of: str
    statements: tuple[Statement, ...]


class WorkflowCode(Struct, frozen=True, kw_only=True):
    """The code of a durable function.

    ``inner`` are the routines of branches and items, each after those that it uses, ``main`` the statements
    of a run. ``undone`` says of each step what takes it back. ``expected`` is what a run with the sample
    payload does, in order, and ``expected_asks`` what it asks.
    """

    inner: tuple[Routine, ...]
    main: tuple[Statement, ...]
    business: tuple[Work, ...]
    undone: tuple[tuple[Work, Work], ...]
    expected: tuple[Work, ...]
    expected_asks: tuple[Work, ...]

    @property
    def alone(self) -> tuple[Work, ...]:
        """Return the expected business code that nothing stands in for."""
        plain = {one.work.called for one in self.every if one.kind == "step" and one.work}
        return tuple(work for work in self.expected if work.called in plain and not work.variable)

    @property
    def last(self) -> Work | None:
        """Return the business code that a run does last by itself, not in a branch or for an item."""
        plain = {one.work.called for one in self.main if one.kind == "step" and one.work}
        own = [one for one in self.expected if one.called in plain and not one.variable]
        return own[-1] if own else None

    @property
    def every(self) -> tuple[Statement, ...]:
        return (*(one for routine in self.inner for one in routine.statements), *self.main)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(one.kind for one in self.every)

    @property
    def services(self) -> frozenset[str]:
        """Return the services that steps write to."""
        done = (work for one in self.every for work in (one.work, one.fallback) if work)
        return frozenset(work.service for work in done if work.variable)

    @property
    def clients(self) -> tuple[str, ...]:
        """Return the names of the clients of AWS that the code needs, but for claims."""
        return tuple(sorted(CLIENTS[service] for service in self.services))

    @property
    def asked(self) -> tuple[Statement, ...]:
        return tuple(one for one in self.every if one.kind == "ask")

    @property
    def answers(self) -> tuple[tuple[str, int], ...]:
        """Return the answers that a run with the sample payload waits for: name, and which of that name."""
        named = [work.name.words for work in self.expected_asks]
        return tuple((name, named[:place].count(name)) for place, name in enumerate(named))

    @property
    def answer_times(self) -> dict[str, int]:
        """Return how long each answer may take, in seconds."""
        return {one.name: one.seconds for one in self.asked}


def workflow_code(flow: Flow) -> WorkflowCode:
    """Return the code that does ``flow``."""
    writer = _Writer(_inner_names(flow))
    return WorkflowCode(
        inner=tuple(writer.inner(flow)),
        main=tuple(writer.statements(flow, 0)),
        business=tuple(Work(unit) for unit in units(flow) if unit.service == "lambda"),
        undone=tuple(_undone(flow)),
        expected=tuple(_expected(flow, Task | Poll)),
        expected_asks=tuple(_expected(flow, WaitForCallback)),
    )


def _expected(flow: Flow, kinds: UnionType | type) -> Iterator[Work]:
    """Yield what the nodes of ``kinds`` do in a run with the sample payload, in order."""
    for node in flow:
        if isinstance(node, Task | Poll | WaitForCallback) and isinstance(node, kinds):
            yield Work(node.unit)
        elif isinstance(node, Choice):
            yield from _expected(node.otherwise if node.placeholder else node.then, kinds)
        elif isinstance(node, Parallel):
            yield from (work for branch in node.branches for work in _expected(branch, kinds))
        elif isinstance(node, Map):
            yield from SAMPLE_ITEMS * tuple(_expected(node.body, kinds))


def _undone(flow: Flow) -> Iterator[tuple[Work, Work]]:
    for unit in units(flow):
        if unit.undo:
            for did in (unit, unit.fallback) if unit.fallback else (unit,):
                yield Work(did), Work(unit.undo)


def _inner_names(flow: Flow) -> dict[tuple[str, int], Name]:
    """Return the name of the routine of each branch and each Map, by the block's name and place."""
    keys = []
    for node in nodes(flow):
        if isinstance(node, Parallel):
            keys += [(node.name, place) for place in range(len(node.branches))]
        if isinstance(node, Map):
            keys.append((node.name, 0))
    many = {key[0] for key in keys if key[1] > 0}
    words = [f"{name} branch {place + 1}" if name in many else f"{name} one" for name, place in keys]
    taken = {unit.name.module for unit in units(flow)} | OURS
    return dict(zip(keys, names(words, taken=taken), strict=True))


class _Writer(Struct, frozen=True):
    """Writes statements; ``named`` are the names of the routines inside the whole."""

    named: dict[tuple[str, int], Name]

    def inner(self, flow: Flow) -> Iterator[Routine]:
        """Yield the routines of all branches and items, inner before outer."""
        for node in flow:
            if isinstance(node, Choice):
                yield from self.inner(node.then)
                yield from self.inner(node.otherwise)
            if isinstance(node, Parallel):
                for place, branch in enumerate(node.branches):
                    yield from self.inner(branch)
                    of = f"Branch {place + 1} of '{node.name}'"
                    yield Routine(self.named[node.name, place], of, tuple(self.statements(branch, 0)))
            if isinstance(node, Map):
                yield from self.inner(node.body)
                of = f"What '{node.name}' does with one item"
                yield Routine(self.named[node.name, 0], of, tuple(self.statements(node.body, 0)))

    def statements(self, flow: Flow, depth: int) -> Iterator[Statement]:
        for node in flow:
            if isinstance(node, Choice):
                yield from self.choice(node, depth)
            else:
                yield self.one(node, depth)

    def choice(self, node: Choice, depth: int) -> Iterator[Statement]:
        yield Statement(
            kind="if", depth=depth, name=node.name, condition=node.condition, placeholder=node.placeholder
        )
        yield from self.statements(node.then, depth + 1) if node.then else [_nothing(node, depth + 1)]
        if node.otherwise:
            yield Statement(kind="else", depth=depth)
            yield from self.statements(node.otherwise, depth + 1)
        yield Statement(kind="end", depth=depth)

    def one(self, node: Node, depth: int) -> Statement:
        if isinstance(node, Task):
            return _step(node.unit, depth)
        if isinstance(node, Wait):
            return Statement(kind="wait", depth=depth, name=node.name, seconds=node.seconds)
        if isinstance(node, WaitForCallback):
            return Statement(
                kind="ask",
                depth=depth,
                name=node.unit.name.words,
                work=Work(node.unit),
                seconds=node.timeout_s,
                approval=node.approval,
            )
        if isinstance(node, Poll):
            name, work = node.unit.name.words, Work(node.unit)
            return Statement(kind="poll", depth=depth, name=name, work=work, seconds=node.seconds)
        if isinstance(node, Parallel):
            inner = tuple(self.named[node.name, place] for place in range(len(node.branches)))
            return Statement(kind="parallel", depth=depth, name=node.name, routines=inner)
        if isinstance(node, Map):
            return Statement(
                kind="map",
                depth=depth,
                name=node.name,
                routines=(self.named[node.name, 0],),
                key=node.key,
                at_once=node.at_once,
            )
        return _nothing(node, depth)


def _step(unit: Unit, depth: int) -> Statement:
    other = unit.fallback
    return Statement(
        kind="try" if other else "step",
        depth=depth,
        name=unit.name.words,
        work=Work(unit),
        fallback=Work(other) if other else None,
    )


def _nothing(node: Node, depth: int) -> Statement:
    return Statement(kind="pass", depth=depth, name=node.name if isinstance(node, Pass | Choice) else "")
