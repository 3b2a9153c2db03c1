"""An inspection as JSON, for scripts."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.inspect.inspection import Finding, Inspection, Move, SystemReport
from advisor.inspect.model import EventSource, InspectedFunction, Outcome, StateMachine
from advisor.json_text import json_text
from advisor.knowledge.rules import RuleBase
from advisor.reports import ReportOptions
from advisor.reports.json.report import Json

SCHEMA = 1


def render(inspection: Inspection, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the whole inspection."""
    files: list[Json] = [{"path": one.path, "kind": one.kind, "read": one.read} for one in inspection.files]
    not_read: list[Json] = [
        {"file": note.place.file, "line": note.place.line, "because": note.because}
        for note in inspection.not_read
    ]
    return json_text(
        {
            "schema": SCHEMA,
            "rule_base": {"version": rule_base.version, "as_of": rule_base.as_of},
            "files": files,
            "systems": [_system(report) for report in inspection.systems],
            "findings": [finding_value(finding) for finding in inspection.findings],
            "suppressed": [
                {**finding_value(finding), "reason": finding.suppressed} for finding in inspection.suppressed
            ],
            "not_read": not_read,
        }
    )


def _system(report: SystemReport) -> Json:
    system, verdict = report.system, report.recommendation.verdict
    evidence: list[Json] = [
        {"key": item.key, "file": item.place.file, "line": item.place.line, "because": item.because}
        for item in report.evidence
    ]
    requirements: dict[str, Json] = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in report.answers.requirements.items()
    }
    return {
        "files": list(system.files),
        "approach": system.approach,
        "functions": [_function(function) for function in system.functions],
        "state_machines": [_machine(machine) for machine in system.machines],
        "answers": {"requirements": requirements, "evidence": evidence},
        "recommendation": {
            "option": verdict.option,
            "workflow_type": verdict.workflow_type,
            "strength": verdict.strength,
            "instead": list(verdict.instead),
            "summary": report.recommendation.summary,
        },
        "agrees": report.agrees,
        "move": _move(report.move) if report.move else None,
    }


def _move(move: Move) -> Json:
    return {
        "goes": list(move.goes),
        "comes": list(move.comes),
        "stays": list(move.stays),
        "pays": move.pays,
    }


def _function(function: InspectedFunction) -> Json:
    def services(*outcomes: Outcome) -> list[Json]:
        return [*dict.fromkeys(item.target.service for item in function.outcomes(*outcomes))]

    return {
        "id": function.id,
        "runtime": function.runtime,
        "event_sources": _kinds(function.sources),
        "called_by": [*dict.fromkeys(caller for caller, _ in function.callers)],
        "on_success": services("success"),
        "on_failure": services("failure"),
        "stream_on_failure": services("stream-failure"),
        "dead_letter": services("dead-letter"),
        "durable": function.durable,
        "file": function.place.file,
        "line": function.place.line,
    }


def _kinds(sources: Iterable[EventSource]) -> list[Json]:
    return [*sorted({source.kind for source in sources if source.kind != "unknown"})]


def _machine(machine: StateMachine) -> Json:
    definition = machine.definition
    states = definition.states if definition else ()
    rates = {retrier.rate for state in states for retrier in state.retriers if retrier.rate is not None}
    return {
        "id": machine.id,
        "type": machine.type,
        "query_language": definition.language if definition else None,
        "event_sources": _kinds(machine.sources),
        "states": dict(definition.counts) if definition else None,
        "depth": definition.depth if definition else None,
        "integrations": [*sorted({state.full_integration for state in states if state.integration})],
        "has_retry": any(state.retriers for state in states) if definition else None,
        "has_catch": any(state.catchers for state in states) if definition else None,
        "backoff_rates": [*sorted(float(rate) for rate in rates)] if definition else None,
        "file": machine.place.file,
        "line": machine.place.line,
    }


def finding_value(finding: Finding) -> dict[str, Json]:
    """Return one finding as plain values."""
    return {
        "rule": finding.rule,
        "level": finding.level,
        "title": finding.title,
        "because": finding.because,
        "source": finding.source,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "resource": finding.resource,
        "fix": finding.fix,
    }
