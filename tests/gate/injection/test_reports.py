"""Whatever a workload and its steps are called, every report can be read and says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec.structs import replace

from advisor.decision.recommend import designs_of
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import Project, Step
from advisor.reports import FORMATS, ReportOptions
from tests.injection.made import advice_on
from tests.injection.safe import spelt_out
from tests.injection.strings import is_name, is_step, read, strings, workloads
from tests.reports.page import Page
from tests.reports.real import RULE_BASE as REAL
from tests.reports.samples import advice, with_prices
from tests.starter.projects import rule_base

pytestmark = pytest.mark.xdist_group("injection")
PARSER = MarkdownIt("gfm-like", {"linkify": False})
OPTIONS = ReportOptions(explain=True, date="2026-11-23")
STEPS = 6  # so many the drawing of a page shows, each by its name
# A line of a diagram in Mermaid: one label at most, and no sign in it that could end it
DRAWN = re.compile(r'[^"]*(?:"(?:[^"`<>\[\]{}|\\&;#]|#\d+;)*"[^"]*)?')
SOME = 16  # one of so many reports is compared with that on a workload of other names


@cache
def recommendations() -> tuple[Recommendation, ...]:
    """Return the advice on every workload: each string is the name of one, and a step of others."""
    return tuple(advice_on(workload.answers) for workload in workloads())


def told(kind: str, recommendation: Recommendation) -> str:
    return FORMATS[kind](recommendation, rule_base(), OPTIONS)


def renamed(recommendation: Recommendation, name: str) -> Recommendation:
    return replace(recommendation, answers=replace(recommendation.answers, name=name))


def test_json_holds_the_name_letter_by_letter() -> None:
    for recommendation in recommendations():
        report = json.loads(told("json", recommendation))
        assert report["name"] == recommendation.answers.name


def test_text_ends_with_the_name() -> None:
    """The name is broken into lines wherever it is too long for one; nothing of it is lost."""
    for recommendation in recommendations():
        report, name = told("text", recommendation), spelt_out(recommendation.answers.name)
        _, label, end = report.rpartition("\n\nWorkload:")
        assert _solid("".join(end.splitlines()[:-1] if label else [])) == _solid(name)
        assert [sign for sign in sorted(set(report)) if sign not in " \n" and spelt_out(sign) != sign] == []


def test_text_is_otherwise_the_same() -> None:
    for recommendation in recommendations()[::SOME]:
        named, anonymous = told("text", recommendation), told("text", renamed(recommendation, ""))
        last = "\n\nWorkload:" if spelt_out(recommendation.answers.name) else "\n\n"
        assert named.rpartition(last)[0] == anonymous.rpartition("\n\n")[0]


def _solid(text: str) -> str:
    return re.sub(r"\s", "", text)


def _inlines(tokens: Sequence[Token], kind: str) -> Iterator[str]:
    for token in tokens:
        yield from (part.content for part in token.children or () if part.type == kind)


def test_a_decision_record_names_the_workload_and_its_steps() -> None:
    for recommendation in recommendations():
        record, answers = told("markdown", recommendation), recommendation.answers
        heading = record.partition("\n")[0]
        name = spelt_out(answers.name)
        assert list(_inlines(PARSER.parse(heading), "code_inline")) == ([name] if name else [])
        (units,) = [line for line in record.splitlines() if line.startswith("Units of work: ")]
        shown = [spelt_out(step.name) for step in answers.project.units]
        assert list(_inlines(PARSER.parse(units), "code_inline")) == shown
        diagram = record.partition("```mermaid\n")[2].partition("\n```\n")[0]
        assert [line for line in diagram.splitlines() if not DRAWN.fullmatch(line)] == []


def test_a_decision_record_is_built_the_same_whatever_the_names() -> None:
    for recommendation in recommendations()[::SOME]:
        answers = recommendation.answers
        plain = tuple(replace(step, name="Plain") for step in answers.project.units)
        project = replace(answers.project, steps=plain)
        other = replace(recommendation, answers=replace(answers, name="Plain", project=project))
        assert _blocks(told("markdown", recommendation)) == _blocks(told("markdown", other))
        renamed_only = told("markdown", renamed(recommendation, "Plain")).partition("\n")[2]
        assert told("markdown", recommendation).partition("\n")[2] == renamed_only


def _blocks(record: str) -> list[tuple[str, str, int]]:
    return [(token.type, token.info, token.level) for token in PARSER.parse(record)]


def pages() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield names and steps for pages, such that every string is in one, as a step where it can be."""
    named = [read(text) for text in sorted(filter(is_name, strings()), key=is_step)]
    steps = [read(text) for text in strings() if is_step(text)]
    count = -(-len(steps) // STEPS)
    for number in range(count):
        chosen = steps[number * STEPS : (number + 1) * STEPS]
        yield named[number], tuple([*chosen, *["Pay"] * STEPS][:STEPS])


def page_of(name: str, steps: Sequence[str]) -> Page:
    """Return a page by the small rule base, which takes a tenth of the time of the real one."""
    found, small = advice(name=name), with_prices()[1]
    project = Project(steps=tuple(map(Step, steps)))
    answers = replace(found.answers, project=project)
    designs = designs_of(REAL, answers, found.decision)
    named = replace(found, answers=answers, designs=designs)
    return Page(FORMATS["html"](named, small, OPTIONS))


def test_a_page_shows_names_and_is_otherwise_the_same() -> None:
    plain = page_of("Plain", ["Pay"] * STEPS)
    for name, steps in pages():
        page = page_of(name, steps)
        shown = spelt_out(name)
        assert page.open == []
        assert page.text("bdi") == shown
        titled = " ".join(_title(page).split())
        assert titled == f"{_title(plain).removesuffix(' for Plain')}{' for ' * bool(shown)}{shown}"
        pictured = page.text("figcaption")  # shows the words of the states, not what was typed
        flat = " ".join(pictured.split())
        assert spelt_out(flat) == flat, ascii(pictured)
        if shown:
            assert _elements(page) == _elements(plain), ascii(name[:60])


def _title(page: Page) -> str:
    """Return what the tab of a browser says; drawings have titles of their own, further below."""
    return next(text for tag, text in page.texts if tag == "title")


def _elements(page: Page) -> list[str]:
    """Return the elements but for those of the drawing, which has a line of text for each line of a name."""
    return [tag for tag, _ in page.elements if tag not in ("tspan", "text", "rect", "path", "svg", "g")]
