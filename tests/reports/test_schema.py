"""Both schemas against what is really read and written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from advisor.decision.recommend import recommend
from advisor.errors import InputError
from advisor.knowledge.answers import Answers
from advisor.loading import dump_answers, load_answers, load_rule_base
from advisor.reports import FORMATS
from advisor.reports.schema import answers_schema, report_schema
from advisor.resources import rules_folder
from tests.reports.samples import CASES, RULE_BASE

REAL = load_rule_base(rules_folder())
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
    odd = st.sampled_from(
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


@given(st.dictionaries(st.sampled_from(sorted(REAL.questionnaire.by_key)), st.integers(), max_size=8))
def test_every_real_report_fits(picks: dict[str, int]) -> None:
    answers = Answers({key: _pick(key, number) for key, number in picks.items()}, "any")
    report = json.loads(FORMATS["json"](recommend(REAL, answers), REAL))
    assert _says(REPORT, report) == []
    assert _says(ANSWERS, yaml.safe_load(dump_answers(answers))) == []


def _pick(key: str, number: int) -> Any:
    question = REAL.questionnaire.by_key[key]
    if question.kind in ("whole", "number"):
        return max(int(question.minimum), min(int(question.maximum), abs(number)))
    value = question.choices[number % len(question.choices)].value
    return (value,) if question.kind == "list" else value
