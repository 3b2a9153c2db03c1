"""Writing one file: whole or not at all, and never over somebody's file unless told.

Everything is prepared beside its goal, under a name that tells which process does it; what a killed run left
there goes when the next one writes to the same goal.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

from advisor.errors import CannotWrite

# What Windows takes for a device wherever it stands, and whatever its suffix
DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)
MARK = ".advisor-tmp-"
STALE_S = 600
_RUN = os.urandom(4).hex()  # in containers, the next run often has the same process id


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write ``text`` to ``path`` as UTF-8 with ``\\n``.

    Raises CannotWrite where ``path`` exists and ``replace`` is False, or where it cannot be written;
    then nothing has changed. Devices and pipes are written to as they are.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise CannotWrite(f"{path} is a folder; nothing was written. Name a file in it.")
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8", newline="\n")
        else:
            _write_beside(target, text.encode("utf-8", "replace"), replace)
    except FileExistsError:
        taken = f"{path} is already there; nothing was changed. To replace it, add --force."
        raise CannotWrite(taken) from None
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from None


def replace_private(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whatever is there, for its owner's eyes only. Raises OSError."""
    sweep(path)
    made = beside(path)
    try:
        _fill(made, data, 0o600)
        os.replace(made, path)
    finally:
        made.unlink(missing_ok=True)


def beside(goal: Path) -> Path:
    """Return where to prepare what becomes ``goal``: on the same file system, and nobody else's place."""
    return goal.with_name(f"{_start(goal.name)}{os.getpid()}-{_RUN}-{os.urandom(4).hex()}")


def leftovers(goal: Path) -> list[Path]:
    """Return what killed runs prepared for ``goal`` and never finished."""
    start = _start(goal.name)
    with suppress(OSError):
        found = [Path(entry.path) for entry in os.scandir(goal.parent) if entry.name.startswith(start)]
        return sorted(path for path in found if abandoned(path))
    return []


def sweep(goal: Path) -> None:
    """Remove the files that killed runs left beside ``goal``."""
    for leftover in leftovers(goal):
        with suppress(OSError):
            leftover.unlink()


def _start(name: str) -> str:
    short = name.encode("utf-8", "surrogatepass")[:120].decode("utf-8", "ignore")
    return f".{short}{MARK}"


def abandoned(leftover: Path) -> bool:
    """Return whether the process that prepared ``leftover`` is gone."""
    process, _, run = leftover.name.rpartition(MARK)[2].partition("-")
    if sys.platform == "win32" or not process.isdigit():
        with suppress(OSError):
            return time.time() - leftover.stat().st_mtime > STALE_S
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return int(process) == os.getpid() and not run.startswith(_RUN)


def _write_beside(target: Path, data: bytes, replace: bool) -> None:
    sweep(target)
    if target.exists() and not replace:
        raise FileExistsError
    made = beside(target)
    try:
        _fill(made, data, 0o666)
        if target.exists():
            shutil.copymode(target, made)
        _move(made, target, replace)
    finally:
        made.unlink(missing_ok=True)


def _fill(path: Path, data: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move(made: Path, target: Path, replace: bool) -> None:
    if not replace:
        try:
            os.link(made, target)  # unlike a rename, fails where another run was faster
            return
        except FileExistsError:
            raise
        except (NotImplementedError, OSError):
            pass  # a file system without hard links
    os.replace(made, target)
