"""The real ``advisor`` in a pseudo-terminal: from the first question to a project on disk."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest

from advisor.decision.explain.open_questions import open_questions
from advisor.knowledge.questions import Question
from advisor.loading import load_answers, load_rule_base
from advisor.resources import rules_folder
from advisor.wizard.interview_state import begin, due
from tests.wizard.terminal import CTRL_C, DOWN, END, ENTER, HOME, ROOT, SPACE, UP, Terminal

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
RULE_BASE = load_rule_base(rules_folder())
QUESTIONNAIRE = RULE_BASE.questionnaire
SAID = {"event_source": "s3", "steps": 2, "coordination": "independent"}
WIDE = 400  # so that no command is broken over lines


def advisor(tmp_path: Path, *flags: str, columns: int = WIDE) -> Terminal:
    env = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}
    return Terminal([sys.executable, "-m", "advisor", *flags], columns=columns, env=env)


def draft(tmp_path: Path) -> Path:
    found = list(tmp_path.rglob("draft.json"))
    return found[0] if found else tmp_path / "no draft"


def asked(terminal: Terminal) -> str:
    """Return what is asked last: a key, the id of a screen, or ``review``."""
    known = {question.ask: question.key for question in QUESTIONNAIRE.questions}
    known |= {screen.ask: screen.id for screen in QUESTIONNAIRE.screens} | {"Review.": "review"}
    text = terminal.everything
    return max((text.rfind(title), key) for title, key in known.items())[1]


def reply(key: str, answers: Mapping[str, object], plain: bool) -> list[str]:
    """Return the keys to press: the answer, else none of these, else not known."""
    question = QUESTIONNAIRE.by_key.get(key)
    if question is None:  # a screen: none of these is the last but one
        return [f"none-of-these{ENTER}"] if plain else [END, UP, ENTER]
    if key not in answers:
        return [f"-{ENTER}"] if plain else ["-"]
    return [f"{answers[key]}{ENTER}"] if plain else _moves(question, answers[key])


def _moves(question: Question, answer: object) -> list[str]:
    if question.unit:
        return [str(answer), ENTER]
    places = [choice.value for choice in question.choices]
    return [HOME, *[DOWN] * places.index(str(answer)), ENTER]


def answer_to_the_review(terminal: Terminal, plain: bool) -> list[str]:
    """Answer everything that is asked with ``SAID``; return what was asked, in order."""
    met: list[str] = []
    while (key := asked(terminal)) != "review":
        assert key not in met, f"{key} is asked twice:\n{terminal.text}"
        met.append(key)
        terminal.type(*reply(key, SAID, plain))
        terminal.read(0.5)
    return met


def files_in(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("flags", [[], ["--plain"]], ids=["lists", "plain"])
def test_from_the_first_question_to_a_project_that_the_printed_command_repeats(
    tmp_path: Path, flags: list[str]
) -> None:
    plain, project = bool(flags), tmp_path / "my project"
    with advisor(tmp_path, *flags) as terminal:
        terminal.wait_for("? help")
        met = answer_to_the_review(terminal, plain)
        assert met[:2] == ["event_source", "steps"]
        assert len(met) <= 8
        assert draft(tmp_path).is_file()
        terminal.type(*([f"1{ENTER}"] if plain else [ENTER]))
        terminal.wait_for("What next?")
        assert "Use Lambda Destinations" in terminal.everything
        terminal.type(*([f"4{ENTER}"] if plain else [DOWN, DOWN, DOWN, ENTER]))
        terminal.wait_for("Name of the workload?")
        terminal.type("order mails", ENTER)
        while "Folder to write to?" not in terminal.everything:
            terminal.type(*([f"1{ENTER}"] if plain else [ENTER]))
        terminal.type(str(project), ENTER)
        terminal.wait_for("files written to", 60)
        terminal.type(*([f"8{ENTER}"] if plain else [END, ENTER]))
        assert terminal.exit_code() == 0
        command = re.findall(r"^  (advisor generate .*)$", terminal.everything, re.M)[-1]
    before = files_in(project)
    assert {"template.yaml", "README.md", "answers.yaml"} <= before.keys()
    assert not draft(tmp_path).exists()
    again = [sys.executable, "-m", "advisor", *shlex.split(command)[1:], "--force"]
    assert subprocess.run(again, cwd=ROOT, capture_output=True, timeout=120).returncode == 0
    assert files_in(project) == before


@pytest.mark.parametrize("flags", [[], ["--plain"]], ids=["lists", "plain"])
def test_interrupted_resumed_and_saved(tmp_path: Path, flags: list[str]) -> None:
    plain, target = bool(flags), tmp_path / "answers.yaml"
    with advisor(tmp_path, *flags) as terminal:
        terminal.wait_for("? help")
        terminal.type(*reply(asked(terminal), SAID, plain))
        terminal.wait_for("Question 2")
        terminal.type(CTRL_C)
        assert terminal.exit_code() == 130
        assert f"kept in {draft(tmp_path)}; 'advisor' offers to resume." in terminal.everything
    with advisor(tmp_path, *flags) as terminal:
        terminal.wait_for("There is a draft of an unfinished run.")
        terminal.type(ENTER if not plain else f"1{ENTER}")
        terminal.wait_for("Question 2")
        terminal.type(*reply(asked(terminal), SAID, plain))
        terminal.wait_for("Question 3")
        terminal.kill()
    with advisor(tmp_path, *flags) as terminal:
        terminal.wait_for("2 answers, kept")
        terminal.type(ENTER if not plain else f"1{ENTER}")
        terminal.wait_for("Question 3")
        answer_to_the_review(terminal, plain)
        terminal.type(ENTER if not plain else f"1{ENTER}")
        terminal.wait_for("What next?")
        terminal.type(*([f"5{ENTER}"] if plain else [END, UP, UP, UP, ENTER]))
        terminal.wait_for("Name of the workload?")
        terminal.type(ENTER)
        terminal.wait_for("Save the answers as?")
        terminal.type(str(target), ENTER)
        terminal.wait_for("The answers are in")
        assert f"  advisor recommend {target}" in terminal.text
        terminal.type(*([f"8{ENTER}"] if plain else [END, ENTER]))
        assert terminal.exit_code() == 0
    saved = load_answers(target.read_text(encoding="utf-8"), str(target), QUESTIONNAIRE).requirements
    assert {key: saved[key] for key in SAID} == SAID
    assert not draft(tmp_path).exists()


@pytest.mark.parametrize("example", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_an_answers_file_is_not_asked_again(tmp_path: Path, example: Path) -> None:
    given = load_answers(example.read_text(encoding="utf-8"), str(example), QUESTIONNAIRE).requirements
    with advisor(tmp_path, "--answers", str(example)) as terminal:
        terminal.wait_for("Review." if not asked_after(given) else "? help")
        assert asked(terminal) not in given


def asked_after(given: Mapping[str, object]) -> bool:
    """Return whether anything is left to ask when ``given`` is known."""
    return bool(due(begin(given, QUESTIONNAIRE), QUESTIONNAIRE, partial(open_questions, RULE_BASE)))


@pytest.mark.parametrize("flags", [[], ["--plain"], ["--all"]])
def test_without_a_terminal_it_ends_at_once_and_names_the_way_out(tmp_path: Path, flags: list[str]) -> None:
    command = [sys.executable, "-m", "advisor", *flags]
    done = subprocess.run(command, cwd=ROOT, input="1\n" * 50, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "advisor recommend FILE" in done.stderr
    assert "advisor generate FILE --output FOLDER" in done.stderr


def test_every_question_fits_a_screen_of_eighty_by_twenty_four(tmp_path: Path) -> None:
    with advisor(tmp_path, "--all", columns=80) as terminal:
        terminal.wait_for("? help")
        for number in range(1, 60):
            if "Review." in terminal.text:
                break
            terminal.wait_for(f"Question {number} of about")
            joined = " ".join(line.strip() for line in terminal.lines)
            question = next(q for q in QUESTIONNAIRE.questions if q.key == asked_on(joined))
            assert question.ask in joined
            assert any("< back" in line for line in terminal.text.split("\n")[-2:])
            terminal.type("-")
            terminal.read(0.3)
        assert "Review." in terminal.text


def asked_on(joined: str) -> str:
    return max((joined.rfind(question.ask), question.key) for question in QUESTIONNAIRE.questions)[1]


def test_space_marks_several(tmp_path: Path) -> None:
    with advisor(tmp_path, "--all", columns=80) as terminal:
        terminal.wait_for("? help")
        while "[ ]" not in terminal.text:
            terminal.type("-")
            terminal.read(0.3)
        terminal.type(SPACE)
        assert "[✓]" in terminal.text
