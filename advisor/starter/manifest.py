"""``.advisor/manifest.json``: what a project was generated from, and a digest of each file as written.

The digests tell which files somebody has changed since. Whoever can write the manifest can write the files,
too; still it is read as somebody else's: bounded, and for paths inside the project only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from advisor import __version__
from advisor.decision.recommendation import RuleBaseStamp
from advisor.files import read_file
from advisor.json_text import json_text
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.journal import is_inside, link_on_the_way
from advisor.starter.render import RenderedFile

SCHEMA = 1
OF_OTHERS = frozenset({".git", "git~1", ".hg", ".jj", ".svn"})  # no starter has a file there
FOLDER = ".advisor"
PATH = f"{FOLDER}/manifest.json"
MAX_BYTES = 1_000_000


class Manifest(Struct, frozen=True, kw_only=True):
    """Origin of a project: versions, answers, and a digest of each file.

    ``answers`` is the text of ``answers.yaml`` as it was written; with the same version and rule base it
    makes the same files again. ``files``: the SHA-256 of each, the manifest left out.
    """

    schema: int
    advisor: str
    rule_base: Mapping[str, Any]
    approach: str
    iac: str
    runtime: str
    answers: str
    files: Mapping[str, str]


class UnusableManifest(ValueError):
    """The manifest of a project cannot be used; the text says why."""


def with_manifest(
    files: Iterable[RenderedFile], blueprint: Blueprint, stamp: RuleBaseStamp
) -> tuple[RenderedFile, ...]:
    """Return ``files`` with their manifest, sorted by path."""
    texts = {file.path: file.text for file in files}
    manifest = Manifest(
        schema=SCHEMA,
        advisor=__version__,
        rule_base=msgspec.to_builtins(stamp),
        approach=blueprint.approach,
        iac=blueprint.iac,
        runtime=blueprint.runtime,
        answers=texts.get("answers.yaml", ""),
        files={path: digest(text) for path, text in texts.items()},
    )
    written = RenderedFile(PATH, json_text(msgspec.to_builtins(manifest)))
    return tuple(sorted((*files, written), key=lambda file: file.path))


def digest(text: str) -> str:
    """Return the SHA-256 of ``text`` as it is written."""
    return sha256(text.encode("utf-8")).hexdigest()


def read_manifest(project: Path) -> Manifest | None:
    """Return the manifest of the folder ``project``; None where it has none. Raises UnusableManifest."""
    path = project / PATH
    if not path.exists():
        return None
    if link_on_the_way(project, PATH):
        raise UnusableManifest(f"{path} is reached through a link")
    try:
        manifest = msgspec.json.decode(read_file(path, MAX_BYTES), type=Manifest)
    except OSError as error:
        raise UnusableManifest(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise UnusableManifest(f"{path} is damaged") from None
    if manifest.schema != SCHEMA:
        raise UnusableManifest(f"{path} has schema {manifest.schema}; this version reads schema {SCHEMA}")
    if not all(map(_is_of_a_starter, manifest.files)):
        raise UnusableManifest(f"{path} names paths outside of the project or in a version control folder")
    return manifest


def _is_of_a_starter(path: str) -> bool:
    """Return whether a starter may have written ``path``: in the project, and not where git keeps its own."""
    parts = {part.rstrip(". ").casefold() for part in path.split("/")}
    return is_inside(path) and OF_OTHERS.isdisjoint(parts)
