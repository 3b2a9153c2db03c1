"""Flags that do not fit: exit code 2, the fact, the nearest name, and where to read more."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor import __version__
from tests.cli.conftest import Advise, Outcome


def test_the_version(advise: Advise) -> None:
    assert advise("--version").out.startswith(f"advisor {__version__} (")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recomend"], "No such command 'recomend'. Did you mean 'recommend'?\nTry: advisor --help\n"),
        (
            ["recommend", "--ouput", "x"],
            "No such option: --ouput (Possible options: --output)\nTry: advisor recommend --help\n",
        ),
        (
            ["recommend", "one", "two"],
            "Got unexpected extra argument(s) (two)\nTry: advisor recommend --help\n",
        ),
        (
            ["recommend", "--set", "steps=1", "--format", "jsn"],
            "--format: one of text, json, markdown, html is expected; found 'jsn'. Did you mean 'json'?\n",
        ),
        (
            ["recommend"],
            "There is nothing to advise on. "
            "Name an answers file, - for standard input, or --set KEY=VALUE.\n",
        ),
        (
            ["recommend", "--set", "steps=1", "--rules", "nowhere"],
            "--rules nowhere: there is no such folder.\n",
        ),
        (
            ["--plain", "recommend", "x"],
            "--answers, --all, --plain and --no-color belong to the wizard; "
            "'advisor recommend' asks nothing.\n",
        ),
    ],
)
def test_flags_that_do_not_fit(advise: Advise, arguments: list[str], message: str) -> None:
    assert advise(*arguments) == Outcome(2, "", message)


def test_a_file_where_a_command_belongs(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").touch()
    message = "'answers.yaml' is a file, not a command. Did you mean 'advisor recommend answers.yaml'?\n"
    assert advise("answers.yaml") == Outcome(2, "", message)


@pytest.mark.parametrize(
    ("arguments", "flag"),
    [
        (["recommend", "--set", "steps=1", "--set", "name=a\udcff"], "--set #2"),
        (["generate", "--set", "steps=1", "--output", "x", "--name", "a\udcff"], "--name"),
    ],
)
def test_bytes_that_are_no_text(advise: Advise, arguments: list[str], flag: str) -> None:
    message = f"{flag}: UTF-8 text is expected; found other bytes.\n"
    assert advise(*arguments) == Outcome(2, "", message)


@pytest.mark.parametrize("flags", [[], ["--all"], ["--plain"], ["--answers", "x.yaml"]])
def test_the_wizard_without_a_terminal_names_the_other_way(advise: Advise, flags: list[str]) -> None:
    outcome = advise(*flags)
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert "advisor recommend FILE" in outcome.err
    assert "advisor generate FILE --output FOLDER" in outcome.err
