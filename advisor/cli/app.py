"""The commands, and the wizard where no command is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import typer

from advisor.cli.flags import examples
from advisor.cli.wizard import wizard

_REFERENCE = """

Exit codes: 0 done; 1 it could not be done, or a check found something; 2 the input does not fit; 3 the
rule base or a template is broken; 130 interrupted.

Environment: ADVISOR_RULES (folders of own rules), NO_COLOR, ACCESSIBLE=1 (plain prompts),
SOURCE_DATE_EPOCH (the date in reports), ADVISOR_DEBUG=1 (where an error happened).
"""


def app_for(command: str = "") -> typer.Typer:
    """Return the app; with one command alone where it is named, as making the others takes time."""
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
        )
        + _REFERENCE,
    )(wizard)
    for add in [_COMMANDS[command]] if command in _COMMANDS else _COMMANDS.values():
        add(app)
    return app


def _recommend(app: typer.Typer) -> None:
    from advisor.cli.recommend import recommend

    app.command(
        short_help="The recommendation, with reasons.",
        epilog=examples("advisor recommend answers.yaml --set steps=5 --output decision.md"),
    )(recommend)


def _generate(app: typer.Typer) -> None:
    from advisor.cli.generate import generate

    app.command(
        short_help="The starter project, ready to test and deploy.",
        epilog=examples(
            "advisor generate answers.yaml --output my-project",
            "advisor generate answers.yaml --output my-project --dry-run",
        ),
    )(generate)


def _inspect(app: typer.Typer) -> None:
    from advisor.cli.inspect import inspect

    app.command(
        short_help="What an existing system is, and what is wrong with it.",
        epilog=examples(
            "advisor inspect .",
            "advisor inspect template.yaml --answers answers.yaml",
            "advisor inspect . --format sarif --output inspect.sarif --fail-on warning",
        ),
    )(inspect)


def _rules(app: typer.Typer) -> None:
    from advisor.cli.rules import app as rules

    app.add_typer(
        rules,
        name="rules",
        short_help="The rule base: read it, check it, weigh it.",
        epilog=examples(
            "advisor rules list --option express", "advisor rules show RT03", "advisor rules lint"
        ),
    )


def _schema(app: typer.Typer) -> None:
    from advisor.cli.schema import schema

    app.command(
        short_help="The JSON Schema of an answers file.",
        epilog=examples("advisor schema > answers.schema.json", "advisor schema --of report"),
    )(schema)


def _init(app: typer.Typer) -> None:
    from advisor.cli.init import init

    app.command(
        short_help="An answers file to start from.",
        epilog=examples("advisor init", "advisor init my-workload.yaml", "advisor init - | less"),
    )(init)


def _recheck(app: typer.Typer) -> None:
    from advisor.cli.recheck import recheck

    app.command(
        short_help="Whether recorded decisions still stand.",
        epilog=examples("advisor recheck my-project", "advisor recheck */answers.yaml --format markdown"),
    )(recheck)


def _diff(app: typer.Typer) -> None:
    from advisor.cli.diff import diff

    app.command(
        short_help="What other answers change.",
        epilog=examples("advisor diff answers.yaml --set parallelism=dynamic", "advisor diff a.yaml b.yaml"),
    )(diff)


def _mcp(app: typer.Typer) -> None:
    from advisor.cli.mcp import mcp

    app.command(
        short_help="A Model Context Protocol server for assistants.",
        epilog=examples("advisor mcp --root ~/projects"),
    )(mcp)


def _completion(app: typer.Typer) -> None:
    from advisor.cli.completion import completion

    app.command(
        short_help="Completion for your shell.",
        epilog=examples("advisor completion bash", "advisor completion fish > advisor.fish"),
    )(completion)


_COMMANDS: Mapping[str, Callable[[typer.Typer], None]] = {
    "init": _init,
    "recommend": _recommend,
    "generate": _generate,
    "inspect": _inspect,
    "rules": _rules,
    "schema": _schema,
    "recheck": _recheck,
    "diff": _diff,
    "mcp": _mcp,
    "completion": _completion,
}
