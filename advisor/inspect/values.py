"""Values of a template with their places: plain, a reference, text with references in it, or unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from advisor.errors import Place

NOWHERE = Place("")
MAX_DEPTH = 100
PLACEHOLDER = re.compile(r"\$\{([^${}]+)\}")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


class Reference(Struct, frozen=True):
    """An attribute of another resource; ``attribute`` is the template's word for it (``Ref``, ``Arn``)."""

    scope: str
    id: str
    attribute: str = "Ref"

    @property
    def key(self) -> str:
        """Return the name of the resource that no other file shares."""
        return f"{self.scope}#{self.id}"


class Text(Struct, frozen=True):
    """Text with placeholders ``${name}``: those in ``parts`` are references, the others are not known."""

    text: str
    parts: Mapping[str, Reference]


class Unknown(Struct, frozen=True):
    """What this file does not say; ``text`` is what stands in it."""

    text: str = ""


class FileText(Struct, frozen=True):
    """The text of another file, with ``variables`` for its placeholders; ``path`` is as it is written."""

    path: str
    variables: Mapping[str, Node]


Scalar: TypeAlias = str | bool | int | float | None
Value: TypeAlias = "Scalar | Reference | Text | Unknown | FileText | Mapping[str, Node] | tuple[Node, ...]"


class Node(Struct, frozen=True):
    """A value, where it stands, and where its key stands.

    ``text`` is a scalar as it is written; ``block`` is True for a YAML block: its text starts a line later.
    """

    value: Value
    place: Place = NOWHERE
    key: Place = NOWHERE
    text: str = ""
    block: bool = False

    @property
    def there(self) -> bool:
        """Return whether the file says anything here."""
        return self.value is not None

    @property
    def mapping(self) -> Mapping[str, Node]:
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """Return the items of a list; a single value counts as a list of one."""
        if isinstance(self.value, tuple):
            return self.value
        return () if self.value is None else (self,)

    @property
    def string(self) -> str | None:
        """Return known text, numbers and flags as they are written."""
        if isinstance(self.value, str):
            return self.value
        return self.text if isinstance(self.value, bool | int | float) else None

    @property
    def number(self) -> int | float | None:
        if isinstance(self.value, bool):
            return None
        if isinstance(self.value, int | float):
            return self.value
        if isinstance(self.value, str) and _NUMBER.fullmatch(self.value):
            return float(self.value) if "." in self.value else int(self.value)
        return None

    @property
    def flag(self) -> bool | None:
        """Return true or false in any spelling that YAML 1.1 and CloudFormation take."""
        if isinstance(self.value, bool):
            return self.value
        word = self.value.lower() if isinstance(self.value, str) else ""
        return {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}.get(word)

    @property
    def reference(self) -> Reference | None:
        """Return what this is a reference to, as a whole or as the only reference in a text."""
        if isinstance(self.value, Reference):
            return self.value
        if isinstance(self.value, Text) and len(self.value.parts) == 1:
            return next(iter(self.value.parts.values()))
        return None

    @property
    def template(self) -> str:
        """Return the text with its placeholders; nothing where it is no text."""
        if isinstance(self.value, Text):
            return self.value.text
        return self.string or ""

    @property
    def known(self) -> bool:
        """Return whether the value is there and nothing of it is unknown."""
        return self.there and not isinstance(self.value, Unknown)

    def get(self, *path: str) -> Node:
        """Return what stands under ``path``; a node that is not there where nothing does."""
        node = self
        for name in path:
            node = node.mapping.get(name, NOTHING)
        return node

    def any(self, *names: str) -> Node:
        """Return the first of several keys that is there."""
        return next((self.mapping[name] for name in names if name in self.mapping), NOTHING)


NOTHING = Node(None)


def walk(node: Node) -> Iterator[Node]:
    """Yield ``node`` and everything below it, without recursion."""
    waiting = [node]
    while waiting:
        found = waiting.pop()
        yield found
        if isinstance(found.value, Mapping):
            waiting.extend(found.value.values())
        elif isinstance(found.value, tuple):
            waiting.extend(found.value)


def references_in(node: Node) -> Iterator[Reference]:
    """Yield every reference in ``node`` and below it."""
    for found in walk(node):
        if isinstance(found.value, Reference):
            yield found.value
        elif isinstance(found.value, Text):
            yield from found.value.parts.values()


def plain(node: Node) -> Any:
    """Return ``node`` as plain data; what is not known becomes a placeholder."""
    value = node.value
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Reference):
        return f"${{{value.id}.{value.attribute}}}"
    if isinstance(value, Text):
        return value.text
    if isinstance(value, FileText):
        return f"${{{value.path}}}"
    return f"${{{value.text}}}" if isinstance(value, Unknown) else value
