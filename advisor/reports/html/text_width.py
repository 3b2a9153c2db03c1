"""Width of drawn text, and line breaks that make it fit a box."""

from __future__ import annotations

import re

from advisor.reports.text.terminal import characters, width
from advisor.text.printable import printable

_SIZE = 13.0  # pixels, as the page sets it
_NARROW, _WIDE = frozenset("ijlIftr.,:;'|!()[]- "), frozenset("mwMW@%&")
_SEAMS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[_./-])")  # where a name may be broken


def breadth(text: str) -> float:
    """Return how many pixels ``text`` takes at most, in the widest of the usual sans-serif fonts."""
    return _SIZE * sum(map(_em, characters(text)))


def _em(character: str) -> float:
    if not character.isascii():
        return 0.75 * max(1, width(character))
    if character in _NARROW:
        return 0.42
    if character in _WIDE:
        return 1.0
    return 0.78 if character.isupper() else 0.64


def fitted(text: str, room: float, most: int) -> list[str]:
    """Return ``text`` as at most ``most`` lines of ``room`` pixels; what is left out is an ellipsis."""
    lines = [""]
    for word in printable(text).split(" "):
        for number, piece in enumerate(filter(None, _SEAMS.split(word))):
            gap = " " if lines[-1] and not number else ""
            lines = _with(lines, gap, piece, room)
    return lines if len(lines) <= most else [*lines[: most - 1], _cut(lines[most - 1], room)]


def _with(lines: list[str], gap: str, piece: str, room: float) -> list[str]:
    """Add a piece to the last line or below it, cut up where it is wider than a line."""
    if breadth(lines[-1] + gap + piece) <= room:
        return [*lines[:-1], lines[-1] + gap + piece]
    found = [*lines, ""] if lines[-1] else lines
    for character in characters(piece):
        if found[-1] and breadth(found[-1] + character) > room:
            found = [*found, ""]
        found = [*found[:-1], found[-1] + character]
    return found


def _cut(line: str, room: float) -> str:
    kept = list(characters(line))
    while kept and breadth("".join(kept) + "…") > room:
        kept.pop()
    return "".join(kept) + "…"
