"""Text to a tree of entries that know their line and column. Data only: no tags, no surprises.

Values keep the meaning they have in YAML 1.2 and JSON: ``yes``, ``no`` and ``1:30`` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path
from typing import Any, TypeAlias

import yaml
from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import InputError, Place, Problem
from advisor.files import read_file

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_ENTRIES = 100_000
_NUMBER = re.compile(r"[-+]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][-+]?\d+)?\Z")
# Compiled where they are used: most files are YAML, and have no letter for which these matter
_SURROGATES = (
    r"(?P<before>(?<!\\)(?:\\\\)*)"
    r"(?:\\u(?P<high>[dD][89abAB][0-9a-fA-F]{2})(?:\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2}))?|\\u[dD][c-fC-F][0-9a-fA-F]{2})"
)
_HALF = "[\ud800-\udfff]"
_PLAIN_TAGS = (None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "map", "seq")))
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C loader is seven times faster

Scalar: TypeAlias = str | bool | int | float | None


class Entry(Struct, frozen=True):
    """A value and where it stands. ``value`` is a scalar, a mapping of entries or a tuple of entries.

    ``tag`` is a YAML tag of its own, ``style`` the mark that starts a quoted text or a block.
    """

    value: Scalar | Mapping[str, Entry] | tuple[Entry, ...]
    place: Place
    text: str = ""
    key_places: Mapping[str, Place] | None = None
    tag: str = ""
    style: str = ""

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
        if not self.value and isinstance(self.value, tuple | Mapping):
            return "an empty list" if isinstance(self.value, tuple) else "an empty mapping"
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


def parse_file(path: Path) -> Entry:
    """Return the one document in the regular file ``path``. Raises OSError, or InputError as ``parse``."""
    return parse(decode(read_file(path, MAX_BYTES), str(path)), str(path))


def parse(text: str, file: str) -> Entry:
    """Return the one YAML or JSON document in ``text``.

    Raises InputError with every problem: syntax, duplicate keys, tags, too many or too deep entries.
    """
    looks_json = text.lstrip().startswith(("{", "["))
    wrong = json_error(text, file) if looks_json or file.endswith(".json") else None
    if wrong and file.endswith(".json"):
        raise InputError(f"{file} cannot be read.", [wrong])
    source = as_yaml(text) if looks_json and wrong is None else text
    try:
        loader = LOADER(source)
    except (yaml.YAMLError, UnicodeError) as error:  # the one without C looks at every character first
        raise InputError(f"{file} cannot be read.", [wrong or yaml_problem(error, file)]) from None
    builder = Builder(file, loader)
    try:
        entry = builder.document()
    except (yaml.YAMLError, UnicodeError) as error:
        raise InputError(f"{file} cannot be read.", [wrong or yaml_problem(error, file)]) from None
    except Full:
        entry = Entry(None, Place(file, 1, 1))
    finally:
        loader.dispose()
    if builder.problems:
        raise InputError(f"{file} cannot be read.", builder.problems)
    return entry


def _refuse(file: str, message: str, line: int = 0, column: int = 0) -> InputError:
    return InputError(f"{file} cannot be read.", [Problem(Place(file, line, column), message)])


def json_error(text: str, file: str) -> Problem | None:
    """Return what is wrong with ``text`` as JSON; None where nothing is."""
    import json  # most answers files are YAML

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return Problem(Place(file, error.lineno, error.colno), f"not valid JSON: {error.msg}.")
    except (RecursionError, ValueError):
        return Problem(Place(file, 1, 1), "not valid JSON: nested too deep or a number is too long.")
    return None


def yaml_problem(error: Exception, file: str) -> Problem:
    """Return what the YAML reader found wrong, with its place."""
    mark = getattr(error, "problem_mark", None)
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
    return Problem(place, f"not valid YAML: {said}.")


class Full(Exception):
    """The document is too large; its problem is already noted."""


class Builder:
    """Turns the parser's events into entries and collects what is wrong on the way.

    Events, not the composed node tree: the C composer has no limit of depth and would crash.
    """

    max_entries = MAX_ENTRIES
    max_depth = MAX_DEPTH

    def __init__(self, file: str, loader: Any) -> None:
        self.file = file
        self.loader = loader
        self.problems: list[Problem] = []
        self.seen = 0
        self.anchors: dict[str, tuple[Entry, int]] = {}

    def document(self) -> Entry:
        """Return the first document; a second one is a problem."""
        self.loader.get_event()
        entry = Entry(None, Place(self.file, 1, 1))
        if self.loader.check_event(yaml.DocumentStartEvent):
            self.loader.get_event()
            entry = self._entry(0)
            self.loader.get_event()
        if not self.loader.check_event(yaml.StreamEndEvent):
            place = self._place(self.loader.get_event())
            self.problems.append(Problem(place, "one document is expected, but another one starts here."))
        return entry

    def tagged(self, tag: str, place: Place) -> None:
        """Note a value with a tag of its own: data files have none."""
        self.problems.append(Problem(place, f"the tag {tag} is not allowed; write plain data."))

    def repeated(self, key: str, place: Place, first: Place) -> bool:
        """Note a key that a mapping has twice; return whether the second value counts."""
        self.problems.append(Problem(place, f"'{key[:60]}' is already given in line {first.line}."))
        return False

    def _place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _entry(self, depth: int) -> Entry:
        event = self.loader.get_event()
        place = self._place(event)
        before = self.seen
        self._count(1, place, depth)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, place, depth)
        tag = getattr(event, "tag", None)
        own_tag = "" if tag in _PLAIN_TAGS else str(tag)
        if own_tag:
            self.tagged(own_tag, place)
        if isinstance(event, yaml.MappingStartEvent):
            entry = self._mapping(place, depth, own_tag)
        elif isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not self.loader.check_event(yaml.SequenceEndEvent):
                items.append(self._entry(depth + 1))
            self.loader.get_event()
            entry = Entry(tuple(items), place, tag=own_tag)
        else:
            entry = self._text(event, place, own_tag)
        if event.anchor:
            self.anchors[event.anchor] = (entry, self.seen - before)
        return entry

    def _text(self, event: yaml.ScalarEvent, place: Place, tag: str) -> Entry:
        text = str(event.value)
        if not text.isascii() and re.search(_HALF, text):  # the loader without C takes such an escape
            self.problems.append(Problem(place, "not valid YAML: found half a character."))
        quoted = event.style in ("'", '"', "|", ">") or event.tag is not None
        return Entry(text if quoted else scalar(text), place, text, None, tag, event.style or "")

    def _count(self, entries: int, place: Place, depth: int) -> None:
        self.seen += entries
        if self.seen > self.max_entries or depth > self.max_depth:
            what = "nested too deep" if depth > self.max_depth else "too many entries"
            self.problems.append(Problem(place, f"{what} (aliases count each time they are used)."))
            raise Full

    def _alias(self, event: yaml.AliasEvent, place: Place, depth: int) -> Entry:
        if event.anchor not in self.anchors:
            problem = f"the alias *{event.anchor} has no finished anchor &{event.anchor} before it."
            self.problems.append(Problem(place, problem))
            return Entry(None, place)
        entry, size = self.anchors[event.anchor]
        self._count(size, place, depth)
        return replace(entry, place=place)

    def _mapping(self, place: Place, depth: int, tag: str) -> Entry:
        entries: dict[str, Entry] = {}
        places: dict[str, Place] = {}
        while not self.loader.check_event(yaml.MappingEndEvent):
            key_entry = self._entry(depth + 1)
            value = self._entry(depth + 1)
            key, key_place = key_entry.text, key_entry.place
            if key_entry.mapping or key_entry.items or isinstance(key_entry.value, tuple | Mapping):
                self.problems.append(Problem(key_place, "a key must be a single name."))
            elif key not in entries or self.repeated(key, key_place, places[key]):
                places[key], entries[key] = key_place, value
        self.loader.get_event()
        return Entry(entries, place, key_places=places, tag=tag)


def as_yaml(text: str) -> str:
    r"""Return valid JSON as YAML: no tabs, pairs such as ``\ud83d\ude00`` as one escape, colons beside keys.

    Tabs and colons are exchanged for blanks between JSON values, so everything else stands where it stood.
    A lone half becomes U+FFFD.
    """

    def one(match: re.Match[str]) -> str:
        high, low = match["high"], match["low"]
        if not (high and low):
            return f"{match['before']}\\ufffd"
        code = 0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00)
        return f"{match['before']}\\U{code:08x}"

    def key(match: re.Match[str]) -> str:
        text, gap, colon = match.groups()
        return f"{text}:{gap} " if colon and gap else match[0]

    plain = re.sub(_SURROGATES, one, text.replace("\t", " "))
    return re.sub(r'("(?:[^"\\]|\\.)*")(\s*)(:)?', key, plain)


def scalar(text: str) -> Scalar:
    """Return what ``text`` means where it has no quotes."""
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text[0] in "tT"
    if len(text) <= 40 and _NUMBER.match(text):
        plain = text.replace("_", "")
        number = float(plain) if any(mark in plain for mark in ".eE") else int(plain)
        return text if number in (inf, -inf) else number + 0  # there is no -0
    return text


def walk(entry: Entry) -> Iterator[Entry]:
    """Yield ``entry`` and everything below it."""
    yield entry
    for child in (*entry.mapping.values(), *entry.items):
        yield from walk(child)
