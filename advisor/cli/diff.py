"""``advisor diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Rules, Sets, one_of, rule_base_with, user_path
from advisor.errors import InputError

if TYPE_CHECKING:
    from advisor.knowledge.answers import Answers
    from advisor.knowledge.rules import RuleBase
    from advisor.reports.difference import Side

FORMATS = ("text", "json", "markdown")


def diff(
    before: Annotated[
        str, typer.Argument(parser=user_path, metavar="A", help="Answers file in YAML or JSON.")
    ],
    after: Annotated[
        str | None,
        typer.Argument(parser=user_path, metavar="[B]", help="Another one; left out: A with --set applied."),
    ] = None,
    sets: Sets = None,
    format_name: Annotated[
        str, typer.Option("--format", metavar="|".join(FORMATS), help="How to tell it.")
    ] = "text",
    rules: Rules = None,
) -> None:
    """Show what other answers change: advice, points, cost, failures, and the resources of the project."""
    wanted = one_of("--format", format_name, FORMATS)
    if after is None and not sets:
        raise InputError("Name a second answers file, or what differs: --set KEY=VALUE.")
    rule_base = rule_base_with(rules)
    questionnaire = rule_base.questionnaire
    first = _side(rule_base, before, advisor.read_answers(before, questionnaire))
    name = after or f"{before} with {', '.join(sets or ())}"
    second = _side(rule_base, name, advisor.read_answers(after or before, questionnaire, sets or ()))
    from advisor.reports import difference as reports

    render = {"text": reports.as_text, "json": reports.as_json, "markdown": reports.as_markdown}[wanted]
    console.data(render(first, second, rule_base))


def _side(rule_base: RuleBase, name: str, answers: Answers) -> Side:
    """Return the advice for ``answers`` and the resources of its starter, or why there is none."""
    from advisor.reports.difference import Side

    recommendation = advisor.recommend(rule_base, answers)
    try:
        blueprint = advisor.plan(recommendation, advisor.load_versions(advisor.rules_folder()))
    except InputError as error:
        return Side(name=name, recommendation=recommendation, refused=str(error))
    resources = {item.id: item.purpose for item in blueprint.resources}
    return Side(name=name, recommendation=recommendation, resources=resources)
