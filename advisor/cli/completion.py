"""Completion in the shell: the script that a shell reads, and the words it asks for.

Nothing here is imported before somebody asks for it. The rule base is read while the user waits for a word,
so a broken one completes nothing instead of failing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import one_of
from advisor.errors import AdvisorError

if TYPE_CHECKING:
    from advisor.knowledge.rules import RuleBase

VARIABLE = "_ADVISOR_COMPLETE"
SHELLS = ("bash", "zsh", "fish", "powershell")


def completion(
    shell: Annotated[str, typer.Argument(metavar="|".join(SHELLS), help="The shell that reads the script.")],
) -> None:
    """Print the script that completes commands, flags, --set and rule ids in a shell.

    bash: add the line  eval "$(advisor completion bash)"  to ~/.bashrc; zsh: the same with zsh in ~/.zshrc.
    fish: advisor completion fish > ~/.config/fish/completions/advisor.fish
    PowerShell: advisor completion powershell >> $PROFILE
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    wanted = one_of("SHELL", shell, SHELLS)
    console.data(get_completion_script(prog_name="advisor", complete_var=VARIABLE, shell=wanted))


def complete() -> int:
    """Print the words for the command line that the shell put into the environment; return the exit code."""
    from typer.completion import completion_init, shell_complete  # type: ignore[attr-defined]

    from advisor.cli.app import app_for

    completion_init()
    command = typer.main.get_command(app_for())
    return shell_complete(command, {}, "advisor", VARIABLE, os.environ[VARIABLE])


def answers(incomplete: str) -> list[str]:
    """Return what ``--set`` takes: keys, and after ``=`` the values of the key.

    >>> [word for word in answers("retry=b")]
    ['retry=backoff']
    """
    rule_base = _rule_base()
    if rule_base is None:
        return []
    key, given, _ = incomplete.partition("=")
    questions = rule_base.questionnaire.by_key
    if not given:
        return [f"{name}=" for name in questions if name.startswith(key)]
    values = [str(choice.value) for choice in questions[key].choices] if key in questions else []
    words = (f"{key}={value.lower() if value in ('True', 'False') else value}" for value in values)
    return [word for word in words if word.startswith(incomplete)]


def rule_ids(incomplete: str) -> list[str]:
    """Return the ids of rules that begin like ``incomplete``."""
    rule_base = _rule_base()
    ids = rule_base.by_id if rule_base else {}
    return [rule_id for rule_id in ids if rule_id.startswith(incomplete)]


def _rule_base() -> RuleBase | None:
    try:
        return advisor.load_rule_base(advisor.rules_folder())
    except AdvisorError:
        return None
