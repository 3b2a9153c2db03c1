"""Text a user typed, as a description or Markdown holds it: in one line, and taken for nothing else."""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # what keeps letters apart in Persian and holds emoji together
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$&@]|:(?=//)|(?<=\bwww)\.")
_OPENS_A_BLOCK = re.compile(r"^(\d*)(?=[-+=.)])")  # a list, or what makes a heading of the line above
_FILLED_IN = re.compile(r"\$(?=\{)|#(?=\{Token\[)|\{(?=\{resolve:)")


def one_line(text: str) -> str:
    """Return ``text`` without control characters, each run of white space as one space.

    Control characters are also those that turn the direction of what stands beside them, that show nothing,
    or that are no characters at all.
    """
    return "".join(character for character in " ".join(text.split()) if _is_shown(character)).strip()


def description(text: str) -> str:
    """Return ``text`` as a stack may say it of itself: at most 200 characters, none of which is filled in.

    CloudFormation and the CDK look for values to fill in even there, and fail where there are none.
    """
    return _FILLED_IN.sub(r"\g<0> ", one_line(text)[:200])


def markdown(text: str) -> str:
    """Return ``text`` in one line, literally: what Markdown would read is escaped."""
    return _OPENS_A_BLOCK.sub(r"\1\\", _SPECIAL.sub(r"\\\g<0>", one_line(text)))


def _is_shown(character: str) -> bool:
    no_character = ord(character) & 0xFFFE == 0xFFFE or "\ufdd0" <= character <= "\ufdef"
    hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs")
    return character in _JOINERS or not (hidden or no_character)
