"""Any text a user may type, turned into names that every place in a project accepts.

Only ASCII letters, digits and single separators survive, so no quoting rule of any language matters.
The same text gives the same name, and different texts of one project never share one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from msgspec import Struct

from advisor.reserved_words import DEVICES, LANGUAGE_WORDS

LONGEST = 40
_OURS = {"shared", "tests", "test", "functions", "conftest", "node_modules", "target", "vendor", "internal"}
_OURS |= {"handler", "logger", "unit_of_work", "testdata"}
_LIBRARIES = {"aws_lambda_powertools", "aws_xray_sdk", "boto3", "botocore", "jmespath", "pytest", "yaml"}
RESERVED = frozenset(word.lower() for word in LANGUAGE_WORDS) | DEVICES | _OURS | _LIBRARIES


class Name(Struct, frozen=True, kw_only=True):
    """One thing's name in its four spellings, and ``text`` as the user typed it.

    ``id`` is for logical ids and classes (``ChargeCard``), ``module`` for files and modules
    (``charge_card``), ``words`` for state names, docstrings and titles (``Charge card``).
    """

    text: str
    id: str
    module: str
    words: str

    @property
    def label(self) -> str:
        """Return the name for people: ``text`` where ``words`` cannot hold its letters."""
        return self.words if self.text.isascii() else " ".join(self.text.split()) or self.words

    @property
    def slug(self) -> str:
        """Return the spelling for stacks, folders and workflow files (``charge-card``)."""
        return self.module.replace("_", "-")

    @property
    def camel(self) -> str:
        """Return the spelling for functions of languages in camel case (``chargeCard``)."""
        return self.id[:1].lower() + self.id[1:]


def name(text: str, fallback: str = "step") -> Name:
    """Return the names made of ``text``; ``fallback`` (plain words) stands in when nothing usable is left."""
    words = _words(text) or _words(fallback)
    plain = " ".join(words)
    if len(plain) > LONGEST:
        plain = f"{plain[: LONGEST - 7].rstrip()} {_digest(text)}"
    elif plain.replace(" ", "_") in RESERVED:
        plain = f"{plain} step"
    if plain[0].isdigit():
        plain = f"step {plain}"[:LONGEST].rstrip()
    parts = plain.split()
    return Name(
        text=text,
        id="".join(part.capitalize() for part in parts),
        module="_".join(parts),
        words=plain.capitalize(),
    )


def names(texts: Iterable[str], fallback: str = "step", taken: Iterable[str] = ()) -> tuple[Name, ...]:
    """Return one name per text, in order; a name already ``taken`` (by module) gets a number.

    Names that differ in capitals only are the same: some file systems do not tell their files apart.
    """
    used = {module.replace("_", "") for module in taken}
    found: list[Name] = []
    for text in texts:
        made = first = name(text, fallback)
        number = 2
        while made.id.lower() in used:
            made = _numbered(first, number)
            number += 1
        used.add(made.id.lower())
        found.append(made)
    return tuple(found)


def state_name(words: str, taken: Iterable[str] = ()) -> str:
    """Return ``words`` as a state name of at most 80 characters that is not ``taken``."""
    used, made, number = set(taken), words[:80], 2
    while made in used:
        made = f"{words[:76]} {number}"
        number += 1
    return made


def _numbered(first: Name, number: int) -> Name:
    return Name(
        text=first.text,
        id=f"{first.id}{number}",
        module=f"{first.module}_{number}",
        words=f"{first.words} {number}",
    )


def _words(text: str) -> list[str]:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", ascii_text)
    return re.findall(r"[a-z0-9]+", apart.lower())


def _digest(text: str) -> str:
    import hashlib  # loads OpenSSL, and only few names need it

    return "x" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:5]
