"""The workload as a picture, before anybody draws it: boxes in a row, lanes, frames."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.failure.queue_plan import shared_out
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.conditions import Answer
from advisor.knowledge.flow import Choice, Flow, Map, Node, Parallel, Pass, Poll, Task, Wait, nodes, units
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import DURABLE_FUNCTIONS, NEITHER, STEP_FUNCTIONS, RuleBase
from advisor.reports.labels import NAMES, answer_words, option_name

BoxKind: TypeAlias = Literal["source", "function", "task", "wait", "target"]
LanesKind: TypeAlias = Literal["parallel", "choice"]

_SHOWN = 6  # more steps in a row than this are drawn as the first ones, "n more", and the last
_WORK = ("function", "task")


class Box(Struct, frozen=True):
    """One thing that does or gets something; ``on_failure`` is where its failures go.

    ``hands_on``: it reaches what follows through an on-success destination.
    """

    kind: BoxKind
    label: str
    on_failure: str = ""
    hands_on: bool = False


class Lanes(Struct, frozen=True):
    """Several ways next to each other: all at the same time, or one of them (an empty lane goes past)."""

    kind: LanesKind
    title: str
    lanes: tuple[Sequence, ...]


class Frame(Struct, frozen=True):
    """Parts that belong together: a state machine, or what a Map state does for each item."""

    title: str
    parts: Sequence
    on_failure: str = ""


Part: TypeAlias = Box | Lanes | Frame
Sequence: TypeAlias = tuple[Part, ...]


def flow(recommendation: Recommendation, rule_base: RuleBase) -> Sequence:
    """Return the flow as recommended, from the event source to where the outcome goes."""
    sketch = _Sketch(recommendation, rule_base)
    design = recommendation.design
    if recommendation.verdict.option == NEITHER:
        first = recommendation.verdict.instead[:1]
        framed = tuple(Frame(option_name(name, rule_base), *sketch.alternative(name)) for name in first)
        return (sketch.source(), *(framed or sketch.functions()))
    core = (sketch.state_machine(design.core),) if design.core else ()
    return (sketch.source(), *sketch.chain(design.edge), *core, *(() if core else sketch.success()))


def placeholder(recommendation: Recommendation) -> str:
    """Return the name of the choice whose condition is still to be given; nothing where there is none."""
    core = () if recommendation.verdict.option == NEITHER else recommendation.design.core
    return next((node.name for node in nodes(core) if isinstance(node, Choice) and node.placeholder), "")


def in_words(parts: Sequence) -> str:
    """Return the picture as a sentence without its full stop."""
    return ", then ".join(_words(part) for part in parts)


def _words(part: Part) -> str:
    failing = f" (on failure: {part.on_failure})" if not isinstance(part, Lanes) and part.on_failure else ""
    if isinstance(part, Box):
        return part.label + failing
    if isinstance(part, Frame):
        return f"{part.title} [{in_words(part.parts)}]{failing}"
    lanes = (in_words(lane) or "straight on" for lane in part.lanes)
    return f"{part.title} [{(' and ' if part.kind == 'parallel' else ' or ').join(lanes)}]"


def _shortened(parts: Sequence) -> Sequence:
    """Return ``parts``, of many plain boxes in a row only the first ones and the last."""
    found: list[Part] = []
    for plain, group in groupby(parts, lambda part: isinstance(part, Box) and part.kind in _WORK):
        row = list(group)
        if plain and len(row) > _SHOWN:
            first = row[0]
            assert isinstance(first, Box)
            more = replace(first, label=f"{len(row) - _SHOWN + 1} more steps")
            row = [*row[: _SHOWN - 2], more, row[-1]]
        found += row
    return tuple(found)


class _Sketch(Struct, frozen=True):
    """Turns a design into parts."""

    recommendation: Recommendation
    rule_base: RuleBase

    @property
    def known(self) -> Mapping[str, Answer]:
        return self.recommendation.decision.settled.facts.values

    def words(self, key: str, value: Answer) -> str:
        return answer_words(self.rule_base.questionnaire.by_key.get(key), value)

    def source(self) -> Box:
        for key in ("event_source", "invocation"):
            if key in self.known:
                return Box("source", self.words(key, self.known[key]))
        return Box("source", "Event")

    def chosen(self, key: str) -> str:
        """Return a list answer in words, or nothing."""
        value = self.known.get(key)
        return self.words(key, value) if isinstance(value, tuple) and value else ""

    def noun(self, service: str) -> str:
        """Return what a service has for a record, such as ``SQS queue``."""
        return self.recommendation.aws.services[service].noun.partition(" ")[2]

    def failures(self) -> str:
        """Return where the record of a failure goes."""
        plan = self.recommendation.design.failure.handover
        several = plan.answered is not None and len(plan.answered) > 1
        return self.chosen("on_failure") if several else self.noun(plan.target)

    def failed_run(self) -> str:
        """Return what happens to a failed execution, apart from its end; nothing where nothing does."""
        plan = self.recommendation.design.failure.execution
        target = plan.report or ("sqs" if plan.kept_outside else "")
        parts = [*(["undo steps"] if plan.undoes else []), *([self.noun(target)] if target else [])]
        words = ", then ".join(parts)
        return words[:1].upper() + words[1:]

    def functions(self) -> Sequence:
        """Return the steps as functions, one after the other."""
        steps = units(self.recommendation.design.edge)
        return _shortened(tuple(Box("function", unit.name.label) for unit in steps))

    def alternative(self, name: str) -> tuple[Sequence, str]:
        """Return what an alternative consists of, and where its failures go."""
        queue, letters = self.noun("sqs"), f"Dead-letter {self.noun('sqs').rpartition(' ')[2]}"
        core = self.recommendation.designs[STEP_FUNCTIONS].core
        if name in ("messaging", "queue-redrive"):
            if self.known.get("event_source") == "sqs":  # the source is the queue
                return self.functions(), letters
            return self.behind_queues(Box("wait", queue, letters)), ""
        if name == "pipes":
            return (Box("wait", "Pipe", letters), *_shortened(_targets(core))), ""
        if name == DURABLE_FUNCTIONS:
            answered = self.known.get("caller_waits_for") == "result"
            return _states(core), "The caller" if answered else letters
        if name == "managed-job":
            jobs = self.recommendation.aws.jobs
            found = tuple(Box("target", unit.name.label) for unit in units(core) if unit.service in jobs)
            return _shortened(found or self.functions()[:1]), self.noun("sns")
        failing = queue if name == "single-function" else "The caller"
        return self.functions(), failing

    def behind_queues(self, queue: Box) -> Sequence:
        """Return a queue and what reads it, for each consumer."""
        steps = self.functions()
        if len(steps) > 1 and shared_out(Requirements(self.known)):
            return (Lanes("parallel", "Each consumer", tuple((queue, step) for step in steps)),)
        return (queue, *steps)

    def success(self) -> Sequence:
        return tuple(Box("target", words) for words in [self.chosen("on_success")] if words)

    def chain(self, edge: Flow) -> Sequence:
        """Return functions with destinations; the mapping in front of the first has none for success."""
        polled = self.known.get("invocation") == "stream"
        return _shortened(
            tuple(self.link(node, hands_on=bool(number) or not polled) for number, node in enumerate(edge))
        )

    def link(self, node: Node, *, hands_on: bool) -> Part:
        if isinstance(node, Parallel):
            lanes = tuple((self.link(branch[0], hands_on=True),) for branch in node.branches)
            return Lanes("parallel", node.name, lanes)
        (unit,) = units((node,))
        if unit.service != "lambda":
            return Box("target", unit.name.label)
        return Box("function", unit.name.label, self.failures(), hands_on)

    def state_machine(self, core: Flow) -> Frame:
        kind = self.recommendation.verdict.workflow_type
        title = f"{NAMES[kind] if kind else NAMES[STEP_FUNCTIONS]} state machine"
        return Frame(title, _states(core), self.failed_run())


def _targets(core: Flow) -> Sequence:
    return tuple(
        Box("function" if unit.service == "lambda" else "target", unit.name.label) for unit in units(core)
    )


def _states(core: Flow) -> Sequence:
    return _shortened(tuple(_state(node) for node in core))


def _state(node: Node) -> Part:
    """Return a state as it is called in the state machine."""
    match node:
        case Task(unit):
            return Box("task", unit.name.label, unit.fallback.name.label if unit.fallback else "")
        case Choice():
            name = f"{node.name} (placeholder)" if node.placeholder else node.name
            return Lanes("choice", name, (_states(node.then), _states(node.otherwise)))
        case Pass():
            return Box("wait", node.name)
        case Parallel():
            return Lanes("parallel", node.name, tuple(_states(branch) for branch in node.branches))
        case Map():
            kind = "distributed Map" if node.distributed else "Map"
            return Frame(f"{node.name} ({kind})", _states(node.body))
        case Wait():
            return Box("wait", f"{node.name} ({node.seconds} s)")
        case Poll():
            return Box("wait", f"{node.unit.name.label} (every {node.seconds} s)")
    return Box("wait", node.unit.name.label)
