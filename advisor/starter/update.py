"""A new starter over an edited project: three versions of each edited file become one.

The version that both sides started from is made again from the manifest, or found in the history of git. It
counts only if it has the digest that the manifest recorded. The merge is git's own.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.files import read_file, real_path
from advisor.starter.changes import changes_in
from advisor.starter.manifest import FOLDER, Manifest, UnusableManifest, digest, read_manifest
from advisor.starter.render import RenderedFile

Again: TypeAlias = Callable[[Manifest], Mapping[str, str]]
MAX_BYTES = 5_000_000  # of an edited file
MAX_COMMITS = 200
SECONDS = 60
NEW = f"{FOLDER}/new"
LABELS = ("yours", "as it was generated", "the new starter")


class Update(Struct, frozen=True, kw_only=True):
    """The files to write, and what became of those that the user had edited.

    ``merged`` without a conflict; ``conflicts`` hold the marks that git makes; of ``unmerged`` the version
    both started from is not known, so the user's stays and the new one goes to ``.advisor/new``.
    """

    files: tuple[RenderedFile, ...]
    merged: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()


def updated(files: Sequence[RenderedFile], folder: Path, again: Again) -> Update:
    """Return ``files`` with the user's edits in ``folder`` merged into them.

    ``again`` makes the files of a manifest again, or as many as it can. Raises OSError where the folder
    cannot be read.
    """
    goal = real_path(folder)
    edited = set(changes_in(goal, files).changed) if goal.is_dir() else set()
    if not edited:
        return Update(files=tuple(files))
    base = _Base(goal, again)
    kept: dict[str, list[str]] = {"merged": [], "conflicts": [], "unmerged": []}
    result: list[RenderedFile] = []
    for file in files:
        if file.path not in edited:
            result.append(file)
            continue
        how, texts = _merge(goal, file, base)
        kept[how].append(file.path)
        result += texts
    return Update(files=tuple(result), **{how: tuple(paths) for how, paths in kept.items()})


def _merge(goal: Path, file: RenderedFile, base: _Base) -> tuple[str, Iterable[RenderedFile]]:
    """Return how ``file`` was merged, and what to write."""
    mine = _text(goal / file.path)
    if mine is None:  # a link, a folder, or no text: nothing to merge, and a copy is kept
        return "unmerged", (file,)
    start = base.of(file.path)
    merged = _three_ways(mine, start, file.text) if start is not None else None
    if merged is None:
        beside = RenderedFile(f"{NEW}/{file.path}", file.text)
        return "unmerged", (replace(file, text=mine), beside)
    text, clean = merged
    return "merged" if clean else "conflicts", (replace(file, text=text),)


def _text(path: Path) -> str | None:
    if path.is_symlink():
        return None
    try:
        return read_file(path, MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


class _Base:
    """The files as they were generated, by path."""

    def __init__(self, goal: Path, again: Again) -> None:
        self.goal = goal
        try:
            manifest = read_manifest(goal)
        except UnusableManifest:
            manifest = None
        self.digests = manifest.files if manifest else {}
        self.made = again(manifest) if manifest else {}

    def of(self, path: str) -> str | None:
        """Return the text of ``path`` as it was generated; None where nothing has its digest."""
        wanted = self.digests.get(path)
        if wanted is None:
            return None
        made = self.made.get(path)
        return made if made is not None and digest(made) == wanted else self._in_history(path, wanted)

    def _in_history(self, path: str, wanted: str) -> str | None:
        """Return the version of ``path`` in git that has the digest ``wanted``."""
        commits = _git(self.goal, "rev-list", f"-n{MAX_COMMITS}", "HEAD", "--", path)
        for commit in (commits or b"").decode("ascii", "replace").split():
            version = f"{commit}:./{path}"
            size = _git(self.goal, "cat-file", "-s", version) or b""
            if not size.strip().isdigit() or int(size) > MAX_BYTES:
                continue
            text = (_git(self.goal, "cat-file", "blob", version) or b"").decode("utf-8", "replace")
            if digest(text) == wanted:
                return text
        return None


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git prints; None where there is no git, no repository, or an error.

    Somebody else may have written the repository's configuration, so ``arguments`` name plumbing only: it
    checks no signatures and shows no differences, for which that configuration could name programs. It runs
    no hook, fetches nothing, and looks at no other repository that the environment names.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    alone = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", "GIT_OPTIONAL_LOCKS": "0"}
    safe = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager")
    try:
        done = subprocess.run(
            ["git", *safe, *arguments],
            cwd=folder,
            env={**environment, **alone},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _three_ways(mine: str, start: str, new: str) -> tuple[str, bool] | None:
    """Return the merged text and whether it is without conflict; None where git cannot merge."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("mine", "start", "new")]
        for path, text in zip(paths, (mine, start, new), strict=True):
            path.write_bytes(text.encode("utf-8"))
        labels = [part for label in LABELS for part in ("-L", label)]
        try:
            done = subprocess.run(
                ["git", "merge-file", "-p", *labels, *map(str, paths)],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
    if done.returncode >= 128:  # an error; else the number of conflicts
        return None
    return done.stdout.decode("utf-8"), done.returncode == 0
