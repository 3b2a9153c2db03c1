"""Prompters: lists on a full terminal, or plain questions, one line at a time."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TextIO

from advisor.errors import InputError
from advisor.wizard.prompters.look import look_for
from advisor.wizard.prompters.plain import PlainPrompter
from advisor.wizard.prompts import Prompter

NO_TERMINAL = (
    "The questions need a terminal, and there is none. Without one, write the answers to a file and run "
    "'advisor recommend FILE' or 'advisor generate FILE --output FOLDER'."
)


def choose_prompter(
    plain: bool, environ: Mapping[str, str], stdin: TextIO, stdout: TextIO, color: bool
) -> Prompter:
    """Return the prompter for this terminal. Raises InputError where input or output is none.

    Plain where asked for (``plain``, ``ACCESSIBLE``), and where the console cannot redraw.
    """
    if not (stdin.isatty() and stdout.isatty()):
        raise InputError(NO_TERMINAL)
    look = look_for(stdout.encoding)
    if plain or environ.get("ACCESSIBLE", "") not in ("", "0") or not can_redraw(environ):
        return PlainPrompter(stdin, stdout, look)
    from advisor.wizard.prompters.questionary_prompter import QuestionaryPrompter

    return QuestionaryPrompter(look, color and not environ.get("NO_COLOR"))


def can_redraw(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal understands cursor movement."""
    if sys.platform == "win32":  # a pseudo-console such as mintty's has no screen buffer
        from prompt_toolkit.output import create_output

        try:
            create_output()
        except Exception:  # NoConsoleScreenBufferError can be imported on Windows only
            return False
        return True
    return environ.get("TERM", "") not in ("", "dumb", "unknown")
