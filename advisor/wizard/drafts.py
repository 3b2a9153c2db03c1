"""The draft of an unfinished walk: one JSON file for its owner's eyes, replaced as a whole."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor.files import read_file, replace_private
from advisor.knowledge.questions import Question, Questionnaire
from advisor.state import state_path
from advisor.wizard.interview_state import Ticks, Walk, line_of

SCHEMA = 1
MAX_BYTES = 1_000_000


class Draft(Struct, frozen=True):
    """Contents of a draft: the answers so far and the workload's name."""

    walk: Walk
    name: str = ""


class DraftFile(Struct, frozen=True):
    """File of the draft."""

    path: Path

    @classmethod
    def of_user(cls) -> DraftFile | None:
        """Return the draft in the platform's state folder; None where there is no such place."""
        folder = state_path()
        return cls(folder / "draft.json") if folder else None

    def write(self, draft: Draft) -> None:
        """Replace the draft; readable by its owner only. Raises OSError where it cannot be written."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(OSError):
            self.path.parent.chmod(0o700)
        replace_private(self.path, json.dumps(_plain(draft), ensure_ascii=False, indent=1).encode())

    def read(self, questionnaire: Questionnaire) -> Draft | None:
        """Return the draft, or None where there is none. Raises ValueError where it cannot be used."""
        try:
            data = read_file(self.path, MAX_BYTES, private=True)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ValueError(error.strerror or "unreadable") from error
        try:
            return _draft(json.loads(data), questionnaire)
        except (KeyError, TypeError, AttributeError, RecursionError, UnicodeDecodeError) as error:
            raise ValueError("it is damaged") from error
        except json.JSONDecodeError as error:
            raise ValueError("it is damaged") from error

    def kept_at(self) -> str:
        """Return when the draft was written, in local time."""
        try:
            return time.strftime("%Y-%m-%d %H:%M", time.localtime(self.path.stat().st_mtime))
        except OSError:
            return "earlier"

    def remove(self) -> None:
        """Remove the draft; no matter whether there is one."""
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def _plain(draft: Draft) -> dict[str, Any]:
    walk = draft.walk
    return {
        "schema": SCHEMA,
        "name": draft.name,
        "answers": {key: list(v) if isinstance(v, tuple) else v for key, v in walk.answers.items()},
        "unknown": list(walk.unknown),
        "trail": list(walk.trail),
        "at": walk.at,
        "everything": walk.everything,
        "ticks": {name: [list(item.offered), list(item.ticked)] for name, item in walk.ticks.items()},
    }


def _draft(data: Mapping[str, Any], questionnaire: Questionnaire) -> Draft:
    if data["schema"] != SCHEMA:
        raise ValueError("it was written by another version")
    known = questionnaire.by_key
    read = {key: tuple(v) if isinstance(v, list) else v for key, v in data["answers"].items() if key in known}
    answers = {key: value for key, value in read.items() if fits(value, known[key])}
    unknown = tuple(key for key in data["unknown"] if key in known and key not in answers)
    screens = {screen.id: [line_of(item) for item in screen.items] for screen in questionnaire.screens}
    ticks = {
        name: Ticks(*(tuple(line for line in screens[name] if line in part) for part in parts))
        for name, parts in data["ticks"].items()
        if name in screens
    }
    met = {*answers, *unknown, *ticks}
    trail = tuple(dict.fromkeys(entry for entry in data["trail"] if entry in met))
    at = data["at"] if isinstance(data["at"], int) and len(trail) == len(data["trail"]) else len(trail)
    walk = Walk(
        answers=answers,
        unknown=unknown,
        trail=trail,
        at=min(max(at, 0), len(trail)),
        everything=data["everything"] is True,
        ticks=ticks,
    )
    return Draft(walk, str(data["name"]))


def fits(value: object, question: Question) -> bool:
    """Return whether ``value`` is an answer to ``question`` as it is asked today."""
    if question.unit:
        whole = question.kind == "whole"
        right = isinstance(value, int) if whole else isinstance(value, int | float)
        if not right or isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return question.minimum <= value <= question.maximum
    if question.kind == "list":
        return (
            isinstance(value, tuple)
            and len(set(value)) == len(value)
            and all(question.choice(v) for v in value)
        )
    return question.choice(value) is not None
