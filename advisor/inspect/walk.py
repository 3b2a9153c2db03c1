"""Which files to read: those named, and in folders those that may be templates."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch

from msgspec import Struct

from advisor.files import read_file
from advisor.inspect.reading.reach import Reach
from advisor.inspect.reading.source import CannotRead

SUFFIXES = (".yaml", ".yml", ".json", ".template", ".tf")
LEFT_OUT = frozenset(
    ("node_modules", ".aws-sam", ".git", ".terraform", ".serverless", ".venv", "venv", "__pycache__", "dist",
     ".tox", ".mypy_cache", ".pytest_cache", "site-packages", ".hg", ".svn", ".idea", ".vscode", ".webpack")
)  # fmt: skip
CDK_OUT = "cdk.out"
MAX_FILES = 20_000
MAX_DEPTH = 40


class Candidate(Struct, frozen=True):
    """A file that may be a template; ``named`` where the user named it."""

    name: str
    named: bool


def candidates(paths: Sequence[str], reach: Reach) -> Iterator[Candidate]:
    """Yield the files below ``paths`` in their order; links to folders are not followed.

    What ``.gitignore`` files leave out is left out, but for the output of the CDK.
    """
    seen: set[str] = set()
    for path in paths:
        name = posixpath.normpath(path.replace(os.sep, "/"))
        found = _below(name, (), 0, reach) if _is_folder(name, reach) else [name]
        for file in found:
            if file not in seen and len(seen) < MAX_FILES:
                seen.add(file)
                yield Candidate(file, file == name)


def _is_folder(name: str, reach: Reach) -> bool:
    try:
        return reach.path(name).is_dir()
    except (CannotRead, OSError, ValueError):
        return False


def _below(folder: str, ignored: tuple[tuple[str, str], ...], depth: int, reach: Reach) -> Iterator[str]:
    patterns = (*ignored, *_ignored(folder, reach))
    try:
        entries = sorted(os.scandir(reach.path(folder)), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        name = posixpath.normpath(posixpath.join(folder, entry.name))
        if entry.is_dir(follow_symlinks=False):
            left_out = entry.name in LEFT_OUT or (entry.name != CDK_OUT and _matches(name, patterns, True))
            if not left_out and depth < MAX_DEPTH:
                yield from _below(name, () if entry.name == CDK_OUT else patterns, depth + 1, reach)
        elif entry.name.lower().endswith(SUFFIXES) and not _matches(name, patterns, False):
            yield name


def _ignored(folder: str, reach: Reach) -> Iterator[tuple[str, str]]:
    """Yield the patterns of a folder's ``.gitignore``, each with the folder it holds for."""
    try:
        text = read_file(reach.path(posixpath.join(folder, ".gitignore")), 100_000).decode("utf-8", "replace")
    except (CannotRead, OSError, ValueError):
        return
    for line in text.splitlines()[:2_000]:
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and len(pattern) < 200:
            yield folder, pattern


def _matches(name: str, patterns: Sequence[tuple[str, str]], folder: bool) -> bool:
    """Return whether ``name`` is ignored: the last pattern that matches decides, ``!`` takes it back."""
    found = False
    for base, pattern in patterns:
        negated = pattern.startswith("!")
        plain = pattern.removeprefix("!")
        if plain.endswith("/") and not folder:
            continue
        if _match(posixpath.relpath(name, base), plain.rstrip("/")):
            found = not negated
    return found


def _match(relative: str, pattern: str) -> bool:
    anchored = "/" in pattern
    pattern = re.sub(r"\*{2,}/?", "*", pattern.lstrip("/"))
    return fnmatch(relative, pattern) if anchored else fnmatch(posixpath.basename(relative), pattern)
