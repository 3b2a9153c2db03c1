"""Plain data as a literal in a programming language: in one line where it fits, a line an item otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

WIDTH = 110


class Code(Struct, frozen=True):
    """An expression, to be written as it is."""

    text: str


def python_literal(value: Any) -> str:
    """Return ``value`` as Python writes it; strings in the quotes that need fewer escapes."""
    if value is None or isinstance(value, bool):
        return repr(value)
    body = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str) or value.count('"') <= value.count("'"):
        return body
    return "'" + body[1:-1].replace('\\"', '"').replace("'", "\\'") + "'"


class Layout(Struct, frozen=True):
    """How one language writes mappings and lists. ``leaf`` spells everything else, ``key`` a key."""

    leaf: Callable[[Any], str]
    key: Callable[[str], str]
    step: int
    padding: str = ""

    def literal(self, value: Any, indent: int = 0, used: int = 0) -> str:
        """Return ``value``; its line starts ``indent`` deep and has ``used`` characters around it."""
        flat = self._flat(value)
        if len(flat) + indent + used <= WIDTH or not isinstance(value, Mapping | list | tuple):
            return flat
        deeper = indent + self.step
        if isinstance(value, Mapping):
            keys = {name: f"{self.key(name)}: " for name in value}
            items = [f"{keys[k]}{self.literal(item, deeper, len(keys[k]) + 1)}" for k, item in value.items()]
        else:
            items = [self.literal(item, deeper, 1) for item in value]
        brackets = "{}" if isinstance(value, Mapping) else "[]"
        lines = "".join(f"{' ' * deeper}{item},\n" for item in items)
        return f"{brackets[0]}\n{lines}{' ' * indent}{brackets[1]}"

    def _flat(self, value: Any) -> str:
        if isinstance(value, Mapping):
            items = [f"{self.key(name)}: {self._flat(item)}" for name, item in value.items()]
            return f"{{{self.padding}{', '.join(items)}{self.padding}}}" if items else "{}"
        if isinstance(value, list | tuple):
            return f"[{', '.join(self._flat(item) for item in value)}]"
        return value.text if isinstance(value, Code) else self.leaf(value)


PYTHON = Layout(python_literal, python_literal, step=4)


def call(head: str, arguments: Sequence[str], indent: int = 0, used: int = 0) -> str:
    """Return a call ``indent`` deep as formatters lay it out: in one line, in three, or an argument a line.

    ``used`` characters follow in its last line.
    """
    flat, deeper = ", ".join(arguments), " " * (indent + 4)
    if indent + len(head) + len(flat) + 2 + used <= WIDTH:
        return f"{head}({flat})"
    if len(deeper) + len(flat) <= WIDTH:
        return f"{head}(\n{deeper}{flat}\n{' ' * indent})"
    return f"{head}(\n{''.join(f'{deeper}{item},{chr(10)}' for item in arguments)}{' ' * indent})"
