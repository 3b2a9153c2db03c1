"""Positions of a flow's boxes and arrows in the drawing: steps from top to bottom, branches side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.reports.diagram.flow import Box, BoxKind, Frame, Lanes, Part, Sequence
from advisor.reports.html.text_width import fitted
from advisor.reports.text.terminal import width

ShapeKind: TypeAlias = BoxKind | Literal["frame", "choice", "parallel", "start"]

_BOX = (144.0, 42.0)
_FAILURE_GAP, _LANE_GAP, _GAP, _PAD, _TITLE = 74.0, 14.0, 26.0, 14.0, 26.0
_ROOM, _LINES, _LINE = 132.0, 2, 15.0


class Line(Struct, frozen=True):
    """One line of text, centred on ``x`` (a frame's title starts there), its base line at ``y``."""

    x: float
    y: float
    text: str


class Shape(Struct, frozen=True):
    """A box, frame or mark with its upper left corner at ``x``, ``y``."""

    kind: ShapeKind
    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...] = ()


class Arrow(Struct, frozen=True):
    """A path (SVG's ``d``); ``headed`` where it ends in an arrow head."""

    path: str
    headed: bool = True
    failure: bool = False
    label: Line | None = None


class Drawing(Struct, frozen=True, kw_only=True):
    """Shapes and arrows on a sheet; frames come before what stands in them."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    arrows: tuple[Arrow, ...]


def draw(parts: Sequence) -> Drawing:
    """Return ``parts`` as a drawing."""
    pen = _Pen()
    left, right, height = _extent(parts)
    pen.sequence(parts, left + 1, 1.0)
    return Drawing(
        width=left + right + 2, height=height + 2, shapes=tuple(pen.shapes), arrows=tuple(pen.arrows)
    )


def _extent(parts: Sequence) -> tuple[float, float, float]:
    """Return how far ``parts`` reach to the left and right of their middle, and their height."""
    sizes = [_size(part) for part in parts] or [(0.0, 0.0, _BOX[1])]
    height = sum(size[2] for size in sizes) + _GAP * (len(sizes) - 1)
    return max(size[0] for size in sizes), max(size[1] for size in sizes), height


def _size(part: Part) -> tuple[float, float, float]:
    failing = 0.0 if isinstance(part, Lanes) or not part.on_failure else _FAILURE_GAP + _BOX[0]
    if isinstance(part, Box):
        return _BOX[0] / 2, _BOX[0] / 2 + failing, _BOX[1]
    if isinstance(part, Frame):
        half, height = _frame_size(part)
        return half, half + failing, height
    wide = sum(_lane_widths(part)) + _LANE_GAP * (len(part.lanes) - 1)
    tall = max(_extent(lane)[2] for lane in part.lanes)
    return wide / 2, wide / 2, _BOX[1] + _GAP + tall + _GAP / 2


def _frame_size(frame: Frame) -> tuple[float, float]:
    left, right, height = _extent(frame.parts)
    half = max(left, right, 3.6 * width(frame.title)) + _PAD
    return half, height + _TITLE + _GAP + _PAD


def _lane_widths(lanes: Lanes) -> list[float]:
    extents = [_extent(lane) if lane else (12.0, 12.0, 0.0) for lane in lanes.lanes]
    return [2 * max(left, right) for left, right, _ in extents]


class _Pen(Struct):
    """Collects shapes and arrows; every method draws from the top middle ``x``, ``y`` downwards."""

    shapes: list[Shape] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)

    def sequence(self, parts: Sequence, x: float, y: float) -> float:
        """Draw ``parts`` one below the other and return where the last one ends."""
        for number, part in enumerate(parts):
            if number:
                label = self.said_between(parts[number - 1], x, y)
                self.arrows.append(Arrow(f"M{x:g} {y:g}V{y + _GAP:g}", label=label))
                y += _GAP
            y = self.part(part, x, y)
        return y

    def said_between(self, before: Part, x: float, y: float) -> Line | None:
        hands_on = isinstance(before, Box) and before.hands_on
        return Line(x + 38, y + _GAP / 2 + 3, "on success") if hands_on else None

    def part(self, part: Part, x: float, y: float) -> float:
        if isinstance(part, Box):
            return self.box(part, x, y)
        return self.frame(part, x, y) if isinstance(part, Frame) else self.lanes(part, x, y)

    def box(self, box: Box, x: float, y: float) -> float:
        self.shape(box.kind, box.label, x, y)
        self.failure(box.on_failure, x + _BOX[0] / 2, y + _BOX[1] / 2)
        return y + _BOX[1]

    def shape(self, kind: ShapeKind, text: str, x: float, y: float) -> None:
        lines = fitted(text, _ROOM, _LINES)
        top = y + _BOX[1] / 2 - _LINE * (len(lines) - 1) / 2 + 4.5
        spoken = tuple(Line(x, top + _LINE * number, line) for number, line in enumerate(lines))
        self.shapes.append(Shape(kind, x - _BOX[0] / 2, y, *_BOX, spoken))

    def failure(self, target: str, x: float, y: float) -> None:
        if target:
            label = Line(x + _FAILURE_GAP / 2, y - 5, "on failure")
            self.arrows.append(Arrow(f"M{x:g} {y:g}h{_FAILURE_GAP:g}", failure=True, label=label))
            self.shape("target", target, x + _FAILURE_GAP + _BOX[0] / 2, y - _BOX[1] / 2)

    def frame(self, frame: Frame, x: float, y: float) -> float:
        half, height = _frame_size(frame)
        title = Line(x - half + 10, y + 18, frame.title)
        self.shapes.append(Shape("frame", x - half, y, 2 * half, height, (title,)))
        start = y + _TITLE
        self.shapes.append(Shape("start", x - 4, start - 2, 8, 8))
        self.arrows.append(Arrow(f"M{x:g} {start + 6:g}V{start + _GAP:g}"))
        self.sequence(frame.parts, x, start + _GAP)
        self.failure(frame.on_failure, x + half, y + height / 2)
        return y + height

    def lanes(self, lanes: Lanes, x: float, y: float) -> float:
        self.shape(lanes.kind, lanes.title, x, y)
        middle, top = y + _BOX[1] + _GAP / 2, y + _BOX[1] + _GAP
        bottom = y + _size(lanes)[2]
        for lane, at in zip(lanes.lanes, _middles(_lane_widths(lanes), x), strict=True):
            turn = f"M{x:g} {y + _BOX[1]:g}V{middle:g}H{at:g}"
            if lane:
                self.arrows.append(Arrow(f"{turn}V{top:g}"))
                ends = self.sequence(lane, at, top)
                self.arrows.append(Arrow(f"M{at:g} {ends:g}V{bottom:g}H{x:g}", headed=False))
            else:
                self.arrows.append(Arrow(f"{turn}V{bottom:g}H{x:g}", headed=False))
        return bottom


def _middles(widths: Iterable[float], x: float) -> list[float]:
    found, left = [], 0.0
    for one in widths:
        found.append(left + one / 2)
        left += one + _LANE_GAP
    shift = x - (left - _LANE_GAP) / 2
    return [middle + shift for middle in found]
