"""Actions of the result menu, as functions from the command line; the wizard itself writes no file."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from advisor.knowledge.answers import IACS, RUNTIMES, Answers, Iac, Runtime


class Wish(Struct, frozen=True, kw_only=True):
    """Input of an action.

    ``saved``: the file that holds exactly these answers, None while there is none. ``path``: the file or
    folder to write. ``replace``: the user agreed to overwrite an existing file.
    """

    answers: Answers
    saved: Path | None = None
    path: Path | None = None
    replace: bool = False


class Done(Struct, frozen=True):
    """Result of an action: a text, and the arguments that repeat it.

    ``command`` is unquoted, such as ``("advisor", "recommend", "my answers.yaml")``.
    """

    text: str
    command: tuple[str, ...] = ()

    @property
    def shell(self) -> str:
        """The command as one line a POSIX shell reads back unchanged."""
        return shlex.join(self.command)


Action: TypeAlias = Callable[[Wish], Done]


class Actions(Struct, frozen=True, kw_only=True):
    """Everything the end menu offers; each may raise an ``AdvisorError``, which is shown, not fatal.

    ``summary``, ``reasons``, ``flips`` and ``cost`` only return text. ``save`` and ``report`` write the file
    ``wish.path`` (``CannotWrite`` where it exists and ``wish.replace`` is False), ``generate`` writes the
    folder ``wish.path``.
    """

    summary: Action
    reasons: Action
    flips: Action
    cost: Action
    save: Action
    report: Action
    generate: Action
    iacs: tuple[Iac, ...] = IACS
    runtimes: tuple[Runtime, ...] = RUNTIMES
