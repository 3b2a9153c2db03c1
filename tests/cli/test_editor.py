"""Answers files that the advisor wrote, as an editor with YAML support sees them, offline."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import advisor
from advisor.cli.actions import Desk
from advisor.wizard import Wish
from tests.cli.conftest import Advise

ORDERS = str(Path(__file__).parents[2] / "examples" / "order-notifications.yaml")
RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
SERVER = "yaml-language-server/bin/yaml-language-server"
SAVED = advisor.Answers({"invocation": "async", "steps": 3}, "orders: # 1")


def save(path: Path) -> str:
    return Desk(rule_base=RULE_BASE).save(Wish(answers=SAVED, path=path)).text


def schema_of(file: Path) -> Any:
    """Return the schema that the first line of ``file`` names, found from the file's folder."""
    named = re.match(r"# yaml-language-server: \$schema=(.*)\n", file.read_text(encoding="utf-8"))
    assert named
    return json.loads((file.parent / named[1]).read_text(encoding="utf-8"))


@pytest.fixture
def written(tmp_path: Path) -> Path:
    save(tmp_path / "my answers.yaml")
    return tmp_path / "my answers.yaml"


def test_the_schema_stands_beside_and_fits(written: Path) -> None:
    schema = schema_of(written)
    assert schema == advisor.answers_schema(RULE_BASE.questionnaire)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(written.read_text(encoding="utf-8")))


def test_a_project_says_how_to_get_the_schema_and_does_not_hold_it(advise: Advise, tmp_path: Path) -> None:
    assert advise("generate", ORDERS, "--output", "one").exit_code == 0
    assert "advisor schema > answers.schema.json" in (tmp_path / "one" / "answers.yaml").read_text("utf-8")
    assert not (tmp_path / "one" / "answers.schema.json").exists()


def test_the_command_prints_what_stands_beside(written: Path, advise: Advise) -> None:
    assert advise("schema").out == written.with_name("answers.schema.json").read_text(encoding="utf-8")


def test_a_schema_that_is_there_is_kept_and_the_way_to_a_new_one_told(tmp_path: Path) -> None:
    path, beside = tmp_path / "a.yaml", tmp_path / "answers.schema.json"
    beside.write_text("mine", encoding="utf-8")
    assert save(path) == f"The answers are in {path}. For help in your editor: advisor schema > {beside}"
    assert beside.read_text(encoding="utf-8") == "mine"


def test_saving_twice_says_no_more_than_needed(tmp_path: Path) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    told = f"The answers are in {one}. answers.schema.json beside it lets your editor help with them."
    assert save(one) == told
    assert save(two) == f"The answers are in {two}."


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are for POSIX")
@pytest.mark.parametrize("kind", ["link to nowhere", "pipe", "device"])
def test_nothing_planted_in_its_place_is_written_to_or_waited_for(tmp_path: Path, kind: str) -> None:
    path, beside = tmp_path / "in" / "a.yaml", tmp_path / "in" / "answers.schema.json"
    beside.parent.mkdir()
    if kind == "pipe":
        os.mkfifo(beside)
    else:
        beside.symlink_to("/dev/zero" if kind == "device" else "../elsewhere.json")
    assert save(path) == f"The answers are in {path}. For help in your editor: advisor schema > {beside}"
    assert [file.name for file in tmp_path.iterdir()] == ["in"]
