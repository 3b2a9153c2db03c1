"""The commands, and the wizard where no command is named."""

from __future__ import annotations

from typing import Annotated

import typer

from advisor import __version__
from advisor.cli import console
from advisor.cli.flags import Rules
from advisor.cli.recommend import recommend
from advisor.errors import InputError

_EXAMPLES = """\
Examples:

\b
  advisor                                  ask me, advise me, make my project
  advisor recommend answers.yaml           advise on an answers file
  advisor recommend --set invocation=async --set steps=3
  advisor generate answers.yaml --output my-project
"""

app = typer.Typer(
    name="advisor",
    epilog=_EXAMPLES,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        console.data(f"advisor {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def wizard(
    context: typer.Context,
    answers: Annotated[
        str | None,
        typer.Option("--answers", metavar="FILE", show_default=False, help="Start from an answers file; ask what is missing."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Ask every question, not only those that matter.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Numbered choices, line by line; good for screen readers.")] = False,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour (environment: NO_COLOR).")] = False,
    rules: Rules = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Lambda Destinations or Step Functions? Advice with reasons, and a project that deploys the first time.

    Without a command: a wizard that asks only what matters, on a terminal.
    """
    if context.invoked_subcommand is not None:
        if answers or everything or plain or no_color:
            raise InputError(
                f"--answers, --all, --plain and --no-color belong to the wizard, not to '{context.invoked_subcommand}'."
            )
        return
    if not console.is_terminal():
        raise InputError(_NO_TERMINAL)
    from advisor.cli.wizard import run_wizard

    run_wizard(answers, everything=everything, plain=plain, no_color=no_color, rules=rules)


_NO_TERMINAL = """\
The wizard needs a terminal. Without one, write an answers file and name it:
  advisor recommend FILE                      the recommendation
  advisor generate FILE --output FOLDER       the starter project
  advisor schema                              what an answers file may hold"""

app.command(
    short_help="The recommendation, with reasons.",
    epilog="""Example:

\b
  advisor recommend answers.yaml --set steps=5 --output decision.md""",
)(recommend)
