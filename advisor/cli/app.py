"""The commands, and the wizard where no command is named."""

from __future__ import annotations

import typer

from advisor.cli.flags import examples
from advisor.cli.generate import generate
from advisor.cli.recommend import recommend
from advisor.cli.rules import app as rules
from advisor.cli.schema import schema
from advisor.cli.wizard import wizard

app = typer.Typer(
    name="advisor",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


app.callback(
    invoke_without_command=True,
    epilog=examples(
        "advisor                                  ask me, advise me, make my project",
        "advisor recommend answers.yaml           advise on an answers file",
        "advisor recommend --set invocation=async --set steps=3",
        "advisor generate answers.yaml --output my-project",
    ),
)(wizard)
app.command(
    short_help="The recommendation, with reasons.",
    epilog=examples("advisor recommend answers.yaml --set steps=5 --output decision.md"),
)(recommend)
app.command(
    short_help="The starter project, ready to test and deploy.",
    epilog=examples(
        "advisor generate answers.yaml --output my-project",
        "advisor generate answers.yaml --output my-project --dry-run",
    ),
)(generate)
app.add_typer(
    rules,
    name="rules",
    short_help="The rule base: read it, check it, weigh it.",
    epilog=examples("advisor rules list --option express", "advisor rules show RT03", "advisor rules lint"),
)
app.command(
    short_help="The JSON Schema of an answers file.",
    epilog=examples("advisor schema > answers.schema.json", "advisor schema --of report"),
)(schema)
