"""Reading and writing one file: bounded, whole or not at all, and never over somebody's file unless told.

What is written is prepared beside its goal, under a name that tells which process does it; what a killed run
left there goes when the next one writes to the same goal.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import time
from contextlib import suppress
from io import BufferedReader
from pathlib import Path

from advisor.errors import CannotWrite

MARK = ".advisor-tmp-"
STALE_S = 600
MOST_LINKS = 40
_RUN = os.urandom(4).hex()  # in containers, the next run often has the same process id


def read_file(path: str | Path, most: int, *, piped: bool = False, private: bool = False) -> bytes:
    """Return what the regular file ``path`` holds. Raises OSError where it is no such file, or too large.

    ``piped``: the user named this file, so it may be a pipe or a terminal as well. ``private``: it must be no
    link, and only this user can have written it.
    """
    with open_file(path, piped=piped, private=private) as file:
        if os.fstat(file.fileno()).st_size > most:
            raise _too_large(path, most)
        data = file.read(most + 1)
    if len(data) > most:  # it grew meanwhile, or has no size of its own
        raise _too_large(path, most)
    return data


def open_file(path: str | Path, *, piped: bool = False, private: bool = False) -> BufferedReader:
    """Open ``path`` for reading, as ``read_file`` does; never waits for somebody to open its other end."""
    status = os.lstat(path) if private else os.stat(path)
    kinds = (stat.S_ISREG, stat.S_ISFIFO, stat.S_ISCHR) if piped else (stat.S_ISREG,)
    _check(path, any(of(status.st_mode) for of in kinds))  # opening a device may do something
    names = ("O_NONBLOCK", "O_NOCTTY", "O_BINARY", *(["O_NOFOLLOW"] if private else []))
    handle = os.open(path, os.O_RDONLY | sum(getattr(os, name, 0) for name in names))
    try:
        status = os.fstat(handle)
        is_pipe = stat.S_ISFIFO(status.st_mode) or os.isatty(handle)
        _check(path, stat.S_ISREG(status.st_mode) or (piped and is_pipe))
        if private and not is_private(status):
            raise OSError(errno.EPERM, "somebody else may have written it", str(path))
        if is_pipe:
            os.set_blocking(handle, True)
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def _check(path: str | Path, fits: bool) -> None:
    if not fits:
        is_folder = os.path.isdir(path)
        raise OSError(
            errno.EISDIR if is_folder else errno.EINVAL,
            "it is a folder" if is_folder else "it is not a regular file",
            str(path),
        )


def _too_large(path: str | Path, most: int) -> OSError:
    return OSError(errno.EFBIG, f"it has more than {most:,} bytes", str(path))


def is_private(status: os.stat_result) -> bool:
    """Return whether only this user (and root) can have written it; on Windows, the folder's ACL says so."""
    others = stat.S_IWGRP | stat.S_IWOTH
    return is_own(status) and (sys.platform == "win32" or not status.st_mode & others)


def is_own(status: os.stat_result) -> bool:
    """Return whether it belongs to this user; on Windows, the folder's ACL says so."""
    return sys.platform == "win32" or status.st_uid == os.geteuid()


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write ``text`` to ``path`` as UTF-8 with ``\\n``.

    Raises CannotWrite where ``path`` exists and ``replace`` is False, or where it cannot be written;
    then nothing has changed. Devices and pipes are written to as they are.
    """
    try:
        target = real_path(path)
        if target.is_dir():
            raise CannotWrite(f"{path} is a folder; nothing was written. Name a file in it.")
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8", newline="\n")
        else:
            _write_beside(target, text.encode("utf-8", "replace"), replace)
    except FileExistsError:
        taken = f"{path} is already there; nothing was changed. To replace it, add --force."
        raise CannotWrite(taken) from None
    except OSError as error:
        raise CannotWrite(f"{path} cannot be written: {error.strerror or error}.") from None


def real_path(path: str | Path) -> Path:
    """Return where writing to ``path`` ends, links followed. Raises OSError.

    A link of somebody else in a folder where all may write is refused, as Linux refuses to open it.
    """
    place = os.path.abspath(path)
    for _ in range(MOST_LINKS):
        if not os.path.islink(place):
            return Path(os.path.realpath(path))
        link, folder = os.lstat(place), os.stat(os.path.dirname(place))
        shared = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
        if shared and not is_own(link) and link.st_uid != folder.st_uid:
            raise OSError(errno.EACCES, "it is a link that somebody else made", str(path))
        place = os.path.join(os.path.dirname(place), os.readlink(place))
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


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


def is_beside(goal: Path, name: str) -> bool:
    """Return whether ``name`` is one that ``beside`` makes for ``goal``."""
    return name.startswith(_start(goal.name)) and name == os.path.basename(name)


def leftovers(goal: Path) -> list[Path]:
    """Return what killed runs prepared for ``goal`` and never finished."""
    start = _start(goal.name)
    with suppress(OSError):
        found = [Path(entry.path) for entry in os.scandir(goal.parent) if entry.name.startswith(start)]
        return sorted(path for path in found if abandoned(path))
    return []


def sweep(goal: Path) -> None:
    """Remove the user's own files that killed runs left beside ``goal``."""
    for leftover in leftovers(goal):
        with suppress(OSError):
            status = leftover.lstat()
            if stat.S_ISREG(status.st_mode) and is_own(status):
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
