"""The page of accuracy is what the rules say today: some seconds, for it replays the wizard."""

from __future__ import annotations

import pytest

import advisor
from tests.evaluate.__main__ import CORE_PAGE, PAGE, SCENARIOS, evaluated
from tests.evaluate.core_questions import page


@pytest.mark.no_cover
@pytest.mark.skipif(not SCENARIOS.is_file(), reason="the published scenarios are not here")
def test_the_page_of_accuracy_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == evaluated(SCENARIOS), "make evaluate ARGS=--write"


def test_the_page_of_the_core_questions_is_up_to_date() -> None:
    found = page(advisor.load_rule_base(advisor.rules_folder()))
    assert CORE_PAGE.read_text(encoding="utf-8") == found, "make evaluate ARGS=--write"
