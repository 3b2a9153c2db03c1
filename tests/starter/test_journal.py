"""What an interrupted run left is taken back by its own user only, for this very folder and no other."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from advisor.errors import CannotWrite
from advisor.starter import RenderedFile, write_project
from advisor.starter.journal import new_entry

if os.name == "nt":
    pytest.skip("owners, modes and links are for POSIX", allow_module_level=True)

FILES = (RenderedFile("README.md", "# ours\n"), RenderedFile("functions/pay/app.py", "x = 1\n"))
DEAD = "4194999-deadbeef-0badf00d"  # above the largest process id there is
OLD = b"the user's own\n"
GOOD = "good\n"


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a project in it that holds other files, and a state folder beside it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    room = tmp_path / "room"
    (room / "project").mkdir(parents=True)
    (room / "project/notes.txt").write_bytes(OLD)
    (room / "victim.txt").write_bytes(OLD)
    yield room


def entry(goal: Path, suffix: str) -> Path:
    """Where a run that was killed kept what is to do about ``goal``."""
    made = new_entry(goal)
    assert made is not None
    stem = made.path.name.partition(".advisor-tmp-")[0]
    return made.path.with_name(f"{stem}.advisor-tmp-{DEAD}{suffix}")


def plant(room: Path, suffix: str = ".undo", **parts: Any) -> Path:
    """Put a journal into the user's own state folder, with a folder beside the goal as it says."""
    goal = room / "project"
    staged = room / f".project.advisor-tmp-{DEAD}"
    (staged / "before").mkdir(parents=True, exist_ok=True)
    path = entry(goal, suffix)
    coded = {"goal": str(goal), "staged": staged.name, **parts}
    coded |= {name: base64.b64encode(os.fsencode(str(coded[name]))).decode() for name in ("goal", "staged")}
    path.write_text(json.dumps(coded))
    return path


def tree(room: Path) -> Mapping[str, bytes]:
    return {
        path.relative_to(room).as_posix(): path.read_bytes() for path in room.rglob("*") if path.is_file()
    }


def test_a_journal_beside_the_folder_is_nothing_but_a_file(room: Path) -> None:
    before = tree(room)
    for goal in ("", str(room), "victim.txt", ".git", str(room / "project")):
        planted = room / f".project.advisor-tmp-{DEAD}"
        (planted / "before").mkdir(parents=True, exist_ok=True)
        (planted / "before/victim.txt").write_text("the attacker's\n")
        files = {"victim.txt": digest(OLD), "notes.txt": digest(OLD), "../../outside": digest(OLD)}
        journal = {"goal": goal, "existing": ["victim.txt"], "files": files, "folders": []}
        (planted / "journal.json").write_text(json.dumps(journal))
        assert write_project(FILES, room / "project", force=True).notes == ()
        after = tree(room)
        assert {path: after.get(path) for path in before} == before, goal


@pytest.mark.parametrize(
    "path", ["../victim.txt", "/etc/hostname", "a/../../victim.txt", "", "c:\\x", "a\x00b", "..\\victim.txt"]
)
@pytest.mark.parametrize("where", ["files", "folders", "before"])
def test_a_journal_with_paths_outside_of_the_folder_is_named_and_left_alone(
    room: Path, path: str, where: str
) -> None:
    before = tree(room)
    value: object = [path] if where == "folders" else {path: digest(OLD)}
    parts: dict[str, Any] = {where: value}
    journal = plant(room, **parts)
    (note,) = write_project(FILES, room / "project").notes
    assert note == (
        f"{journal}: the journal names paths outside of the folder. "
        f"What an interrupted run left of {room / 'project'} stays as it is."
    )
    assert journal.exists()
    assert {name: tree(room).get(name) for name in before} == before
    assert tree(room / "project")["README.md"] == b"# ours\n"


@pytest.mark.parametrize("what", ["goal", "staged"])
def test_a_journal_about_another_folder_is_left_alone(room: Path, what: str) -> None:
    value = {"goal": str(room), "staged": "../elsewhere"}[what]
    parts: dict[str, Any] = {what: value, "files": {"notes.txt": digest(OLD)}}
    journal = plant(room, **parts)
    (note,) = write_project(FILES, room / "project").notes
    assert "the journal is about another folder" in note
    assert journal.exists() and (room / "project/notes.txt").exists()


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"goal": 1}', b"\xff", b"[" * 100_000])
@pytest.mark.parametrize("suffix", [".undo", ".sweep"])
def test_a_damaged_journal_is_named_and_left_alone(room: Path, data: bytes, suffix: str) -> None:
    journal = entry(room / "project", suffix)
    journal.write_bytes(data)
    (note,) = write_project(FILES, room / "project").notes
    assert note.startswith(f"{journal}: the journal is damaged.")
    assert journal.read_bytes() == data


