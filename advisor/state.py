"""The user's state folder: what is in it was written by this user, and came with no checkout."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from advisor.files import is_own

NAME = "lambda-flow-advisor"


def state_folder(below: str = "") -> Path | None:
    """Return the user's state folder, or the one ``below`` it, made where it was missing.

    None where the user has none, or where it is a link or somebody else's.
    """
    folder = state_path()
    if folder is None:
        return None
    try:
        for path in (folder, folder / below) if below else (folder,):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            status = path.lstat()
            if not (stat.S_ISDIR(status.st_mode) and is_own(status)):
                return None
            if os.name != "nt" and stat.S_IMODE(status.st_mode) != 0o700:
                path.chmod(0o700)
    except OSError:
        return None
    return folder / below


def state_path() -> Path | None:
    """Return where the platform wants the state folder, whether or not it is there; None for no place."""
    import platformdirs  # most commands keep no state

    folder = Path(platformdirs.user_state_dir(NAME, appauthor=False))
    return folder if folder.is_absolute() else None
