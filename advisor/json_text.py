"""Readable JSON, for people and their diffs."""

from __future__ import annotations

import msgspec


def json_text(value: object) -> str:
    """Return ``value`` (plain values all the way down) as JSON, two spaces a level, with a last line end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"
