"""The rule base as text of 80 columns: a list, one rule as a page, and what the checks found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from advisor.decision.explain.condition_text import in_words
from advisor.decision.provenance import provenance, stamp_of
from advisor.decision.rule_checks.lint import LintFinding
from advisor.decision.rule_checks.rule_tests import Case, Replay
from advisor.decision.rule_checks.satisfiability import looks_at
from advisor.decision.rule_checks.weights import Weights
from advisor.knowledge.findings import FindingRule
from advisor.knowledge.rules import SCORED, Rule, RuleBase
from advisor.reports.labels import NAMES
from advisor.reports.rules import findings
from advisor.reports.rules.words import case_code, effects, short_effects
from advisor.reports.text.terminal import pad, wrap

COLUMNS = 80
_LABEL = 11
_TITLE = 46


def rule_list(rule_base: RuleBase, rules: Sequence[Rule], found: Sequence[FindingRule] = ()) -> str:
    """Return ``rules`` in a table for each criterion, and the findings ``found`` for each group."""
    sections = []
    for criterion in rule_base.criteria:
        mine = [rule for rule in rules if rule.criterion == criterion.id]
        if mine:
            lines = [f"{criterion.title} ({criterion.id})"]
            for rule in mine:
                lines += _row(rule)
            sections.append("\n".join(lines))
    sections += findings.sections(rule_base.inspection, found)
    sections += _switched_off(rule_base)
    noun = "rule" if len(rules) == 1 else "rules"
    more = f", {len(found)} {'finding' if len(found) == 1 else 'findings'} of inspect" if found else ""
    sections.append(f"{len(rules)} {noun}{more}. advisor rules show ID tells more.")
    if rule_base.overlays:
        sections.append("\n".join(line for said in _provenance(rule_base) for line in said))
    return "\n\n".join(sections) + "\n"


def _provenance(rule_base: RuleBase) -> Iterator[list[str]]:
    for sentence in provenance(stamp_of(rule_base)):
        yield wrap(sentence, COLUMNS, "", "  ")


def _row(rule: Rule) -> list[str]:
    effect = short_effects(rule)
    first = f"  {pad(rule.id, 6)}"
    lines = wrap(rule.title, COLUMNS, first, " " * len(first))
    room = len(first) + _TITLE
    if len(lines) == 1 and len(lines[0]) < room and room + len(effect) <= COLUMNS:
        return [f"{pad(lines[0], room)}{effect}"]
    return [*lines, *wrap(effect, COLUMNS, " " * (len(first) + 2))]


def _switched_off(rule_base: RuleBase) -> list[str]:
    if not rule_base.switched_off:
        return []
    lines = ["Switched off by your rules"]
    for item in rule_base.switched_off:
        lines += wrap(item.reason, COLUMNS, f"  {pad(item.rule, 6)}", " " * 8)
    return ["\n".join(lines)]


def rule_page(rule_base: RuleBase, rule: Rule) -> str:
    """Return everything about one rule, as documentation."""
    questionnaire = rule_base.questionnaire
    criterion = next(item for item in rule_base.criteria if item.id == rule.criterion)
    fields: list[tuple[str, Iterable[str]]] = [
        ("When", [in_words(rule.when, questionnaire)]),
        ("Unless", [in_words(rule.unless, questionnaire)] if rule.unless else []),
        ("Effect", effects(rule, rule_base)),
        ("Because", [rule.because]),
        ("Source", [rule.source]),
        ("As of", [rule.as_of]),
        ("Criterion", [f"{criterion.title} ({criterion.id})"]),
        ("Looks at", [", ".join(looks_at(questionnaire, rule))]),
        ("Fires on", map(case_code, rule.fires_on)),
        ("Quiet on", map(case_code, rule.quiet_on)),
        ("Stands at", [str(rule.place)]),
    ]
    lines = [*wrap(rule.title, COLUMNS, f"{rule.id}  "), ""]
    for label, texts in fields:
        for number, text in enumerate(texts):
            lines += wrap(text, COLUMNS, pad(label if number == 0 else "", _LABEL), " " * _LABEL)
    return "\n".join(lines) + "\n"


def lint_report(rule_base: RuleBase, faults: Sequence[LintFinding]) -> str:
    """Return one line for each finding, with its place, and a count."""
    lines = [
        f"{finding.place}: {finding.message} [{finding.check}]"
        if finding.place.file
        else f"{finding.message} [{finding.check}]"
        for finding in faults
    ]
    noun = "finding" if len(faults) == 1 else "findings"
    count = f"{len(faults) or 'no'} {noun}"
    rules = len(rule_base.rules) + len(rule_base.inspection.rules)
    return "\n".join([*lines, f"{rules} rules checked: {count}."]) + "\n"


def cases_report(
    cases: Sequence[Case], replays: Mapping[str, Sequence[Replay]], counted: Mapping[str, int]
) -> str:
    """Return failed cases, scenarios that came out otherwise (by file), and rules that never fired there."""
    failed = [case for case in cases if case.fired != case.wanted]
    lines = [line for case in failed for line in _failed(case)]
    lines.append(
        f"{len(cases)} cases of {len({case.rule.id for case in cases})} rules: {_failures(len(failed))}."
    )
    for file, items in replays.items():
        lines += ["", *_replayed(file, items)]
    never = [rule for rule, times in counted.items() if not times]
    if replays:
        lines += ["", f"Rules that fired in some scenario: {len(counted) - len(never)} of {len(counted)}."]
        lines += wrap(", ".join(never), COLUMNS, "Never fired: ", "  ") if never else []
    return "\n".join(lines) + "\n"


def _failures(count: int) -> str:
    return "all hold" if count == 0 else f"{count} failed"


def _failed(case: Case) -> list[str]:
    text = "should fire and stays quiet" if case.wanted else "should stay quiet and fires"
    return wrap(f"{case.rule.id} {text} on {case_code(case.answers)}", COLUMNS, "", "  ")


def _replayed(file: str, items: Sequence[Replay]) -> Iterator[str]:
    for item in items:
        if not item.right:
            scenario = item.scenario
            wanted = " ".join(filter(None, (scenario.option, scenario.workflow_type)))
            said = " ".join(filter(None, (item.outcome[0], item.outcome[1])))
            mark = " (ambiguous)" if scenario.ambiguous else ""
            yield from wrap(
                f"{scenario.id}: {wanted} is wanted, the rules say {said}{mark}", COLUMNS, "", "  "
            )
    clear = [item for item in items if not item.scenario.ambiguous]
    yield (
        f"{file}: {sum(item.right for item in items)} of {len(items)} scenarios as wanted; "
        f"of the unambiguous {sum(item.right for item in clear)} of {len(clear)}."
    )


def weights_report(weights: Weights) -> str:
    """Return what each option can reach, and how much each criterion can weigh for it."""
    head = f"{pad('', 26)}{'rules':>7}{'points':>8}{'together':>10}{'ruled out by':>14}"
    lines = ["What each option can reach", "", head]
    lines += [
        f"{pad(name, 26)}{w.rules:>7}{w.points:>8}{w.together:>10}{w.constraints:>14}"
        for name, w in ((NAMES.get(w.option, w.option), w) for w in weights.options)
    ]
    note = (
        "points: of all its rules, though some exclude each other; together: the most found on one set of "
        "answers that does not rule it out; ruled out by: the number of rules that can rule it out."
    )
    short = {"destinations": "Dest.", "step-functions": "StepF.", "standard": "Std.", "express": "Expr."}
    lines += ["", *wrap(note, COLUMNS), "", "The most points a criterion can give at once", ""]
    lines.append(f"{pad('', 40)}{'rules':>7}" + "".join(f"{short[option]:>8}" for option in SCORED))
    lines += [
        f"{pad(_cut(item.criterion.title, 39), 40)}{item.rules:>7}"
        + "".join(f"{item.most[option] or '-':>8}" for option in SCORED)
        for item in weights.criteria
    ]
    total = [sum(item.most[option] for item in weights.criteria) for option in SCORED]
    lines.append(f"{pad('Sum', 40)}{'':>7}" + "".join(f"{number:>8}" for number in total))
    return "\n".join(lines) + "\n"


def _cut(text: str, columns: int) -> str:
    return text if len(text) <= columns else f"{text[: columns - 3].rstrip()}..."
