"""The real ``advisor`` in a pseudo-terminal, as a user types: the ways that both rings of tests walk."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from advisor.knowledge.questions import Question
from advisor.loading import load_answers, load_rule_base
from advisor.resources import rules_folder
from tests.wizard.terminal import CTRL_C, DOWN, END, ENTER, HOME, ROOT, UP, Terminal

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


def goes_to_a_project_that_the_printed_command_repeats(tmp_path: Path, *flags: str) -> None:
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
        terminal.wait_for("files written to", seconds=60)
        terminal.type(*([f"8{ENTER}"] if plain else [END, ENTER]))
        assert terminal.exit_code() == 0
        command = re.findall(r"^  (advisor generate .*)$", terminal.everything, re.M)[-1]
    before = files_in(project)
    assert {"template.yaml", "README.md", "answers.yaml"} <= before.keys()
    assert not draft(tmp_path).exists()
    again = [sys.executable, "-m", "advisor", *shlex.split(command)[1:], "--force"]
    assert subprocess.run(again, cwd=ROOT, capture_output=True, timeout=120).returncode == 0
    assert files_in(project) == before


def is_interrupted_resumed_and_saved(tmp_path: Path, *flags: str) -> None:
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
