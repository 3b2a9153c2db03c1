"""The sheet the text report is written on: how wide, how loud, how much of each list."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.rules import RuleBase
from advisor.reports import ReportOptions
from advisor.reports.text.terminal import ascii_punctuation, width, wrap
from advisor.text.address import linked
from advisor.text.printable import printable

BOLD, FAINT, RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"
SHORT = 3  # how many of a list the short report shows


class Page(Struct, frozen=True, kw_only=True):
    """Input of a section: the values, the width, and whether to use colours."""

    recommendation: Recommendation
    rule_base: RuleBase
    options: ReportOptions
    columns: int

    def paint(self, code: str, text: str) -> str:
        return f"{code}{text}{RESET}" if self.options.colour else text

    def heading(self, text: str) -> list[str]:
        return [self.paint(BOLD, line) for line in wrap(text, self.columns)]

    def say(self, text: str, first: str = "  ", rest: str | None = None) -> list[str]:
        spoken = ascii_punctuation(text) if self.options.plain else text
        return wrap(spoken, self.columns, first, rest)

    def source(self, address: str, indent: str) -> list[str]:
        """Return an address; further left where that keeps it in one piece."""
        further_left = len(indent) + width(address) > self.columns >= 2 + width(address)
        start = "  " if further_left else indent
        return [f"{start}{self.paint(FAINT, self.link(address))}"]

    def link(self, address: str) -> str:
        """Return an address as a link, where the terminal knows links."""
        shown = printable(address)
        return linked(shown, address) if self.options.links else shown

    def some(self, items: Sequence[object]) -> int:
        return len(items) if self.options.explain else min(SHORT, len(items))
