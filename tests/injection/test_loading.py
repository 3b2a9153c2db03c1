"""Every string is read from an answers file, or refused with a message that anybody can read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from advisor.errors import InputError
from advisor.knowledge.answers import Answers
from advisor.loading import load_answers
from tests.injection.strings import answers_file, categories, is_name, is_step, read, strings
from tests.starter.projects import rule_base

SHORT = [text for text in strings() if is_name(text)]
LONG = [text for text in strings() if not is_name(text)]
BAD_INPUT = 2


def load(data: bytes | str) -> Answers:
    return load_answers(data, "answers.json", rule_base().questionnaire)


def project(**keys: Any) -> str:
    return json.dumps({"requirements": {}, "project": keys})


def refused(data: bytes | str) -> list[str]:
    """Return the lines of the message that ``data`` is refused with."""
    with pytest.raises(InputError) as caught:
        load(data)
    assert caught.value.exit_code == BAD_INPUT
    lines = str(caught.value).split("\n")
    assert all(line.isprintable() for line in lines), ascii(lines)
    return lines[1:]


def test_a_workload_may_have_any_name() -> None:
    assert [load(answers_file(text)).name for text in SHORT] == list(map(read, SHORT))


def test_steps_may_have_any_name_that_shows() -> None:
    shown = [text for text in SHORT if is_step(text)]
    for start in range(0, len(shown), 50):
        texts = shown[start : start + 50]
        for steps in ([{"name": text} for text in texts], texts):
            found = load(project(steps=steps)).project.units
            assert [step.name for step in found] == list(map(read, texts))


def test_a_step_without_a_name_is_refused() -> None:
    blank = [text for text in SHORT if not is_step(text)]
    assert len(blank) > 5
    for text in blank:
        assert refused(project(steps=[{"name": text}])) == ["  answers.json:1:44: a step needs a name."]


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_a_name_that_is_too_long_is_refused(text: str) -> None:
    said = f": name: at most 1000 characters are expected; found {len(text)}."
    for data in (
        json.dumps({"name": text, "requirements": {}}),
        project(steps=[{"name": text}]),
        project(steps=[text]),
        project(steps=[{"parallel": [[text], [{"for_each": [text]}]]}]),
    ):
        assert any(line.endswith(said) for line in refused(data))


# What all codes look like, with those of other partitions: https://docs.aws.amazon.com/general/latest/gr/rande.html
A_REGION = re.compile(r"[a-z]{2,}(-[a-z]+){1,3}-\d{1,2}", re.ASCII)


def test_only_a_code_is_a_region() -> None:
    taken = []
    for text in strings():
        if A_REGION.fullmatch(text):
            assert load(project(region=text)).project.region == text
            taken.append(text)
        elif text:
            *_, line = refused(project(region=text))
            assert ": project.region: the code of an AWS Region like us-east-1 is expected; found " in line
    assert {"us-east-1", "us-gov-west-1", "cn-north-1"} <= set(taken) < set(categories()["regions"])


@pytest.mark.parametrize("key", ["iac", "runtime", "query_language"])
def test_nothing_else_is_a_tool_or_a_language(key: str) -> None:
    for text in strings():
        if text not in ("unknown", "go"):
            (line,) = refused(project(**{key: text}))
            assert f": project.{key}: one of " in line


def test_a_topic_is_made_of_letters_digits_and_three_signs() -> None:
    for text in strings():
        if text and not re.fullmatch(r"[A-Za-z0-9._-]{1,249}", text):
            assert "project.failure_topic" in refused(project(failure_topic=text))[0]


def test_a_key_that_is_not_known_is_named_so_that_it_can_be_read() -> None:
    known = {"schema", "name", "requirements", "project", "steps", "=", "<<"}
    for text in strings():
        if text not in known and len(json.dumps(text)) <= 1024:  # a key in YAML is no longer
            for data in (json.dumps({"requirements": {}, text: 1}), json.dumps({"requirements": {text: 1}})):
                (line,) = refused(data)
                assert "is not a known key" in line


def test_no_text_is_more_than_data() -> None:
    """As a file of its own, as a plain scalar, a tag, an alias, and in quotes that it may end."""
    for text in map(read, strings()):
        for data in (
            text,
            f"name: {text}\nrequirements: {{}}\n",
            f"!{text} x",
            f"*{text}",
            f"name: '{text}'",
        ):
            try:
                load(data)
            except InputError as error:
                assert all(line.isprintable() for line in str(error).split("\n")), ascii(str(error))
