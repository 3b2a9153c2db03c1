"""``advisor schema``."""

from __future__ import annotations

from typing import Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Rules, one_of, rule_base_with

KINDS = ("answers", "report", "inspection")


def schema(
    of: Annotated[
        str,
        typer.Option(
            "--of", metavar="|".join(KINDS), help="The answers file, the JSON report, or an inspection."
        ),
    ] = "answers",
    rules: Rules = None,
) -> None:
    """Print the JSON Schema of the answers file, or of what recommend or inspect --format json print."""
    wanted = one_of("--of", of, KINDS)
    if wanted == "answers" or rules:
        rule_base = rule_base_with(rules)
    if wanted == "answers":
        document = advisor.answers_schema(rule_base.questionnaire)
    else:
        document = advisor.report_schema() if wanted == "report" else advisor.inspection_schema()
    console.data(advisor.schema_text(document))
