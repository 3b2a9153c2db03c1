"""Web addresses and paths: kept in one piece, and links where a terminal shows them."""

from __future__ import annotations

import re

# A web address; a path from the root, the home or here; a file in folders, perhaps with line and column
_ADDRESS = re.compile(r"[(\[<'\"]?(\w+://|~?\.{0,2}/|[\w.@-]+(/[\w.@-]+)+\.\w+(:\d+){0,2}\W*$)", re.ASCII)
_LINKED = re.compile(r"https?://[!-~]+")


def is_address(word: str) -> bool:
    """Return whether ``word`` is a web address or a path, which must stay in one piece to be of use."""
    return _ADDRESS.match(word) is not None


def linked(text: str, address: str) -> str:
    """Return ``text`` as a link to ``address`` for terminals that know OSC 8."""
    return f"\x1b]8;;{address}\x1b\\{text}\x1b]8;;\x1b\\" if _LINKED.fullmatch(address) else text
