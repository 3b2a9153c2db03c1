"""Twice the input takes twice the work: no reader goes through what it has read again and again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import pytest

import advisor
from advisor.errors import AdvisorError
from advisor.loading.json_lines import line_reader
from advisor.loading.scenarios import load_scenarios
from tests.examples import sample

QUESTIONNAIRE = advisor.load_rule_base(advisor.rules_folder()).questionnaire
LIMIT = 1_000_000  # bytes of an answers file, and of a line

JSON = {
    "line ends before a brace": ('{"requirements":{"steps":3', "\n", "}}"),
    "line ends before a colon": ('{"name"', "\n", ':"x","requirements":{}}'),
    "carriage returns and a misspelt key": ('{"requirements":{"stepz":3', "\r", "}}"),
    "backslashes": ('{"name":"', "\\\\", '","requirements":{}}'),
    "halves of pairs": ('{"name":"', "\\ud800", '","requirements":{}}'),
    "open brackets": ("", "[", ""),
    "digits": ('{"requirements":{"steps":', "1", "}}"),
    "one key": ('{"requirements":{', '"steps":1,', '"steps":1}}'),
    "list": ('{"requirements":{"targets":[', '"sqz",', '"sqs"]}}'),
}
YAML = {
    "blanks": ("requirements:\n  steps: 3", " ", "\n"),
    "comments": ("requirements: {}\n", "# x\n", ""),
    "colons": ("requirements: {a", ":", "}"),
    "question marks": ("", "? ", ""),
    "underscores": ("requirements: {monthly_executions: 1", "_", "x}"),
    "digits and a dot": ("requirements: {monthly_executions: ", "1", ".x}"),
    "escapes": ('name: "', "\\x41", '"\nrequirements: {}\n'),
    "next lines": ('name: "', "\u0085", '"\nrequirements: {}\n'),
    "aliases": ("x: &a [1]\ny: [", "*a, ", "1]\n"),
    "lines of a block": ("name: |\n", " x\n", "requirements: {}\n"),
    "documents": ("", "---\n", ""),
    "steps": ("requirements: {}\nproject: {steps: [", "{name: A, service: lambda}, ", "]}\n"),
}


def answers(text: str) -> None:
    advisor.load_answers(text, "x.yaml", QUESTIONNAIRE)


def line(text: str) -> None:
    line_reader("x.jsonl", QUESTIONNAIRE).read(text.encode(), 1)


def scenario(text: str) -> None:
    load_scenarios(text, "x.jsonl", QUESTIONNAIRE)


Reader = Callable[[str], None]
CASES: dict[str, tuple[Reader, tuple[str, str, str]]] = {
    f"{name} in {kind}": (reader, shape)
    for reader, kind, shapes in (
        (answers, "a JSON file", JSON),
        (line, "a batch", JSON),
        (scenario, "scenarios", JSON),
        (answers, "a YAML file", YAML),
    )
    for name, shape in shapes.items()
}


def text_of(shape: tuple[str, str, str], size: int) -> str:
    before, again, after = shape
    return before + again * (size // len(again.encode())) + after


def calls(reader: Reader, text: str) -> int:
    """Return how many functions are called to read ``text``."""
    counted = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        with suppress(AdvisorError):
            reader(text)
    finally:
        sys.setprofile(None)
    return counted


@pytest.mark.parametrize("case", CASES)
def test_twice_the_input_takes_twice_the_calls(case: str) -> None:
    reader, shape = CASES[case]
    calls(reader, text_of(shape, 100))  # what is made once
    once, twice, four = (calls(reader, text_of(shape, size)) for size in (1_000, 2_000, 4_000))
    assert four - twice <= 2.5 * max(twice - once, 0) + 1_000


@pytest.mark.parametrize("case", sample(CASES, one_in=8))
def test_the_largest_input_is_read(case: str) -> None:
    """A regular expression that tries every start and every end would take hours."""
    reader, shape = CASES[case]
    with suppress(AdvisorError):
        reader(text_of(shape, LIMIT - 100))
