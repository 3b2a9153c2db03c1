"""``--help`` everywhere, in 80 columns, with an example that is a real command line."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from advisor.cli.app import app_for
from tests.cli.conftest import Advise

COMMAND: Any = typer.main.get_command(app_for())


def all_commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, below in getattr(command, "commands", {}).items():
        found += all_commands(below, (*path, name))
    return found


@pytest.mark.parametrize("path", all_commands(COMMAND), ids=" ".join)
def test_help(advise: Advise, path: tuple[str, ...]) -> None:
    outcome = advise(*path, "--help")
    assert (outcome.exit_code, outcome.err) == (0, "")
    assert max(map(len, outcome.out.splitlines())) <= 80
    assert outcome == advise(*path, "-h")


@pytest.mark.parametrize("path", all_commands(COMMAND), ids=" ".join)
def test_every_example_in_a_help_text_parses(advise: Advise, path: tuple[str, ...]) -> None:
    lines = advise(*path, "--help").out.splitlines()
    examples = [
        found[1] for line in lines[1:] if (found := re.match(r"(?: {4}|  Example: )(advisor\b.*)", line))
    ]
    assert examples
    for example in examples:
        arguments = shlex.split(example.split("   ")[0].split(" > ")[0])[1:]
        command = COMMAND
        while arguments and arguments[0] in getattr(command, "commands", {}):
            command = command.commands[arguments.pop(0)]
        command.make_context("advisor", arguments)


def test_help_names_the_commands_as_they_are(advise: Advise) -> None:
    """The flag alone does not wait for the commands; after another flag they are all made."""
    assert advise("--help") == advise("-h") == advise("--plain", "--help")
