"""``advisor init``: an answers file to start from."""

from __future__ import annotations

from pathlib import Path

import pytest

import advisor
from tests.cli.conftest import Advise

RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
BEGINNING = """\
# yaml-language-server: $schema=answers.schema.json
# Put what you know in the place of 'unknown'. What stays unknown never counts as "no", and lines that you do
# not need can go. Then: advisor recommend FILE; advisor generate FILE --output FOLDER
schema: 1
name: my-workload

requirements:
  # How is the work started?
  #   sync    Synchronous call: The caller keeps the connection open until the work answers.
"""


def test_it_holds_every_question_and_no_answer(advise: Advise, tmp_path: Path) -> None:
    done = advise("init")
    assert (done.exit_code, done.out) == (0, "")
    assert done.err.startswith(
        "answers.yaml holds every question. Answer what you know, then: advisor recommend"
    )
    text = (tmp_path / "answers.yaml").read_text(encoding="utf-8")
    assert text.startswith(BEGINNING)
    assert max(map(len, text.splitlines())) <= 110
    answers = advisor.read_answers(str(tmp_path / "answers.yaml"), RULE_BASE.questionnaire)
    assert (answers.name, dict(answers.requirements)) == ("my-workload", {})
    assert all(f"\n  {question.key}: unknown\n" in text for question in RULE_BASE.questionnaire.questions)
    assert (tmp_path / "answers.schema.json").is_file()


def test_it_is_printed_and_nothing_is_replaced(advise: Advise, tmp_path: Path) -> None:
    printed = advise("init", "-")
    (tmp_path / "answers.yaml").write_text("mine", encoding="utf-8")
    assert advise("init").exit_code == 1
    assert (tmp_path / "answers.yaml").read_text(encoding="utf-8") == "mine"
    assert advise("init", "--force", "--quiet").err == ""
    assert (tmp_path / "answers.yaml").read_text(encoding="utf-8") == printed.out


@pytest.mark.parametrize("question", RULE_BASE.questionnaire.questions, ids=lambda question: question.key)
def test_any_answer_can_take_the_place(question: advisor.Question, advise: Advise) -> None:
    from advisor.loading.blank_answers import blank_answers

    value = question.choices[0].value if question.choices else question.maximum
    text = (
        str([value])
        if question.kind == "list"
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )
    line = f"\n  {question.key}: unknown\n"
    given = blank_answers(RULE_BASE.questionnaire).replace(line, line.replace("unknown", text))
    answers = advisor.load_answers(given, "a.yaml", RULE_BASE.questionnaire)
    assert dict(answers.requirements) == {question.key: (value,) if question.kind == "list" else value}


def test_the_commented_project_is_one(advise: Advise) -> None:
    text = advise("init", "-").out
    start = text.index("project:")
    project = "\n".join(
        line.replace("  # ", "  ", 1) if line.startswith("  # ") else line
        for line in text[start:].splitlines()
        if "Names of" not in line
    )
    answers = advisor.load_answers(text[:start] + project, "a.yaml", RULE_BASE.questionnaire)
    assert answers.project.region == "eu-central-1"
    assert len(answers.project.steps) == 4
