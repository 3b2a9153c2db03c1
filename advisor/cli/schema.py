"""``advisor schema``."""

from __future__ import annotations

from typing import Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Rules, one_of, rule_base_with


def schema(
    of: Annotated[
        str, typer.Option("--of", metavar="answers|report", help="The answers file, or the JSON report.")
    ] = "answers",
    rules: Rules = None,
) -> None:
    """Print the JSON Schema of the answers file, or of the report that --format json prints."""
    wanted = one_of("--of", of, ("answers", "report"))
    questionnaire = rule_base_with(rules).questionnaire
    document = advisor.answers_schema(questionnaire) if wanted == "answers" else advisor.report_schema()
    console.data(advisor.schema_text(document))
