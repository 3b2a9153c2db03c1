"""The wizard: ``advisor`` without a command."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor import __version__
from advisor.cli import console
from advisor.cli.flags import Rules
from advisor.errors import InputError

_NO_TERMINAL = """\
The wizard needs a terminal. Without one, write an answers file and name it:
  advisor recommend FILE                      the recommendation
  advisor generate FILE --output FOLDER       the starter project
  advisor schema                              what an answers file may hold"""


def _version(wanted: bool) -> None:
    if wanted:
        console.data(f"advisor {__version__}")
        raise typer.Exit


Answers = Annotated[
    str | None,
    typer.Option(
        "--answers",
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
    if command is not None:
        if answers or everything or plain or no_color:
            flags = "--answers, --all, --plain and --no-color"
            raise InputError(f"{flags} belong to the wizard; 'advisor {command}' asks nothing.")
        return
    if not console.is_terminal():
        raise InputError(_NO_TERMINAL)
