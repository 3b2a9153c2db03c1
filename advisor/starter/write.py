"""Rendered files to a folder: all of them or none, never over a user's file unless told.

A new folder appears in one rename. Into a folder that exists, which may be the current folder of a shell, the
finished files are moved one by one; a journal lets the next run take back what a killed run left half done.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec.structs import replace

from advisor.errors import CannotWrite
from advisor.files import beside, real_path
from advisor.starter import journal
from advisor.starter.changes import Changes, changes_in
from advisor.starter.journal import Journal, is_inside, link_on_the_way, mark_of
from advisor.starter.lock import alone
from advisor.starter.manifest import digest
from advisor.starter.render import RenderedFile

MOST_NAMED = 8
_IGNORED = "# Copies that 'advisor generate --force' kept; remove them when you need them no more.\n*\n"


def write_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> Changes:
    """Write ``files`` below ``folder``; it may exist when nothing collides, or with ``force`` be overwritten.

    With ``force``, a copy of each file that the user changed is kept, and untouched files that an earlier
    starter left over are removed. Returns what was done. Raises CannotWrite naming every collision, with
    nothing changed.
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
        changes = _put(wanted, run, force=force)
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
    return replace(changes, notes=(*run.notes, *changes.notes))


def check_project(files: Iterable[RenderedFile], folder: Path, *, force: bool = False) -> Changes:
    """Return what ``write_project`` would do; raise CannotWrite where it would refuse. Nothing is changed."""
    wanted, goal = tuple(files), _goal(folder)
    try:
        _check(wanted, goal, folder, force=force)
        return changes_in(goal, wanted)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be written: {_reason(error)}.") from error


def take_back(folder: Path, *, dry_run: bool = False) -> list[str]:
    """Take back what an interrupted run of this user left in ``folder``; return what was done.

    Raises CannotWrite with ``dry_run`` where there is such a run, as nothing true can be said before.
    """
    goal = _goal(folder)
    if dry_run and journal.unfinished(goal):
        raise CannotWrite(
            f"An earlier run into {folder} was interrupted. Without --dry-run, this takes it back first."
        )
    try:
        return _recovered(goal)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be written: {_reason(error)}.") from error


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _goal(folder: Path) -> Path:
    """Return the real path of ``folder``, which may not be there yet."""
    try:
        goal = real_path(folder)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be written: {_reason(error)}. Nothing was changed.") from None
    if not goal.name:
        raise CannotWrite(f"{folder} is the root of the file system; name a folder in it.")
    return goal


def _missing(folder: Path) -> list[Path]:
    """Return those of ``folder`` and its parents that are not there, from the top. Raises OSError."""
    found = []
    while not folder.exists():
        if os.path.lexists(folder):
            folder.stat()  # raises: a circle of links
        found.append(folder)
        folder = folder.parent
    return found[::-1]


class _Run:
    """One run: the folder where it prepares ``goal``, and the journal of what it does there."""

    def __init__(self, goal: Path) -> None:
        self.goal, self.staged = goal, beside(goal)
        self.entry: journal.Entry | None = None
        self.half_done = False
        self.emptied: tuple[str, ...] = ()
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
        self.emptied = plan.emptied
        if self.entry:
            self._write_plan(self.entry.sweep, self.plan(emptied=plan.emptied))
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
            journal.remove_empty(self.goal, self.emptied)
            shutil.rmtree(self.staged, ignore_errors=True)
            if self.entry:
                with suppress(OSError):
                    self.entry.sweep.unlink()


def _put(files: Sequence[RenderedFile], run: _Run, *, force: bool) -> Changes:
    new = run.staged / "new"
    for file in files:
        path = new / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.text.encode("utf-8"))
        if file.executable:
            path.chmod(0o755)
    if not run.goal.exists():
        os.rename(new, run.goal)  # somebody else's files there make it fail
        return _all_new(files)
    with alone(run.goal):
        changes = changes_in(run.goal, files) if force else _all_new(files)
        _move_in(files, run, changes)
    return changes


def _all_new(files: Sequence[RenderedFile]) -> Changes:
    return Changes(new=tuple(file.path for file in files))


def _move_in(files: Sequence[RenderedFile], run: _Run, changes: Changes) -> None:
    goal, new = run.goal, run.staged / "new"
    replaced = (*changes.updated, *changes.changed)
    before = {path: mark_of(goal / path) for path in (*replaced, *changes.removed)}
    for path in before:
        _keep(goal / path, run.staged / "before" / path)
    moved = {file.path: digest(file.text) for file in files if file.path not in changes.same}
    moved |= _copies(goal, new, changes)
    plan = run.plan(
        folders=tuple(name for name in _parents(moved) if not (goal / name).exists()),
        files=moved,
        before=before,
        emptied=tuple(_parents(changes.removed)),
    )
    with run.moving(plan):
        for name in plan.folders:
            (goal / name).mkdir(exist_ok=True)
        for path in moved:
            _move(new / path, goal / path, replace=path in before)
        for path in changes.removed:
            (goal / path).unlink()


def _copies(goal: Path, new: Path, changes: Changes) -> dict[str, str]:
    """Prepare copies of the files that the user changed; return them by their marks."""
    if not changes.backup:
        return {}
    found: dict[str, str] = {}
    for path in changes.changed:
        copy = f"{changes.backup}/{path}"
        _keep(goal / path, new / copy)
        found[copy] = mark_of(new / copy)
    ignored = f"{changes.backup}/.gitignore"
    (new / ignored).write_text(_IGNORED, encoding="utf-8", newline="\n")
    return {**found, ignored: digest(_IGNORED)}


def _parents(paths: Iterable[str]) -> list[str]:
    """Return all folders that ``paths`` are in, those above first."""
    return sorted({str(parent) for path in paths for parent in PurePosixPath(path).parents[:-1]})


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
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        raise
    except (NotImplementedError, OSError):
        if os.path.lexists(target):
            raise
        os.rename(source, target)


def _recovered(goal: Path) -> list[str]:
    """Take back and clean up what runs of this user that were killed left of ``goal``."""
    if not journal.unfinished(goal):
        return []
    with alone(goal) if goal.is_dir() else nullcontext():
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
        more = [f"and {len(taken) - MOST_NAMED} more"] if len(taken) > MOST_NAMED else []
        way = "Move them away" if force else "Choose another folder, or replace them with --force"
        named = ", ".join([*taken[:MOST_NAMED], *more])
        raise CannotWrite(f"{folder} already holds {named}. {way}; nothing was written.")


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
