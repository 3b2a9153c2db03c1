"""The commands, and the wizard where no command is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple

import typer

from advisor.cli.flags import examples
from advisor.cli.wizard import wizard

HELP = ("--help", "-h")
_REFERENCE = """

Exit codes: 0 done; 1 it could not be done, or a check found something; 2 the input does not fit; 3 the
rule base or a template is broken; 130 interrupted.

Environment: ADVISOR_RULES (folders of own rules), NO_COLOR, ACCESSIBLE=1 (plain prompts),
SOURCE_DATE_EPOCH (the date in reports), ADVISOR_DEBUG=1 (where an error happened).
"""


def app_for(command: str = "") -> typer.Typer:
    """Return the app; with one command, or names only, where that is enough: making them takes time."""
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
    for name in [command] if command in _COMMANDS else _COMMANDS:
        _add(app, name, _named_only if command in HELP else _loaded(name))
    return app


def _add(app: typer.Typer, name: str, made: Callable[..., None] | typer.Typer) -> None:
    item = _COMMANDS[name]
    if isinstance(made, typer.Typer):
        app.add_typer(made, name=name, short_help=item.short_help, epilog=examples(*item.examples))
    else:
        app.command(name, short_help=item.short_help, epilog=examples(*item.examples))(made)


def _loaded(name: str) -> Callable[..., None] | typer.Typer:
    """Return the function or the group of commands behind ``name``."""
    made: Callable[..., None] | typer.Typer = getattr(
        import_module(f"advisor.cli.{name}"), _COMMANDS[name].attribute
    )
    return made


def _named_only() -> None:
    """Stand in for a command of which help shows nothing but its name and a line."""


class _Command(NamedTuple):
    short_help: str
    examples: tuple[str, ...]
    attribute: str


_COMMANDS: Mapping[str, _Command] = {
    "init": _Command(
        "An answers file to start from.",
        (
            "advisor init",
            "advisor init my-workload.yaml",
            "advisor init -",
        ),
        "init",
    ),
    "recommend": _Command(
        "The recommendation, with reasons.",
        ("advisor recommend answers.yaml --set steps=5 --output decision.md",),
        "recommend",
    ),
    "generate": _Command(
        "The starter project, ready to test and deploy.",
        (
            "advisor generate answers.yaml --output my-project",
            "advisor generate answers.yaml --output my-project --dry-run",
        ),
        "generate",
    ),
    "inspect": _Command(
        "What an existing system is, and what is wrong with it.",
        (
            "advisor inspect .",
            "advisor inspect template.yaml --answers answers.yaml",
            "advisor inspect . --format sarif --output inspect.sarif --fail-on warning",
        ),
        "inspect",
    ),
    "schema": _Command(
        "The JSON Schema of an answers file.",
        (
            "advisor schema > answers.schema.json",
            "advisor schema --of report",
        ),
        "schema",
    ),
    "recheck": _Command(
        "Whether recorded decisions still stand.",
        (
            "advisor recheck my-project",
            "advisor recheck */answers.yaml --format markdown",
        ),
        "recheck",
    ),
    "diff": _Command(
        "What other answers change.",
        (
            "advisor diff answers.yaml --set parallelism=dynamic",
            "advisor diff a.yaml b.yaml",
        ),
        "diff",
    ),
    "mcp": _Command(
        "A Model Context Protocol server for assistants.",
        ("advisor mcp --root ~/projects",),
        "mcp",
    ),
    "completion": _Command(
        "Completion for your shell.",
        (
            "advisor completion bash",
            "advisor completion fish > advisor.fish",
        ),
        "completion",
    ),
    "rules": _Command(
        "The rule base: read it, check it, weigh it.",
        (
            "advisor rules list --option express",
            "advisor rules show RT03",
            "advisor rules lint",
        ),
        "app",
    ),
}
