"""A recommendation told in one of several formats; every report is a function that returns text."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Protocol

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.rules import RuleBase


class ReportOptions(Struct, frozen=True):
    """How to tell it.

    ``width`` in columns, ``explain`` for everything instead of the top reasons and ``colour`` concern text
    on a terminal; ``plain`` keeps rules, bullets and punctuation of the text report to ASCII; ``links`` makes
    the addresses in it links (OSC 8). ``date`` (ISO) is the day the decision was made; left out, a report
    shows the date of the rule base only.
    """

    width: int = 80
    explain: bool = False
    colour: bool = False
    plain: bool = True
    links: bool = False
    date: str = ""


class Report(Protocol):
    """Tells a recommendation; ``rule_base`` must be the one that made it."""

    def __call__(
        self, recommendation: Recommendation, rule_base: RuleBase, options: ReportOptions = ..., /
    ) -> str: ...


def _in_module(name: str) -> Report:
    """Return ``render`` of a module here, imported when it is first called: start-up time is a feature."""

    def report(
        recommendation: Recommendation, rule_base: RuleBase, options: ReportOptions | None = None, /
    ) -> str:
        render: Report = import_module(f"advisor.reports.{name}").render
        return render(recommendation, rule_base, options or ReportOptions())

    return report


FORMATS: Mapping[str, Report] = MappingProxyType(
    {
        "text": _in_module("text.report"),
        "json": _in_module("json.report"),
        "markdown": _in_module("markdown.report"),
        "html": _in_module("html.report"),
    }
)
