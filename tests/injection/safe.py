"""The forms in which a text of the user may stand where it cannot stand as it is, said again in plain words.

Written without the code that makes them, so that a mistake there is no mistake here.
"""

from __future__ import annotations

import re
import unicodedata

_JOINERS = "\u200c\u200d"
_SPELT_OUT = {*range(0x20), *range(0x7F, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F)}
_SPELT_OUT |= set(range(0x2066, 0x206A))
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]*")


def in_one_line(text: str) -> str:
    """Return what a README and a description hold: the text without what cannot be seen.

    Each run of white space is one space, none at the ends. Control characters, those that turn the direction
    and those that show nothing go, but for the two that join letters; so do numbers that are no character.
    """
    kept = []
    for character in " ".join(re.split(r"\s+", text)):
        number = ord(character)
        nothing = number % 0x10000 in (0xFFFE, 0xFFFF) or 0xFDD0 <= number <= 0xFDEF
        if character in _JOINERS or not (nothing or unicodedata.category(character) in ("Cc", "Cf", "Cs")):
            kept.append(character)
    return "".join(kept).strip()


def title(text: str) -> str:
    """Return what a README is headed with: the text in one line, or ``starter`` if nothing of it is left."""
    return in_one_line(text) or "starter"


def description(text: str, approach: str) -> str:
    """Return what a stack says of itself: the first 200 characters of the title, and what the project is.

    A blank keeps apart what CloudFormation or the CDK would fill in: ``$ {``, ``# {Token[``, ``{ {resolve:``.
    """
    said = title(text)[:200].replace("${", "$ {").replace("#{Token[", "# {Token[")
    said = said.replace("{{resolve:", "{ {resolve:")
    return f"{said}: starter for {approach}"


def spelt_out(text: str) -> str:
    r"""Return what reports show: white space is one space, control characters are spelt out as ``\x00``."""
    line = " ".join(part for part in re.split(r"\s+", text) if part)
    return "".join(_escape(ord(sign)) if ord(sign) in _SPELT_OUT else sign for sign in line)


def _escape(number: int) -> str:
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


def is_identifier(name: str) -> bool:
    """Return whether ``name`` is one in every language: a letter, then letters and digits, all ASCII;
    CloudFormation takes 255."""
    return bool(_IDENTIFIER.fullmatch(name)) and len(name) <= 255
