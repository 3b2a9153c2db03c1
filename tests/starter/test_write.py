"""All files or none, never over a user's file unless told. Killed runs and full disks: ``tests/crash``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from advisor.errors import CannotWrite
from advisor.starter import RenderedFile, write_project

FILES = (
    RenderedFile("README.md", "# ours\n"),
    RenderedFile("functions/pay/app.py", "x = 1\n"),
    RenderedFile("run.sh", "#!/bin/sh\n", executable=True),
)
posix_only = pytest.mark.skipif(os.name == "nt", reason="symbolic links and kill -9 are for POSIX")


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


OURS = {file.path: file.text for file in FILES}


def test_a_new_folder_holds_exactly_the_files(tmp_path: Path) -> None:
    write_project(FILES, tmp_path / "deep" / "project")
    assert tree(tmp_path) == {f"deep/project/{path}": text for path, text in OURS.items()}
    assert os.name == "nt" or os.access(tmp_path / "deep/project/run.sh", os.X_OK)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    write_project(FILES, tmp_path / "project")
    assert tree(tmp_path / "project") == OURS


def test_an_empty_folder_stays_the_one_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell may be in it, or it may be where a disk is mounted."""
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat()
    write_project(FILES, Path("."))
    assert os.path.samestat(before, tmp_path.stat())
    assert tree(Path.cwd()) == OURS


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "project/.git").mkdir(parents=True)
    (tmp_path / "project/.git/HEAD").write_text("ref\n")
    write_project(FILES, tmp_path / "project")
    assert tree(tmp_path / "project") == {**OURS, ".git/HEAD": "ref\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_every_collision_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / "functions").write_text("a file\n")
    before = tree(tmp_path)
    with pytest.raises(CannotWrite, match=r"already holds README\.md, functions/pay/app\.py\."):
        write_project(FILES, tmp_path)
    assert tree(tmp_path) == before


def test_force_replaces_our_files_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine\n")
    (tmp_path / "notes.txt").write_text("mine\n")
    write_project(FILES, tmp_path, force=True)
    found = tree(tmp_path)
    assert found.pop(".advisor/backup-1/README.md") == "mine\n"
    assert found.pop(".advisor/backup-1/.gitignore").endswith("\n*\n")
    assert found == {**OURS, "notes.txt": "mine\n"}


def test_force_does_not_replace_a_folder_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "README.md").mkdir()
    with pytest.raises(CannotWrite, match=r"README\.md"):
        write_project(FILES, tmp_path, force=True)


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "project").write_text("mine\n")
    with pytest.raises(CannotWrite, match="is a file"):
        write_project(FILES, tmp_path / "project")


@pytest.mark.parametrize("path", ["../out.txt", "/tmp/out.txt", "a/../../b", "", "a\\b"])
def test_no_path_leads_out_of_the_folder(path: str, tmp_path: Path) -> None:
    with pytest.raises(CannotWrite, match="inside the project"):
        write_project([RenderedFile(path, "x")], tmp_path / "project")
    assert list(tmp_path.iterdir()) == []


@posix_only
@pytest.mark.parametrize("force", [False, True])
def test_no_symbolic_link_leads_out_of_the_folder(tmp_path: Path, force: bool) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "project").mkdir()
    (tmp_path / "project/functions").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotWrite, match="symbolic link"):
        write_project(FILES, tmp_path / "project", force=force)
    assert tree(tmp_path) == {}


@posix_only
def test_force_replaces_a_link_not_what_it_points_to(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("mine\n")
    (tmp_path / "project").mkdir()
    (tmp_path / "project/README.md").symlink_to(tmp_path / "mine.md")
    write_project(FILES, tmp_path / "project", force=True)
    assert (tmp_path / "mine.md").read_text() == "mine\n"
    assert not (tmp_path / "project/README.md").is_symlink()


@posix_only
def test_the_folder_itself_may_be_a_symbolic_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "project").symlink_to(tmp_path / "real")
    write_project(FILES, tmp_path / "project")
    assert tree(tmp_path / "real") == OURS


@posix_only
def test_a_symbolic_link_to_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    (tmp_path / "project").symlink_to("later")
    write_project(FILES, tmp_path / "project")
    assert (tmp_path / "project").is_symlink()
    assert tree(tmp_path / "later") == OURS


@posix_only
@pytest.mark.parametrize("force", [False, True])
def test_symbolic_links_in_a_circle_are_an_error_that_says_so(tmp_path: Path, force: bool) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(CannotWrite, match="cannot be written"):
        write_project(FILES, tmp_path / "one", force=force)
    with pytest.raises(CannotWrite, match="Too many levels of symbolic links"):
        write_project(FILES, tmp_path / "one" / "project", force=force)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


@pytest.mark.parametrize("name", ["n" * 255, "\u00e9" * 127, "[*]?"])
def test_a_folder_may_have_any_name_the_system_takes(tmp_path: Path, name: str) -> None:
    if os.name == "nt" and "*" in name:
        pytest.skip("Windows has no such names")
    write_project(FILES, tmp_path / name)
    write_project(FILES, tmp_path / name, force=True)
    assert tree(tmp_path / name) == OURS
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_folders_made_on_the_way_go_again_where_it_fails(tmp_path: Path) -> None:
    with pytest.raises(CannotWrite):
        write_project([RenderedFile("../x", "x")], tmp_path / "deep" / "er" / "project")
    assert list(tmp_path.iterdir()) == []
