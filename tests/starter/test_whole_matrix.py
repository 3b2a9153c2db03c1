"""The page tells what is made: a sample of its cells, by a fixed seed, made anew."""

from __future__ import annotations

import random
from itertools import product

import pytest

from tests.examples import SEED
from tests.starter.matrix import PAGE
from tests.starter.whole_matrix import CASES, MADE, SOURCES, cases, cell

CELLS = random.Random(SEED).sample(list(product(MADE, SOURCES)), 3)


def on_the_page(approach: str, source: str) -> str:
    page = PAGE.read_text(encoding="utf-8").partition("<!-- whole -->")[2]
    heads, rows = (
        [part.strip() for part in line.strip("|").split("|")]
        for line in (
            next(line for line in page.splitlines() if line.startswith("| event source |")),
            next(line for line in page.splitlines() if line.startswith(f"| `{source}` |")),
        )
    )
    return rows[heads.index(approach)]


@pytest.mark.parametrize(("approach", "source"), CELLS)
def test_a_cell_of_the_page_is_what_is_made_today(approach: str, source: str) -> None:
    found = list(cases(approach, source))
    assert len(found) == CASES
    assert on_the_page(approach, source) == cell(found), "python -m tests.starter.matrix --write --quick"


@pytest.mark.parametrize(("approach", "source"), CELLS[:2])
def test_no_flavour_refuses_what_another_makes(approach: str, source: str) -> None:
    made: dict[str, list[str]] = {}
    for case in cases(approach, source):
        made.setdefault(case.iac, []).append(case.refused)
    assert len({tuple(refusals) for refusals in made.values()}) == 1
