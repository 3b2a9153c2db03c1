"""One run at a time in a folder."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from advisor.errors import CannotWrite

PATIENCE_S = 5.0


@contextmanager
def alone(folder: Path) -> Iterator[None]:
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
