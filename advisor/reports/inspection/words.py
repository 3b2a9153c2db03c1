"""How reports name what an inspection found: one place, so that every format says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from advisor.errors import Place
from advisor.inspect.inspection import Finding, Inspection, SystemReport
from advisor.inspect.model import InspectedFunction, StateMachine
from advisor.knowledge.findings import LEVELS
from advisor.knowledge.rules import RuleBase
from advisor.reports.labels import verdict_name

APPROACHES = {
    "destinations": "Lambda Destinations",
    "stream-destinations": "failure destinations of a stream",
    "step-functions-standard": "Step Functions (Standard)",
    "step-functions-express": "Step Functions (Express)",
    "both": "Step Functions and Lambda Destinations together",
    "neither": "neither Destinations nor Step Functions",
}


def place_words(place: Place) -> str:
    """Return ``file:line``."""
    return f"{place.file}:{place.line}" if place.line else place.file


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def level_counts(findings: Sequence[Finding]) -> str:
    """Return how many findings there are of each level."""
    counts = Counter(finding.level for finding in findings)
    return ", ".join(counted(counts[level], level) for level in LEVELS if counts[level]) or "no findings"


def system_title(report: SystemReport) -> str:
    """Return what a system is, in one line."""
    return APPROACHES[report.system.approach]


def advice(report: SystemReport, rule_base: RuleBase) -> str:
    """Return what the advice is, and whether it agrees, in one sentence."""
    if not report.answers.requirements:
        return "The files answer no question, so there is no advice; --answers FILE starts the questions."
    if any(function.durable for function in report.system.functions):
        return (
            "What a durable function does is in its code, which is not read, so there is no advice; "
            "--answers FILE starts the questions."
        )
    verdict = report.recommendation.verdict
    name = verdict_name(verdict.option, verdict.workflow_type, verdict.instead, rule_base)
    if report.agrees:
        return f"We would say the same: {name} ({verdict.strength})."
    return f"We would say: {name} ({verdict.strength}). {report.recommendation.summary}"


def function_words(function: InspectedFunction) -> str:
    """Return a function in a few words."""
    parts = [function.runtime or "runtime not stated"]
    sources = sorted({source.kind for source in function.sources if source.kind != "unknown"})
    callers = [name for name, _ in function.callers]
    parts.append(f"started by {', '.join([*sources, *dict.fromkeys(callers)]) or 'nothing in these files'}")
    for words, outcomes in (
        ("success to", ("success",)),
        ("failure to", ("failure",)),
        ("failed records to", ("stream-failure",)),
        ("dead letters to", ("dead-letter",)),
    ):
        services = dict.fromkeys(
            item.target.service for item in function.destinations if item.outcome in outcomes
        )
        if services:
            parts.append(f"{words} {', '.join(services)}")
    return "; ".join(parts)


def machine_words(machine: StateMachine) -> str:
    """Return a state machine in a few words."""
    parts = [machine.type.capitalize() if machine.type else "type not stated"]
    sources = sorted({source.kind for source in machine.sources if source.kind != "unknown"})
    parts.append(f"started by {', '.join(sources) or 'nothing in these files'}")
    if machine.definition is None:
        return "; ".join([*parts, "definition not read"])
    counts = machine.definition.counts
    parts.append(", ".join(f"{number} {kind}" for kind, number in counts.items()))
    return "; ".join(parts)


def worth_telling(reports: Iterable[SystemReport]) -> list[SystemReport]:
    """Return the systems that have a function or state machine."""
    return [report for report in reports if report.system.functions or report.system.machines]


def of_system(inspection: Inspection, report: SystemReport) -> list[Finding]:
    """Return the findings in the files of one system."""
    files = set(report.system.files)
    return [finding for finding in inspection.findings if finding.place.file in files]
