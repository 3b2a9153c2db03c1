"""Cost over volume and the failure story, as coordinates a template can draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor, log10

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.cost.estimate import estimate
from advisor.decision.recommendation import FailureEvent, FailureStory, Recommendation
from advisor.knowledge.rules import RuleBase
from advisor.reports.labels import priced, ruled_out

WIDTH, HEIGHT = 520.0, 320.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 74.0, 92.0, 14.0, 44.0
_FLOOR = 0.01  # USD: everything below is drawn on the bottom line, since a log axis has no zero
_PER_DECADE = 6
_VOLUME = "monthly_executions"
SHORT_NAMES = {
    "destinations": "Destinations",
    "standard": "Standard",
    "express": "Express",
    "durable-functions": "Durable fn.",
    "single-function": "One function",
    "direct-invoke": "Direct call",
    "messaging": "Messaging",
    "queue-redrive": "Redrive",
    "pipes": "Pipe",
    "managed-job": "Job",
}


class Tick(Struct, frozen=True):
    """A line across the plot at ``at`` and what it stands for."""

    at: float
    label: str


class Curve(Struct, frozen=True, kw_only=True):
    """Cost of one option: ``points`` for a polyline, and where its name stands at the right end.

    ``out``: the option is ruled out; what it would cost is drawn all the same.
    """

    option: str
    name: str
    points: str
    end_y: float
    label_y: float
    out: bool


class Mark(Struct, frozen=True):
    """A point worth seeing: where two curves cross."""

    x: float
    y: float
    label: str


class CostChart(Struct, frozen=True, kw_only=True):
    """Everything to draw, in a sheet of WIDTH x HEIGHT; the plot lies between left, right, top and bottom."""

    left: float
    right: float
    top: float
    bottom: float
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    curves: tuple[Curve, ...]
    volume_x: float
    marks: tuple[Mark, ...]


class _Scale(Struct, frozen=True, kw_only=True):
    """A log scale from 10 to the power of ``low`` (at ``start``) to that of ``high`` (at ``end``)."""

    low: int
    high: int
    start: float
    end: float

    def at(self, value: float) -> float:
        power = min(self.high, max(self.low, log10(value))) if value > 0 else self.low
        return self.start + (power - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self, label: str) -> tuple[Tick, ...]:
        step = 1 if self.high - self.low <= 7 else 2
        powers = range(self.low, self.high + 1, step)
        return tuple(Tick(self.at(10.0**power), f"{label}{short(10.0**power)}") for power in powers)


def short(number: float) -> str:
    """Return a power of ten as it stands on an axis: ``0.1``, ``10k``, ``1M``."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:g}{unit}"
    return f"{number:g}"


def cost_chart(recommendation: Recommendation, rule_base: RuleBase) -> CostChart:
    """Return cost a month over executions a month, on log axes, from the estimate behind the figures."""
    cost = recommendation.cost
    crossings = [item.executions for item in cost.break_even if item.executions and item.executions > 1]
    powers = [log10(volume) for volume in (max(1.0, cost.volume), *crossings)]
    x = _Scale(
        low=min(3, floor(min(powers))), high=max(8, ceil(max(powers))), start=_LEFT, end=WIDTH - _RIGHT
    )
    steps = range(_PER_DECADE * (x.high - x.low) + 1)
    volumes = sorted({*(10 ** (x.low + step / _PER_DECADE) for step in steps), *crossings})
    costs = {volume: _costs(recommendation, rule_base, volume) for volume in volumes}
    drawn = [item.option for item in priced(recommendation)]
    top = max(max((found.get(name, 0.0) for name in drawn), default=0.0) for found in costs.values())
    y = _Scale(
        low=round(log10(_FLOOR)), high=max(1, ceil(log10(max(top, 1.0)))), start=HEIGHT - _BOTTOM, end=_TOP
    )
    return CostChart(
        left=_LEFT,
        right=WIDTH - _RIGHT,
        top=_TOP,
        bottom=HEIGHT - _BOTTOM,
        x_ticks=x.ticks(""),
        y_ticks=y.ticks("$"),
        curves=_curves(
            {item.option: ruled_out(item, recommendation) for item in priced(recommendation)}, costs, x, y
        ),
        volume_x=x.at(cost.volume),
        marks=tuple(_marks(recommendation, costs, x, y)),
    )


