"""An inspection told in one of several formats; every report is a function that returns text."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Protocol

from advisor.inspect.inspection import Inspection
from advisor.knowledge.rules import RuleBase
from advisor.reports import ReportOptions


class InspectionReport(Protocol):
    """Tells an inspection; ``rule_base`` must be the one that made it."""

    def __call__(
        self, inspection: Inspection, rule_base: RuleBase, options: ReportOptions = ..., /
    ) -> str: ...


def _in_module(name: str) -> InspectionReport:
    """Return ``render`` of a module here, imported when it is first called."""

    def report(inspection: Inspection, rule_base: RuleBase, options: ReportOptions | None = None, /) -> str:
        render: InspectionReport = import_module(f"advisor.reports.inspection.{name}").render
        return render(inspection, rule_base, options or ReportOptions())

    return report


FORMATS: Mapping[str, InspectionReport] = MappingProxyType(
    {name: _in_module(name) for name in ("text", "json", "sarif", "markdown")}
)
