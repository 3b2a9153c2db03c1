"""Journal of a run that writes into a folder, so that the next run can undo an interrupted one.

A journal lives in the user's state folder, where no checkout and no other user can bring one, under a name
made of the folder it is about. What lies beside that folder counts only where the journal names it, and only
as the journal knows it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct, field

from advisor.files import beside, is_beside, is_own, leftovers, open_file, read_file
from advisor.state import state_folder

MAX_BYTES = 10_000_000
_SWEEP, _UNDO, _PART = ".sweep", ".undo", ".part"


class Journal(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of a run to ``goal``, a real path; ``staged`` is the folder beside it with the new files.

    ``folders`` are those it makes, ``files`` what it moves in and ``before`` what was there, both by their
    marks; what was there and has no successor is removed, and ``emptied`` may be empty then.
    """

    goal: bytes
    staged: bytes
    folders: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    emptied: tuple[str, ...] = ()


class Entry(Struct, frozen=True):
    """Journal file of one run: leftovers to remove, and, while it moves files, changes to undo."""

    path: Path

    @property
    def undo(self) -> Path:
        return self.path.with_name(self.path.name + _UNDO)

    @property
    def sweep(self) -> Path:
        return self.path.with_name(self.path.name + _SWEEP)


def new_entry(goal: Path) -> Entry | None:
    """Return where this run keeps its journal; None where the user has no state folder."""
    stem = _stem(goal)
    return Entry(beside(stem)) if stem else None


def _stem(goal: Path) -> Path | None:
    folder = state_folder("unfinished")
    return folder / sha256(os.fsencode(goal)).hexdigest() if folder else None


def write(path: Path, journal: Journal) -> None:
    """Write ``journal`` to ``path``, whole or not at all. Raises OSError."""
    part = path.with_name(path.name + _PART)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(msgspec.json.encode(journal))
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def unfinished(goal: Path) -> list[Path]:
    """Return what killed runs of this user left to do about ``goal``."""
    stem = _stem(goal)
    return leftovers(stem) if stem else []


def recover(goal: Path) -> list[str]:
    """Take back and clean up what killed runs of this user left of ``goal``; return what to tell of it."""
    notes: list[str] = []
    for path in sorted(unfinished(goal), key=lambda path: path.suffix != _UNDO):
        try:
            _done(path, goal)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            notes.append(f"{path}: {reason}. What an interrupted run left of {goal} stays as it is.")
    return notes


def _done(path: Path, goal: Path) -> None:
    """Do what ``path`` says is left to do, and remove it. Raises OSError or ValueError; then it stays."""
    journal = None if path.suffix == _PART else _read(path, goal)
    if journal and path.suffix == _UNDO:
        if _staged(journal, goal) and goal.is_dir():
            take_back(journal, goal)
    elif journal:
        if path.with_suffix(_UNDO).exists():
            return
        if staged := _staged(journal, goal):
            shutil.rmtree(staged, ignore_errors=True)
        remove_empty(goal, journal.emptied)
    path.unlink(missing_ok=True)


def _staged(journal: Journal, goal: Path) -> Path | None:
    """Return the folder in which the run prepared its files, None where it is gone."""
    staged = goal.with_name(os.fsdecode(journal.staged))
    if not os.path.lexists(staged):
        return None
    status = staged.lstat()
    if not (stat.S_ISDIR(status.st_mode) and is_own(status)):
        raise ValueError(f"{staged} is not the folder that it was")
    return staged


def _read(entry: Path, goal: Path) -> Journal:
    """Return the journal in ``entry``. Raises OSError or ValueError where it is not one of this goal."""
    try:
        journal = msgspec.json.decode(read_file(entry, MAX_BYTES, private=True), type=Journal)
    except (ValueError, RecursionError):
        raise ValueError("the journal is damaged") from None
    if os.fsdecode(journal.goal) != str(goal) or not is_beside(goal, os.fsdecode(journal.staged)):
        raise ValueError("the journal is about another folder")
    names = [*journal.files, *journal.folders, *journal.before, *journal.emptied]
    if not all(map(is_inside, names)):
        raise ValueError("the journal names paths outside of the folder")
    return journal


def is_inside(path: str) -> bool:
    """Return whether the POSIX path ``path`` leads to something inside the folder it is joined to."""
    parts = PurePosixPath(path).parts
    return bool(parts) and ".." not in parts and parts[0][0] != "/" and not set(path) & set("\\:\0")


def take_back(journal: Journal, goal: Path) -> None:
    """Undo a half-done move: what was there before comes back, what we added goes, what others did stays.

    It may be killed itself and done again. Raises ValueError where something that was there is not kept.
    """
    staged = goal.with_name(os.fsdecode(journal.staged))
    lost: list[Path] = []
    for path in {**journal.before, **journal.files}:
        target, before = goal / path, staged / "before" / path
        if link_on_the_way(goal, path) or not _is_as_we_left_it(journal, path, staged, target):
            continue
        if path not in journal.before:
            target.unlink()
        elif _mark(before) == journal.before[path]:
            os.replace(before, target)
        else:
            lost.append(before)
    remove_empty(goal, journal.folders)
    if lost:
        raise ValueError(f"{', '.join(map(str, lost))}: this is not what was there")


def _is_as_we_left_it(journal: Journal, path: str, staged: Path, target: Path) -> bool:
    """Return whether ``path`` is the file we moved, as we made it; or gone, where we removed it."""
    if path not in journal.files:
        return not os.path.lexists(target)
    made = staged / "new" / path
    moved = not os.path.lexists(made) or _is_same_file(made, target)
    return moved and _mark(target) == journal.files[path]


def _is_same_file(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return os.path.samestat(one.lstat(), other.lstat())
    return False


def remove_empty(goal: Path, folders: Iterable[str]) -> None:
    """Remove those of ``folders`` in ``goal`` that are empty, the deepest first."""
    for name in sorted(folders, key=len, reverse=True):
        with suppress(OSError):
            if not link_on_the_way(goal, name):
                (goal / name).rmdir()


def _mark(path: Path) -> str:
    """Return the mark of ``path``; nothing where there is no file or link."""
    with suppress(OSError):
        return mark_of(path)
    return ""


def mark_of(path: Path) -> str:
    """Return what tells the content of ``path`` from others: its digest, or where the link it is leads.

    Raises OSError where it is neither a regular file nor a link.
    """
    if path.is_symlink():
        return f"link:{os.fsencode(os.readlink(path)).hex()}"
    with open_file(path) as file:
        return file_digest(file, "sha256").hexdigest()


def link_on_the_way(goal: Path, path: str) -> Path | None:
    """Return the first link between ``goal`` and ``path``, if there is one."""
    parents = reversed(PurePosixPath(path).parents[:-1])
    return next((goal / parent for parent in parents if (goal / parent).is_symlink()), None)
