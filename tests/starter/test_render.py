"""Text a user may type comes out literally or in a safe form, and never breaks a file."""

from __future__ import annotations

import json
import tomllib

import pytest
import yaml

from advisor.knowledge.answers import Step
from advisor.starter import render
from advisor.text.markdown import description, markdown
from tests.examples import sample
from tests.starter.checks.deployed import read
from tests.starter.checks.machine import check_machines
from tests.starter.checks.template import check_template
from tests.starter.projects import PROJECTS, blueprint, blueprint_of, files
from tests.starter.test_names import NASTY


@pytest.mark.parametrize("text", sample(NASTY, 4), ids=ascii)
def test_nasty_names_give_a_sound_project(text: str) -> None:
    steps = (Step(text), Step(text, "sns"), Step(f"{text} again", "dynamodb"))
    made = {
        file.path: file.text
        for file in render(blueprint_of({"event_source": "s3"}, "step-functions", steps=steps, name=text))
    }
    assert check_template(made) + check_machines(made) == []
    for path, content in made.items():
        assert all(part.isascii() and part not in ("", "..") for part in path.split("/"))
        assert "\x00" not in content
        if path.endswith(".json"):
            json.loads(content)
        if path.endswith(".py"):
            compile(content, path, "exec")
        if path.endswith(".toml"):
            tomllib.loads(content)
    yaml.safe_load(made[".github/workflows/ci.yml"])
    told = description(text) or "starter"
    assert read(made["template.yaml"])["Description"] == f"{told}: starter for step-functions"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain (text), 5-6!", "plain (text), 5-6!"),
        ("<script>*a*</script>", r"\<script\>\*a\*\</script\>"),
        ("- item\n# head\x00", r"\- item \# head"),
        ("1. first", r"1\. first"),
        ("12) last", r"12\) last"),
        ("= head", r"\= head"),
        ("www.a.b, https://a.b, a@b.c", r"www\.a.b, https\://a.b, a\@b.c"),
    ],
)
def test_markdown_shows_text_literally(text: str, shown: str) -> None:
    assert markdown(text) == shown


@pytest.mark.parametrize("name", PROJECTS)
def test_rendering_twice_gives_the_same_bytes(name: str) -> None:
    again = {file.path: file.text for file in render(blueprint(name))}
    assert again == files(name)
    assert list(again) == sorted(again)
    assert all(text.endswith("\n") and "\r" not in text for text in again.values())


def test_documents_of_others_are_added_as_they_are() -> None:
    made = render(
        blueprint("async-sdk"), {"docs/decision.md": "# {{ not ours }}\n", "answers.yaml": "a: 1\n"}
    )
    texts = {file.path: file.text for file in made}
    assert (texts["docs/decision.md"], texts["answers.yaml"]) == ("# {{ not ours }}\n", "a: 1\n")


def test_changing_ones_mind_changes_no_business_code() -> None:
    steps = (Step("Check order"), Step("Charge card"))
    answers = {"event_source": "eventbridge"}
    made = []
    for approach in ("destinations", "step-functions", "both"):
        rendered = render(blueprint_of(answers, approach, steps=steps))
        made.append({file.path: file.text for file in rendered if file.path.endswith("/app.py")})
    assert made[0] == made[1] == made[2]
    assert set(made[0]) == {"functions/check_order/app.py", "functions/charge_card/app.py"}


@pytest.mark.parametrize("name", PROJECTS)
def test_nothing_is_left_to_do_in_generated_text(name: str) -> None:
    for path, text in files(name).items():
        assert "TODO" not in text and "FIXME" not in text, path
        assert "{{" not in text or path.endswith((".yml", ".json")), path
