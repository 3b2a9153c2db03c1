"""The history of the rule base: no release changes advice without saying so."""

from __future__ import annotations

import os

import pytest

import advisor
from advisor.knowledge.conditions import ALWAYS, AllOf, AnyOf, Not, Test
from advisor.knowledge.history import recorded
from advisor.loading.history import dump_history, load_history, shape_of

RULES = advisor.rules_folder()
BASE = advisor.load_rule_base(RULES)


def test_the_history_has_this_version_as_it_is() -> None:
    """A changed rule needs a new version in rule-base.yaml, or the file of this one made anew."""
    path = RULES / "history" / f"{BASE.version}.yaml"
    text = dump_history(recorded(BASE))
    if os.environ.get("ADVISOR_REGENERATE"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


def test_what_is_written_is_read_again() -> None:
    assert load_history(RULES, BASE.questionnaire)[BASE.version] == recorded(BASE)


def test_every_version_is_readable_with_this_questionnaire() -> None:
    """Keys and values of the questionnaire are never removed, so old conditions stay readable."""
    assert {"1.0", BASE.version} <= set(load_history(RULES, BASE.questionnaire))


@pytest.mark.parametrize(
    ("condition", "shape"),
    [
        (Test("retry", "is", ("backoff",)), {"retry": "backoff"}),
        (Test("retry", "is", ("none", "default")), {"retry": ["none", "default"]}),
        (Not(Test("steps", "at_most", (1,))), {"not": {"steps": {"at_most": 1}}}),
        (Test("waits", "only", ()), {"waits": {"only": []}}),
        (ALWAYS, {"all_of": []}),
        (
            AllOf((Test("steps", "at_least", (2,)), AnyOf((Test("idempotent", "is", (True,)),)))),
            {"all_of": [{"steps": {"at_least": 2}}, {"any_of": [{"idempotent": True}]}]},
        ),
    ],
)
def test_a_condition_as_a_rule_file_holds_it(condition: object, shape: object) -> None:
    assert shape_of(condition) == shape  # type: ignore[arg-type]
