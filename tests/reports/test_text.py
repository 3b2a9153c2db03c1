"""The text report: whole pages, and what holds for any workload name and any width."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.reports import FORMATS, ReportOptions
from advisor.reports.text.terminal import width
from tests.reports.samples import CASES, RULE_BASE, advice

TEXT = FORMATS["text"]
_COLOUR = re.compile("\x1b\\[[0-9;]*m")


@pytest.mark.parametrize("case", CASES)
def test_whole_report(case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}.txt", TEXT(CASES[case](), RULE_BASE))


@pytest.mark.parametrize("case", CASES)
def test_whole_report_explained(case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}.explained.txt", TEXT(CASES[case](), RULE_BASE, ReportOptions(explain=True, plain=False)))


def test_short_report_fits_a_screen_and_leads_with_the_answer() -> None:
    lines = TEXT(advice(), RULE_BASE).splitlines()
    assert len(lines) <= 64
    assert lines[0].startswith("Use Step Functions (Standard)")


@pytest.mark.parametrize("explain", [False, True])
def test_plain_report_of_ascii_answers_is_ascii(explain: bool) -> None:
    assert TEXT(advice(), RULE_BASE, ReportOptions(explain=explain)).isascii()


def test_colour_changes_nothing_but_colour() -> None:
    loud = TEXT(advice(), RULE_BASE, ReportOptions(colour=True))
    assert loud != TEXT(advice(), RULE_BASE)
    assert _COLOUR.sub("", loud) == TEXT(advice(), RULE_BASE)


def test_a_name_cannot_steer_the_terminal() -> None:
    report = TEXT(advice(name="a\x1b]0;owned\x07\r\nb\u202ec"), RULE_BASE)
    assert report.splitlines()[-2] == "Workload: a\\x1b]0;owned\\x07 b\\u202ec"


@given(
    name=st.text(max_size=600),
    columns=st.integers(min_value=40, max_value=120),
    explain=st.booleans(),
    plain=st.booleans(),
    case=st.sampled_from(sorted(CASES)),
)
def test_every_line_fits(name: str, columns: int, explain: bool, plain: bool, case: str) -> None:
    recommendation = CASES[case]() if case != "step-functions" else advice(name=name)
    report = TEXT(recommendation, RULE_BASE, ReportOptions(columns, explain, plain=plain))
    assert max(map(width, report.splitlines())) <= columns


@given(name=st.text(st.characters(exclude_categories=["C", "Z"]), max_size=600))
def test_a_name_is_shown_in_full(name: str) -> None:
    report = TEXT(advice(name=name), RULE_BASE)
    shown = report.partition("Workload: ")[2].rpartition("Rule base")[0]
    assert "".join(shown.split()) == name
