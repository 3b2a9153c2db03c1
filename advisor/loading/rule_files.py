"""Files of a folder of rules, and the digest of their contents."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

EXEMPTIONS = "lint.yaml"  # what the linter need not say; no rules
DEEPEST = 8
MOST = 1_000  # files and folders


def yaml_files(folder: Path) -> list[str]:
    """Return the YAML files in ``folder`` and its sub-folders, as paths with slashes, sorted.

    Hidden files and folders (``.git``, ``.github``) are left out. Raises OSError where a folder cannot be
    listed, where folders are nested too deep (a link that leads back to its own folder), or hold too much.
    """
    found: list[str] = []
    waiting = [("", 1)]
    seen = 0
    while waiting:
        below, depth = waiting.pop()
        for entry in os.scandir(folder / below):
            seen += 1
            if seen > MOST:
                raise OSError(
                    f"it holds more than {MOST:,} files, so this is hardly the folder of your rules"
                )
            if entry.name.startswith("."):
                continue
            path = f"{below}{entry.name}"
            if entry.is_dir():
                waiting.append((f"{path}/", depth + 1))
            elif os.path.splitext(path)[1].lower() in (".yaml", ".yml"):
                found.append(path)
        if depth > DEEPEST:
            raise OSError(f"folders are nested more than {DEEPEST} deep")
    return sorted(found)


def digest_of(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 of ``files`` (path to contents): the same for the same names and contents."""
    from hashlib import sha256  # loads OpenSSL, which a start without own rules does not need

    digest = sha256()
    for name in sorted(files):
        for part in (name.encode("utf-8", "surrogateescape"), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
