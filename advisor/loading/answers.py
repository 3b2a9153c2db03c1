"""Answers files: the format of the contract, in YAML or JSON, with ``--set`` on top."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from advisor.errors import InputError, Place, Problem, did_you_mean
from advisor.files import read_file
from advisor.knowledge.answers import Answers
from advisor.knowledge.questions import Questionnaire
from advisor.loading.answers_reader import AnswersReader
from advisor.loading.set_flags import overridden
from advisor.loading.yaml_nodes import MAX_BYTES, decode, parse


def read_answers(
    source: str, questionnaire: Questionnaire, overrides: Sequence[str] = (), *, piped: bool = True
) -> Answers:
    """Read ``source`` (a path, or ``-`` for standard input) and apply ``overrides`` (``KEY=VALUE``).

    ``piped``: the user named ``source``, so it may be a pipe. Raises InputError with all problems of the file
    and of the overrides at once.
    """
    data = _read(source, piped=piped)
    return load_answers(data, "<stdin>" if source == "-" else source, questionnaire, overrides)


def _read(source: str, *, piped: bool) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        return read_file(source, MAX_BYTES, piped=piped)
    except FileNotFoundError:
        hint = did_you_mean(Path(source).name, _yaml_beside(source))
        raise InputError(f"{source}: there is no such file." + (f" {hint}" if hint else "")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{source} cannot be read: {reason}.") from None


def _yaml_beside(source: str) -> list[str]:
    with suppress(OSError):
        return [name for name in os.listdir(os.path.dirname(source) or ".") if name.endswith(".yaml")]
    return []


def _order(problem: Problem) -> tuple[bool, Place]:
    """Order problems by their place; those of flags come first, and stay in the order of the flags."""
    is_flag = problem.place.file.startswith("--set")
    return not is_flag, Place("") if is_flag else problem.place


def load_answers(
    data: bytes | str, file: str, questionnaire: Questionnaire, overrides: Sequence[str] = ()
) -> Answers:
    """Return the answers in ``data``; see ``read_answers``."""
    text = decode(data, file) if isinstance(data, bytes) else data
    reader = AnswersReader(questionnaire)
    answers = overridden(reader, reader.document(parse(text, file)), overrides)
    if reader.problems:
        count = len(reader.problems)
        noun = "problem" if count == 1 else "problems"
        raise InputError(f"{file}: {count} {noun} in the answers.", sorted(reader.problems, key=_order))
    return answers