def _costs(recommendation: Recommendation, rule_base: RuleBase, volume: float) -> dict[str, float]:
    answers = recommendation.answers
    changed = replace(answers, requirements={**answers.requirements, _VOLUME: volume})
    settled = rule_base.questionnaire.settle(changed.requirements)
    found = estimate(rule_base, changed, settled)
    return {item.option: item.usd for item in (*found.options, *found.alternatives)}


def _curves(
    options: Mapping[str, bool], costs: dict[float, dict[str, float]], x: _Scale, y: _Scale
) -> tuple[Curve, ...]:
    curves = []
    for option, out in options.items():
        points = [(x.at(volume), y.at(found[option])) for volume, found in costs.items() if option in found]
        if points:
            drawn = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
            curves.append(
                Curve(
                    option=option,
                    name=SHORT_NAMES.get(option, option),
                    points=drawn,
                    end_y=points[-1][1],
                    label_y=0.0,
                    out=out,
                )
            )
    ends = _apart(sorted(curve.end_y for curve in curves), 15.0, HEIGHT - _BOTTOM + 15.0)
    ordered = sorted(curves, key=lambda curve: curve.end_y)
    return tuple(replace(curve, label_y=end) for curve, end in zip(ordered, ends, strict=True))


def _apart(positions: Sequence[float], gap: float, lowest: float) -> list[float]:
    """Move sorted positions just so far that they stand ``gap`` apart and none below ``lowest``."""
    found: list[float] = []
    for position in positions:
        found.append(max(position, found[-1] + gap) if found else position)
    for number, room in enumerate(range(len(found))[::-1]):
        found[number] = min(found[number], lowest - room * gap)
    return found


def _marks(
    recommendation: Recommendation, costs: dict[float, dict[str, float]], x: _Scale, y: _Scale
) -> Iterable[Mark]:
    for item in recommendation.cost.break_even:
        found = costs.get(item.executions) if item.executions else None
        if found and item.executions and item.dearer in found:
            yield Mark(x.at(item.executions), y.at(found[item.dearer]), f"{item.executions:,.0f}")


class Dot(Struct, frozen=True, kw_only=True):
    """One event on the time line; ``fixed`` is False where its time is not."""

    x: float
    y: float
    number: int
    fixed: bool


class Timeline(Struct, frozen=True, kw_only=True):
    """The events of one failure story from left to right; ``axis_y`` is where time runs."""

    height: float
    axis_y: float
    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]


_MOMENTS = (
    (1, "1 s"),
    (60, "1 min"),
    (3_600, "1 h"),
    (86_400, "1 d"),
    (1_209_600, "14 d"),
    (31_536_000, "1 y"),
)
_DOT = 22.0


def timelines(stories: Sequence[FailureStory]) -> tuple[Timeline, ...]:
    """Return one time line per story, all on the same scale."""
    times = [event.at_s for story in stories for event in story.events if event.at_s is not None]
    longest = max([60.0, *times])
    return tuple(_timeline(story.events, longest) for story in stories)


def _timeline(events: Sequence[FailureEvent], longest: float) -> Timeline:
    def at(seconds: float) -> float:
        """Logarithmic, but with a place for zero."""
        return 24 + log10(1 + seconds) / log10(1 + longest) * (WIDTH - 60)

    places: list[tuple[float, int]] = []
    x = at(0)
    for event in events:
        x = at(event.at_s) if event.at_s is not None else x
        row = sum(1 for other, _ in places if abs(other - x) < _DOT)
        places.append((x, row))
    rows = max((row for _, row in places), default=0) + 1
    axis = 8 + _DOT * rows
    dots = tuple(
        Dot(x=place, y=axis - _DOT * row - 11, number=number, fixed=event.at_s is not None)
        for number, (event, (place, row)) in enumerate(zip(events, places, strict=True), start=1)
    )
    ticks = (Tick(at(0), "0"), *(Tick(at(second), name) for second, name in _MOMENTS if second <= longest))
    return Timeline(height=axis + 22, axis_y=axis, ticks=ticks, dots=dots)
