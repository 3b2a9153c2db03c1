"""Which files may be read: those below one folder, or any that the user can read."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.reading.source import CannotRead


class Reach(Struct, frozen=True):
    """The folder that names start from; where ``closed``, nothing outside of it is read, also by a link."""

    folder: Path = Path()
    closed: bool = False

    def path(self, name: str) -> Path:
        """Return the path of the file or folder ``name``. Raises CannotRead for one that is out of reach."""
        found = self.folder / name
        if self.closed and not self._inside(found):
            raise CannotRead(Place(name), "this is outside of the folder that may be read.")
        return found

    def _inside(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self.folder.resolve())
        except (OSError, ValueError, RuntimeError):  # a link that leads to itself
            return False
