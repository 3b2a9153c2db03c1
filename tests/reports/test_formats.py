"""What holds in every format, for any workload name and any subset of answers."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Answers, Project, Step
from advisor.reports import FORMATS, ReportOptions
from advisor.reports.markdown.escaping import literal
from advisor.reports.text.terminal import width
from advisor.text.address import is_address
from advisor.text.printable import printable
from tests.examples import examples
from tests.reports.page import Page
from tests.reports.real import RULE_BASE, WORKLOADS, advice_on, requirements
from tests.reports.samples import with_prices

STEPS = st.lists(st.builds(Step, st.text(min_size=1)), max_size=4).map(tuple)
PROJECTS = st.builds(Project, region=st.none() | st.text(max_size=30), steps=STEPS)
ANSWERS = st.builds(Answers, requirements(), st.text(max_size=500), PROJECTS)
EXPLAINED = ReportOptions(explain=True)


@settings(max_examples=examples(12, 3), suppress_health_check=[HealthCheck.too_slow])
@given(ANSWERS)
def test_any_answers_can_be_told(answers: Answers) -> None:
    recommendation = recommend(RULE_BASE, answers)
    told = {
        name: report(recommendation, RULE_BASE, ReportOptions(explain=True))
        for name, report in FORMATS.items()
    }
    foldable = [line for line in told["text"].splitlines() if not any(map(is_address, line.split()))]
    assert max(map(width, foldable)) <= 80
    assert json.loads(told["json"])["name"] == answers.name
    assert literal(answers.name) in told["markdown"].partition("\n")[0]
    assert Page(told["html"]).text("bdi") == printable(answers.name)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("workload", WORKLOADS)
def test_telling_twice_gives_the_same_bytes(name: str, workload: str) -> None:
    assert FORMATS[name](advice_on(workload), RULE_BASE) == FORMATS[name](advice_on(workload), RULE_BASE)


@pytest.mark.parametrize("name", FORMATS)
def test_a_rule_switched_off_is_in_every_report(name: str) -> None:
    told = " ".join(FORMATS[name](*with_prices()).split())
    assert "FL09" in told
    assert "Our platform team runs every state machine." in told
