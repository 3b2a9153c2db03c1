"""Combinations of answers: each is refused with a reason or gives a sound project.

What SAM makes of the template is linted for all, the template as written (whose only faults of its own are
words of SAM that do not exist) for every third; FULL_GATE=1 lints both for all, as does the matrix.
"""

from __future__ import annotations

import json

import pytest

from tests.examples import FULL, sample
from tests.starter.checks.deployed import read
from tests.starter.combinations import FACTORS, Combination
from tests.starter.matrix import SOURCES, covering, every, gated, rendered

ALL = [(approach, combination) for approach in FACTORS for combination in covering(approach)]
CASES = sample(ALL, 90)
AS_WRITTEN = CASES if FULL else CASES[::3]


@pytest.mark.parametrize(
    ("approach", "combination"), CASES, ids=[f"{a}-{n}" for n, (a, _) in enumerate(CASES)]
)
def test_a_combination_is_refused_or_goes_through_the_whole_gate(
    approach: str, combination: Combination
) -> None:
    as_written = (approach, combination) in AS_WRITTEN
    result = gated(approach, combination, as_written=as_written)
    assert result.findings == ()
    assert len(result.refused) > 60 or result.files == rendered(approach, combination).files


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("approach", FACTORS)
def test_every_combination_of_source_outcome_and_runtime_is_refused_or_well_formed(
    approach: str, source: str | None
) -> None:
    for combination in sample(every(approach, source), 30):
        result = rendered(approach, combination)
        assert len(result.refused) > 60 or result.files
        for path, text in result.files:
            assert text.endswith("\n") and not text.endswith("\n\n"), path
            assert " \n" not in text, path
            if path.endswith(".json"):
                json.loads(text)
        if result.files:
            assert read(dict(result.files)["template.yaml"])["Resources"]


def test_the_set_is_large_and_covers_every_factor() -> None:
    assert len(ALL) > 300
    assert all(set(combination) == set(FACTORS[approach]) for approach, combination in ALL)
