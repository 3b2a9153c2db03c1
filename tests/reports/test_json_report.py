"""The JSON report: the shape scripts rely on, and the whole of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from advisor.reports import FORMATS
from tests.reports.samples import CASES, RULE_BASE, advice


@pytest.mark.parametrize("case", CASES)
def test_whole_report(case: str, golden: Callable[[str, str], None]) -> None:
    golden(f"{case}.json", FORMATS["json"](CASES[case](), RULE_BASE))


def test_named_keys_of_the_contract_are_there() -> None:
    report = json.loads(FORMATS["json"](advice(), RULE_BASE))
    assert report["schema"] == 1
    assert set(report) >= {
        "rule_base",
        "name",
        "requirements",
        "recommendation",
        "options",
        "flips",
        "open_questions",
        "cost",
        "warnings",
    }
    assert set(report["recommendation"]) == {"option", "workflow_type", "strength", "summary", "instead"}
    card = {"viable", "score", "ruled_out_by", "findings"}
    assert set(report["options"]["destinations"]) == card
    assert set(report["options"]["step-functions"]) == {*card, "workflow_types"}
    assert all(set(t) == card for t in report["options"]["step-functions"]["workflow_types"].values())
    finding = {"rule", "points", "title", "because", "source"}
    assert all(set(item) == finding for item in report["options"]["step-functions"]["findings"])
    assert report["flips"][0].items() >= {"change": {"parallelism": "none"}, "option": "destinations"}.items()


def test_what_the_user_gave_what_follows_and_what_was_dropped_are_kept_apart() -> None:
    report = json.loads(FORMATS["json"](CASES["neither"](), RULE_BASE))
    assert report["requirements"] == {"event_source": "sqs", "steps": 1, "parallelism": "none"}
    assert report["assumed"] == [{"key": "invocation", "value": "stream", "follows_from": "event_source"}]
    assert report["dropped"] == [{"key": "max_parallel_items", "value": 3}]


def test_user_text_survives_as_it_is() -> None:
    name = 'a "b" \\ </script> {{ x }} ${y}\n\t\u202e日本 👩‍👩‍👧'
    assert json.loads(FORMATS["json"](advice(name=name), RULE_BASE))["name"] == name
