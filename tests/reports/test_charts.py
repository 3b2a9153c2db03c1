"""Charts: what is drawn stands where the figures say."""

from __future__ import annotations

from itertools import pairwise

import pytest

from advisor.reports.html import charts
from advisor.reports.html.charts import HEIGHT, WIDTH, cost_chart, timelines
from advisor.reports.html.text_width import breadth
from advisor.reports.labels import priced
from tests.reports.real import RULE_BASE, WORKLOADS, advice_on
from tests.reports.samples import STORIES


@pytest.mark.parametrize("workload", WORKLOADS)
def test_cost_chart_keeps_to_its_plot(workload: str) -> None:
    recommendation = advice_on(workload)
    chart = cost_chart(recommendation, RULE_BASE)
    assert {curve.option for curve in chart.curves} == {item.option for item in priced(recommendation)}
    assert chart.left <= chart.volume_x <= chart.right
    for curve in chart.curves:
        points = [tuple(map(float, point.split(","))) for point in curve.points.split()]
        assert points == sorted(points, key=lambda point: (point[0], -point[1]))  # never cheaper with volume
        assert all(chart.left <= x <= chart.right and chart.top <= y <= chart.bottom for x, y in points)
    labels = sorted(curve.label_y for curve in chart.curves)
    assert labels[-1] < HEIGHT - 20
    assert all(below - above >= 15 for above, below in pairwise(labels))


def test_break_even_points_are_marked() -> None:
    recommendation = advice_on("approval")
    chart = cost_chart(recommendation, RULE_BASE)
    crossings = [item for item in recommendation.cost.break_even if item.executions and item.executions > 1]
    assert [mark.label for mark in chart.marks] == [f"{item.executions:,.0f}" for item in crossings]
    assert all(0 < mark.x < WIDTH and 0 < mark.y < HEIGHT for mark in chart.marks)


def test_timelines_share_a_scale_and_stack_what_happens_at_once() -> None:
    first, second = timelines(STORIES)
    assert [dot.number for dot in first.dots] == [1, 2, 3, 4]
    assert first.dots[2].x == first.dots[3].x
    assert first.dots[2].y > first.dots[3].y
    assert [dot.fixed for dot in second.dots] == [True, True, False]
    assert first.ticks == second.ticks


def test_the_names_of_curves_fit_beside_the_plot() -> None:
    """The widest that a browser was seen to show in that margin is ``Destinations``."""
    widest = breadth("Destinations")
    assert [name for name in charts.SHORT_NAMES.values() if breadth(name) > widest] == []
