"""An inspection for a terminal: what each system is, what we would say, and what is wrong, with places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from msgspec import Struct

from advisor.inspect.inspection import Finding, Inspection, SystemReport
from advisor.knowledge.rules import RuleBase
from advisor.reports import ReportOptions
from advisor.reports.inspection.words import (
    advice,
    counted,
    function_words,
    level_counts,
    machine_words,
    of_system,
    place_words,
    system_title,
    worth_telling,
)
from advisor.reports.text.page import BOLD, FAINT, RESET
from advisor.reports.text.terminal import ascii_punctuation, wrap
from advisor.text.address import linked

_NARROWEST = 40
_MANY = 8
_Item = TypeVar("_Item")


class _Sheet(Struct, frozen=True):
    """How wide and how loud to tell it."""

    rule_base: RuleBase
    options: ReportOptions
    columns: int

    def say(self, text: str, first: str = "", rest: str | None = None) -> list[str]:
        """Return a text as lines."""
        return wrap(ascii_punctuation(text) if self.options.plain else text, self.columns, first, rest)

    def paint(self, code: str, lines: list[str]) -> list[str]:
        """Return ``lines`` in bold or faint, where there is colour."""
        return [f"{code}{line}{RESET}" for line in lines] if self.options.colour else lines


def render(inspection: Inspection, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the report as lines of at most ``options.width`` columns (40 at least)."""
    sheet = _Sheet(rule_base, options, max(_NARROWEST, options.width))
    told = worth_telling(inspection.systems)
    sections = [list(_system(report, inspection, sheet)) for report in told]
    shown = {id(finding) for report in told for finding in of_system(inspection, report)}
    rest = [finding for finding in inspection.findings if id(finding) not in shown]
    sections.append([line for finding in rest for line in _finding(finding, sheet)])
    sections += [list(_not_read(inspection, sheet)), list(_summary(inspection, sheet))]
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def _system(report: SystemReport, inspection: Inspection, sheet: _Sheet) -> Iterator[str]:
    system = report.system
    more = f" and {len(system.files) - 1} more" if len(system.files) > 1 else ""
    yield from sheet.paint(BOLD, sheet.say(f"{system.files[0]}{more}: {system_title(report)}"))
    yield from sheet.say(advice(report, sheet.rule_base))
    if report.move:
        for words, names in (
            ("Would go", report.move.goes),
            ("Would come", report.move.comes),
            ("Would stay", report.move.stays),
        ):
            yield from _listed(words, names, sheet)
        yield from sheet.say(report.move.pays, "  When it pays: ", "    ")
    for machine in _some(system.machines, sheet):
        text = f"{machine.id} ({place_words(machine.place)}): {machine_words(machine)}"
        yield from sheet.say(text, "  state machine ", "    ")
    for function in _some(system.functions, sheet):
        text = f"{function.id} ({place_words(function.place)}): {function_words(function)}"
        yield from sheet.say(text, "  function ", "    ")
    left = len(system.functions) - len(list(_some(system.functions, sheet)))
    if left > 0:
        yield from sheet.say(f"and {counted(left, 'function')} more", "  ")
    for finding in of_system(inspection, report):
        yield from _finding(finding, sheet)


def _some(items: tuple[_Item, ...], sheet: _Sheet) -> tuple[_Item, ...]:
    return items if sheet.options.explain else items[:_MANY]


def _listed(words: str, names: tuple[str, ...], sheet: _Sheet) -> Iterator[str]:
    shown = _some(names, sheet)
    if shown:
        more = f", and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
        yield from sheet.say(f"{', '.join(shown)}{more}", f"  {words}: ", "    ")


def _finding(finding: Finding, sheet: _Sheet) -> Iterator[str]:
    head = (
        f"{place_words(finding.place)}: {finding.level} {finding.rule}: {finding.title} ({finding.resource})"
    )
    yield from sheet.paint(BOLD, sheet.say(head, "", "  "))
    yield from sheet.say(finding.because, "    ")
    yield from sheet.say(finding.fix, "    Fix: ", "      ")
    if sheet.options.explain:
        address = linked(finding.source, finding.source) if sheet.options.links else finding.source
        yield from sheet.paint(FAINT, [f"    {address}"])


def _not_read(inspection: Inspection, sheet: _Sheet) -> Iterator[str]:
    notes = _some(inspection.not_read, sheet)
    if notes:
        yield from sheet.paint(BOLD, sheet.say("Not read"))
    for note in notes:
        yield from sheet.say(f"{place_words(note.place)}: {note.because}", "  ", "    ")
    if len(notes) < len(inspection.not_read):
        yield from sheet.say(f"and {len(inspection.not_read) - len(notes)} more; --explain shows all", "  ")


def _summary(inspection: Inspection, sheet: _Sheet) -> Iterator[str]:
    read = sum(file.read for file in inspection.files)
    told = len(worth_telling(inspection.systems))
    suppressed = f" ({len(inspection.suppressed)} suppressed)" if inspection.suppressed else ""
    yield from sheet.say(
        f"{counted(read, 'file')} read, {counted(told, 'system')} with functions or state machines: "
        f"{level_counts(inspection.findings)}{suppressed}. "
        f"Rule base {sheet.rule_base.version} of {sheet.rule_base.as_of}."
    )
