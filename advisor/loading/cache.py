"""The rule base, kept in a form that loads quickly: data in the user's cache folder, never code.

An entry is found by a digest over every rule file and over the program that read them, so a change of
either asks for another entry; and it is taken only whole, from a file that nobody else could have written.
Anything else is as if there were no entry. ``ADVISOR_NO_CACHE`` switches it off.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from advisor import __version__
from advisor.knowledge.rules import RuleBase
from advisor.loading.rule_files import yaml_files

MAX_BYTES = 50_000_000
KEPT = 8


def load_cached(folder: Path, overlays: Sequence[Path] = ()) -> RuleBase:
    """Return what ``load_rule_base`` returns for the same arguments, from the cache where it is there.

    Raises RuleBaseError as ``load_rule_base`` does; a cache that cannot be read or written is no error.
    """
    entry = _entry((folder, *overlays))
    found = _read(entry) if entry else None
    if found is not None:
        return found
    from advisor.loading.rule_base import load_rule_base

    rule_base = load_rule_base(folder, overlays)
    if entry and entry == _entry((folder, *overlays)):  # nothing changed while it was read
        _write(entry, rule_base)
    return rule_base


def cache_folder() -> Path | None:
    """Return the platform's cache folder for the advisor; None where the user has none or wants none."""
    if os.environ.get("ADVISOR_NO_CACHE"):
        return None
    if sys.platform == "win32":
        base, below = os.environ.get("LOCALAPPDATA", ""), ("lambda-flow-advisor", "Cache")
    elif sys.platform == "darwin":
        base, below = os.path.expanduser("~/Library/Caches"), ("lambda-flow-advisor",)
    else:
        base, below = os.environ.get("XDG_CACHE_HOME", "").strip(), ("lambda-flow-advisor",)
        base = base or os.path.expanduser("~/.cache")
    return Path(base, *below) if os.path.isabs(base) else None


def _entry(folders: Sequence[Path]) -> Path | None:
    """Return where the entry for the files in ``folders`` stands, whether or not it is there."""
    cache = cache_folder()
    if cache is None:
        return None
    digest = sha256()
    try:
        for part in _identity(folders):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    except (OSError, ValueError):
        return None
    return cache / f"rules-{digest.hexdigest()}.json"


def _identity(folders: Sequence[Path]) -> Iterator[bytes]:
    """Yield all that a rule base depends on: the files as they are, and the modules that read them."""
    yield __version__.encode()
    package = Path(__file__).parent.parent
    for room in ("loading", "knowledge"):
        for module in sorted(os.scandir(package / room), key=lambda found: found.name):
            if module.name.endswith(".py"):
                status = module.stat()
                yield f"{room}/{module.name} {status.st_size} {status.st_mtime_ns}".encode()
    for folder in folders:
        yield os.fsencode(folder)
        for name in yaml_files(folder):
            yield name.encode(errors="surrogateescape")
            yield (folder / name).read_bytes()


def _read(entry: Path) -> RuleBase | None:
    """Return the rule base in ``entry``; None where it is not there, not ours, or not as it was written."""
    try:
        if not _private(os.stat(entry.parent)):
            return None
        handle = os.open(entry, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _private(status) and status.st_size <= MAX_BYTES):
                return None
            digest, _, data = file.read().partition(b"\n")
        if sha256(data).hexdigest().encode() != digest:
            return None
        return msgspec.json.decode(data, type=RuleBase)
    except (OSError, ValueError, RecursionError):
        return None


def _private(status: os.stat_result) -> bool:
    """Return whether only the user (and root) can have written it; on Windows, the folder's ACL says so."""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _write(entry: Path, rule_base: RuleBase) -> None:
    """Keep ``rule_base``, as a whole or not at all; where that cannot be done, nothing is said."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        data = msgspec.json.encode(rule_base)
        if len(data) > MAX_BYTES:
            return
        entry.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not _private(os.stat(entry.parent)):
            return
        from advisor.files import MARK, abandoned, replace_private

        replace_private(entry, sha256(data).hexdigest().encode() + b"\n" + data)
        entries = sorted(entry.parent.glob("rules-*.json"), key=lambda path: path.stat().st_mtime_ns)
        unfinished = filter(abandoned, entry.parent.glob(f".*{MARK}*"))
        for old in (*entries[:-KEPT], *unfinished):
            old.unlink(missing_ok=True)
