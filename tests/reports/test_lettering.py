"""Text in a box: it stays inside, and a name breaks where it has a seam."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.reports.html.text_width import breadth, fitted
from advisor.text.printable import printable


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Pay", ["Pay"]),
        ("DoStepNumber1WithCare", ["DoStepNumber1", "WithCare"]),
        ("charge-the-credit-card", ["charge-the-credit-", "card"]),
        ("on-failure destination", ["on-failure", "destination"]),
        ("W" * 12, ["W" * 10, "WW"]),
        ("Validate" * 8, ["ValidateValidate", "ValidateValidate…"]),
        ("", [""]),
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    assert fitted(text, 132, 2) == lines


@given(text=st.text(max_size=300), most=st.integers(1, 3))
def test_nothing_leaves_the_box_and_nothing_is_made_up(text: str, most: int) -> None:
    lines = fitted(text, 132, most)
    assert len(lines) <= most
    assert all(breadth(line) <= 132 or len(line) <= 2 for line in lines)
    shown = "".join(lines)
    spoken = printable(text).replace(" ", "")
    assert spoken.startswith(shown.removesuffix("…").replace(" ", ""))
    assert shown.endswith("…") or shown.replace(" ", "") == spoken
