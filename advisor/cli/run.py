"""Arguments in, exit code out: the only place where an error becomes a number."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

import typer

from advisor import __version__
from advisor.cli import console
from advisor.cli.app import app_for
from advisor.errors import AdvisorError, InputError, Problem

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

# Every way a flag can be wrong; typer carries this class of click's under changing module names.
_USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; nothing is raised."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        console.prepare()
        if "_ADVISOR_COMPLETE" in os.environ:  # a shell asks for words
            from advisor.cli.completion import complete

            return complete()
        return _invoke(given)
    except AdvisorError as error:
        _as_json(given, error.exit_code, error.message, error.problems)
        return _said(f"{error}{_without_folder()}", error.exit_code)
    except BrokenPipeError:
        console.silence()
        return FAILED
    except (KeyboardInterrupt, typer.Abort) as error:
        return _said(str(error) or "Interrupted; nothing was left half-written.", INTERRUPTED)
    except _USAGE_ERROR as error:
        return _failed(given, _usage(error), BAD_INPUT)
    except OSError as error:
        return _failed(given, _refused(error), FAILED)
    except MemoryError:
        return _failed(given, "There is not enough memory for this.", FAILED)
    except Exception as error:
        return _failed(given, _unexpected(error), FAILED)


def _invoke(arguments: list[str]) -> int:
    first = arguments[0] if arguments else "-"
    command = typer.main.get_command(app_for(first))
    if not first.startswith("-") and first not in getattr(command, "commands", {}) and os.path.isfile(first):
        raise InputError(f"'{first}' is a file, not a command. Did you mean 'advisor recommend {first}'?")
    try:
        with command.make_context("advisor", arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    return DONE


def _as_json(given: Sequence[str], exit_code: int, message: str, problems: Sequence[Problem] = ()) -> None:
    """Print the error to standard output as JSON, where ``--format json`` asked for JSON there."""
    if "--format=json" not in given and ("--format", "json") not in pairwise(given):
        return
    from advisor.json_text import json_text

    told = [
        {
            "file": problem.place.file,
            "line": problem.place.line or None,
            "column": problem.place.column or None,
            "message": problem.message,
            "hint": problem.hint or None,
        }
        for problem in problems
    ]
    document = {"exit_code": exit_code, "message": message, "problems": told}
    with contextlib.suppress(OSError, AdvisorError):
        console.data(json_text({"schema": 1, "error": document}))


def _failed(given: Sequence[str], text: str, exit_code: int) -> int:
    _as_json(given, exit_code, text)
    return _said(text, exit_code)


def _said(text: str, exit_code: int) -> int:
    with contextlib.suppress(OSError):  # where standard error is gone, the exit code has to do
        console.say(text)
    return exit_code


def _usage(error: Exception) -> str:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "advisor"
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    return message if message.startswith("Usage:") else f"{message}\nTry: {path} --help"


def _refused(error: OSError) -> str:
    """Return what the system would not do: that is a fact about its state, and no fault of the advisor."""
    if error.errno in (errno.ENOSPC, errno.EIO) and error.filename is None:
        console.silence()
        return f"Standard output cannot be written: {error.strerror}."
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or error}.{_without_folder()}"


def _without_folder() -> str:
    """Return what explains many an error: nothing has a relative path where the folder is gone."""
    try:
        os.getcwd()
    except FileNotFoundError:
        return "\nThe current folder does not exist any more; change to another one."
    return ""


def _unexpected(error: Exception) -> str:
    if os.environ.get("ADVISOR_DEBUG"):
        import traceback

        traceback.print_exc()
    text = " ".join(str(error).split())[:200]
    return (
        f"This is a bug in advisor {__version__}: {type(error).__name__}: {text}\n"
        "Please report it with the command you ran; ADVISOR_DEBUG=1 shows where it happened."
    )