@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "large", "writable", "foreign"])
def test_a_journal_that_is_no_private_file_is_never_read(room: Path, kind: str) -> None:
    planted = plant(room, files={"notes.txt": digest(OLD)})
    if kind in ("fifo", "link", "folder"):
        other = planted.rename(room / "elsewhere.json")
    if kind == "fifo":
        os.mkfifo(planted)
    elif kind == "link":
        planted.symlink_to(other)
    elif kind == "folder":
        planted.mkdir()
    elif kind == "large":
        os.truncate(planted, 20_000_000)
    elif kind == "writable":
        planted.chmod(0o666)
    elif os.geteuid() == 0:
        os.chown(planted, 65534, 65534)
    else:
        pytest.skip("only root can give files away")
    (note,) = write_project(FILES, room / "project").notes
    assert str(planted) in note
    assert (room / "project/notes.txt").read_bytes() == OLD


def test_a_staged_folder_that_is_a_link_is_not_followed(room: Path) -> None:
    journal = plant(room, before={"notes.txt": digest(b"old\n")}, files={"notes.txt": digest(OLD)})
    staged = room / f".project.advisor-tmp-{DEAD}"
    staged.rename(room / "elsewhere")
    (room / "elsewhere/before/notes.txt").write_bytes(b"old\n")
    staged.symlink_to(room / "elsewhere")
    (note,) = write_project(FILES, room / "project").notes
    assert "is not the folder that it was" in note
    assert journal.exists() and (room / "elsewhere/before/notes.txt").exists()


def test_no_link_in_the_folder_is_followed_when_something_is_taken_back(room: Path) -> None:
    (room / "elsewhere").mkdir()
    (room / "elsewhere/app.py").write_bytes(OLD)
    (room / "project/functions").symlink_to(room / "elsewhere")
    (room / "project/link.txt").symlink_to(room / "victim.txt")
    plant(room, files={"functions/app.py": digest(OLD), "link.txt": digest(OLD)}, folders=["functions/x"])
    (room / "elsewhere/x").mkdir()
    with pytest.raises(CannotWrite, match="symbolic link"):
        write_project(FILES, room / "project")
    assert (room / "elsewhere/app.py").read_bytes() == OLD
    assert (room / "elsewhere/x").is_dir()
    assert (room / "project/link.txt").is_symlink()


def test_what_comes_back_is_what_was_there(room: Path) -> None:
    journal = plant(room, before={"notes.txt": digest(b"old\n")}, files={"notes.txt": digest(OLD)})
    kept = room / f".project.advisor-tmp-{DEAD}/before/notes.txt"
    kept.write_bytes(b"exchanged meanwhile\n")
    sweep = plant(room, ".sweep")
    (note,) = write_project(FILES, room / "project").notes
    assert f"{kept}: this is not what was there" in note
    assert (room / "project/notes.txt").read_bytes() == OLD
    assert journal.exists() and sweep.exists() and kept.exists()


def test_a_half_done_run_is_taken_back_by_the_next_one(room: Path) -> None:
    journal = plant(room, before={"notes.txt": digest(b"old\n")}, files={"notes.txt": digest(OLD)})
    (room / f".project.advisor-tmp-{DEAD}/before/notes.txt").write_bytes(b"old\n")
    sweep = plant(room, ".sweep")
    assert write_project(FILES, room / "project").notes == ()
    assert (room / "project/notes.txt").read_bytes() == b"old\n"
    assert not journal.exists() and not sweep.exists()
    assert [path.name for path in room.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("kind", ["foreign", "link", "file", "unwritable"])
def test_without_a_state_folder_of_ones_own_it_is_said_what_that_means(room: Path, kind: str) -> None:
    state = room.parent / "state/lambda-flow-advisor"
    state.parent.mkdir()
    if kind == "foreign":
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        state.mkdir(mode=0o777)
        os.chown(state, 65534, 65534)
    elif kind == "link":
        (room / "own").mkdir(mode=0o700)
        state.symlink_to(room / "own")
    elif kind == "file":
        state.write_text("")
    elif os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    else:
        state.mkdir(mode=0o500)
    before = tree(room.parent / "state") if kind != "file" else {}
    assert write_project(FILES, room / "project").notes == ()
    (room / "project/README.md").write_text("mine\n")
    (note,) = write_project(FILES, room / "project", force=True).notes
    assert note.startswith("There is no state folder")
    assert (tree(room.parent / "state") if kind != "file" else {}) == before


def test_a_state_folder_that_others_may_write_is_closed(room: Path) -> None:
    state = room.parent / "state/lambda-flow-advisor"
    state.mkdir(parents=True)
    state.chmod(0o777)
    write_project(FILES, room / "project")
    assert oct(state.stat().st_mode)[-3:] == "700"
    assert oct((state / "unfinished").stat().st_mode)[-3:] == "700"


def test_a_journal_that_cannot_be_written_lets_nothing_be_changed(room: Path) -> None:
    import resource

    names = [RenderedFile(f"a/{'n' * 80}{number}", "x") for number in range(60)]
    before = tree(room)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000, hard))
    try:
        with pytest.raises(CannotWrite, match=r"unfinished cannot be written: .*nothing was changed"):
            write_project(names, room / "project")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert tree(room) == before
    assert tree(room.parent / "state") == {}
