"""Which files a folder of rules holds, and the digest of what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path

EXEMPTIONS = "lint.yaml"  # what the linter need not say; no rules
DEEPEST = 8


def yaml_files(folder: Path) -> list[str]:
    """Return the YAML files in ``folder`` and its sub-folders, as paths with slashes, sorted.

    Hidden files and folders (``.git``, ``.github``) are left out. Raises OSError where a folder cannot be
    listed, or where folders are nested too deep (a link that leads back to its own folder).
    """
    return sorted(_found(folder, "", DEEPEST))


def _found(folder: Path, below: str, depth: int) -> Iterator[str]:
    if depth == 0:
        raise OSError(f"folders are nested more than {DEEPEST} deep")
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _found(entry, f"{below}{entry.name}/", depth - 1)
        elif entry.suffix.lower() in (".yaml", ".yml"):
            yield f"{below}{entry.name}"


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of ``files`` (path to contents): the same for the same names and contents."""
    digest = sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
