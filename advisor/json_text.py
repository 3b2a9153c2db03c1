"""Readable JSON, for people and their diffs."""

from __future__ import annotations

import re

import msgspec

# What would steer a terminal, or turn the direction of what is beside it in an editor; YAML refuses it, too
UNPRINTABLE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def json_text(value: object) -> str:
    """Return ``value`` (plain values all the way down) as JSON, two spaces a level, with a last line end."""
    return with_escapes(msgspec.json.format(msgspec.json.encode(value), indent=2).decode()) + "\n"


def with_escapes(literal: str) -> str:
    """Return JSON in which what nobody can see is escaped."""
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", literal)
