"""Text as a YAML scalar."""

from __future__ import annotations

import re

import yaml


def quoted(text: str) -> str:
    """Return ``text`` as one YAML scalar in one line, quoted only where it must be."""
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31)).strip()


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./:-]*[A-Za-z0-9]")
_YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
