"""Rendered files to a folder: all of them or none, never over a user's file unless told.

A new or empty folder appears in one rename. Into a folder that holds other files the finished files are
moved one by one; a journal lets the next run take back what a killed run left half done.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any

from advisor.errors import CannotWrite
from advisor.files import beside
from advisor.starter import journal
from advisor.starter.journal import Journal, is_inside, link_on_the_way, mark_of
from advisor.starter.render import RenderedFile

PATIENCE_S = 5.0


def write_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> tuple[str, ...]:
    """Write ``files`` below ``folder``; it may exist when nothing collides, or with ``force`` be overwritten.

    Returns what the user should know about earlier runs that were interrupted. Raises CannotWrite naming
    every collision, with nothing changed.
    """
    wanted = tuple(files)
    goal = _goal(folder)
    run = _Run(goal)
    made: list[Path] = []
    try:
        made = _missing(goal.parent)
        for parent in made:
            parent.mkdir(exist_ok=True)
        run.notes += _recovered(goal)
        _check(wanted, goal, folder, force=force)
        run.begin()
        _put(wanted, run, force=force)
        made = []
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY):  # another run was faster
            _check(wanted, goal, folder, force=force)
        raise CannotWrite(f"{folder} cannot be written: {_reason(error)}. {run.state()}") from error
    finally:
        run.end()
        for parent in reversed(made):
            with suppress(OSError):
                parent.rmdir()
    return tuple(run.notes)


def check_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> None:
    """Raise CannotWrite where ``write_project`` would refuse; change nothing."""
    try:
        _check(tuple(files), _goal(folder), folder, force=force)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be written: {_reason(error)}.") from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _goal(folder: Path) -> Path:
    """Return the real path of ``folder``, which may not be there yet."""
    try:
        goal = Path(os.path.realpath(folder))
    except FileNotFoundError:
        raise CannotWrite("The current folder does not exist any more; nothing was written.") from None
    if not goal.name:
        raise CannotWrite(f"{folder} is the root of the file system; name a folder in it.")
    return goal


def _missing(folder: Path) -> list[Path]:
    """Return those of ``folder`` and its parents that are not there, from the top."""
    found = []
    while not folder.exists():
        found.append(folder)
        folder = folder.parent
    return found[::-1]


class _Run:
    """One run: the folder where it prepares ``goal``, and the journal of what it does there."""

    def __init__(self, goal: Path) -> None:
        self.goal, self.staged = goal, beside(goal)
        self.entry: journal.Entry | None = None
        self.half_done = False
        self.notes: list[str] = []

    def plan(self, **parts: Any) -> Journal:
        return Journal(goal=os.fsencode(self.goal), staged=os.fsencode(self.staged.name), **parts)

    def begin(self) -> None:
        """Make the folder; the journal comes first, so that nothing is left that nobody knows of."""
        self.entry = journal.new_entry(self.goal)
        if self.entry:
            try:
                journal.write(self.entry.sweep, self.plan())
            except OSError:  # a state folder that cannot be written is as none
                self.entry = None
        self.staged.mkdir(mode=0o700)

    @contextmanager
    def moving(self, plan: Journal) -> Iterator[None]:
        """Keep ``plan`` while files are moved, and take back what was done where that fails."""
        if self.entry:
            self._write_plan(self.entry.undo, plan)
        elif plan.before:
            self.notes.append(
                "There is no state folder to keep a journal in: had this run been killed, the next one could "
                "not have brought back what it replaced."
            )
        self.half_done = True
        try:
            yield
            self._commit()
        except BaseException:
            with suppress(ValueError):
                journal.take_back(plan, self.goal)
                self._commit()
            raise

    def _write_plan(self, path: Path, plan: Journal) -> None:
        try:
            journal.write(path, plan)
        except OSError as error:
            reason = f"{path.parent} cannot be written: {_reason(error)}"
            raise CannotWrite(f"{reason}. Without a journal there, nothing was changed.") from error

    def _commit(self) -> None:
        if self.entry:
            self.entry.undo.unlink()
        self.half_done = False

    def state(self) -> str:
        """Return what became of the folder, for a message."""
        if not self.half_done:
            return "Nothing was changed."
        again = " and comes back with the next run" if self.entry else ""
        return f"What was there is in {self.staged}{again}."

    def end(self) -> None:
        """Remove what was prepared, unless it is still needed."""
        if not self.half_done:
            shutil.rmtree(self.staged, ignore_errors=True)
            if self.entry:
                with suppress(OSError):
                    self.entry.sweep.unlink()


def _put(files: Sequence[RenderedFile], run: _Run, *, force: bool) -> None:
    new = run.staged / "new"
    for file in files:
        path = new / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode("utf-8"))
        if file.executable:
            path.chmod(0o755)
    if not run.goal.exists() or not any(run.goal.iterdir()):
        _appear(new, run.goal)
    else:
        with _alone(run.goal):
            _move_in(files, run, force=force)


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


def _move_in(files: Sequence[RenderedFile], run: _Run, *, force: bool) -> None:
    goal, paths = run.goal, [file.path for file in files]
    folders = {str(parent) for path in paths for parent in PurePosixPath(path).parents if str(parent) != "."}
    existing = [path for path in paths if os.path.lexists(goal / path)] if force else []
    for path in existing:
        _keep(goal / path, run.staged / "before" / path)
    plan = run.plan(
        folders=tuple(name for name in sorted(folders) if not (goal / name).exists()),
        files={file.path: sha256(file.text.encode("utf-8")).hexdigest() for file in files},
        before={path: mark_of(goal / path) for path in existing},
    )
    with run.moving(plan):
        for name in plan.folders:
            (goal / name).mkdir(exist_ok=True)
        for path in paths:
            _move(run.staged / "new" / path, goal / path, replace=path in plan.before)


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


def _recovered(goal: Path) -> list[str]:
    """Take back and clean up what runs of this user that were killed left of ``goal``."""
    if not journal.unfinished(goal):
        return []
    with _alone(goal) if goal.is_dir() else nullcontext():
        return journal.recover(goal)


def _check(files: Sequence[RenderedFile], goal: Path, folder: Path, *, force: bool) -> None:
    if goal.exists() and not goal.is_dir():
        raise CannotWrite(f"{folder} is a file; name a folder.")
    _check_paths(files)
    if not goal.exists():
        return
    through = sorted({str(link) for file in files if (link := link_on_the_way(goal, file.path))})
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
        if not is_inside(file.path):
            raise CannotWrite(f"'{file.path}' is not a path inside the project; nothing was written.")


def _collides(goal: Path, path: str, *, force: bool) -> bool:
    target = goal / path
    blocked = any((goal / parent).is_file() for parent in PurePosixPath(path).parents[:-1])
    if blocked or not force:
        return blocked or os.path.lexists(target)
    return os.path.lexists(target) and not (target.is_symlink() or target.is_file())
