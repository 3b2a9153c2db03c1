"""Text to a tree, as templates in the wild are: tags, keys given twice, merge keys, several documents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml
from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import InputError, Place, Problem
from advisor.files import read_file
from advisor.loading.yaml_nodes import LOADER, Builder, Entry, Full, as_yaml, json_error, yaml_problem

MAX_BYTES = 5_000_000
MAX_NOTES = 20
_MERGE = "<<"


class Note(Struct, frozen=True):
    """Something in a file that was not read, and why."""

    place: Place
    because: str


class Source(Struct, frozen=True):
    """A text as a tree, with what had to be passed over."""

    entry: Entry
    notes: tuple[Note, ...] = ()


class CannotRead(Exception):
    """A file, or what it says, cannot be read; ``note`` says where and why."""

    def __init__(self, place: Place, because: str) -> None:
        super().__init__(because)
        self.note = Note(place, because)


def text_of(path: Path, name: str) -> str:
    """Return the text of a file. Raises CannotRead for what is no regular, readable, moderate text file."""
    try:
        data = read_file(path, MAX_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise CannotRead(Place(name), f"the file cannot be read: {reason}.") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CannotRead(Place(name, line, 1), "this is not UTF-8 text.") from None


def tree(text: str, file: str) -> Source:
    """Return the first YAML or JSON document in ``text``.

    Raises CannotRead for what is neither, and for what is nested too deep or expands to too much.
    """
    looks_json = text.lstrip().startswith(("{", "["))
    wrong = json_error(text, file) if looks_json else None
    source = as_yaml(text) if looks_json and wrong is None else text
    try:
        loader = LOADER(source)
    except (yaml.YAMLError, UnicodeError) as error:
        raise _cannot(wrong or yaml_problem(error, file)) from None
    builder = _Lenient(file, loader)
    try:
        entry = builder.document()
    except (yaml.YAMLError, UnicodeError) as error:
        raise _cannot(wrong or yaml_problem(error, file)) from None
    except (Full, InputError):
        raise _cannot(builder.problems[-1]) from None
    finally:
        loader.dispose()
    notes = [Note(problem.place, problem.message) for problem in builder.problems]
    if wrong is not None and file.endswith(".json"):
        notes.insert(0, Note(wrong.place, f"{wrong.message} It is read as YAML."))
    return Source(entry, tuple(notes[:MAX_NOTES]))


def check(text: str, file: str) -> None:
    """Raise CannotRead where ``tree`` would find no document; valid JSON is not read twice for it."""
    if not text.lstrip().startswith("{") or json_error(text, file) is not None:
        tree(text, file)


def _cannot(problem: Problem) -> CannotRead:
    return CannotRead(problem.place, problem.message)


class _Lenient(Builder):
    """Reads on where a data file would be refused: tags are kept, and of equal keys the last one counts."""

    max_entries = 500_000
    max_depth = 100

    def tagged(self, tag: str, place: Place) -> None:
        """Keep the tag: it is a function of CloudFormation."""

    def repeated(self, key: str, place: Place, first: Place) -> bool:
        """Let the last value count, as most readers do, and note it."""
        if key != _MERGE:
            because = (
                f"'{key[:60]}' is given twice, in lines {first.line} and {place.line}; the last one counts."
            )
            self.problems.append(Problem(place, because))
        return True

    def _mapping(self, place: Place, depth: int, tag: str) -> Entry:
        entry = super()._mapping(place, depth, tag)
        if _MERGE not in entry.mapping:
            return entry
        merged: dict[str, Entry] = {}
        places: dict[str, Place] = {}
        given = entry.mapping[_MERGE]
        for source in (entry, given, *given.items):
            if isinstance(source.value, Mapping):
                for key, value in source.mapping.items():
                    if key != _MERGE and key not in merged:
                        self._count(1, place, depth)
                        merged[key], places[key] = value, source.place_of(key)
        return replace(entry, value=merged, key_places=places)
