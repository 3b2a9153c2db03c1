"""The wizard: ``advisor`` without a command."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Rules, rule_base_with, user_path
from advisor.errors import InputError

WITHOUT_RULES = ("completion",)


def _rule_base_version() -> str:
    """Return version and date of our rule base, read from the one file that says them."""
    from advisor.loading.rule_base import version_of

    return " of ".join(version_of(advisor.rules_folder()))


def _version(wanted: bool) -> None:
    if wanted:
        console.data(f"advisor {advisor.__version__} (rule base {_rule_base_version()})")
        raise typer.Exit


Answers = Annotated[
    str | None,
    typer.Option(
        "--answers",
        parser=user_path,
        metavar="FILE",
        show_default=False,
        help="Start from an answers file; ask what is missing.",
    ),
]
All = Annotated[bool, typer.Option("--all", help="Ask every question, not only those that matter.")]
Plain = Annotated[
    bool,
    typer.Option("--plain", help="Numbered choices, line by line; good for screen readers (ACCESSIBLE)."),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colour (environment: NO_COLOR).")]
Version = Annotated[
    bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
]


def wizard(
    context: typer.Context,
    answers: Answers = None,
    everything: All = False,
    plain: Plain = False,
    no_color: NoColor = False,
    rules: Rules = None,
    version: Version = False,
) -> None:
    """Lambda Destinations or Step Functions? Advice with reasons, and a project that deploys the first time.

    Without a command: a wizard that asks only what matters, on a terminal.
    """
    command = context.invoked_subcommand
    if command is None:
        _run(answers, everything=everything, plain=plain, color=not no_color, rules=tuple(rules or ()))
    elif answers or everything or plain or no_color:
        flags = "--answers, --all, --plain and --no-color"
        raise InputError(f"{flags} belong to the wizard; 'advisor {command}' asks nothing.")
    elif command in WITHOUT_RULES and rules:
        raise InputError(f"--rules: 'advisor {command}' reads no rules.")


def _run(file: str | None, *, everything: bool, plain: bool, color: bool, rules: tuple[str, ...]) -> None:
    from advisor.wizard.prompters import choose_prompter

    prompter = choose_prompter(plain, os.environ, sys.stdin, sys.stdout, color)
    rule_base = rule_base_with(rules)
    start = advisor.read_answers(file, rule_base.questionnaire) if file else advisor.Answers()

    from advisor.cli.actions import Desk
    from advisor.wizard import DraftFile, run
    from advisor.wizard.prompters.plain import PlainPrompter

    run(
        rule_base,
        prompter,
        start=start,
        draft=DraftFile.of_user(),
        ask_all=everything,
        actions=Desk(
            rule_base=rule_base,
            rules=rules,
            file=file,
            start=start,
            plain=isinstance(prompter, PlainPrompter),
        ).actions(),
    )
