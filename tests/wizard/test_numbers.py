"""Numbers as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.questions import Question
from advisor.wizard.numbers import expected, read_number
from advisor.wizard.prompts import Mistake, Reading
from tests.wizard.small import question

SECONDS = question("d", "number", "?", unit="s", minimum=0, maximum=31_536_000)
STEPS = question("s", "whole", "?", unit="steps", minimum=1, maximum=10_000)
MONTHLY = question("m", "number", "?", unit="per month", minimum=0, maximum=1e12)
SIZE = question("k", "number", "?", unit="KB", minimum=0, maximum=1e9)

UNDERSTOOD = [
    (SECONDS, "90", 90, "90 seconds (1 minute 30 seconds)"),
    (SECONDS, "5m", 300, "300 seconds (5 minutes)"),
    (SECONDS, "2h", 7200, "7,200 seconds (2 hours)"),
    (SECONDS, "1d", 86400, "86,400 seconds (1 day)"),
    (SECONDS, "1h 30m", 5400, "5,400 seconds (1 hour 30 minutes)"),
    (SECONDS, "2 hours", 7200, "7,200 seconds (2 hours)"),
    (SECONDS, "0.5", 0.5, "0.5 seconds"),
    (SECONDS, "250ms", 0.25, "0.25 seconds"),
    (SECONDS, ".5 min", 30, "30 seconds"),
    (STEPS, "3", 3, "3 steps"),
    (STEPS, "1 step", 1, "1 step"),
    (STEPS, "10k", 10_000, "10,000 steps"),
    (STEPS, "10,000", 10_000, "10,000 steps"),
    (STEPS, "3.0", 3, "3 steps"),
    (MONTHLY, "1.5M", 1_500_000, "1,500,000 per month"),
    (MONTHLY, "10k per month", 10_000, "10,000 per month"),
    (MONTHLY, "1e6", 1_000_000, "1,000,000 per month"),
    (MONTHLY, "2 million", 2_000_000, "2,000,000 per month"),
    (MONTHLY, "1 000 000", 1_000_000, "1,000,000 per month"),
    (MONTHLY, "0", 0, "0 per month"),
    (SIZE, "256", 256, "256 KB"),
    (SIZE, "256KB", 256, "256 KB"),
    (SIZE, "1MB", 1024, "1,024 KB (1 MB)"),
    (SIZE, "10k", 10, "10 KB"),
]


@pytest.mark.parametrize(("asked", "text", "value", "echo"), UNDERSTOOD)
def test_is_understood_and_echoed(asked: Question, text: str, value: float, echo: str) -> None:
    assert read_number(text, asked) == Reading(value, echo)


REFUSED = [
    (STEPS, "three", "Not a number I can read. Expected: whole number from 1 to 10,000 steps."),
    (STEPS, "2.5", "A whole number is expected: whole number from 1 to 10,000 steps."),
    (STEPS, "0", "0 is out of range. Expected: whole number from 1 to 10,000 steps."),
    (STEPS, "-5", "-5 is out of range. Expected: whole number from 1 to 10,000 steps."),
    (STEPS, "", "Not a number I can read. Expected: whole number from 1 to 10,000 steps."),
    (STEPS, "1 2", "Not a number I can read. Expected: whole number from 1 to 10,000 steps."),
    (STEPS, "٣", "Not a number I can read. Expected: whole number from 1 to 10,000 steps."),
    (STEPS, "5m", "5,000,000 is out of range. Expected: whole number from 1 to 10,000 steps."),
    (SECONDS, "nan", "Not a number I can read. Expected: from 0 to 31,536,000 seconds (365 days)."),
    (SECONDS, "1e99", f"1{',000' * 33} is out of range. Expected: from 0 to 31,536,000 seconds (365 days)."),
    (SECONDS, "1,5", "Write decimals with a point: 1.5."),
    (SECONDS, "5x", "Not a number I can read. Expected: from 0 to 31,536,000 seconds (365 days)."),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "text", "message"), REFUSED)
def test_is_refused_with_what_would_fit(asked: Question, text: str, message: str) -> None:
    assert read_number(text, asked) == Mistake(message)


@given(st.text(max_size=60), st.sampled_from([SECONDS, STEPS, MONTHLY, SIZE]))
def test_any_text_is_read_or_refused_within_the_range(text: str, asked: Question) -> None:
    read = read_number(text, asked)
    if isinstance(read, Reading):
        assert asked.minimum <= float(read.value) <= asked.maximum
        assert asked.kind != "whole" or isinstance(read.value, int)


@given(st.integers(1, 10_000))
def test_the_echo_reads_back_to_the_same_number(value: int) -> None:
    read = read_number(str(value), STEPS)
    assert isinstance(read, Reading)
    assert read_number(read.echo, STEPS) == read


def test_the_range_is_told_with_its_unit() -> None:
    assert expected(SECONDS) == "from 0 to 31,536,000 seconds (365 days)"
