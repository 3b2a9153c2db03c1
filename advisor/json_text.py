"""Readable JSON, for people and their diffs."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

# What would steer a terminal, or turn the direction of what is beside it in an editor; YAML refuses it, too
UNPRINTABLE = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def json_text(value: object) -> str:
    """Return ``value`` (plain values all the way down) as JSON, two spaces a level, with a last line end."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:  # the name of a file may be of bytes that are no text
        data = msgspec.json.encode(_as_text(value))
    return with_escapes(msgspec.json.format(data, indent=2).decode()) + "\n"


def _as_text(value: object) -> object:
    if isinstance(value, str):
        return utf_8(value)
    if isinstance(value, Mapping):
        return {_as_text(key): _as_text(item) for key, item in value.items()}
    return [_as_text(item) for item in value] if isinstance(value, list | tuple) else value


def utf_8(text: str) -> str:
    """Return ``text`` with escapes for bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def with_escapes(literal: str) -> str:
    """Return JSON in which what nobody can see is escaped."""
    return UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", literal)
