"""The variables of serverless.yml, as far as its files settle them; others stay as they are written."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from typing import cast

from advisor.inspect.reading.cloudformation import local
from advisor.inspect.reading.intrinsics import Budget
from advisor.inspect.reading.source import CannotRead, Note, tree
from advisor.inspect.values import NOWHERE
from advisor.loading.yaml_nodes import Entry

_INNERMOST = re.compile(r"\$\{([^${}]*)\}")
_FILE = re.compile(r"file\(\s*['\"]?([^()'\"]+?)['\"]?\s*\)(?::([\w.-]+))?")
_LITERAL = re.compile(r"'[^']*'|\"[^\"]*\"|true|false|\d{1,15}")
_DATA = (".yml", ".yaml", ".json")
_HIDDEN = "\x00{"  # takes the place of ``${`` while the variables around it are resolved
MAX_ROUNDS = 50
MAX_DEPTH = 30
MAX_ENTRIES = 200_000
MAX_CHARACTERS = 5_000_000


class Variables:
    """Resolves the variables of one file; ``texts`` reads the files that it names."""

    def __init__(self, root: Entry, file: str, texts: Callable[[str], str]) -> None:
        self.root = root
        self.file = file
        self.texts = texts
        self.files: list[str] = []
        self.notes: list[Note] = []
        self._entries = 0
        self._budget = Budget(MAX_CHARACTERS)

    def expanded(self, entry: Entry, depth: int = 0) -> Entry:
        """Return ``entry`` with every variable in it resolved that can be."""
        self._entries += 1
        if depth > MAX_DEPTH or self._entries > MAX_ENTRIES:
            return entry
        if entry.mapping:
            found = {key: self.expanded(item, depth + 1) for key, item in entry.mapping.items()}
            return _with_value(entry, found)
        if entry.items:
            return _with_value(entry, tuple(self.expanded(item, depth + 1) for item in entry.items))
        if isinstance(entry.value, str) and "${" in entry.value:
            return self._filled(entry, depth)
        return entry

    def _filled(self, entry: Entry, depth: int) -> Entry:
        text = cast(str, entry.value)
        for _ in range(MAX_ROUNDS):
            match = _INNERMOST.search(text)
            if match is None:
                break
            found = self._first(match[1], entry, depth)
            if found is not None and match[0] == text.strip():
                return found
            text = text[: match.start()] + _inserted(found, match) + text[match.end() :]
            if not self._budget.spend(len(text)):
                return entry
        text = text.replace(_HIDDEN, "${")
        return Entry(text, entry.place, text, None, entry.tag, entry.style)

    def _first(self, expression: str, entry: Entry, depth: int) -> Entry | None:
        """Return the first of the alternatives in an expression that can be resolved."""
        for part in _alternatives(expression):
            found = self._one(part, entry, depth)
            if found is not None:
                return found
        return None

    def _one(self, part: str, entry: Entry, depth: int) -> Entry | None:
        if _LITERAL.fullmatch(part):
            text = part.strip("'\"")
            return Entry(text, entry.place, text)
        if part.startswith("self:"):
            found = _below(self.root, part.removeprefix("self:"))
        elif match := _FILE.fullmatch(part):
            found = self._in_file(match[1], match[2] or "", entry)
        else:
            return None
        return None if found is None else self.expanded(found, depth + 1)

    def _in_file(self, path: str, key: str, entry: Entry) -> Entry | None:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(self.file), path))
        if not path.endswith(_DATA) or not local(path):
            self.notes.append(Note(entry.place, f"what {path[:100]} gives is not known: it is no data file."))
            return None
        try:
            source = tree(self.texts(name), name)
        except CannotRead as error:
            self.notes.append(Note(entry.place, f"{path[:100]} cannot be read: {error.note.because}"))
            return None
        self.files.append(name)
        self.notes += source.notes
        return _below(source.entry, key)


def _with_value(entry: Entry, value: dict[str, Entry] | tuple[Entry, ...]) -> Entry:
    return Entry(value, entry.place, entry.text, entry.key_places, entry.tag, entry.style)


def _inserted(found: Entry | None, match: re.Match[str]) -> str:
    if found is None or found.mapping or found.items or "${" in found.text:
        return _HIDDEN + match[1] + "}"
    return found.text


def _alternatives(expression: str) -> Iterator[str]:
    """Yield the parts between the commas that stand outside of quotes and brackets."""
    start, depth, quote = 0, 0, ""
    for position, sign in enumerate(expression):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "," and depth == 0:
            yield expression[start:position].strip()
            start = position + 1
    yield expression[start:].strip()


def _below(entry: Entry, path: str) -> Entry | None:
    found: Entry | None = entry
    for name in filter(None, path.split(".")):
        if found is None:
            return None
        if found.items and name.isdigit() and int(name) < len(found.items):
            found = found.items[int(name)]
        else:
            found = found.mapping.get(name)
    return found if found is None or found.place != NOWHERE else None
