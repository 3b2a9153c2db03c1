"""Which files belong together: a template and those it uses, and the definitions they point to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from advisor.errors import InputError, Place
from advisor.inspect.inspection import ReadFile
from advisor.inspect.model import Mode
from advisor.inspect.reading import cloudformation
from advisor.inspect.reading.detect import kind_by_text
from advisor.inspect.reading.document import ASL_FILE, Document, Kind, Resource
from advisor.inspect.reading.source import CannotRead, Note, text_of, tree
from advisor.inspect.values import Node
from advisor.inspect.walk import Candidate, candidates
from advisor.inspect.wiring.catalogue import Catalogue
from advisor.knowledge.rules import RuleBase

MAX_CHILDREN = 200


class Library:
    """Reads each file once, and keeps its text."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Return the text of the file ``name``. Raises CannotRead."""
        if name not in self.texts:
            self.texts[name] = text_of(Path(name), name)
        return self.texts[name]


class Gathered(Struct, frozen=True):
    """The templates found, put together to systems, and definitions that may belong to none."""

    library: Library
    catalogues: tuple[Catalogue, ...]
    loose: tuple[Document, ...]
    kinds: Mapping[str, Kind]
    notes: tuple[Note, ...]
    modes: Mapping[str, Mode]

    def definitions(self, used: set[str]) -> Iterator[Catalogue]:
        """Yield the definitions that no template uses, each as a system of its own."""
        for document in self.loose:
            if document.files[0] not in used:
                yield Catalogue((document,), {}, self.modes)

    def read_files(self, notes: Sequence[Note]) -> tuple[ReadFile, ...]:
        """Return every file that was taken for a template or definition."""
        failed = {note.place.file for note in self.notes if note.place.file in self.kinds}
        read = {file for catalogue in self.catalogues for one in catalogue.documents for file in one.files}
        read |= {file for one in self.loose for file in one.files}
        names = dict.fromkeys([*self.kinds, *self.library.texts])
        return tuple(
            ReadFile(name, self.kinds.get(name, "asl"), name in read or name not in failed)
            for name in names
            if name in self.kinds or name in self.library.texts
        )


def gather(paths: Sequence[str], rule_base: RuleBase) -> Gathered:
    """Return what the files below ``paths`` are. Raises InputError where a path does not exist."""
    missing = [path for path in paths if not Path(path).exists() and not Path(path).is_symlink()]
    if missing:
        raise InputError(f"{missing[0]}: there is no such file or folder.")
    library = Library()
    kinds: dict[str, Kind] = {}
    notes: list[Note] = []
    documents: list[Document] = []
    for candidate in candidates(paths):
        try:
            documents += _read(candidate, library, kinds)
        except CannotRead as error:
            notes.append(error.note)
    notes += (note for document in documents for note in document.notes)
    loose = tuple(document for document in documents if document.kind == "asl")
    templates = [document for document in documents if document.kind != "asl"]
    modes = _modes(rule_base)
    catalogues = tuple(_together(templates, library, notes, modes))
    return Gathered(library, catalogues, loose, kinds, tuple(notes), modes)


def _modes(rule_base: RuleBase) -> Mapping[str, Mode]:
    words: dict[str, Mode] = {"sync": "sync", "async": "async", "poll": "poll"}
    found = {
        name: words[service.event_source.invokes]
        for name, service in rule_base.services.items()
        if service.event_source
    }
    found |= {name: words[row[0]] for name, row in rule_base.inspection.table("calls").items()}
    return {"api-gateway": "sync", **found}


def _read(candidate: Candidate, library: Library, kinds: dict[str, Kind]) -> Iterator[Document]:
    """Yield the documents in a file that may be a template; raises CannotRead where one cannot be read."""
    name = candidate.name
    text = text_of(Path(name), name)
    kind = kind_by_text(name, text)
    if kind is None:
        if candidate.named:
            raise CannotRead(Place(name), "this is no template or definition that advisor knows.")
        return
    kinds[name] = kind
    library.texts[name] = text
    source = tree(text, name)
    if kind == "asl":
        yield _definition(name)
        return
    document = cloudformation.read(source, name)
    kinds[name] = document.kind
    yield document


def _definition(name: str) -> Document:
    """Return a definition by itself, as if a template had named it."""
    place = Place(name, 1, 1)
    stem = posixpath.basename(name).partition(".")[0]
    uri = Node(posixpath.basename(name), text=posixpath.basename(name))
    resource = Resource(
        scope=name, id=stem, type=ASL_FILE, properties=Node({"DefinitionUri": uri}, place), place=place
    )
    return Document(kind="asl", scope=name, files=(name,), resources=(resource,))


def _together(
    templates: Sequence[Document], library: Library, notes: list[Note], modes: Mapping[str, Mode]
) -> Iterator[Catalogue]:
    """Yield one catalogue for each template that no other one uses, with those it uses."""
    by_file = {document.files[0]: document for document in templates}
    used = {_path(document, child.path) for document in templates for child in document.children}
    covered: set[str] = set()
    for document in sorted(templates, key=lambda one: one.files[0] in used):
        if document.files[0] in covered:
            continue
        members, children = _with_children(document, library, by_file, notes)
        covered |= {member.files[0] for member in members}
        yield Catalogue(tuple(members), children, modes)


def _with_children(
    document: Document, library: Library, by_file: Mapping[str, Document], notes: list[Note]
) -> tuple[list[Document], dict[str, str]]:
    """Return a template with those that it and they use, and these by the key of the resource that does."""
    members, children = [document], {}
    for member in members:
        for child in member.children:
            path = _path(member, child.path)
            if len(members) > MAX_CHILDREN or path in (one.files[0] for one in members):
                continue
            try:
                read = cloudformation.read(tree(library.text(path), path), path, child.arguments)
            except CannotRead as error:
                if path not in by_file:
                    notes.append(error.note)
                continue
            members.append(read)
            children[f"{member.scope}#{child.id}"] = read.scope
    return members, children


def _path(document: Document, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(document.files[0]), path))
