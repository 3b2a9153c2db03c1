"""The decision record: whole files, and user text that stays text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from advisor.knowledge.answers import Answers, Project, Step
from advisor.reports import FORMATS, ReportOptions
from advisor.reports.markdown.escaping import escaped, literal, table
from advisor.text.mermaid import label
from advisor.text.printable import printable
from tests.reports.samples import CASES, RULE_BASE, advice

MARKDOWN = FORMATS["markdown"]
PARSER = MarkdownIt("gfm-like", {"linkify": False})
HEADINGS = (
    "Context and Problem Statement",
    "Decision Drivers",
    "Considered Options",
    "Decision Outcome",
    "Consequences",
    "Confirmation",
    "Pros and Cons of the Options",
    "More Information",
)


@pytest.mark.parametrize("case", CASES)
def test_whole_record(case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}.md", MARKDOWN(CASES[case](), RULE_BASE, ReportOptions(date="2026-11-24")))


def test_headings_of_madr_stand_in_its_order() -> None:
    found = re.findall("^##+ (.*)$", MARKDOWN(advice(), RULE_BASE), re.MULTILINE)
    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS)


def _texts(markdown: str, kind: str) -> list[str]:
    tokens = [child for token in PARSER.parse(markdown) for child in token.children or ()]
    return [token.content for token in tokens if token.type == kind]


@given(name=st.text(max_size=500))
def test_a_name_is_shown_letter_by_letter(name: str) -> None:
    shown = printable(name)
    title = MARKDOWN(advice(name=name), RULE_BASE).partition("\n")[0]
    assert _texts(title, "code_inline") == ([shown] if shown else [])
    assert _texts(title, "html_inline") == []


@given(text=st.text(max_size=200))
def test_running_text_is_never_markup(text: str) -> None:
    found = [token for token in PARSER.parse(f"- {escaped(text)}") if token.type == "inline"]
    parts = [child for token in found for child in token.children or ()]
    assert {part.type for part in parts} <= {"text", "text_special"}
    assert "".join(part.content for part in parts) == printable(text)


@given(text=st.text(max_size=100))
def test_a_table_keeps_its_columns(text: str) -> None:
    tokens = PARSER.parse("\n".join(table(("a", "b"), [(escaped(text), "c")])))
    assert len([token for token in tokens if token.type == "td_open"]) == 2


@given(text=st.text(max_size=200))
def test_a_mermaid_label_cannot_be_left(text: str) -> None:
    assert not set(label(text)) & set('"`<>[]{}|\n&;#') - set("#;")
    assert re.fullmatch(r"(?:[^#;]|#\d+;)*", label(text))


def test_steps_of_the_user_cannot_leave_their_places() -> None:
    steps = (Step('a"] --> b["```\n# c'), Step("<img src=x onerror=alert(1)>"))
    found = advice()
    answers = Answers(found.answers.requirements, "x", Project(steps=steps))
    record = MARKDOWN(replace(found, answers=answers), RULE_BASE)
    assert literal(steps[1].name) in record
    fences = [token for token in PARSER.parse(record) if token.type == "fence"]
    assert [token.info for token in fences] == ["mermaid"]
