"""Flags that do not fit: exit code 2, the fact, the nearest name, and where to read more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advisor import __version__
from tests.cli.conftest import Advise, Outcome

NO_FILE = "--force replaces the file that --output names; name one.\n"


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
        (["schema", "--of", "report", "--rules", "x"], "--rules x: there is no such folder.\n"),
        (
            ["rules", "test", "--at-least", "90"],
            "--at-least counts scenarios; name them with --scenarios FILE.\n",
        ),
        (["init", "-", "--force"], "--force replaces a file; name one instead of -.\n"),
        (["recommend", "--set", "steps=1", "--force"], NO_FILE),
        (["recommend", "--set", "steps=1", "--output", "-", "--force"], NO_FILE),
        (["inspect", ".", "--force"], NO_FILE),
        (
            ["inspect", ".", "--output", "report.pdf"],
            "--output report.pdf: '.pdf' names no format; add --format text|json|sarif|markdown.\n",
        ),
        (
            ["inspect", ".", "--output", "x/"],
            "--output x/: the name of a file is expected; this is a folder.\n",
        ),
        (
            ["inspect", ".", "--output", "x.json", "--answers", "./x.json"],
            "--answers and --output name the same file; name two.\n",
        ),
    ],
)
def test_flags_that_do_not_fit(advise: Advise, arguments: list[str], message: str) -> None:
    assert advise(*arguments) == Outcome(2, "", message)


def test_scenarios_that_are_none_are_no_success(advise: Advise, tmp_path: Path) -> None:
    (tmp_path / "none.jsonl").write_text("\n", encoding="utf-8")
    message = "--scenarios none.jsonl: there is no scenario in this file.\n"
    assert advise("rules", "test", "--scenarios", "none.jsonl") == Outcome(2, "", message)


def test_no_rules_where_none_are_read(advise: Advise, tmp_path: Path) -> None:
    message = "--rules: 'advisor completion' reads no rules.\n"
    assert advise("--rules", str(tmp_path), "completion", "bash") == Outcome(2, "", message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["recommend", "--nope"], "No such option: --nope"),
        (["recommend", "a", "b"], "Got unexpected extra argument(s) (b)"),
        (["rules", "show"], "Missing argument 'ID'."),
        (["recommend", "\udcff.yaml"], "\\udcff.yaml: there is no such file."),
        (["recommend", "--set", "steps=1", "--output", "no/x.json"], "no/x.json cannot be written"),
        (["rules", "list", "--option", "x"], "--option: one of "),
        (["inspect", "nowhere"], "nowhere: there is no such file or folder."),
    ],
)
def test_whoever_asks_for_json_gets_errors_as_json(
    advise: Advise, arguments: list[str], message: str
) -> None:
    outcome = advise(*arguments, "--format", "json")
    error = json.loads(outcome.out)["error"]
    assert error["message"].startswith(message)
    assert error["exit_code"] == outcome.exit_code > 0
    assert outcome.err.startswith(message)


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
