"""The whole walk: paths to an inspection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from advisor.decision.recommend import recommend
from advisor.inspect.answers import answers_of
from advisor.inspect.findings.evaluate import findings, without_reason
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.suppressions import Suppressions, in_metadata, in_texts
from advisor.inspect.inspection import Inspection, SystemReport
from advisor.inspect.model import System
from advisor.inspect.reading.reach import Reach
from advisor.inspect.systems import Gathered, gather
from advisor.inspect.verdict import agrees, move
from advisor.inspect.wiring.system import wire
from advisor.knowledge.rules import RuleBase


def inspect(paths: Sequence[str], rule_base: RuleBase, today: date, root: Path | None = None) -> Inspection:
    """Return what the files below ``paths`` are, whether the advice agrees, and what is wrong with them.

    Raises InputError where a path does not exist. Ends of runtimes are judged by ``today``. With ``root``,
    paths start there, and nothing outside of it is read.
    """
    gathered = gather(paths, rule_base, Reach(root, closed=True) if root else Reach())
    notes = list(gathered.notes)
    systems: list[System] = []
    for catalogue in gathered.catalogues:
        wired = wire(catalogue, gathered.library.text)
        systems.append(wired.system)
        notes += wired.notes
    for catalogue in gathered.definitions({file for system in systems for file in system.files}):
        wired = wire(catalogue, gathered.library.text)
        systems.append(wired.system)
        notes += wired.notes
    suppressions = _suppressions(gathered)
    every = [
        finding for system in systems for finding in findings(Scene(system, rule_base, today), suppressions)
    ]
    every += without_reason(suppressions, rule_base.inspection.rules)
    return Inspection(
        files=gathered.read_files(),
        systems=tuple(_report(system, rule_base) for system in systems),
        findings=tuple(finding for finding in every if not finding.suppressed),
        suppressed=tuple(finding for finding in every if finding.suppressed),
        not_read=tuple(dict.fromkeys(notes)),
        texts=gathered.library.texts,
    )


def _suppressions(gathered: Gathered) -> Suppressions:
    by_file = {
        file: tuple(in_metadata(document.metadata))
        for catalogue in gathered.catalogues
        for document in catalogue.documents
        if document.metadata.there
        for file in document.files
    }
    return Suppressions(in_texts(gathered.library.texts), by_file)


def _report(system: System, rule_base: RuleBase) -> SystemReport:
    answers, evidence = answers_of(system, rule_base.questionnaire, _name(system))
    recommendation = recommend(rule_base, answers)
    agreed = agrees(system, recommendation)
    return SystemReport(
        system=system,
        answers=answers,
        evidence=evidence,
        recommendation=recommendation,
        agrees=agreed,
        move=None if agreed else move(system, recommendation, rule_base),
    )


def _name(system: System) -> str:
    """Return a name for the workload: the folder of its first file, or the file's own name."""
    parts = [part for part in system.files[0].split("/") if part not in ("", ".", "..", "infra", "cdk.out")]
    return parts[-2] if len(parts) > 1 else parts[-1].partition(".")[0] if parts else "system"
