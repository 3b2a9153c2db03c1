"""Text to a tree of entries that know their line and column. Data only: no tags, no surprises.

Values keep the meaning they have in YAML 1.2 and JSON: ``yes``, ``no`` and ``1:30`` are text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from advisor.errors import InputError, Place, Problem

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_ENTRIES = 100_000
_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")
_CORE_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "map", "seq")}
_UNCHECKED_TAGS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value", "tag:yaml.org,2002:merge"}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is seven times faster

Scalar: TypeAlias = str | bool | int | float | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and where it stands. ``value`` is a scalar, a mapping of entries or a tuple of entries."""

    value: Scalar | Mapping[str, Entry] | tuple[Entry, ...]
    place: Place
    text: str = ""
    key_places: Mapping[str, Place] | None = None

    @property
    def mapping(self) -> Mapping[str, Entry]:
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> tuple[Entry, ...]:
        return self.value if isinstance(self.value, tuple) else ()

    def place_of(self, key: str) -> Place:
        """Return where ``key`` itself stands in this mapping."""
        return (self.key_places or {}).get(key, self.place)

    @property
    def kind(self) -> str:
        if self.value is None:
            return "nothing"
        names = {str: "text", bool: "true/false", int: "a number", float: "a number", tuple: "a list"}
        return names.get(type(self.value), "a mapping")


def decode(data: bytes, file: str) -> str:
    """Return ``data`` as text (UTF-8, or UTF-16 with a byte order mark).

    Raises InputError for files over 1 MB, binary content and other encodings.
    """
    if len(data) > MAX_BYTES:
        raise _refuse(
            file, f"the file has more than {MAX_BYTES:,} bytes; an answers file is a few kilobytes."
        )
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise _refuse(file, "this is not UTF-8 text; save the file as UTF-8.", line, 1) from None


def parse(text: str, file: str) -> Entry:
    """Return the one YAML or JSON document in ``text``.

    Raises InputError with every problem: syntax, duplicate keys, tags, too many or too deep entries.
    """
    looks_json = text.lstrip().startswith(("{", "["))
    json_error = _json_error(text, file) if looks_json or file.endswith(".json") else None
    source = text.replace("\t", " ") if looks_json and json_error is None else text
    try:
        loader = _LOADER(source)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.YAMLError as error:
        raise InputError(f"{file} cannot be read.", [json_error or _yaml_problem(error, file)]) from None
    except RecursionError:
        raise _refuse(file, f"entries are nested deeper than {MAX_DEPTH} levels.") from None
    builder = _Builder(file)
    entry = Entry(None, Place(file, 1, 1)) if node is None else builder.build(node, 0)
    if builder.problems:
        raise InputError(f"{file} cannot be read.", builder.problems)
    return entry


def _refuse(file: str, message: str, line: int = 0, column: int = 0) -> InputError:
    return InputError(f"{file} cannot be read.", [Problem(Place(file, line, column), message)])


def _json_error(text: str, file: str) -> Problem | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Problem(Place(file, error.lineno, error.colno), f"not valid JSON: {error.msg}.")
    except (RecursionError, ValueError):
        return Problem(Place(file, 1, 1), "not valid JSON: nested too deep or a number is too long.")
    return None


def _yaml_problem(error: yaml.YAMLError, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    if "expected a single document" in str(getattr(error, "context", "")):
        said = "one document is expected, but another one starts here"
    return Problem(place, f"not valid YAML: {said}.")


class _Full(Exception):
    """The document is too large; its problem is already noted."""


class _Builder:
    """Turns YAML nodes into entries and collects what is wrong on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.seen = 0

    def build(self, node: yaml.Node, depth: int) -> Entry:
        try:
            return self._entry(node, depth)
        except _Full:
            return Entry(None, self._place(node))

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _entry(self, node: yaml.Node, depth: int) -> Entry:
        place = self._place(node)
        self.seen += 1
        if self.seen > MAX_ENTRIES or depth > MAX_DEPTH:
            what = "nested too deep" if depth > MAX_DEPTH else "too many entries"
            self.problems.append(Problem(place, f"{what} (aliases count each time they are used)."))
            raise _Full
        if node.tag not in _CORE_TAGS | _UNCHECKED_TAGS:
            self.problems.append(Problem(place, f"the tag {node.tag} is not allowed; write plain data."))
            return Entry(None, place)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        if isinstance(node, yaml.SequenceNode):
            return Entry(tuple(self._entry(child, depth + 1) for child in node.value), place)
        text = _joined_surrogates(str(node.value))
        plain = getattr(node, "style", None) not in ("'", '"', "|", ">")
        return Entry(_scalar(text) if plain else text, place, text)

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> Entry:
        entries: dict[str, Entry] = {}
        places: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key_place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(key_place, "a key must be a single name."))
                continue
            key = key_node.value
            if key in entries:
                first = places[key].line
                self.problems.append(Problem(key_place, f"'{key}' is already given in line {first}."))
            places.setdefault(key, key_place)
            entries.setdefault(key, self._entry(value_node, depth + 1))
        return Entry(entries, place, key_places=places)


def _joined_surrogates(text: str) -> str:
    r"""Join the halves of JSON escapes such as ``\ud83d\ude00``; a lone half becomes U+FFFD."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _scalar(text: str) -> Scalar:
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text[0] in "tT"
    if len(text) <= 40 and _NUMBER.match(text):
        plain = text.replace("_", "")
        return float(plain) if any(mark in plain for mark in ".eE") else int(plain)
    return text


def walk(entry: Entry) -> Iterator[Entry]:
    """Yield ``entry`` and everything below it."""
    yield entry
    for child in (*entry.mapping.values(), *entry.items):
        yield from walk(child)
