"""The workload as a picture, before anybody draws it: boxes in a row, lanes, frames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import BOTH, DESTINATIONS, NEITHER, STEP_FUNCTIONS, RuleBase
from advisor.reports.labels import NAMES, answer_words, option_name

BoxKind: TypeAlias = Literal["source", "function", "task", "wait", "target"]
LanesKind: TypeAlias = Literal["parallel", "choice"]

_SHOWN = 6  # more steps than this are drawn as the first ones, "n more", and the last


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
    option = recommendation.verdict.option
    if option == DESTINATIONS:
        return (sketch.source(), *sketch.chain(sketch.steps()), *sketch.success())
    if option == NEITHER:
        steps = tuple(Box("function", step) for step in sketch.steps())
        first = recommendation.verdict.instead[:1]
        framed = tuple(Frame(option_name(name, rule_base), steps) for name in first)
        return (sketch.source(), *(framed or steps))
    if option == BOTH:
        edge = (Box("function", "Asynchronous work at the edge", sketch.failures(), hands_on=True),)
        return (sketch.source(), sketch.state_machine(), *edge, *sketch.success())
    return (sketch.source(), sketch.state_machine(), *sketch.success())


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


class _Sketch(Struct, frozen=True):
    """Turns answers into parts; what is not known is left out, never invented."""

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

    def steps(self) -> tuple[str, ...]:
        """Return the names of the units of work, as many as are worth drawing."""
        named = tuple(step.name for step in self.recommendation.answers.project.units)
        steps = self.known.get("steps")
        wanted = int(steps) if isinstance(steps, int | float) else len(named) or 1
        names = [
            named[number] if number < len(named) else f"Step {number + 1}"
            for number in range(min(wanted, 12))
        ]
        if wanted <= _SHOWN:
            return tuple(names)
        last = named[wanted - 1] if wanted <= len(named) else f"Step {wanted}"
        return (*names[: _SHOWN - 2], f"{wanted - _SHOWN + 1} more steps", last)

    def chosen(self, key: str) -> str:
        """Return a list answer in words, or nothing."""
        value = self.known.get(key)
        return self.words(key, value) if isinstance(value, tuple) and value else ""

    def failures(self) -> str:
        return self.chosen("on_failure") or "on-failure destination"

    def success(self) -> Sequence:
        return tuple(Box("target", words) for words in [self.chosen("on_success")] if words)

    def chain(self, steps: Iterable[str]) -> Sequence:
        """Return functions with destinations; the mapping in front of the first has none for success."""
        polled = self.known.get("invocation") == "stream"
        return tuple(
            Box("function", name, self.failures(), hands_on=bool(number) or not polled)
            for number, name in enumerate(steps)
        )

    def state_machine(self) -> Frame:
        """Return the state machine: steps with the lanes, the map, the choice and the waits asked for."""
        kind = self.recommendation.verdict.workflow_type
        title = f"{NAMES[kind] if kind else NAMES[STEP_FUNCTIONS]} state machine"
        parts = self._spread(tuple(Box("task", name) for name in self.steps()))
        waits = self.known.get("waits")
        for wait in waits if isinstance(waits, tuple) else ():
            parts = (*parts[:-1], Box("wait", f"Wait: {self.words('waits', wait)}"), parts[-1])
        if self.known.get("branching") == "content":
            parts = (*parts[:-1], Lanes("choice", "Choice", ((parts[-1],), ())))
        return Frame(title, parts, self.chosen("on_failure") or self.chosen("failure_handling"))

    def _spread(self, tasks: Sequence) -> Sequence:
        """Put the steps in the middle (or the last ones) side by side, or into a Map state."""
        start = 1 if len(tasks) > 2 else len(tasks) - 1
        stop = len(tasks) - 1 if len(tasks) > 3 else len(tasks)
        if self.known.get("parallelism") == "dynamic":
            return (*tasks[:start], Frame("For each item (Map)", tasks[start:stop]), *tasks[stop:])
        if self.known.get("parallelism") == "static" and len(tasks) > 1:
            start = 0 if len(tasks) == 2 else 1
            lanes = tuple((task,) for task in tasks[start:stop])
            return (*tasks[:start], Lanes("parallel", "At the same time", lanes), *tasks[stop:])
        return tasks
