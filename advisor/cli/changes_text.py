"""Report of what ``generate --force`` did, or would do, to an existing folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from advisor.errors import escaped
from advisor.starter.changes import Changes
from advisor.starter.update import NEW, Update


def changes_text(changes: Changes, folder: Path, *, dry_run: bool = False) -> str:
    """Return the files of each kind, one a line; of those that stay as they are only the number."""
    return "\n".join(map(escaped, _lines(changes, folder, dry_run)))


def _lines(changes: Changes, folder: Path, dry_run: bool) -> Iterator[str]:
    would = "would be " if dry_run else ""
    copies = f"{would}kept in {folder / changes.backup}"
    for paths, title in (
        (changes.new, f"New: {would}added"),
        (changes.updated, f"Unchanged since they were generated: {would}replaced"),
        (changes.changed, f"Changed by you: {would}replaced, a copy of each {copies}"),
        (changes.removed, f"Left over from an earlier starter, unchanged: {would}removed"),
        (changes.kept, "Left over from an earlier starter, changed by you: not touched"),
    ):
        if paths:
            yield f"{title}:"
            yield from (f"  {path}" for path in paths)
    if changes.same:
        yield f"The same as before: {len(changes.same)} files."


def update_text(update: Update) -> str:
    """Return what became of the files that the user had edited."""
    lines = []
    for paths, title in (
        (update.merged, "Your edits and the new starter, merged"),
        (update.conflicts, "Merged with conflicts; solve them between the marks <<<<<<< and >>>>>>>"),
        (update.unmerged, f"Yours, since what you started from is not known; the new one is in {NEW}"),
    ):
        if paths:
            lines += [f"{title}:", *(f"  {path}" for path in paths)]
    return "\n".join(map(escaped, lines or ["You had edited none of the files."]))
