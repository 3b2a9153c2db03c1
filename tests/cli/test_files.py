"""One text file: whole or not at all, never over somebody's file unless told."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from advisor.errors import CannotWrite
from advisor.files import write_text

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions, links and devices")


def test_a_new_file_is_utf_8_with_unix_line_ends(tmp_path: Path) -> None:
    write_text(tmp_path / "new.md", "één → 😀\nzwei\n")
    assert (tmp_path / "new.md").read_bytes() == "één → 😀\nzwei\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["new.md"]


def test_a_file_that_is_there_stays_unless_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(CannotWrite) as caught:
        write_text(file, "theirs")
    assert str(caught.value) == f"{file} is already there; nothing was changed. To replace it, add --force."
    assert file.read_text(encoding="utf-8") == "mine"
    write_text(file, "theirs", replace=True)
    assert file.read_text(encoding="utf-8") == "theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.md"]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="is a folder; nothing was written"):
        write_text(tmp_path, "x", replace=True)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="cannot be written: No such file or directory"):
        write_text(tmp_path / "nowhere" / "x.md", "x")


@POSIX
def test_a_link_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("old", encoding="utf-8")
    (tmp_path / "link.md").symlink_to("there.md")
    write_text(tmp_path / "link.md", "new", replace=True)
    assert (tmp_path / "link.md").is_symlink()
    assert (tmp_path / "there.md").read_text(encoding="utf-8") == "new"


@POSIX
def test_a_replaced_file_keeps_its_rights_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("old", encoding="utf-8")
    file.chmod(0o640)
    write_text(file, "new", replace=True)
    assert file.stat().st_mode & 0o777 == 0o640
    mask = os.umask(0o022)
    try:
        write_text(tmp_path / "new.md", "x")
    finally:
        os.umask(mask)
    assert (tmp_path / "new.md").stat().st_mode & 0o777 == 0o644


@POSIX
def test_a_device_is_written_to_and_not_replaced() -> None:
    write_text(Path(os.devnull), "x", replace=True)
    assert Path(os.devnull).is_char_device()
