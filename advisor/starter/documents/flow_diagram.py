"""The flow inside a durable function as a Mermaid subgraph."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct, field

from advisor.knowledge.flow import Choice, Flow, Map, Node, Parallel, Poll, Task, WaitForCallback, units
from advisor.text.mermaid import arrow, node, subgraph

Ends = tuple[tuple[str, str], ...]  # the nodes that lead on, each with the words of its arrow


def flow_diagram(owner: str, flow: Flow) -> list[str]:
    """Return the steps of ``owner`` in a frame, and what takes them back where one fails."""
    drawing = _Drawing()
    drawing.draw(flow, ())
    frame = f"{owner}Steps"
    lines = subgraph(frame, f"steps of {owner}", [*drawing.boxes, *drawing.arrows], "    ")
    if any(unit.undo for unit in units(flow)):
        lines.append(node("undo", "Undo what was done, latest first"))
        lines.append(arrow(frame, "undo", "error", dotted=True))
    return lines


class _Drawing(Struct):
    """Boxes and arrows as they are drawn."""

    boxes: list[str] = field(default_factory=list)
    arrows: list[str] = field(default_factory=list)

    def draw(self, flow: Flow, before: Ends) -> Ends:
        """Draw ``flow`` after the ends ``before``, and return its own ends."""
        for item in flow:
            before = self.one(item, before)
        return before

    def one(self, item: Node, before: Ends) -> Ends:
        own = self.box(_title(item), _inside(item), before)
        if isinstance(item, Choice):
            then = self.draw(item.then, ((own, "yes"),))
            return (*then, *self.draw(item.otherwise, ((own, "otherwise"),)))
        if isinstance(item, Task) and item.unit.fallback:
            other = self.box(item.unit.fallback.name.words, "", ())
            self.arrows.append(arrow(own, other, "error", dotted=True))
            return ((own, ""), (other, ""))
        return ((own, ""),)

    def box(self, title: str, below: str, before: Ends) -> str:
        own = f"s{len(self.boxes)}"
        self.boxes.append(node(own, title, below=below))
        self.arrows += [arrow(end, own, words) for end, words in before]
        return own


def _title(item: Node) -> str:
    return item.unit.name.words if isinstance(item, Task | WaitForCallback | Poll) else item.name


def _inside(item: Node) -> str:
    """Return the kind of what runs at the same time, and the steps in it."""
    if isinstance(item, Parallel | Map):
        return f"{type(item).__name__}: {', '.join(_steps(item))}"
    return ""


def _steps(item: Parallel | Map) -> Iterator[str]:
    for flow in item.branches if isinstance(item, Parallel) else (item.body,):
        undone = {unit.undo.name.module for unit in units(flow) if unit.undo}
        yield from (unit.name.words for unit in units(flow) if unit.name.module not in undone)
