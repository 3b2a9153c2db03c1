"""Writing one text file: whole or not at all, and never over somebody's file unless told."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from advisor.errors import CannotWrite


def write_text(path: Path, text: str, *, replace: bool = False) -> None:
    """Write ``text`` to ``path`` as UTF-8 with ``\\n``, through a temporary file beside it.

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


def _write_beside(target: Path, data: bytes, replace: bool) -> None:
    if target.exists() and not replace:
        raise FileExistsError
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        _move(beside, target, replace)
    finally:
        beside.unlink(missing_ok=True)


def _move(beside: Path, target: Path, replace: bool) -> None:
    if not replace:
        try:
            os.link(beside, target)  # unlike a rename, fails where another run was faster
            return
        except FileExistsError:
            raise
        except (NotImplementedError, OSError):
            pass  # a file system without hard links
    os.replace(beside, target)
