"""Writes where it cannot be done, and where another run writes at the same time.

``python -m tests.gate.crash.places CASE FOLDER`` prints how many runs there were and what was wrong, as JSON.
It may run as root: what needs a user without rights is done by a child that gave them up.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import advisor
from advisor.files import MARK
from advisor.starter import RenderedFile
from tests.gate.crash.harness import Child, tree
from tests.gate.crash.scenarios import PROJECT, SCENARIOS, Scenario

NOBODY = 65534
RUNS = 6
WRITERS = ("new", "empty", "others", "force", "answers", "answers-force")


class Log:
    """What was tried, and what was wrong with it."""

    def __init__(self) -> None:
        self.runs = self.refused = 0
        self.faults: list[str] = []

    def must(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)

    def as_before_or_complete(
        self, scenario: Scenario, room: Path, prepare: Callable[[], None], what: str
    ) -> None:
        """Run where it may fail: refused with everything as before, or done."""
        before = tree(room)
        code = Child(lambda: scenario.act(room)).run(prepare)
        self.runs += 1
        self.refused += code == 1
        found = tree(room)
        if code == 1:
            self.must(found == before, f"{what}: refused, but there is {sorted(found)}")
        else:
            self.must(code == 0 and found != before, f"{what}: ended with {code}")
        self.must(not [path for path in found if MARK in path], f"{what}: left {sorted(found)}")


def fresh(folder: Path, scenario: Scenario) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    room = folder / "room"
    room.mkdir(parents=True)
    scenario.prepare(room)
    return room


def no_file_above(log: Log, folder: Path) -> None:
    """A quota on the size of a file stops the write in its middle."""
    for name in WRITERS:
        for size in (0, 1, 50, 4096, 5000, 7000, 100_000):

            def limit(size: int = size) -> None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

            room = fresh(folder, SCENARIOS[name])
            log.as_before_or_complete(SCENARIOS[name], room, limit, f"{name}, {size} bytes")


@contextmanager
def small_disk(folder: Path, pages: int) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={pages * 4096}", "tmpfs", str(folder)], check=True)
    try:
        yield folder / "room"
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(log: Log, folder: Path) -> None:
    """A disk of so many pages is full after so many files."""
    for name in WRITERS:
        for pages in (*range(6, 20, 2), 40):
            with small_disk(folder, pages) as room:
                room.mkdir()
                SCENARIOS[name].prepare(room)
                log.as_before_or_complete(SCENARIOS[name], room, lambda: None, f"{name}, {pages} pages")


def read_only(log: Log, folder: Path) -> None:
    """A folder of somebody else is left alone, whatever the flags."""

    def give_up() -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    for name in WRITERS:
        room = fresh(folder, SCENARIOS[name])
        for path in (folder, room, *room.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o555)
        log.as_before_or_complete(SCENARIOS[name], room, give_up, name)
        for path in (room, *room.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)


def variant(number: int) -> tuple[RenderedFile, ...]:
    return tuple(RenderedFile(file.path, f"{number} {file.text}", file.executable) for file in PROJECT)


def at_once(log: Log, folder: Path) -> None:
    """Several runs into one folder: without --force one wins, with it the last one; never halves of two."""
    for name in ("new", "empty", "others", "force"):
        for attempt in range(5):
            room = fresh(folder, SCENARIOS[name])
            force = name == "force"
            mine = {path: tree(room)[path] for path in SCENARIOS[name].mine}
            gate, opened = os.pipe()

            def act(number: int, gate: int = gate, force: bool = force, room: Path = room) -> None:
                os.read(gate, 1)
                advisor.write_project(variant(number), room / "project", force=force)

            children = [Child(partial(act, number)).start() for number in range(RUNS)]
            os.write(opened, b"x" * RUNS)
            codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
            os.close(gate)
            os.close(opened)
            log.runs += RUNS
            log.refused += codes.count(1)
            what = f"{name} {attempt}: {codes}"
            found = tree(room)
            log.must(set(codes) <= {0, 1} and codes.count(0) in (range(1, RUNS + 1) if force else (1,)), what)
            log.must(not [path for path in found if MARK in path], f"{what}: left {sorted(found)}")
            texts = {file.path: found.get(f"project/{file.path}", ("", b""))[1] for file in PROJECT}
            wholes = [{file.path: file.text.encode() for file in variant(number)} for number in range(RUNS)]
            log.must(texts in [wholes[n] for n, code in enumerate(codes) if code == 0], f"{what}: mixed")
            log.must(all(found.get(path) == entry for path, entry in mine.items()), f"{what}: touched")


CASES = {case.__name__.replace("_", "-"): case for case in (no_file_above, full_disk, read_only, at_once)}


def main() -> None:
    """Do what the command line says."""
    case, folder = sys.argv[1:]
    log = Log()
    CASES[case](log, Path(folder))
    json.dump({"runs": log.runs, "refused": log.refused, "faults": log.faults[:10]}, sys.stdout)


if __name__ == "__main__":
    main()
