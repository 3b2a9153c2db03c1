"""Text made safe for Markdown, and the few shapes the decision record needs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from advisor.text.printable import printable

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&@]|:(?=//)|(?<=\bwww)\.")
_ITEM = re.compile(r"^(\d+)(?=[.)](?:\s|$))|^(?=[-+])")  # at the start of a line it would open a list
_TICKS = re.compile("`+")


def escaped(text: str) -> str:
    """Return running text in which nothing is taken for markup."""
    return _ITEM.sub(r"\g<0>\\", _SPECIAL.sub(r"\\\g<0>", printable(text)))


def literal(text: str) -> str:
    """Return user text as a code span: shown letter by letter, on one line."""
    shown = printable(text)
    fence = "`" * (max((len(run) for run in _TICKS.findall(shown)), default=0) + 1)
    space = " " if "`" in shown else ""
    return f"{fence}{space}{shown}{space}{fence}" if shown else ""


def link(text: str, address: str) -> str:
    """Return a link; an address that could end it early is percent-encoded."""
    safe = "".join(
        c if c.isascii() and c.isprintable() and c not in ' ()<>\\"' else _percent(c) for c in address
    )
    return f"[{escaped(text)}]({safe})"


def _percent(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in character.encode("utf-8", "replace"))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a table; cells are Markdown already, a bar inside a code span included."""
    lines = [_row(heads), _row(["---"] * len(heads))]
    return [*lines, *(_row(row) for row in rows)]


def _row(cells: Sequence[str]) -> str:
    return f"|{'|'.join(f' {cell} ' if cell else ' ' for cell in cells)}|"
