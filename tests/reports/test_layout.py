"""Columns by display width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.reports.text.terminal import ascii_punctuation, side_by_side, width, wrap
from advisor.text.address import is_address
from advisor.text.printable import printable

URL = "https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"


def test_wide_characters_keep_columns_aligned() -> None:
    assert side_by_side(("日本語のワークロード", "a b c", "👩‍👩‍👧 ok"), (8, 4, 6)) == [
        "日本語の  a b   👩‍👩‍👧 ok",
        "ワークロ  c",
        "ード",
    ]


def test_an_address_is_never_broken() -> None:
    assert wrap(f"See {URL} for more.", 60, "  ") == ["  See", f"  {URL}", "  for more."]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two three", ["- one", "  two", "  three"]),
        ("incomprehensible", ["- incom", "  prehe", "  nsibl", "  e"]),
    ],
)
def test_wrapping(text: str, lines: list[str]) -> None:
    assert wrap(text, 7, "- " if text else "", "  ") == lines


@given(text=st.text(), columns=st.integers(4, 100))
def test_lines_fit_and_lose_nothing(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    foldable = [line for line in lines if not any(map(is_address, line.split()))]
    assert max(map(width, foldable), default=0) <= max(columns, 2)
    assert "".join("".join(lines).split()) == "".join(printable(text).split())


@given(st.text())
def test_printable_text_is_one_line_without_controls(text: str) -> None:
    assert width(printable(text)) >= 0
    assert len(printable(text).splitlines()) <= 1
    assert printable(printable(text)) == printable(text)


def test_punctuation_in_ascii() -> None:
    assert ascii_punctuation("a → b – “c” ≤ 3 × 4… é") == 'a -> b - "c" <= 3 x 4... é'
