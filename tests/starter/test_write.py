"""All files or none, never over a user's file unless told, and nothing left behind by a killed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
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
    assert tree(tmp_path) == {**OURS, "notes.txt": "mine\n"}


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
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(CannotWrite, match="cannot be written"):
            write_project(FILES, tmp_path / "project")
    finally:
        tmp_path.chmod(0o700)


MANY = """
import sys
from pathlib import Path
from advisor.starter.write import write_project
from advisor.starter.render import RenderedFile
files = [RenderedFile(f"d{n % 7}/f{n}.txt", "new" * 2000) for n in range(150)]
print("ready", flush=True)
write_project(files, Path(sys.argv[1]), force=sys.argv[2] == "force")
"""


@posix_only
@pytest.mark.parametrize("kind", ["new", "empty", "others", "force"])
def test_a_killed_run_leaves_the_folder_as_before_or_complete(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    complete = {f"d{n % 7}/f{n}.txt": "new" * 2000 for n in range(150)}
    for attempt in range(6):
        folder = tmp_path / f"{kind}{attempt}" / "project"
        before = _prepare(folder, kind)
        command = [sys.executable, "-c", MANY, str(folder), kind]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        time.sleep(chance.random() * 0.03)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        try:  # the next run first takes back what was left half done
            write_project([RenderedFile("d0/f0.txt", "x"), RenderedFile("mine.txt", "x")], folder)
        except CannotWrite:
            pass
        else:
            (folder / "d0/f0.txt").unlink()
            (folder / "d0").rmdir()
            (folder / "mine.txt").unlink()
        left = tree(folder) if folder.exists() else {}
        assert left in (before, {**before, **complete})
        assert {path.name for path in folder.parent.iterdir()} <= {"project"}


def _prepare(folder: Path, kind: str) -> dict[str, str]:
    folder.parent.mkdir(parents=True)
    if kind == "new":
        return {}
    folder.mkdir()
    if kind == "empty":
        return {}
    before = {"mine.txt": "mine"}
    if kind == "force":
        before |= {f"d{n % 7}/f{n}.txt": "old" for n in range(0, 150, 3)}
    for path, text in before.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text)
    return before
