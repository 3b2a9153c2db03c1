"""The flow as recommended as a Mermaid flowchart, as GitHub draws it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TypeAlias

from msgspec import Struct, field

from advisor.reports.diagram.flow import Box, Frame, Lanes, Sequence
from advisor.text.mermaid import (
    BOX,
    CYLINDER,
    HEXAGON,
    RHOMBUS,
    STADIUM,
    TRAPEZOID,
    arrow,
    node,
    subgraph,
)

_SHAPES = {"source": STADIUM, "function": BOX, "task": BOX, "wait": HEXAGON, "target": CYLINDER}
End: TypeAlias = tuple[str, str]  # a node whose next arrow is still to be drawn, and the arrow's text


def flowchart(parts: Sequence) -> str:
    """Return the text of a ``mermaid`` block for ``parts``."""
    writer = _Writer()
    open_ends: list[End] = []
    nodes = writer.sequence(parts, open_ends)
    if len(open_ends) > 1:  # the last part has several ways out, one of them perhaps past everything
        nodes.append(writer.node("End", STADIUM, open_ends))
    return "\n".join(["flowchart TD", *(f"  {line}" for line in (*nodes, *writer.edges))])


class _Writer(Struct):
    """Gives numbers to nodes and keeps edges for the end: an edge inside a subgraph pulls both nodes in."""

    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    edges: list[str] = field(default_factory=list)

    def sequence(self, parts: Sequence, open_ends: list[End]) -> list[str]:
        lines: list[str] = []
        for part in parts:
            if isinstance(part, Box):
                lines += self.box(part, open_ends)
            elif isinstance(part, Frame):
                lines += self.frame(part, open_ends)
            else:
                lines += self.lanes(part, open_ends)
        return lines

    def node(self, text: str, shape: str, open_ends: list[End]) -> str:
        """Return the line of a node that follows ``open_ends`` and is the only open end afterwards."""
        name = f"n{next(self.numbers)}"
        self.edges += [arrow(start, name, words) for start, words in open_ends]
        open_ends[:] = [(name, "")]
        return node(name, text, shape)

    def box(self, box: Box, open_ends: list[End]) -> list[str]:
        line = self.node(box.label, _SHAPES[box.kind], open_ends)
        name, _ = open_ends[0]
        open_ends[:] = [(name, "on success" if box.hands_on else "")]
        return [line, *self.failure(name, box.on_failure)]

    def failure(self, name: str, target: str) -> list[str]:
        if not target:
            return []
        failed = f"n{next(self.numbers)}"
        self.edges.append(arrow(name, failed, "on failure", dotted=True))
        return [node(failed, target, CYLINDER)]

    def frame(self, frame: Frame, open_ends: list[End]) -> list[str]:
        name = f"g{next(self.numbers)}"
        inner = self.sequence(frame.parts, open_ends)
        return [*subgraph(name, frame.title, inner), *self.failure(name, frame.on_failure)]

    def lanes(self, lanes: Lanes, open_ends: list[End]) -> list[str]:
        line = self.node(lanes.title, RHOMBUS if lanes.kind == "choice" else TRAPEZOID, open_ends)
        lines, after = [line], []
        start = open_ends[0]
        for lane in lanes.lanes:
            ends = [start]
            lines += self.sequence(lane, ends)
            after += ends
        open_ends[:] = after
        return lines
