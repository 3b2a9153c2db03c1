"""The page in a real browser: nothing goes wrong, and what it shows is what the engine says."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Answers, Project, Step
from advisor.knowledge.rules import SCORED
from advisor.loading import load_answers, read_answers
from advisor.reports import FORMATS
from advisor.reports.html.what_if import outcome
from advisor.reports.labels import NAMES, money, score_words, verdict_name
from tests.gate.reports.browser import NODE, data, needs_chromium, needs_module, printed_pages, script, seen
from tests.gate.share import share
from tests.reports.real import RULE_BASE, WORKLOADS, advice_on

HARNESS = Path(__file__).with_name("harness.js").read_text(encoding="utf-8")
ROOT = Path(__file__).parents[3]
SCENARIOS = ROOT / "tests" / "scenarios" / "published.jsonl"
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
AXE = "axe-core/axe.min.js"
DARK = "@media (prefers-color-scheme: dark)"

pytestmark = needs_chromium


def run(folder: Path, pages: Sequence[str], width: int = 1280, axe: str = "") -> list[dict[str, Any]]:
    """Return what the harness saw on each page."""
    return seen(folder, data({"pages": pages, "width": width, "axe": axe}), script(HARNESS))


def expected(answers: Answers) -> tuple[str, dict[str, str]]:
    """Return the verdict and the figures for ``answers``, as the page should show them."""
    found = outcome(RULE_BASE, answers)
    scores = {name: found.scores[name] for name in SCORED}
    figures = {
        f"Score, {NAMES[name]}": score_words(score is not None, score or 0) for name, score in scores.items()
    }
    figures |= {f"Cost a month, {NAMES[name]}": money(usd) for name, usd in found.cost.items()}
    return verdict_name(found.option, found.workflow_type, found.instead, RULE_BASE), figures


def published() -> list[str]:
    return [
        json.dumps({"requirements": json.loads(line)["blind_answers"]})
        for line in SCENARIOS.read_text(encoding="utf-8").splitlines()
    ]


def page_of(document: str) -> str:
    answers = load_answers(document, "a.json", RULE_BASE.questionnaire)
    return FORMATS["html"](recommend(RULE_BASE, answers), RULE_BASE)


@pytest.mark.no_cover
def test_what_if_shows_what_the_engine_says(tmp_path: Path) -> None:
    documents = share(published(), 24)
    read = RULE_BASE.questionnaire
    for document, found in zip(documents, run(tmp_path, list(map(page_of, documents))), strict=True):
        assert not found["hidden"]
        assert not found["overflow"]
        assert found["requests"] == []
        assert found["outside"] == []
        assert len(found["tried"]) > 100
        now = expected(load_answers(document, "a.json", read))
        for shown in found["tried"]:
            change = re.fullmatch(r"(?:Then|Still): (.*)  \(--set (.*)\)", shown["said"])
            overrides = [change[2]] if change else []
            then = expected(load_answers(document, "a.json", read, overrides))
            assert shown["said"].startswith(
                f"As it is now: {now[0]}"
                if change is None
                else f"{'Still' if then[0] == now[0] else 'Then'}: {then[0]}"
            )
            for name, before, after in shown["rows"]:
                assert before == now[1].get(name, "not possible"), (document, shown)
                assert after == then[1].get(name, "not possible"), (document, shown)


@needs_module(AXE)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (768, "dark"), (390, "light"), (390, "dark")])
def test_axe_finds_no_violation(tmp_path: Path, width: int, scheme: str) -> None:
    advice = {workload: advice_on(workload) for workload in WORKLOADS}
    names = ("y" * 300, "W" * 40, "日本語の長い名前" * 3, "\u202eשלום <b>", "Do-The_Next.Thing/Carefully")
    endless = Project(region="z" * 200, steps=tuple(map(Step, names)))
    advice["names without end"] = replace(
        advice["approval"], answers=Answers(advice["approval"].answers.requirements, "x" * 500, endless)
    )
    pages = [FORMATS["html"](recommendation, RULE_BASE) for recommendation in advice.values()]
    bare = [re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page) for page in pages]
    if scheme == "dark":
        bare = [page.replace(DARK, "@media all") for page in bare]
    axe = (NODE / AXE).read_text(encoding="utf-8")
    for workload, found in zip(advice, run(tmp_path, bare, width, axe), strict=True):
        assert found["violations"] == [], workload
        assert found["outside"] == [], workload
        assert not found["overflow"], workload


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_printed_on_two_or_three_sheets(tmp_path: Path, example: Path) -> None:
    advice = recommend(RULE_BASE, read_answers(str(example), RULE_BASE.questionnaire))
    assert printed_pages(tmp_path, FORMATS["html"](advice, RULE_BASE)) in (2, 3)
