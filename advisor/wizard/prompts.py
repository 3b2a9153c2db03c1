"""Prompts and replies as values, and the type of a prompter."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from enum import Enum
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["one", "several", "line"]
Tone: TypeAlias = Literal["plain", "note", "warning", "command"]


class Move(Enum):
    """A reply that is no answer."""

    BACK = "<"
    REVIEW = "="
    UNKNOWN = "-"


class Row(Struct, frozen=True):
    """One line to choose; ``alone`` rows exclude every other (none of these, I don't know)."""

    id: str
    label: str
    text: str = ""
    alone: bool = False


class Reading(Struct, frozen=True):
    """A typed line, understood: the value, and how it was read."""

    value: str | int | float
    echo: str


class Mistake(Struct, frozen=True):
    """A typed line that does not fit, and what would."""

    message: str


Reader: TypeAlias = Callable[[str], Reading | Mistake]


class Section(Struct, frozen=True):
    """A headed part of a help text; every line is one paragraph."""

    heading: str
    lines: tuple[str, ...]


class Prompt(Struct, frozen=True):
    """One thing to ask.

    ``given``: ids of the rows chosen before. ``default``: the line that Enter alone stands for. ``read``
    understands a typed line. ``moves``: which moves are on offer here. ``ordered``: the order of choosing
    counts. ``quiet``: leave no trace of the reply on the screen. ``longest``: characters a line may have.
    """

    title: str
    kind: Kind
    rows: tuple[Row, ...] = ()
    given: tuple[str, ...] = ()
    default: str = ""
    note: str = ""
    status: str = ""
    help: tuple[Section, ...] = ()
    read: Reader = lambda text: Reading(text, text)
    moves: frozenset[Move] = frozenset({Move.BACK})
    ordered: bool = False
    quiet: bool = False
    longest: int = 500

    def row(self, row_id: str) -> Row:
        return next(row for row in self.rows if row.id == row_id)


def read_line(text: str, prompt: Prompt) -> Reading | Mistake:
    """Return what a typed line comes to; nothing typed stands for the default, if there is one."""
    text = text.strip() or prompt.default
    if len(text) > prompt.longest:
        return Mistake(f"At most {prompt.longest} characters are expected.")
    if not text:
        way_out = ", or - if you don't know" if Move.UNKNOWN in prompt.moves else ""
        return Mistake(f"Type an answer{way_out}.")
    return prompt.read(text)


class Picked(Struct, frozen=True):
    """The chosen rows, in the order they were chosen; exactly one for ``one``."""

    ids: tuple[str, ...]


class Typed(Struct, frozen=True):
    """The line as ``Prompt.read`` understood it."""

    value: str | int | float


Reply: TypeAlias = Picked | Typed | Move


class Prompter(Protocol):
    """Something that can ask and tell; Ctrl-C and the end of input raise KeyboardInterrupt."""

    def ask(self, prompt: Prompt) -> Reply:
        """Ask until the reply fits; help is shown on the way."""
        ...

    def say(self, text: str, tone: Tone = "plain") -> None:
        """Show ``text``, one or more lines; a ``command`` is shown as it is, to be copied."""
        ...

    def working(self, text: str) -> AbstractContextManager[None]:
        """Tell that something is under way, once it takes half a second."""
        ...
