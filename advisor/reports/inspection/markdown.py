"""An inspection as Markdown, such as for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.inspect.inspection import Finding, Inspection, SystemReport
from advisor.knowledge.rules import RuleBase
from advisor.reports import ReportOptions
from advisor.reports.inspection.words import (
    advice,
    function_words,
    level_counts,
    machine_words,
    place_words,
    system_title,
    worth_telling,
)
from advisor.reports.markdown.escaping import escaped, link, literal, table

MOST = 200  # a comment has 65,536 characters


def render(inspection: Inspection, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the report: the findings first, then what each system is."""
    lines = ["# What advisor found", "", f"{escaped(level_counts(inspection.findings).capitalize())}.", ""]
    lines += _findings(inspection)
    for report in worth_telling(inspection.systems)[:MOST]:
        lines += _system(report, rule_base)
    lines += _not_read(inspection)
    lines.append(f"Rule base {escaped(rule_base.version)}, as of {rule_base.as_of}.")
    return "\n".join(lines) + "\n"


def _findings(inspection: Inspection) -> Iterator[str]:
    if not inspection.findings:
        return
    yield "## Findings"
    yield ""
    yield from table(
        ("Level", "Place", "Finding", "What to do"), (_row(finding) for finding in inspection.findings[:MOST])
    )
    yield ""
    left = len(inspection.findings) - MOST
    if left > 0:
        yield f"And {left} more."
        yield ""


def _row(finding: Finding) -> tuple[str, str, str, str]:
    name = link(finding.rule, finding.source)
    what = f"{name} {escaped(finding.title)} ({literal(finding.resource)}). {escaped(finding.because)}"
    return (
        finding.level,
        literal(place_words(finding.place)).replace("|", "\\|"),
        _cell(what),
        _cell(escaped(finding.fix)),
    )


def _cell(text: str) -> str:
    return text.replace("\n", " ")


def _system(report: SystemReport, rule_base: RuleBase) -> Iterator[str]:
    system = report.system
    yield f"## {literal(system.files[0])}"
    yield ""
    yield f"Built with {escaped(system_title(report))}. {escaped(advice(report, rule_base))}"
    yield ""
    if report.move:
        for words, names in (
            ("Would go", report.move.goes),
            ("Would come", report.move.comes),
            ("Would stay", report.move.stays),
        ):
            if names:
                yield f"- {words}: {escaped(', '.join(names[:MOST]))}"
        yield f"- When it pays: {escaped(report.move.pays)}"
        yield ""
    rows = [("state machine", one.id, machine_words(one), one.place) for one in system.machines]
    rows += [("function", one.id, function_words(one), one.place) for one in system.functions]
    yield from table(
        ("Kind", "Name", "What it is", "Place"),
        (
            (kind, _bar(literal(name)), escaped(words), _bar(literal(place_words(place))))
            for kind, name, words, place in rows[:MOST]
        ),
    )
    yield ""


def _bar(text: str) -> str:
    return text.replace("|", "\\|")


def _not_read(inspection: Inspection) -> Iterator[str]:
    if inspection.not_read:
        yield "## Not read"
        yield ""
        for note in inspection.not_read[:MOST]:
            yield f"- {literal(place_words(note.place))}: {escaped(note.because)}"
        yield ""
