"""One answers file in all flavours, file by file, and what they deploy differently: tables for the docs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec.structs import replace

import advisor
from advisor.cli.project_builder import make
from advisor.starter import render
from advisor.starter.flavours.table import FLAVOURS
from tests.starter.justified import JUSTIFIED
from tests.starter.projects import PROJECTS, blueprint, rule_base

EXAMPLES = Path(__file__).parents[2] / "examples"
SHOWN = ("order-notifications.yaml", "holiday-booking.yaml")


def projects(example: str) -> dict[str, Mapping[str, str]]:
    """Return the files that each flavour makes of one answers file."""
    text = (EXAMPLES / example).read_bytes()
    answers = advisor.load_answers(text, example, rule_base().questionnaire)
    made: dict[str, Mapping[str, str]] = {}
    for iac in FLAVOURS:
        asked = replace(answers, project=replace(answers.project, iac=iac))
        made[iac] = {file.path: file.text for file in make(rule_base(), asked).files}
    return made


def side_by_side(example: str) -> Iterator[str]:
    """Yield a Markdown table: files alike in one line, others one by one."""
    made = projects(example)
    paths = dict.fromkeys(path for files in made.values() for path in files)
    same = [path for path in paths if len({files.get(path) for files in made.values()}) == 1]
    lines = sum(_lines(made["sam"][path]) for path in same)
    yield "| file (lines) | " + " | ".join(FLAVOURS[iac].title for iac in FLAVOURS) + " |"
    yield "| --- |" + " ---: |" * len(FLAVOURS)
    yield f"| the same in all: {len(same)} files |" + f" {lines:,} |" * len(FLAVOURS)
    for path in sorted(set(paths) - set(same)):
        counts = (str(_lines(files[path])) if path in files else "" for files in made.values())
        yield f"| `{path}` | " + " | ".join(counts) + " |"
    sums = (f"{len(files)} files, {sum(map(_lines, files.values())):,}" for files in made.values())
    yield "| **all** | " + " | ".join(sums) + " |"


def _lines(text: str) -> int:
    return text.count("\n")


def differences() -> Iterator[str]:
    """Yield a Markdown table of what is deployed differently for a reason."""
    yield "| what differs from SAM | in | because |"
    yield "| --- | --- | --- |"
    for one in JUSTIFIED:
        yield f"| {one.what} | {', '.join(FLAVOURS[iac].title for iac in one.flavours)} | {one.why} |"


def tables() -> str:
    """Return all tables as Markdown."""
    parts = [f"`examples/{example}`:\n\n" + "\n".join(side_by_side(example)) for example in SHOWN]
    return "\n\n".join([*parts, "Justified differences:", "\n".join(differences())]) + "\n"


def reasons() -> str:
    """Return a Markdown table of the checks that starters answer, with the reasons they give."""
    told: dict[tuple[str, str], list[str]] = {}
    for iac in FLAVOURS:
        for check, reason in sorted({item for name in PROJECTS for item in _answered(iac, name)}):
            told.setdefault((check, reason), []).append(FLAVOURS[iac].title)
    rows = (f"| {check} | {reason} | {_places(told[check, reason])} |" for check, reason in sorted(told))
    return "\n".join(["| check | why not | in |", "| --- | --- | --- |", *rows]) + "\n"


def _answered(iac: str, name: str) -> list[tuple[str, str]]:
    made = {file.path: file.text for file in render(replace(blueprint(name), iac=iac))}
    skipped = re.findall(r"^  - (CKV\w+)  # (.+)$", made[".checkov.yaml"], re.MULTILINE)
    stated = "".join(text for path, text in made.items() if "acknowledged" in path)
    return skipped + re.findall(
        r'\bid[=:] ?"(AwsSolutions-\w+).*",\n +reason[=:] ?"(.+)",$', stated, re.MULTILINE
    )


def _places(titles: list[str]) -> str:
    return "all" if len(titles) == len(FLAVOURS) else ", ".join(titles)
