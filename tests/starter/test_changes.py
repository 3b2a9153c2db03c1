"""Generating over a project: what the user changed is kept, what is left over goes, and all is named."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

import advisor
from advisor.errors import CannotWrite
from advisor.starter import RenderedFile, check_project, write_project
from advisor.starter.changes import Changes
from advisor.starter.manifest import PATH, Manifest, UnusableManifest, digest, read_manifest

FIRST = {
    "README.md": "# first\n",
    "answers.yaml": "requirements: {}\n",
    "functions/pay/app.py": "x = 1\n",
    "functions/ship/app.py": "y = 1\n",
    "functions/ship/test_app.py": "y == 1\n",
}
SECOND = {
    "README.md": "# second\n",
    "answers.yaml": "requirements: {}\n",
    "functions/pay/app.py": "x = 2\n",
    "main.tf": "two\n",
}


def files(texts: Mapping[str, str]) -> tuple[RenderedFile, ...]:
    """Return a project with its manifest."""
    manifest = Manifest(
        schema=1,
        advisor=advisor.__version__,
        rule_base={"version": "1.0"},
        approach="destinations",
        iac="sam",
        runtime="python",
        answers=texts["answers.yaml"],
        files={path: digest(text) for path, text in texts.items()},
    )
    whole = {**texts, PATH: msgspec.json.encode(manifest).decode()}
    return tuple(RenderedFile(path, text) for path, text in sorted(whole.items()))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project as the first starter wrote it, where one handler was edited and notes were added."""
    write_project(files(FIRST), tmp_path / "project")
    (tmp_path / "project/functions/pay/app.py").write_text("x = business()\n")
    (tmp_path / "project/notes.txt").write_text("mine\n")
    return tmp_path / "project"


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


CHANGES = Changes(
    new=("main.tf",),
    same=("answers.yaml",),
    updated=(PATH, "README.md"),
    changed=("functions/pay/app.py",),
    removed=("functions/ship/app.py", "functions/ship/test_app.py"),
    backup=".advisor/backup-1",
)


def test_what_is_done_is_what_was_announced(project: Path) -> None:
    before = tree(project)
    assert check_project(files(SECOND), project, force=True) == CHANGES
    assert tree(project) == before
    assert write_project(files(SECOND), project, force=True) == CHANGES
    found = tree(project)
    assert found.pop(".advisor/backup-1/functions/pay/app.py") == "x = business()\n"
    assert found.pop(".advisor/backup-1/.gitignore").endswith("\n*\n")
    assert found.pop("notes.txt") == "mine\n"
    assert found == {file.path: file.text for file in files(SECOND)}
    assert not (project / "functions/ship").exists()


def test_a_second_time_nothing_is_left_to_do(project: Path) -> None:
    write_project(files(SECOND), project, force=True)
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()}
    changes = write_project(files(SECOND), project, force=True)
    assert changes == Changes(same=tuple(file.path for file in files(SECOND)))
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*") if path.is_file()} == before


def test_no_copy_is_ever_replaced(project: Path) -> None:
    for number in range(1, 4):
        (project / "functions/pay/app.py").write_text(f"x = {number * 100}\n")
        changes = write_project(files(SECOND), project, force=True)
        assert changes.backup == f".advisor/backup-{number}"
    copies = [(project / f".advisor/backup-{n}/functions/pay/app.py").read_text() for n in (1, 2, 3)]
    assert copies == ["x = 100\n", "x = 200\n", "x = 300\n"]


def test_what_is_left_over_but_was_edited_stays(project: Path) -> None:
    (project / "functions/ship/app.py").write_text("y = business()\n")
    changes = write_project(files(SECOND), project, force=True)
    assert (changes.removed, changes.kept) == (("functions/ship/test_app.py",), ("functions/ship/app.py",))
    assert (project / "functions/ship/app.py").read_text() == "y = business()\n"


def test_without_a_manifest_whatever_differs_counts_as_changed(project: Path) -> None:
    (project / PATH).unlink()
    changes = write_project(files(SECOND), project, force=True)
    assert changes == Changes(
        new=(PATH, "main.tf"),
        same=("answers.yaml",),
        changed=("README.md", "functions/pay/app.py"),
        backup=".advisor/backup-1",
    )
    assert (project / ".advisor/backup-1/README.md").read_text() == "# first\n"
    assert (project / "functions/ship/app.py").exists()


