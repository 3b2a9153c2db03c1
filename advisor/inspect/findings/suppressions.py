"""Findings that a file switches off itself: by a comment, by metadata, or by the comment of a state.

``# advisor: ignore IN03 the queue is read by hand`` stands on the line of what it is about, or right above;
``Metadata: {advisor: {ignore: {IN03: the queue is read by hand}}}`` in the resource or the template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.values import Node

_WORDS = re.compile(r"advisor:\s*ignore\s+((?:[A-Z]{2,12}\d{2}[\s,]*)+)([^\"\n]*)")
_ID = re.compile(r"[A-Z]{2,12}\d{2}")
_COMMENT = re.compile(r"\s*(#|//|/\*|\*)")
MAX_REASON = 300


class Suppression(Struct, frozen=True):
    """Rules that do not apply at a place, and why; without a reason they apply all the same."""

    rules: tuple[str, ...]
    reason: str
    place: Place


class Suppressions(Struct, frozen=True):
    """The suppressions of all files: by line, and by what covers a whole file."""

    by_line: Mapping[tuple[str, int], Suppression]
    by_file: Mapping[str, tuple[Suppression, ...]]

    def reason(self, rule: str, places: Iterable[Place], own: Iterable[Suppression]) -> str:
        """Return why ``rule`` does not apply to something at ``places``; empty where it does."""
        found = [*own]
        for place in places:
            found += self.by_file.get(place.file, ())
            at = self.by_line.get((place.file, place.line))
            found += [at] if at else []
        return next((one.reason for one in found if rule in one.rules and one.reason), "")


def in_texts(texts: Mapping[str, str]) -> dict[tuple[str, int], Suppression]:
    """Return the suppressions in comments, by the line that each is about."""
    found: dict[tuple[str, int], Suppression] = {}
    for file, text in texts.items():
        if "advisor:" in text:
            lines = text.split("\n")
            for number, line in enumerate(lines):
                match = _WORDS.search(line)
                if match:
                    about = _about(lines, number)
                    found[(file, about)] = suppression(match, Place(file, number + 1, match.start() + 1))
    return found


def _about(lines: list[str], number: int) -> int:
    """Return the line that a comment is about: its own, or the first one after the comments."""
    while number < len(lines) - 1 and _COMMENT.match(lines[number]):
        number += 1
    return number + 1


def suppression(match: re.Match[str], place: Place) -> Suppression:
    """Return what a comment says."""
    reason = " ".join(match[2].strip(" -:#*/").split())[:MAX_REASON]
    return Suppression(tuple(_ID.findall(match[1])), reason, place)


def in_comment(node: Node) -> Iterator[Suppression]:
    """Yield the suppressions in the ``Comment`` of a state or machine."""
    for match in _WORDS.finditer(node.string or ""):
        yield suppression(match, node.place)


def in_metadata(node: Node) -> Iterator[Suppression]:
    """Yield the suppressions in the metadata of a resource or template."""
    for rule, reason in node.get("advisor", "ignore").mapping.items():
        yield Suppression((rule,), (reason.string or "").strip()[:MAX_REASON], reason.key)
