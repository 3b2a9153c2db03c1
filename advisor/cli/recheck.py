"""``advisor recheck``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Rules, one_of, rule_base_with, user_path
from advisor.errors import InputError

if TYPE_CHECKING:
    from advisor.decision.recheck import Recheck
    from advisor.knowledge.rules import RuleBase

FORMATS = ("text", "json", "markdown")


def recheck(
    paths: Annotated[
        list[str],
        typer.Argument(
            parser=user_path,
            metavar="PATH...",
            help="Answers files, or project folders that hold answers.yaml.",
        ),
    ],
    format_name: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How to tell it.")
    ] = "text",
    rules: Rules = None,
) -> None:
    """Say whether recorded decisions still stand under this rule base, and which rules changed.

    Exit code 0: all stand. 1: at least one changed. 2: a file cannot be read or holds no decision.
    """
    wanted = one_of("--format", format_name, FORMATS)
    rule_base = rule_base_with(rules)
    found, refused = _all(rule_base, paths)
    if refused:
        raise InputError("\n".join(map(str, refused)))
    from advisor.reports import recheck as reports

    render = {"text": reports.as_text, "json": reports.as_json, "markdown": reports.as_markdown}[wanted]
    console.data(render(rule_base, found))
    if any(item.changed for item in found.values()):
        raise typer.Exit(1)


def _answers_file(path: str) -> str:
    """Return the answers file that ``path`` names: itself, or the one of a project folder."""
    return str(Path(path, "answers.yaml")) if os.path.isdir(path) else path


def _all(rule_base: RuleBase, paths: list[str]) -> tuple[dict[str, Recheck], list[InputError]]:
    """Return what can be rechecked, and every file that cannot."""
    found, refused = {}, []
    for path in paths:
        file = _answers_file(path)
        try:
            found[file] = _recheck(rule_base, file, piped=file == path)
        except InputError as error:
            refused.append(error)
    return found, refused


def _recheck(rule_base: RuleBase, file: str, *, piped: bool) -> Recheck:
    from advisor.decision.recheck import recheck as compared
    from advisor.loading.history import load_history

    answers = advisor.read_answers(file, rule_base.questionnaire, piped=piped)
    if answers.decision is None:
        raise InputError(
            f"{file}: no decision is recorded. The wizard and 'advisor generate' record one; "
            f"'advisor recommend {file}' advises anew."
        )
    history = load_history(advisor.rules_folder(), rule_base.questionnaire)
    recommendation = advisor.recommend(rule_base, answers)
    return compared(rule_base, recommendation, answers.decision, history.get(answers.decision.rule_base))
