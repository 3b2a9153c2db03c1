"""The page in a real browser: nothing goes wrong, and what it shows is what the engine says.

Needs Chromium; the check by axe-core also needs ``ADVISOR_AXE``, the path of its ``axe.min.js``.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Answers, Project, Step
from advisor.knowledge.rules import SCORED
from advisor.loading import load_answers
from advisor.reports import FORMATS
from advisor.reports.what_if import outcome
from advisor.reports.wording import NAMES, money, score_words, verdict_name
from tests.reports.real import RULE_BASE, WORKLOADS, advice_on

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = os.environ.get("ADVISOR_AXE", "")
HARNESS = Path(__file__).with_name("harness.js").read_text(encoding="utf-8")
SCENARIOS = Path(__file__).parents[1] / "scenarios" / "published.jsonl"
DARK = "@media (prefers-color-scheme: dark)"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def run(folder: Path, pages: Sequence[str], width: int = 1280, axe: str = "") -> list[dict[str, Any]]:
    """Return what the harness saw on each page; fails on anything the browser complained about."""
    data = json.dumps({"pages": pages, "width": width, "axe": axe}).replace("<", "\\u003c")
    parts = [
        '<!doctype html><meta charset="utf-8"><body><pre id="out"></pre>',
        f'<script type="application/json" id="data">{data}</script>',
        f"<script>{HARNESS}</script>",
    ]
    path = folder / "harness.html"
    path.write_text("".join(parts), encoding="utf-8")
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--dump-dom"]
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [str(CHROMIUM), *flags, profile, "--virtual-time-budget=600000", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=600)
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    seen: list[dict[str, Any]] = json.loads(html.unescape(found[1]))
    return seen


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


@pytest.mark.no_cover
def test_what_if_shows_what_the_engine_says(tmp_path: Path) -> None:
    documents = published()
    read = RULE_BASE.questionnaire
    pages = [
        FORMATS["html"](recommend(RULE_BASE, load_answers(document, "a.json", read)), RULE_BASE)
        for document in documents
    ]
    for document, seen in zip(documents, run(tmp_path, pages), strict=True):
        assert not seen["hidden"]
        assert len(seen["tried"]) > 100
        now = expected(load_answers(document, "a.json", read))
        for shown in seen["tried"]:
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


@pytest.mark.skipif(not AXE, reason="ADVISOR_AXE does not name axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_no_violation(tmp_path: Path, scheme: str, width: int) -> None:
    advice = {workload: advice_on(workload) for workload in WORKLOADS}
    endless = Answers(advice["approval"].answers.requirements, "x" * 500, Project(steps=(Step("y" * 300),)))
    advice["a name without end"] = replace(advice["approval"], answers=endless)
    pages = [FORMATS["html"](recommendation, RULE_BASE) for recommendation in advice.values()]
    bare = [re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page) for page in pages]
    if scheme == "dark":
        bare = [page.replace(DARK, "@media all") for page in bare]
    axe = Path(AXE).read_text(encoding="utf-8")
    for workload, seen in zip(advice, run(tmp_path, bare, width, axe), strict=True):
        assert seen["violations"] == [], workload
        assert not seen["overflow"], workload
