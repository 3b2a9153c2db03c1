"""``advisor init``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.editor_schema import schema_beside
from advisor.cli.flags import Force, Quiet, Rules, rule_base_with, user_path
from advisor.errors import InputError


def init(
    file: Annotated[
        str,
        typer.Argument(
            parser=user_path, metavar="[FILE|-]", help="Where to write it; - prints it on standard output."
        ),
    ] = "answers.yaml",
    force: Force = False,
    quiet: Quiet = False,
    rules: Rules = None,
) -> None:
    """Write an answers file to start from: every question with its possible answers, and none answered."""
    if force and file == "-":
        raise InputError("--force replaces a file; name one instead of -.")
    from advisor.loading.blank_answers import blank_answers

    questionnaire = rule_base_with(rules).questionnaire
    text = blank_answers(questionnaire)
    if file == "-":
        console.data(text)
        return
    advisor.write_text(Path(file), text, replace=force)
    told = schema_beside(Path(file), questionnaire)
    console.notes(quiet)(
        f"{file} holds every question. Answer what you know, then: advisor recommend {file}.{told}"
    )
