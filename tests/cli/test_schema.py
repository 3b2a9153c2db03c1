"""The JSON Schemas: valid themselves, and of one mind with what reads and writes the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import advisor
from tests.cli.conftest import Advise

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
ANSWERS = jsonschema.Draft202012Validator(advisor.answers_schema(RULE_BASE.questionnaire))


@pytest.mark.parametrize("of", ["answers", "report"])
def test_the_command_prints_a_valid_schema(advise: Advise, of: str) -> None:
    outcome = advise("schema", "--of", of)
    assert (outcome.exit_code, outcome.err) == (0, "")
    jsonschema.Draft202012Validator.check_schema(json.loads(outcome.out))


def test_the_answers_schema_is_the_default(advise: Advise) -> None:
    assert advise("schema") == advise("schema", "--of", "answers")


def test_a_schema_of_something_else_is_refused(advise: Advise) -> None:
    outcome = advise("schema", "--of", "reports")
    expected = (
        "--of: one of answers, report, inspection is expected; found 'reports'. Did you mean 'report'?\n"
    )
    assert (outcome.exit_code, outcome.out, outcome.err) == (2, "", expected)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits(advise: Advise, example: Path) -> None:
    ANSWERS.validate(yaml.safe_load(example.read_text(encoding="utf-8")))
    report = json.loads(advise("recommend", str(example), "--format", "json").out)
    jsonschema.Draft202012Validator(json.loads(advise("schema", "--of", "report").out)).validate(report)


def _values(question: Any) -> st.SearchStrategy[Any]:
    names = [choice.value for choice in question.choices] or [1]
    right = st.one_of(
        st.sampled_from(names), st.lists(st.sampled_from(names), max_size=3), st.integers(-5, 10**10)
    )
    return st.one_of(
        right, st.booleans(), st.none(), st.floats(allow_nan=False), st.sampled_from(["unknown", "x", "no"])
    )


DOCUMENTS = st.fixed_dictionaries(
    {}, optional={question.key: _values(question) for question in RULE_BASE.questionnaire.questions}
)


@given(DOCUMENTS)
def test_schema_and_reader_agree_on_every_answer(requirements: dict[str, Any]) -> None:
    document = {"requirements": requirements}
    try:
        advisor.load_answers(json.dumps(document), "answers.json", RULE_BASE.questionnaire)
        fits = True
    except advisor.AdvisorError:
        fits = False
    assert ANSWERS.is_valid(document) == fits
