"""What an inspection found, as values that every report is made from."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.errors import Place
from advisor.inspect.model import System
from advisor.inspect.reading.document import Kind
from advisor.inspect.reading.source import Note
from advisor.knowledge.answers import Answers
from advisor.knowledge.findings import Level


class Finding(Struct, frozen=True, kw_only=True):
    """One fault, where it stands and what to do; ``suppressed`` is the reason why it is not shown."""

    rule: str
    level: Level
    title: str
    because: str
    source: str
    fix: str
    place: Place
    resource: str
    suppressed: str = ""


class Evidence(Struct, frozen=True):
    """Where a file answers a question, and how."""

    key: str
    place: Place
    because: str


class Move(Struct, frozen=True):
    """What it takes to build what is advised: names of resources, and when it pays."""

    goes: tuple[str, ...]
    comes: tuple[str, ...]
    stays: tuple[str, ...]
    pays: str


class SystemReport(Struct, frozen=True, kw_only=True):
    """One system with its answers, the advice on them, and whether the system is built as advised."""

    system: System
    answers: Answers
    evidence: tuple[Evidence, ...]
    recommendation: Recommendation
    agrees: bool
    move: Move | None


class ReadFile(Struct, frozen=True):
    """A file that was taken for a template or definition, and whether it could be read."""

    path: str
    kind: Kind
    read: bool


class Inspection(Struct, frozen=True, kw_only=True):
    """Everything that was found; ``texts`` are the files that were read, by name."""

    files: tuple[ReadFile, ...]
    systems: tuple[SystemReport, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Finding, ...]
    not_read: tuple[Note, ...]
    texts: Mapping[str, str]
