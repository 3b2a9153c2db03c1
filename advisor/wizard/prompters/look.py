"""The few marks the prompters draw, and text made safe for a terminal."""

from __future__ import annotations

import textwrap
import unicodedata

from msgspec import Struct

from advisor.text.address import is_address
from advisor.wizard.prompts import Tone

WIDEST = 100
_ASCII = {
    "–": "-", "—": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "×": "x", "≥": ">=", "≤": "<=",
    "→": "->", "←": "<-", "·": "-", "•": "*", "€": "EUR", "\u00a0": " ", "✓": "ok", "≈": "about", "ß": "ss",
}  # fmt: skip


class Look(Struct, frozen=True, kw_only=True):
    """Marks for lists, and whether the terminal shows more than ASCII."""

    pointer: str = "❯"
    marked: str = "✓"
    arrows: str = "↑↓"
    unicode: bool = True

    def shown(self, text: str) -> str:
        """Return ``text`` without control characters, in ASCII where nothing else can be shown."""
        safe = "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in text)
        if self.unicode:
            return safe
        plain = "".join(_ASCII.get(c, c) for c in safe)
        bare = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
        return bare.encode("ascii", "replace").decode("ascii")


ASCII = Look(pointer=">", marked="x", arrows="up/down", unicode=False)


def look_for(encoding: str | None) -> Look:
    """Return the marks that ``encoding`` can write."""
    return (
        Look() if (encoding or "").lower().replace("-", "").replace("_", "") in ("utf8", "utf8sig") else ASCII
    )


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Return ``text`` in lines of at most ``width``, after ``first``, then ``rest`` (default: as wide)."""
    indent = " " * len(first) if rest is None else rest
    lines: list[str] = []
    for paragraph in text.split("\n"):
        start = first if not lines else indent
        lines += textwrap.wrap(
            paragraph,
            max(width, 20),
            initial_indent=start,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=not any(map(is_address, paragraph.split())),
        ) or [start.rstrip()]
    return lines


def laid_out(text: str, tone: Tone, columns: int) -> str:
    """Return a message for ``columns``: only lines that are too long are broken, and commands never."""
    if tone == "command":
        return text
    if tone in ("note", "warning"):
        return "\n".join(wrapped(text, min(columns - 1, WIDEST), "! " if tone == "warning" else ""))
    lines: list[str] = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        lines += [line] if len(line) <= columns else wrapped(line.strip(), columns, indent)
    return "\n".join(lines)
