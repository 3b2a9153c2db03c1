"""The page: whole in itself, safe for any text, and its what-if equal to the engine."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Project, Step
from advisor.knowledge.rules import SCORED
from advisor.reports import FORMATS, ReportOptions
from advisor.reports.labels import money
from tests.examples import examples
from tests.reports.page import Page
from tests.reports.real import RULE_BASE, WORKLOADS, advice_on

HTML = FORMATS["html"]
UPLOAD = advice_on("upload")
ELSEWHERE = ("link", "img", "iframe", "object", "embed", "base", "use")


def page_of(workload: str, *overrides: str) -> Page:
    return Page(HTML(advice_on(workload, *overrides), RULE_BASE, ReportOptions(date="2026-11-23")))


@pytest.mark.parametrize("workload", WORKLOADS)
def test_page_is_whole_small_and_asks_no_host(workload: str) -> None:
    page = page_of(workload)
    assert page.open == []
    assert len(page.source.encode()) < 250_000
    assert not [tag for tag, _ in page.elements if tag in ELSEWHERE]
    assert not [attributes for _, attributes in page.elements if "src" in attributes or "style" in attributes]
    addresses = [found["href"] for tag, found in page.elements if tag == "a"]
    assert all(address and address.startswith("https://") for address in addresses)
    assert re.findall(r"url\((?!#)|@import", page.source) == []


def test_policy_allows_just_this_style_and_script() -> None:
    page = page_of("approval")
    policy = next(found["content"] for _, found in page.elements if "http-equiv" in found) or ""
    for directive, tag in (("style-src", "style"), ("script-src", "script")):
        texts = [text for within, text in page.texts if within == tag]
        digest = b64encode(hashlib.sha256(texts[-1].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_picture_has_words_and_every_table_has_headers(workload: str) -> None:
    page = page_of(workload)
    ids = [found["id"] for _, found in page.elements if "id" in found]
    assert len(ids) == len(set(ids))
    for tag, found in page.elements:
        named = (found.get("aria-labelledby") or "").split() + (found.get("aria-describedby") or "").split()
        assert set(named) <= set(ids)
        if tag == "svg" and "aria-hidden" not in found:
            assert found["role"] == "img"
            assert found.get("aria-label") or named
        if tag == "th":
            assert found.get("scope") in ("col", "row")


@settings(max_examples=examples(12, 3))
@given(name=st.text(max_size=500))
def test_a_name_adds_no_markup(name: str) -> None:
    pages = [
        HTML(replace(UPLOAD, answers=replace(UPLOAD.answers, name=n)), RULE_BASE) for n in ("x", f"x{name}")
    ]
    plain, named = map(Page, pages)
    assert named.elements == plain.elements


def test_no_name_turns_the_text_beside_it() -> None:
    project = Project(region="eu\u202e", steps=(Step("a\u202eb"), Step("c\u2066d\x07")))
    advice = recommend(RULE_BASE, replace(UPLOAD.answers, name="x\u202ey", project=project))
    page = Page(HTML(advice, RULE_BASE))
    assert set("\u202e\u2066\x07") & set(page.source) == set()
    assert "a\\u202eb" in page.text("figcaption")


def test_both_together_are_both_marked() -> None:
    chosen = [found.get("class") for tag, found in page_of("core and edge").elements if tag == "li"]
    assert chosen[:4] == ["destinations chosen", "step-functions chosen", "standard chosen", "express"]


@pytest.mark.parametrize("workload", WORKLOADS)
def test_what_if_equals_the_command(workload: str) -> None:
    """Every thirtieth change, since each takes a whole recommendation; where to begin is up to the name."""
    data = page_of(workload).what_if()
    changes = [change for question in data["questions"] for change in question["changes"]]
    assert len(data["questions"]) > 15
    for change in changes[len(workload) % 10 :: 30]:
        assert _figures(change) == _engine(workload, change["set"]), change["set"]
    assert _figures(data["now"]) == _engine(workload)


def _figures(found: dict[str, object]) -> dict[str, object]:
    return {key: found[key] for key in ("option", "workflow_type", "scores", "cost")}


def _engine(workload: str, *overrides: str) -> dict[str, object]:
    """What ``advisor recommend --set KEY=VALUE`` works out, read from the whole recommendation."""
    recommendation = advice_on(workload, *overrides)
    cards = [recommendation.decision.card(option) for option in SCORED]
    return {
        "option": recommendation.verdict.option,
        "workflow_type": recommendation.verdict.workflow_type,
        "scores": {card.option: card.score if card.viable else None for card in cards},
        "cost": {item.option: money(item.usd) for item in recommendation.cost.options},
    }
