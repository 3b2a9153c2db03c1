"""The real ``advisor`` in a pseudo-terminal: the ways that the first ring leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from advisor.decision.explain.open_questions import open_questions
from advisor.knowledge.conditions import Answer
from advisor.loading import load_answers
from advisor.wizard.interview_state import begin, due
from tests.wizard.command import (
    QUESTIONNAIRE,
    RULE_BASE,
    advisor,
    asked,
    goes_to_a_project_that_the_printed_command_repeats,
    is_interrupted_resumed_and_saved,
)
from tests.wizard.terminal import ROOT, SPACE


def test_from_the_first_question_to_a_project_in_plain_mode(tmp_path: Path) -> None:
    goes_to_a_project_that_the_printed_command_repeats(tmp_path, "--plain")


def test_interrupted_resumed_and_saved(tmp_path: Path) -> None:
    is_interrupted_resumed_and_saved(tmp_path)


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_answers_file_is_not_asked_again(tmp_path: Path, example: Path) -> None:
    given = load_answers(example.read_text(encoding="utf-8"), str(example), QUESTIONNAIRE).requirements
    with advisor(tmp_path, "--answers", str(example)) as terminal:
        terminal.wait_for("Review." if not asked_after(given) else "? help")
        assert asked(terminal) not in given


def asked_after(given: Mapping[str, Answer]) -> bool:
    """Return whether anything is left to ask when ``given`` is known."""
    return bool(due(begin(given, QUESTIONNAIRE), QUESTIONNAIRE, partial(open_questions, RULE_BASE)))


def test_every_question_fits_a_screen_of_eighty_by_twenty_four(tmp_path: Path) -> None:
    with advisor(tmp_path, "--all", columns=80) as terminal:
        terminal.wait_for("? help")
        for number in range(1, 60):
            if "Review." in terminal.wait_for(f"Question {number}, ", "Review."):
                break
            joined = " ".join(line.strip() for line in terminal.lines)
            question = next(q for q in QUESTIONNAIRE.questions if q.key == asked_on(joined))
            assert question.ask in joined
            assert any("< back" in line for line in terminal.text.split("\n")[-2:])
            terminal.type("-")
        assert "Review." in terminal.text


def asked_on(joined: str) -> str:
    return max((joined.rfind(question.ask), question.key) for question in QUESTIONNAIRE.questions)[1]


def test_space_marks_several(tmp_path: Path) -> None:
    with advisor(tmp_path, "--all", columns=80) as terminal:
        terminal.wait_for("? help")
        number = 1
        while "[ ]" not in terminal.wait_for(f"Question {number}, "):
            terminal.type("-")
            number += 1
        terminal.type(SPACE)
        assert "[✓]" in terminal.text
