"""Errors and problems as values: a problem names a place, a fact and a way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

MOST_PROBLEMS = 100


class Place(NamedTuple):
    """Position in a file (or ``<stdin>``, ``--set``): line and column, from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


class Problem(NamedTuple):
    """One thing that does not fit, and what would."""

    place: Place
    message: str
    hint: str = ""

    def in_line(self, number: int) -> Problem:
        """Return the problem as one of line ``number``, of which it knows the column only."""
        place = Place(self.place.file, number, self.place.column or 1)
        return Problem(place, self.message.replace(" in line 1.", " in this line."), self.hint)

    def __str__(self) -> str:
        return escaped(f"{self.place}: {self.message}" + (f" {self.hint}" if self.hint else ""))


class AdvisorError(Exception):
    """Base of everything the advisor refuses; the command line prints it and exits with ``exit_code``."""

    exit_code = 1

    def __init__(self, message: str, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def __str__(self) -> str:
        said = "\n".join(map(escaped, self.message.split("\n")))
        return "\n".join([said, *(f"  {line}" for line in lines_of(self.problems))])


def lines_of(problems: Sequence[Problem]) -> list[str]:
    """Return ``problems``, one a line; of very many only the first."""
    more = len(problems) - MOST_PROBLEMS
    return [*map(str, problems[:MOST_PROBLEMS]), *([f"and {more:,} more problems."] if more > 0 else [])]


class CannotWrite(AdvisorError):
    """The folder or file to write to is taken or not writable; nothing was changed."""

    exit_code = 1


class CheckFailed(AdvisorError):
    """A check the user asked for found something."""

    exit_code = 1


class InputError(AdvisorError):
    """Flags, answers file or terminal do not fit."""

    exit_code = 2


class RuleBaseError(AdvisorError):
    """The rule base or a template is broken."""

    exit_code = 3


def escaped(text: str) -> str:
    """Return ``text``, some of which a user may have typed, with escapes for what a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``Did you mean 'x'?`` for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name[:100].lower(), list(known), n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""
