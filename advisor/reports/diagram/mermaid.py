"""A flow as a Mermaid flowchart, as GitHub draws it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from msgspec import Struct, field

from advisor.reports.diagram.flow import Box, Frame, Lanes, Sequence
from advisor.reports.text.terminal import printable

_SHAPES = {
    "source": '(["{}"])',
    "function": '["{}"]',
    "task": '["{}"]',
    "wait": '{{{{"{}"}}}}',
    "target": '[("{}")]',
}
_PLAIN = frozenset(" .,()-/")
_LONGEST = 60


def flowchart(parts: Sequence) -> str:
    """Return the text of a ``mermaid`` block for ``parts``."""
    writer = _Writer()
    open_ends: list[str] = []
    nodes = writer.sequence(parts, "  ", open_ends)
    if len(open_ends) > 1:  # the last part has several ways out, one of them perhaps past everything
        name, line = writer.node('(["{}"])', "End", "  ")
        writer.join(open_ends, name)
        nodes.append(line)
    return "\n".join(["flowchart TD", *nodes, *writer.edges])


def label(text: str) -> str:
    """Return ``text`` as the inside of a quoted Mermaid label: no character of it can end the label."""
    shown = printable(text)
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
    return "".join(c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in shown)


class _Writer(Struct):
    """Gives numbers to nodes; ``open_ends`` are nodes whose arrow to what follows is still to be drawn.

    Edges are kept for the end: an edge inside a subgraph would pull both its nodes in.
    """

    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    edges: list[str] = field(default_factory=list)

    def sequence(self, parts: Sequence, indent: str, open_ends: list[str]) -> list[str]:
        lines: list[str] = []
        for part in parts:
            if isinstance(part, Box):
                lines += self.box(part, indent, open_ends)
            elif isinstance(part, Frame):
                lines += self.frame(part, indent, open_ends)
            else:
                lines += self.lanes(part, indent, open_ends)
        return lines

    def node(self, shape: str, text: str, indent: str) -> tuple[str, str]:
        name = f"n{next(self.numbers)}"
        return name, f"{indent}{name}{shape.format(label(text))}"

    def join(self, open_ends: list[str], name: str) -> None:
        self.edges += [f"  {end} {name}" for end in open_ends]

    def box(self, box: Box, indent: str, open_ends: list[str]) -> list[str]:
        name, line = self.node(_SHAPES[box.kind], box.label, indent)
        self.join(open_ends, name)
        success = ' -- "on success" -->' if box.hands_on else " -->"
        open_ends[:] = [name + success]
        return [line, *self.failure(name, box.on_failure, indent)]

    def failure(self, name: str, target: str, indent: str) -> list[str]:
        if not target:
            return []
        failed, line = self.node(_SHAPES["target"], target, indent)
        self.edges.append(f'  {name} -. "on failure" .-> {failed}')
        return [line]

    def frame(self, frame: Frame, indent: str, open_ends: list[str]) -> list[str]:
        name = f"g{next(self.numbers)}"
        inner = self.sequence(frame.parts, f"{indent}  ", open_ends)
        lines = [f'{indent}subgraph {name}["{label(frame.title)}"]', *inner, f"{indent}end"]
        return [*lines, *self.failure(name, frame.on_failure, indent)]

    def lanes(self, lanes: Lanes, indent: str, open_ends: list[str]) -> list[str]:
        shape = '{{"{}"}}' if lanes.kind == "choice" else '[/"{}"\\]'
        name, line = self.node(shape, lanes.title, indent)
        self.join(open_ends, name)
        lines, after = [line], []
        for lane in lanes.lanes:
            ends = [f"{name} -->"]
            lines += self.sequence(lane, indent, ends)
            after += ends
        open_ends[:] = after
        return lines