BAD = {
    "damaged": b"{",
    "another type": b"[]",
    "too deep": b"[" * 100_000,
    "too large": b"{" + b" " * 1_000_001 + b"}",
    "another schema": b'{"schema": 2, %s',
    "outside": b'{"schema": 1, "files": {"../victim.txt": "0"}, %s',
    "of git": b'{"schema": 1, "files": {".git/HEAD": "0"}, %s',
    "of git, on other systems": b'{"schema": 1, "files": {"modules/.GIT./HEAD": "0"}, %s',
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD)
def test_a_manifest_that_cannot_be_used_is_named_and_nothing_is_removed(project: Path, data: bytes) -> None:
    rest = dict(json.loads((project / PATH).read_text()))
    given = {key: value for key, value in rest.items() if f'"{key}"'.encode() not in data}
    (project / PATH).write_bytes(data.replace(b"%s", json.dumps(given)[1:].encode()))
    changes = write_project(files(SECOND), project, force=True)
    (note,) = changes.notes
    assert note.startswith(f"{project / PATH} ")
    assert note.endswith(", so every file that differs counts as changed by you.")
    assert changes.changed == ("README.md", "functions/pay/app.py")
    assert changes.removed == () and (project / "functions/ship/app.py").exists()


@pytest.mark.skipif(os.name == "nt", reason="links and pipes are for POSIX")
@pytest.mark.parametrize("kind", ["fifo", "folder", "device", "link on the way"])
def test_a_manifest_is_a_regular_file_inside_the_project(project: Path, kind: str) -> None:
    (project / PATH).unlink()
    if kind == "fifo":
        os.mkfifo(project / PATH)
    elif kind == "folder":
        (project / PATH).mkdir()
    elif kind == "device":
        (project / PATH).symlink_to("/dev/zero")
    else:
        (project / ".advisor").rename(project.parent / "elsewhere")
        (project / ".advisor").symlink_to(project.parent / "elsewhere")
        (project / PATH).write_text("{}")
    with pytest.raises(UnusableManifest):
        read_manifest(project)


@pytest.mark.skipif(os.name == "nt", reason="links are for POSIX")
def test_a_link_in_the_place_of_a_file_is_kept_as_a_link(project: Path) -> None:
    (project / "README.md").unlink()
    (project / "README.md").symlink_to("notes.txt")
    changes = write_project(files(SECOND), project, force=True)
    assert "README.md" in changes.changed
    assert os.readlink(project / ".advisor/backup-1/README.md") == "notes.txt"
    assert (project / "notes.txt").read_text() == "mine\n"
    assert (project / "README.md").read_text() == "# second\n"


@pytest.mark.skipif(os.name == "nt", reason="links are for POSIX")
def test_nothing_behind_a_link_is_removed(project: Path) -> None:
    (project / "functions/ship").rename(project.parent / "ship")
    (project / "functions/ship").symlink_to(project.parent / "ship")
    changes = write_project(files(SECOND), project, force=True)
    assert changes.removed == ()
    assert (project.parent / "ship/app.py").read_text() == "y = 1\n"


def test_where_it_fails_everything_is_as_before(project: Path) -> None:
    (project / "main.tf").mkdir()
    before = tree(project)
    with pytest.raises(CannotWrite, match=r"already holds main\.tf\. Move them away"):
        write_project(files(SECOND), project, force=True)
    assert tree(project) == before


def test_many_collisions_are_counted(tmp_path: Path) -> None:
    many = [RenderedFile(f"{number:02}.txt", "x") for number in range(30)]
    write_project(many, tmp_path / "project")
    with pytest.raises(CannotWrite) as raised:
        write_project(many, tmp_path / "project")
    named = ", ".join(f"{number:02}.txt" for number in range(8))
    way = "Choose another folder, or replace them with --force; nothing was written."
    assert str(raised.value) == f"{tmp_path / 'project'} already holds {named}, and 22 more. {way}"
