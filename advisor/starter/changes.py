"""Comparison of a generated project with an existing folder, file by file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.starter.journal import link_on_the_way, mark_of
from advisor.starter.manifest import FOLDER, PATH, UnusableManifest, digest, read_manifest
from advisor.starter.render import RenderedFile

Kind: TypeAlias = Literal["new", "same", "updated", "changed", "removed", "kept"]
_BACKUP = re.compile(r"backup-([1-9][0-9]{0,8})")


class Changes(Struct, frozen=True, kw_only=True):
    """The files of a folder, by what happens to them; paths have slashes and start in the folder.

    ``new``: not there yet. ``same``: nothing to do. ``updated``: replaced, and nobody had touched it since it
    was generated. ``changed``: replaced, although somebody changed it, or nobody can tell; a copy goes to
    ``backup``. ``removed``: left over from an earlier starter, and untouched. ``kept``: left over, and
    changed. ``notes``: what else the user should know.
    """

    new: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    backup: str = ""
    notes: tuple[str, ...] = ()

    @property
    def existing(self) -> bool:
        """Whether the folder held any of these files before."""
        return bool(self.same or self.updated or self.changed or self.removed or self.kept)


def changes_in(goal: Path, files: Sequence[RenderedFile]) -> Changes:
    """Return what it means to write ``files`` over those in ``goal``. Raises OSError."""
    notes: tuple[str, ...] = ()
    try:
        manifest = read_manifest(goal)
        before: Mapping[str, str] = manifest.files if manifest else {}
    except UnusableManifest as error:
        before, notes = {}, (f"{error}, so every file that differs counts as changed by you.",)
    found: dict[Kind, list[str]] = {}
    for file in files:
        found.setdefault(_kind(goal, file, before), []).append(file.path)
    for path, kind in _left_over(goal, before, {file.path for file in files}):
        found.setdefault(kind, []).append(path)
    by_kind = {kind: tuple(sorted(paths)) for kind, paths in found.items()}
    return Changes(**by_kind, backup=_new_backup(goal) if "changed" in found else "", notes=notes)


def _kind(goal: Path, file: RenderedFile, before: Mapping[str, str]) -> Kind:
    target = goal / file.path
    if not os.path.lexists(target):
        return "new"
    mark = mark_of(target)
    if mark == digest(file.text):
        return "updated" if file.executable and not os.access(target, os.X_OK) else "same"
    return "updated" if mark == before.get(file.path) or file.path == PATH else "changed"


def _left_over(goal: Path, before: Mapping[str, str], wanted: set[str]) -> Iterator[tuple[str, Kind]]:
    for path, mark in before.items():
        target = goal / path
        if path in wanted or link_on_the_way(goal, path) or not (target.is_symlink() or target.is_file()):
            continue
        yield path, "removed" if mark_of(target) == mark else "kept"


def _new_backup(goal: Path) -> str:
    """Return the folder for copies: numbered, and never one that is there."""
    folder = goal / FOLDER
    names = os.listdir(folder) if folder.is_dir() else []
    taken = [int(match[1]) for name in names if (match := _BACKUP.fullmatch(name))]
    return f"{FOLDER}/backup-{max(taken, default=0) + 1}"
