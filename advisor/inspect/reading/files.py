"""Files of any format to documents, each file read once."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from advisor.errors import Place
from advisor.inspect.reading import cloudformation, serverless, terraform_hcl, terraform_plan
from advisor.inspect.reading.detect import kind_by_text
from advisor.inspect.reading.document import ASL_FILE, Child, Document, Kind, Resource
from advisor.inspect.reading.reach import Reach
from advisor.inspect.reading.source import CannotRead, Note, check, text_of, tree
from advisor.inspect.values import Node


class Library:
    """Reads files, keeps their texts, and remembers what they are and what could not be read."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        self.texts: dict[str, str] = {}
        self.kinds: dict[str, Kind] = {}
        self.notes: list[Note] = []
        self._folders: dict[str, list[terraform_hcl.Parsed]] = {}

    def text(self, name: str) -> str:
        """Return the text of the file ``name``. Raises CannotRead."""
        if name not in self.texts:
            self.texts[name] = text_of(self.reach.path(name), name)
        return self.texts[name]

    def documents(self, name: str, *, named: bool) -> Iterator[Document]:
        """Yield what a file holds; nothing for a file that is no template, unless the user named it.

        Raises CannotRead.
        """
        text = self.texts.get(name) or text_of(self.reach.path(name), name)
        kind = kind_by_text(name, text)
        if kind is None:
            if named:
                raise CannotRead(Place(name), "this is no template or definition that advisor knows.")
            return
        self.kinds[name] = kind
        self.texts[name] = text
        if kind == "terraform" and not name.endswith(".tf"):
            yield terraform_plan.read(tree(text, name), name)
        elif kind == "terraform":
            folder = posixpath.dirname(name) or "."
            if folder not in self._folders and self._terraform(folder):
                yield terraform_hcl.read(self._terraform(folder), folder)
        elif kind == "serverless":
            yield serverless.read(tree(text, name), name, self.text)
        elif kind == "asl":
            check(text, name)
            yield definition(name)
        else:
            document = cloudformation.read(tree(text, name), name)
            self.kinds[name] = document.kind
            yield document

    def child(self, parent: Document, child: Child) -> Document:
        """Return the template that another one uses, with what is passed to it. Raises CannotRead."""
        path = child_path(parent, child)
        if parent.kind == "terraform":  # a folder: plans have no children
            return terraform_hcl.read(self._terraform(path), path, child.arguments)
        return cloudformation.read(tree(self.text(path), path), path, child.arguments)

    def _terraform(self, folder: str) -> list[terraform_hcl.Parsed]:
        """Return the parsed files of a folder; what cannot be read becomes a note."""
        if folder not in self._folders:
            found = self._folders[folder] = []
            names = sorted(path.name for path in self.reach.path(folder).glob("*.tf"))
            for name in names:
                file = posixpath.normpath(posixpath.join(folder, name))
                self.kinds[file] = "terraform"
                try:
                    found.append(terraform_hcl.parse(self.text(file), file))
                except CannotRead as error:
                    self.notes.append(error.note)
        return self._folders[folder]


def child_path(parent: Document, child: Child) -> str:
    """Return the file or folder that a child stands in."""
    folder = parent.scope if parent.kind == "terraform" else posixpath.dirname(parent.scope)
    return posixpath.normpath(posixpath.join(folder, child.path))


def definition(name: str) -> Document:
    """Return a definition by itself, as if a template had named it."""
    place = Place(name, 1, 1)
    base = posixpath.basename(name)
    resource = Resource(
        scope=name,
        id=base.partition(".")[0],
        type=ASL_FILE,
        properties=Node({"DefinitionUri": Node(base, text=base)}, place),
        place=place,
    )
    return Document(kind="asl", scope=name, files=(name,), resources=(resource,))
