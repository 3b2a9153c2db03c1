"""Both schemas against what is really read and written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from advisor.decision.recommend import recommend
from advisor.errors import InputError
from advisor.knowledge.answers import Answers
from advisor.loading import load_answers
from advisor.reports import FORMATS
from advisor.reports.json.schemas import answers_schema, report_schema
from tests.reports.real import RULE_BASE as REAL
from tests.reports.real import requirements
from tests.reports.samples import CASES, RULE_BASE

ANSWERS = Draft202012Validator(answers_schema(REAL.questionnaire))
REPORT = Draft202012Validator(report_schema())


def _says(validator: Draft202012Validator, value: object) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


@pytest.mark.parametrize("validator", [ANSWERS, REPORT], ids=["answers", "report"])
def test_schema_is_one(validator: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(validator.schema)


@pytest.mark.parametrize("case", CASES)
def test_report_fits_its_schema(case: str) -> None:
    assert _says(REPORT, json.loads(FORMATS["json"](CASES[case](), RULE_BASE))) == []


def _objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every key of every object whose keys are fixed."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from _objects(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _objects(inner, (*path, number))


OPEN_OBJECTS = {("requirements",), ("cost", "options"), ("failure_story",)}


def test_no_named_key_may_be_missing() -> None:
    report = json.loads(FORMATS["json"](CASES["step-functions"](), RULE_BASE))
    for path in _objects(report):
        if path[:-1] in OPEN_OBJECTS or "change" in path[:-1]:
            continue
        broken = json.loads(json.dumps(report))
        holder = broken
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        assert _says(REPORT, broken), path


def _raw(key: str) -> st.SearchStrategy[object]:
    """Answers to ``key``, most of them right, some of them not."""
    question = REAL.questionnaire.by_key[key]
    odd: st.SearchStrategy[object] = st.sampled_from(
        ["unknown", None, "nonsense", "", [], ["lambda", "lambda"], {}, True, -1, 2.5, 10**15]
    )
    if question.kind in ("whole", "number"):
        return st.integers(0, 10_000) | st.floats(0.5, 1e6) | odd
    values = st.sampled_from([choice.value for choice in question.choices])
    return (st.lists(values, max_size=4) if question.kind == "list" else values) | odd


REQUIREMENTS = st.fixed_dictionaries({}, optional={key: _raw(key) for key in REAL.questionnaire.by_key})


@given(st.fixed_dictionaries({"requirements": REQUIREMENTS}))
def test_schema_and_reader_agree(raw: dict[str, Any]) -> None:
    try:
        load_answers(json.dumps(raw), "answers.json", REAL.questionnaire)
        accepted = True
    except InputError:
        accepted = False
    assert accepted == (_says(ANSWERS, raw) == [])


@settings(max_examples=25)
@given(st.builds(Answers, requirements(), st.text(max_size=50)))
def test_every_real_report_fits(answers: Answers) -> None:
    report = json.loads(FORMATS["json"](recommend(REAL, answers), REAL))
    assert _says(REPORT, report) == []
    assert _says(ANSWERS, {"requirements": json.loads(json.dumps(answers.requirements))}) == []
