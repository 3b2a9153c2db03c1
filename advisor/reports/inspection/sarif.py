"""An inspection as SARIF 2.1.0, as GitHub code scanning reads it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import quote

from advisor import __version__
from advisor.inspect.inspection import Finding, Inspection
from advisor.json_text import json_text
from advisor.knowledge.findings import FindingRule
from advisor.knowledge.rules import RuleBase
from advisor.reports import ReportOptions
from advisor.reports.json.report import Json

SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
MOST = 5_000  # GitHub takes 25,000 results and shows the worst 5,000


def render(inspection: Inspection, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return one run with the rules that were found, and every finding, suppressed ones included."""
    every = (*inspection.findings, *inspection.suppressed)[:MOST]
    used = {finding.rule for finding in every}
    rules = [rule for rule in rule_base.inspection.rules if rule.id in used]
    index = {rule.id: number for number, rule in enumerate(rules)}
    notices: list[Json] = [
        {
            "level": "warning",
            "message": {"text": note.because},
            "locations": [_location(note.place.file, note.place.line, 1)],
        }
        for note in inspection.not_read[:MOST]
    ]
    run: Json = {
        "tool": {
            "driver": {
                "name": "advisor",
                "semanticVersion": __version__,
                "informationUri": "https://pypi.org/project/lambda-flow-advisor/",
                "rules": [_rule(rule) for rule in rules],
            }
        },
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notices}],
        "results": _results(every, index),
        "columnKind": "unicodeCodePoints",
    }
    return json_text({"$schema": SARIF, "version": "2.1.0", "runs": [run]})


def _rule(rule: FindingRule) -> Json:
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.title.split() if word.isalnum()),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.because},
        "help": {"text": f"{rule.because} {rule.fix}", "markdown": f"{rule.because}\n\n{rule.fix}"},
        "helpUri": rule.source,
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": [rule.group], "problem.severity": _problem(rule), "precision": "high"},
    }


def _problem(rule: FindingRule) -> str:
    return "recommendation" if rule.level == "note" else rule.level


def _results(findings: Sequence[Finding], index: dict[str, int]) -> list[Json]:
    found: list[Json] = []
    seen: dict[str, int] = {}
    for finding in findings:
        place = finding.place
        mark = _fingerprint(finding)
        seen[mark] = seen.get(mark, 0) + 1
        result: dict[str, Json] = {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": finding.level,
            "message": {"text": f"{finding.title}: {finding.resource}. {finding.because} {finding.fix}"},
            "locations": [_location(place.file, place.line, place.column)],
            "partialFingerprints": {"advisorFinding/v1": f"{mark}:{seen[mark]}"},
        }
        if finding.suppressed:
            result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
        found.append(result)
    return found


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same when lines move."""
    text = f"{finding.rule}\n{finding.place.file}\n{finding.resource}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _location(file: str, line: int, column: int) -> Json:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file, safe="/:@-._~"), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": max(line, 1), "startColumn": max(column, 1)},
        }
    }
