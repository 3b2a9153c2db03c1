"""Strings that have broken generators before, and the workloads that carry them.

``nasty.json`` holds them by category, in ASCII; ``{"repeat": "ab", "to": 1000}`` is a long one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from advisor.knowledge.answers import RUNTIMES, Answers
from advisor.loading import load_answers
from advisor.starter.flavours import table
from tests.starter.projects import rule_base

FLAVOURS = tuple(table.FLAVOURS)
APPROACHES = ("destinations", "step-functions", "both")
SERVICES = ("lambda", "sqs", "lambda", "eventbridge", "lambda", "dynamodb", "lambda", "sns")
LONGEST = 1_000  # characters of a name, as advisor.loading.answers_reader has it


@cache
def categories() -> Mapping[str, tuple[str, ...]]:
    """Return the strings by category."""
    listed = json.loads(Path(__file__).with_name("nasty.json").read_text(encoding="ascii"))
    return {category: tuple(map(_text, items)) for category, items in listed.items()}


@cache
def strings() -> tuple[str, ...]:
    """Return every string, in the order of the list."""
    return tuple(text for texts in categories().values() for text in texts)


def _text(item: str | Mapping[str, Any]) -> str:
    if isinstance(item, str):
        return item
    piece, length = str(item["repeat"]), int(item["to"])
    return (piece * length)[:length]


def read(text: str) -> str:
    """Return ``text`` as an answers file can carry it: half of a surrogate pair is no character."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def is_name(text: str) -> bool:
    """Return whether a workload may be called ``text``."""
    return len(read(text)) <= LONGEST


def is_step(text: str) -> bool:
    """Return whether a step may be called ``text``; nobody could see one of blanks only."""
    return is_name(text) and text.strip() != ""


def answers_file(name: str, steps: Sequence[Mapping[str, Any]] = (), **project: Any) -> bytes:
    """Return an answers file in JSON, as a program would write it."""
    requirements = {"event_source": "eventbridge", "steps": max(1, len(steps)), "on_failure": ["sqs"]}
    return json.dumps(
        {"name": name, "requirements": requirements, "project": {"steps": list(steps), **project}}
    ).encode()


@dataclass(frozen=True)
class Workload:
    """One project to make: what it is called, its steps, and what it is made with."""

    name: str
    steps: tuple[Mapping[str, Any], ...]
    iac: str
    runtime: str
    approach: str

    @property
    def label(self) -> str:
        """Return what the workload is told by, where something is wrong with it."""
        return f"{self.iac}, {self.runtime}, {self.approach}, {self.name[:40]!a}"

    @cached_property
    def answers(self) -> Answers:
        """Return the answers, read from a file."""
        data = answers_file(self.name, self.steps, iac=self.iac, runtime=self.runtime)
        return load_answers(data, "answers.json", rule_base().questionnaire)


@cache
def workloads() -> tuple[Workload, ...]:
    """Return projects in which every string is once the name and four times a step.

    Four projects in a row have the same steps, but another flavour and another runtime each: so every string
    meets all of them. Steps are neighbours in the list, where those stand together that become the same name.
    """
    named = [text for text in strings() if is_name(text)]
    stepped = [text for text in strings() if is_step(text)]
    random.Random(8).shuffle(named)
    stepped += stepped[: len(named) - len(stepped)]  # blanks are names, but no steps
    return tuple(
        Workload(
            name, steps, FLAVOURS[number % len(FLAVOURS)], RUNTIMES[(number + row) % len(RUNTIMES)], approach
        )
        for row, (names, steps, approach) in enumerate(_rows(named, stepped))
        for number, name in enumerate(names)
    )


def _rows(named: Sequence[str], stepped: Sequence[str]) -> Iterator[tuple[Sequence[str], Any, str]]:
    for start in range(0, len(named), 4):
        approach = APPROACHES[start // 4 % 3]
        services = SERVICES if approach == "step-functions" else ("lambda",)
        several = [
            {"name": text, "service": services[(start + place) % len(services)]}
            for place, text in enumerate(stepped[start : start + 4])
        ]
        yield named[start : start + 4], tuple(several), approach
