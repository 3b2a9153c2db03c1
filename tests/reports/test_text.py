"""The text report: whole pages, and what holds for any workload name and any width."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.reports import FORMATS, ReportOptions
from advisor.reports.reasons import arguments_against, arguments_for
from advisor.reports.text.terminal import width, wrap
from advisor.text.address import is_address, linked
from tests.reports.samples import CASES, RULE_BASE, advice

TEXT = FORMATS["text"]
_LINK = re.compile("\x1b\\]8;;([^\x1b]+)\x1b\\\\([^\x1b]+)\x1b\\]8;;\x1b\\\\")
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
    foldable = [line for line in report.splitlines() if not any(map(is_address, line.split()))]
    assert max(map(width, foldable)) <= columns


@pytest.mark.parametrize("columns", [40, 60, 80, 100])
@pytest.mark.parametrize("case", CASES)
def test_every_address_stands_in_one_piece(case: str, columns: int) -> None:
    found = CASES[case]()
    report = TEXT(found, RULE_BASE, ReportOptions(columns, explain=True))
    addresses = {row.source for row in found.comparison} | {item.source for item in found.alternatives}
    addresses |= {item.rule.source for item in (*arguments_for(found), *arguments_against(found))}
    assert len(addresses) > 5
    assert addresses <= {line.strip() for line in report.splitlines()}


def test_addresses_are_links_where_the_terminal_knows_links() -> None:
    report = TEXT(advice(), RULE_BASE, ReportOptions(links=True))
    assert _LINK.sub(r"\2", report) == TEXT(advice(), RULE_BASE)
    links = _LINK.findall(report)
    assert links
    assert all(address == shown for address, shown in links)
    assert len(links) == report.count("https://") // 2


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://a\x1b]8;;https://b", "https://a b", "x"])
def test_only_a_web_address_becomes_a_link(address: str) -> None:
    assert linked("shown", address) == "shown"


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("https://docs.aws.amazon.com/lambda/latest/dg/x.html", True),
        ("(https://docs.aws.amazon.com)", True),
        ("/home/me/rules/05-retries.yaml:12", True),
        ("~/answers.yaml", True),
        ("../rules", True),
        ("rules/criteria/05-retries.yaml:12:3", True),
        ("rules/criteria/05-retries.yaml,", True),
        ("and/or", False),
        ("request/response/failure", False),
        ("DestinationDeliveryFailures", False),
    ],
)
def test_what_is_an_address(word: str, address: bool) -> None:
    assert is_address(word) is address
    assert (word in wrap(f"see {word} for", 5)) is address


@given(name=st.text(st.characters(exclude_categories=["C", "Z"]), max_size=600))
def test_a_name_is_shown_in_full(name: str) -> None:
    report = TEXT(advice(name=name), RULE_BASE)
    shown = report.partition("Workload: ")[2].rpartition("Rule base")[0]
    assert "".join(shown.split()) == name
