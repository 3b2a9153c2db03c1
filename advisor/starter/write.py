"""Rendered files to a folder: all of them or none, never over a user's file unless told.

A new or empty folder appears in one rename. Into a folder that holds other files the finished files are
moved one by one; a journal beside them lets the next run take back what a killed run left half done.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from advisor.errors import CannotWrite
from advisor.starter.render import RenderedFile

MARK = ".advisor-tmp-"
JOURNAL = "journal.json"
STALE_S = 600


def write_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> None:
    """Write ``files`` below ``folder``; it may exist when nothing collides, or with ``force`` be overwritten.

    Raises CannotWrite naming every collision, with nothing changed.
    """
    wanted = tuple(files)
    goal = _goal(folder)
    try:
        goal.parent.mkdir(parents=True, exist_ok=True)
        _recover(goal)
        _check(wanted, goal, folder, force=force)
        staged = Path(tempfile.mkdtemp(prefix=f".{goal.name}{MARK}{os.getpid()}-", dir=goal.parent))
        try:
            _put(wanted, staged, goal, force=force)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise CannotWrite(
            f"{folder} cannot be written: {error.strerror or error}. Nothing was changed."
        ) from error


def check_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> None:
    """Raise CannotWrite where ``write_project`` would refuse; change nothing."""
    _check(tuple(files), _goal(folder), folder, force=force)


def _goal(folder: Path) -> Path:
    return folder.resolve() if folder.is_symlink() else folder.absolute()


def _put(files: Sequence[RenderedFile], staged: Path, goal: Path, *, force: bool) -> None:
    new = staged / "new"
    for file in files:
        path = new / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode("utf-8"))
        if file.executable:
            path.chmod(0o755)
    if not goal.exists() or not any(goal.iterdir()):
        _appear(new, goal)
    else:
        _move_in([file.path for file in files], staged, goal, force=force)


def _appear(new: Path, goal: Path) -> None:
    """Put the finished folder in its place at once; somebody else's files there make it fail."""
    if os.name == "nt" and goal.exists():
        goal.rmdir()
    os.rename(new, goal)


def _move_in(paths: Sequence[str], staged: Path, goal: Path, *, force: bool) -> None:
    before = staged / "before"
    folders = sorted(
        {str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "."}
    )
    made = [name for name in folders if not (goal / name).exists()]
    existing = [path for path in paths if os.path.lexists(goal / path)]
    for path in existing:
        kept = before / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(goal / path, kept, follow_symlinks=False)
    journal = {"goal": str(goal), "folders": made, "files": list(paths), "existing": existing}
    _write_whole(staged / JOURNAL, json.dumps(journal))
    try:
        for name in made:
            (goal / name).mkdir(exist_ok=True)
        for path in paths:
            _move(staged / "new" / path, goal / path, replace=force and path in existing)
    except BaseException:
        _take_back(staged)
        raise
    (staged / JOURNAL).unlink()


def _move(source: Path, target: Path, *, replace: bool) -> None:
    """Move ``source`` to ``target``; unless ``replace``, a file that appeared meanwhile makes it fail."""
    if replace:
        os.replace(source, target)
        return
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise
        os.rename(source, target)


def _take_back(staged: Path) -> None:
    """Undo a half-done move: what was there before comes back, what we added goes."""
    journal = json.loads((staged / JOURNAL).read_text(encoding="utf-8"))
    goal = Path(journal["goal"])
    for path in journal["files"]:
        if path in journal["existing"]:
            os.replace(staged / "before" / path, goal / path)
        elif _is_ours(staged / "new" / path, goal / path):
            (goal / path).unlink()
    for name in sorted(journal["folders"], key=len, reverse=True):
        with suppress(OSError):
            (goal / name).rmdir()
    (staged / JOURNAL).unlink()


def _is_ours(staged: Path, target: Path) -> bool:
    """Return whether ``target`` is the file we moved: the same one, or gone from the staging folder."""
    if not os.path.lexists(target):
        return False
    return staged.exists() is False or os.path.samefile(staged, target)


def _recover(goal: Path) -> None:
    """Take back and clean up what runs that were killed left beside ``goal``."""
    for leftover in goal.parent.glob(f".{glob_escaped(goal.name)}{MARK}*"):
        if _abandoned(leftover):
            if (leftover / JOURNAL).exists():
                _take_back(leftover)
            shutil.rmtree(leftover, ignore_errors=True)


def glob_escaped(name: str) -> str:
    """Return ``name`` with the characters a glob reads made literal."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in name)


def _abandoned(leftover: Path) -> bool:
    process = leftover.name.rpartition(MARK)[2].partition("-")[0]
    if sys.platform == "win32" or not process.isdigit():
        return time.time() - leftover.stat().st_mtime > STALE_S
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return int(process) == os.getpid()


def _write_whole(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    os.replace(part, path)


def _check(files: Sequence[RenderedFile], goal: Path, folder: Path, *, force: bool) -> None:
    if goal.exists() and not goal.is_dir():
        raise CannotWrite(f"{folder} is a file; name a folder.")
    _check_paths(files)
    if not goal.exists():
        return
    through = sorted({str(link) for file in files if (link := _link_on_the_way(goal, file.path))})
    if through:
        raise CannotWrite(
            f"{', '.join(through)} leads out of the folder through a symbolic link; nothing was written."
        )
    taken = sorted(file.path for file in files if _collides(goal, file.path, force=force))
    if taken:
        way = "Move them away" if force else "Choose another folder, or replace them with --force"
        raise CannotWrite(f"{folder} already holds {', '.join(taken)}. {way}; nothing was written.")


def _check_paths(files: Sequence[RenderedFile]) -> None:
    for file in files:
        parts = PurePosixPath(file.path).parts
        if not parts or ".." in parts or PurePosixPath(file.path).is_absolute() or "\\" in file.path:
            raise CannotWrite(f"'{file.path}' is not a path inside the project; nothing was written.")


def _link_on_the_way(goal: Path, path: str) -> Path | None:
    parents = reversed(PurePosixPath(path).parents[:-1])
    return next((goal / parent for parent in parents if (goal / parent).is_symlink()), None)


def _collides(goal: Path, path: str, *, force: bool) -> bool:
    target = goal / path
    blocked = any((goal / parent).is_file() for parent in PurePosixPath(path).parents[:-1])
    if blocked or not force:
        return blocked or os.path.lexists(target)
    return target.is_dir() and not target.is_symlink()
