"""Rendered files to a folder: all of them or none, never over a user's file unless told.

A new or empty folder appears in one rename. Into a folder that holds other files the finished files are
moved one by one; a journal beside them lets the next run take back what a killed run left half done.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath

from advisor.errors import CannotWrite
from advisor.files import beside, leftovers
from advisor.starter.render import RenderedFile

JOURNAL = "journal.json"
PATIENCE_S = 5.0


def write_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> None:
    """Write ``files`` below ``folder``; it may exist when nothing collides, or with ``force`` be overwritten.

    Raises CannotWrite naming every collision, with nothing changed.
    """
    wanted = tuple(files)
    goal = _goal(folder)
    staged = beside(goal)
    made: list[Path] = []
    try:
        made = [parent for parent in goal.parents if not parent.exists()]
        goal.parent.mkdir(parents=True, exist_ok=True)
        _recover(goal)
        _check(wanted, goal, folder, force=force)
        staged.mkdir(mode=0o700)
        _put(wanted, staged, goal, force=force)
        made = []
    except OSError as error:
        kept = f"What was there is in {staged} and comes back with the next run."
        end = kept if (staged / JOURNAL).exists() else "Nothing was changed."
        raise CannotWrite(f"{folder} cannot be written: {error.strerror or error}. {end}") from error
    finally:
        if not (staged / JOURNAL).exists():
            shutil.rmtree(staged, ignore_errors=True)
        for parent in made:
            with suppress(OSError):
                parent.rmdir()


def check_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> None:
    """Raise CannotWrite where ``write_project`` would refuse; change nothing."""
    _check(tuple(files), _goal(folder), folder, force=force)


def _goal(folder: Path) -> Path:
    return Path(os.path.realpath(folder)) if folder.is_symlink() else folder.absolute()


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
        with _alone(goal):
            _move_in(files, staged, goal, force=force)


def _appear(new: Path, goal: Path) -> None:
    """Put the finished folder in its place at once; somebody else's files there make it fail."""
    if os.name == "nt" and goal.exists():
        goal.rmdir()
    os.rename(new, goal)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs out of ``folder`` meanwhile, where there are locks that end with the process."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    import fcntl

    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > until:
                busy = f"Another run is writing to {folder}; nothing was written. Try again when it is done."
                raise CannotWrite(busy) from None
            time.sleep(0.02)
        except OSError:
            return  # a file system without locks


def _move_in(files: Sequence[RenderedFile], staged: Path, goal: Path, *, force: bool) -> None:
    paths = [file.path for file in files]
    folders = sorted(
        {str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "."}
    )
    made = [name for name in folders if not (goal / name).exists()]
    existing = [path for path in paths if os.path.lexists(goal / path)] if force else []
    for path in existing:
        _keep(goal / path, staged / "before" / path)
    digests = {file.path: _digest(file.text.encode("utf-8")) for file in files}
    journal = {"goal": str(goal), "folders": made, "files": digests, "existing": existing}
    _write_whole(staged / JOURNAL, json.dumps(journal))
    try:
        for name in made:
            (goal / name).mkdir(exist_ok=True)
        for path in paths:
            _move(staged / "new" / path, goal / path, replace=path in existing)
    except BaseException:
        _take_back(staged)
        raise
    (staged / JOURNAL).unlink()


def _keep(original: Path, copy: Path) -> None:
    """Keep ``original`` as it is, whoever it belongs to; where that cannot be, a copy of it."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(original, copy, follow_symlinks=False)
    except (NotImplementedError, OSError):
        shutil.copy2(original, copy, follow_symlinks=False)


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
    """Undo a half-done move: what was there before comes back, what we added goes, what others did stays.

    It may be killed itself and done again.
    """
    journal = json.loads((staged / JOURNAL).read_text(encoding="utf-8"))
    goal = Path(journal["goal"])
    for path, digest in journal["files"].items():
        target, before = goal / path, staged / "before" / path
        if not _is_ours(staged / "new" / path, target, digest):
            continue
        if os.path.lexists(before):
            os.replace(before, target)
        elif path not in journal["existing"]:
            target.unlink()
    for name in sorted(journal["folders"], key=len, reverse=True):
        with suppress(OSError):
            (goal / name).rmdir()
    (staged / JOURNAL).unlink()


def _is_ours(staged: Path, target: Path, digest: str) -> bool:
    """Return whether ``target`` is the file we moved, and still as we made it."""
    if target.is_symlink() or not target.is_file():
        return False
    same = not staged.exists() or os.path.samefile(staged, target)
    return same and _digest(target.read_bytes()) == digest


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def _recover(goal: Path) -> None:
    """Take back and clean up what runs that were killed left beside ``goal``."""
    for leftover in leftovers(goal):
        with _alone(goal) if goal.is_dir() else nullcontext():
            if (leftover / JOURNAL).exists():
                _take_back(leftover)
        shutil.rmtree(leftover, ignore_errors=True)


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
