"""``advisor rules``: the rule base, readable and checkable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

import advisor
from advisor.cli import console
from advisor.cli.flags import Rules, examples, one_of, overlays, rule_base_with, user_path
from advisor.cli.recommend import today
from advisor.errors import InputError, did_you_mean
from advisor.files import read_file

if TYPE_CHECKING:
    from advisor.decision.rule_checks.rule_tests import Replay
    from advisor.knowledge.findings import FindingRule
    from advisor.knowledge.rules import Rule, RuleBase

FORMATS = ("text", "json")
LIST_FORMATS = ("text", "json", "markdown")
FOUND = 1
MAX_SCENARIOS = 50_000_000

app = typer.Typer(
    help="The rule base: read it, check it, weigh it.", no_args_is_help=True, rich_markup_mode=None
)


def _rule_ids(incomplete: str) -> list[str]:
    from advisor.cli.completion import rule_ids

    return rule_ids(incomplete)


Format: TypeAlias = Annotated[
    str, typer.Option("--format", metavar="|".join(FORMATS), help="How to tell it.")
]


@app.command(
    "list", short_help="All rules, by criterion.", epilog=examples("advisor rules list --option express")
)
def list_rules(
    criterion: Annotated[
        str | None,
        typer.Option("--criterion", metavar="NAME", show_default=False, help="Only rules of a criterion."),
    ] = None,
    option: Annotated[
        str | None,
        typer.Option(
            "--option",
            metavar="NAME",
            show_default=False,
            help="Only rules that speak for or against an option, workflow type or alternative.",
        ),
    ] = None,
    format_name: Annotated[
        str, typer.Option("--format", metavar="|".join(LIST_FORMATS), help="How to tell it.")
    ] = "text",
    rules: Rules = None,
) -> None:
    """List the rules, by criterion: what each says and which way it pulls."""
    from advisor.reports.rules import json as rule_json
    from advisor.reports.rules import markdown as rule_markdown
    from advisor.reports.rules import text as rule_text

    telling = {"text": rule_text.rule_list, "json": rule_json.rule_list, "markdown": rule_markdown.rule_list}
    tell = telling[one_of("--format", format_name, LIST_FORMATS)]
    rule_base = rule_base_with(rules)
    console.data(tell(rule_base, *_selected(rule_base, criterion, option)))


def _selected(
    rule_base: RuleBase, criterion: str | None, option: str | None
) -> tuple[Sequence[Rule], Sequence[FindingRule]]:
    from advisor.knowledge.rules import BOTH, NEITHER, SCORED
    from advisor.reports.rules.words import speaks_of

    if criterion is not None:
        groups = [item.id for item in rule_base.inspection.groups]
        criterion = one_of("--criterion", criterion, [*(item.id for item in rule_base.criteria), *groups])
    if option is not None:
        option = one_of("--option", option, [*SCORED, BOTH, NEITHER, *(a.id for a in rule_base.alternatives)])
    rules = [
        rule
        for rule in rule_base.rules
        if criterion in (None, rule.criterion) and (option is None or speaks_of(rule, option))
    ]
    findings = [rule for rule in rule_base.inspection.rules if criterion in (None, rule.group)]
    return rules, findings if option is None else ()


@app.command("show", short_help="One rule, as documentation.", epilog=examples("advisor rules show RT03"))
def show(
    rule_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The rule's id, such as RT03.",
            show_default=False,
            autocompletion=_rule_ids,
        ),
    ],
    format_name: Format = "text",
    rules: Rules = None,
) -> None:
    """Show one rule: when it holds, what follows, why, who says so, and which answers fire it."""
    from advisor.reports.rules import findings
    from advisor.reports.rules import json as rule_json
    from advisor.reports.rules import text as rule_text

    wanted = one_of("--format", format_name, FORMATS)
    rule_base = rule_base_with(rules)
    finding = rule_base.inspection.rule(rule_id.upper())
    if finding is not None:
        text = findings.page(rule_base.inspection, finding)
        console.data(rule_json.finding_page(rule_base, finding) if wanted == "json" else text)
        return
    tell = {"text": rule_text.rule_page, "json": rule_json.rule_page}[wanted]
    console.data(tell(rule_base, _rule(rule_base, rule_id)))


def _rule(rule_base: RuleBase, rule_id: str) -> Rule:
    found = rule_base.by_id.get(rule_id) or rule_base.by_id.get(rule_id.upper())
    if found is not None:
        return found
    for item in rule_base.switched_off:
        if item.rule == rule_id.upper():
            raise InputError(f"Rule {item.rule} is switched off by your rules: {item.reason}")
    known_ids = [*rule_base.by_id, *(rule.id for rule in rule_base.inspection.rules)]
    hint = did_you_mean(rule_id, [known.lower() for known in known_ids])
    raise InputError(f"There is no rule '{rule_id[:40]}'. {hint or 'advisor rules list shows all ids.'}")


@app.command(
    "lint",
    short_help="What is wrong with the rules.",
    epilog=examples("advisor rules lint --rules our-rules"),
)
def lint(
    day: Annotated[
        str | None,
        typer.Option(
            "--today",
            metavar="DATE",
            show_default=False,
            help="Judge the age of the rules by this day (2026-11-23).",
        ),
    ] = None,
    format_name: Format = "text",
    rules: Rules = None,
) -> None:
    """Find rules that never fire, repeat or contradict each other, answers nobody uses, and old sources."""
    from advisor.decision.rule_checks.lint import lint as findings_in
    from advisor.loading.exemptions import load_exemptions
    from advisor.reports.rules import json as rule_json
    from advisor.reports.rules import text as rule_text

    tell = {"text": rule_text.lint_report, "json": rule_json.lint_report}[
        one_of("--format", format_name, FORMATS)
    ]
    rule_base = rule_base_with(rules)
    ours = load_exemptions(advisor.rules_folder())
    findings = findings_in(rule_base, _day(day), ours)
    if folders := overlays(rules):
        # What an organisation accepts; that it made one of our exemptions needless is no matter of its own
        theirs = {item.subject for folder in folders for item in load_exemptions(folder)}
        findings = tuple(f for f in findings if f.check != "needless-exemption" and f.subject not in theirs)
    console.data(tell(rule_base, findings))
    if findings:
        raise typer.Exit(FOUND)


def _day(text: str | None) -> date:
    if text is None:
        return today()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(f"--today: a date such as 2026-11-23 is expected; found '{text[:40]}'.") from None


@app.command(
    "test",
    short_help="The rules' own cases, and scenarios.",
    epilog=examples("advisor rules test --scenarios ours.jsonl --at-least 95"),
)
def test(
    scenarios: Annotated[
        list[str] | None,
        typer.Option(
            "--scenarios",
            parser=user_path,
            metavar="FILE",
            show_default=False,
            help="Workloads and what is right for them, one JSON object a line with id, requirements and "
            "recommended; repeatable.",
        ),
    ] = None,
    at_least: Annotated[
        float | None,
        typer.Option(
            "--at-least",
            metavar="PERCENT",
            min=0,
            max=100,
            show_default=False,
            help="How many unambiguous ones must be right; all unless named.",
        ),
    ] = None,
    format_name: Format = "text",
    rules: Rules = None,
) -> None:
    """Run every rule's own cases, and scenarios if given, and tell which rules never fired in them."""
    from advisor.decision.rule_checks.rule_tests import coverage, own_cases
    from advisor.reports.rules import json as rule_json
    from advisor.reports.rules import text as rule_text

    wanted = one_of("--format", format_name, FORMATS)
    if at_least is not None and not scenarios:
        raise InputError("--at-least counts scenarios; name them with --scenarios FILE.")
    rule_base = rule_base_with(rules)
    cases = own_cases(rule_base)
    replays = {file: _replayed(rule_base, file) for file in scenarios or ()}
    every = [item for items in replays.values() for item in items]
    counted = coverage(rule_base, every)
    if wanted == "json":
        console.data(rule_json.cases_report(rule_base, cases, replays, counted))
    else:
        console.data(rule_text.cases_report(cases, replays, counted))
    clear = [item for item in every if not item.scenario.ambiguous]
    percent = 100 if at_least is None else at_least
    enough = sum(item.right for item in clear) * 100 >= percent * len(clear)
    if not enough or any(case.fired != case.wanted for case in cases):
        raise typer.Exit(FOUND)


def _replayed(rule_base: RuleBase, file: str) -> Sequence[Replay]:
    from advisor.decision.rule_checks.rule_tests import replay
    from advisor.loading.scenarios import load_scenarios

    try:
        text = read_file(file, MAX_SCENARIOS, piped=True).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(f"--scenarios {file} cannot be read: {reason}.") from None
    found = load_scenarios(text, file, rule_base.questionnaire)
    if not found:
        raise InputError(f"--scenarios {file}: there is no scenario in this file.")
    return replay(rule_base, found)


@app.command(
    "weights",
    short_help="How much each option and criterion weighs.",
    epilog=examples("advisor rules weights"),
)
def weights(format_name: Format = "text", rules: Rules = None) -> None:
    """Show how many points each option can reach, and how much each criterion weighs in them."""
    from advisor.decision.rule_checks.weights import weigh
    from advisor.reports.rules import json as rule_json
    from advisor.reports.rules import text as rule_text

    wanted = one_of("--format", format_name, FORMATS)
    rule_base = rule_base_with(rules)
    found = weigh(rule_base)
    console.data(
        rule_text.weights_report(found) if wanted == "text" else rule_json.weights_report(rule_base, found)
    )
