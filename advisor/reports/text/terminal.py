"""Text in columns: wrapping and padding by display width, so that wide characters stay aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.text.address import is_address
from advisor.text.printable import printable

_JOINER = "\u200d"
_ASCII = str.maketrans(
    {
        "–": "-",
        "—": "-",
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "…": "...",
        "→": "->",
        "×": "x",
        "≤": "<=",
        "≥": ">=",
        "·": "-",
        "•": "-",
        "\u00a0": " ",
    }
)


def ascii_punctuation(text: str) -> str:
    """Return ``text`` with typographic punctuation spelt in ASCII; letters stay."""
    return text.translate(_ASCII)


def width(text: str) -> int:
    """Return the number of terminal columns ``text`` takes; ``text`` must be printable."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # a table of all characters: loaded only for text that needs it

    return int(wcswidth(text))


def wrap(text: str, columns: int, first: str = "", rest: str | None = None) -> list[str]:
    """Return ``text`` as lines of at most ``columns`` that start with ``first``, then ``rest``.

    An address is never broken: where it is longer than a line, the terminal breaks it on the screen only.
    """
    rest = first if rest is None else rest
    lines: list[str] = []
    line = first
    empty = True
    for word in printable(text).split(" "):
        joined = line + word if empty else f"{line} {word}"
        if width(joined) > columns and not empty:
            lines.append(line)
            line, empty, joined = rest, True, rest + word
        if width(joined) > columns and not is_address(word):
            *full, joined = _pieces(line, word, columns, rest)
            lines += full
        line, empty = joined, False
    return [part.rstrip() for part in (*lines, line)]


def _pieces(line: str, word: str, columns: int, rest: str) -> Iterator[str]:
    """Break a word that is wider than a line."""
    started = line
    for character in characters(word):
        if width(line + character) > columns and line not in (started, rest):
            yield line
            line = started = rest
        line += character
    yield line


def characters(word: str) -> Iterator[str]:
    """Yield what a reader takes for one character: combining marks and joined emoji stay together."""
    found = ""
    for character in word:
        if found and not (_attaches(character) or found.endswith(_JOINER)):
            yield found
            found = ""
        found += character
    if found:
        yield found


def _attaches(character: str) -> bool:
    return not character.isascii() and (width(character) == 0 or "\U0001f3fb" <= character <= "\U0001f3ff")


def pad(text: str, columns: int) -> str:
    """Return ``text`` filled with spaces up to ``columns``."""
    return text + " " * (columns - width(text))


def side_by_side(cells: Sequence[str], widths: Sequence[int], gap: str = "  ") -> list[str]:
    """Return one table row as lines, each cell wrapped in its column."""
    wrapped = [wrap(cell, columns) for cell, columns in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, wrapped))):
        row = [
            pad(part[number] if number < len(part) else "", columns)
            for part, columns in zip(wrapped, widths, strict=True)
        ]
        lines.append(gap.join(row).rstrip())
    return lines
