"""Which files belong together: a template and those it uses, and the definitions they point to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from advisor.errors import InputError
from advisor.inspect.inspection import ReadFile
from advisor.inspect.model import Mode
from advisor.inspect.reading.document import Document
from advisor.inspect.reading.files import Library, child_path
from advisor.inspect.reading.reach import Reach
from advisor.inspect.reading.source import CannotRead, Note
from advisor.inspect.walk import candidates
from advisor.inspect.wiring.catalogue import Catalogue
from advisor.knowledge.rules import RuleBase

MAX_CHILDREN = 200


class Gathered(Struct, frozen=True):
    """The templates found, put together to systems, and definitions that may belong to none."""

    library: Library
    catalogues: tuple[Catalogue, ...]
    loose: tuple[Document, ...]
    notes: tuple[Note, ...]
    modes: Mapping[str, Mode]

    def definitions(self, used: set[str]) -> Iterator[Catalogue]:
        """Yield the definitions that no template uses, each as a system of its own."""
        for document in self.loose:
            if document.files[0] not in used:
                yield Catalogue((document,), {}, self.modes)

    def read_files(self) -> tuple[ReadFile, ...]:
        """Return every file that was taken for a template or definition."""
        kinds = self.library.kinds
        documents = [one for catalogue in self.catalogues for one in catalogue.documents]
        read = {file for document in (*documents, *self.loose) for file in document.files}
        return tuple(
            ReadFile(name, kinds.get(name, "asl"), name in read or name not in kinds)
            for name in dict.fromkeys([*kinds, *self.library.texts])
        )


def gather(paths: Sequence[str], rule_base: RuleBase, reach: Reach) -> Gathered:
    """Return what the files below ``paths`` are. Raises InputError where a path does not exist."""
    missing = [path for path in paths if not os.path.lexists(reach.folder / path)]
    if missing:
        raise InputError(f"{missing[0]}: there is no such file or folder.")
    library = Library(reach)
    documents: list[Document] = []
    for candidate in candidates(paths, reach):
        try:
            documents += library.documents(candidate.name, named=candidate.named)
        except CannotRead as error:
            library.notes.append(error.note)
    library.notes += (note for document in documents for note in document.notes)
    loose = tuple(document for document in documents if document.kind == "asl")
    included = {
        file for document in documents if document.kind == "serverless" for file in document.files[1:]
    }
    templates = [one for one in documents if one.kind != "asl" and one.scope not in included]
    modes = _modes(rule_base)
    catalogues = tuple(_together(templates, library, modes))
    return Gathered(library, catalogues, loose, tuple(library.notes), modes)


def _modes(rule_base: RuleBase) -> Mapping[str, Mode]:
    words: dict[str, Mode] = {"sync": "sync", "async": "async", "poll": "poll"}
    found = {
        name: words[service.event_source.invokes]
        for name, service in rule_base.services.items()
        if service.event_source
    }
    found |= {name: words[row[0]] for name, row in rule_base.inspection.table("calls").items()}
    return {"api-gateway": "sync", **found}


def _together(
    templates: Sequence[Document], library: Library, modes: Mapping[str, Mode]
) -> Iterator[Catalogue]:
    """Yield one catalogue for each template that no other one uses, with those it uses."""
    by_scope = {document.scope: document for document in templates}
    used = {child_path(document, child) for document in templates for child in document.children}
    covered: set[str] = set()
    for document in sorted(templates, key=lambda one: one.scope in used):
        if document.scope in covered:
            continue
        members, children = _with_children(document, library, by_scope)
        covered |= {member.scope for member in members}
        yield Catalogue(tuple(members), children, modes)


def _with_children(
    document: Document, library: Library, by_scope: Mapping[str, Document]
) -> tuple[list[Document], dict[str, str]]:
    """Return a template with those that it and they use, and these by the key of the resource that does."""
    members, children = [document], {}
    for member in members:
        for child in member.children:
            path = child_path(member, child)
            if len(members) > MAX_CHILDREN or path in (one.scope for one in members):
                continue
            try:
                found = library.child(member, child)
            except CannotRead as error:
                if path not in by_scope:
                    library.notes.append(error.note)
                continue
            if found.files:
                members.append(found)
                children[f"{member.scope}#{child.id}"] = found.scope
    return members, children
