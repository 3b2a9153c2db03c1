"""Kills what writes, at every step it takes and at random moments, and looks at what is left.

``python -m tests.gate.crash.harness SCENARIO MODE FOLDER`` prints, as JSON, how often it killed and what was
wrong. It is one process that loads everything once and forks a child for each kill; each costs milliseconds.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from advisor.errors import CannotWrite
from advisor.files import MARK
from tests.gate.crash.scenarios import SCENARIOS, Scenario

SEED = 20261123
RANDOM_KILLS = 60
Tree = Mapping[str, tuple[Any, ...]]


def tree(room: Path) -> dict[str, tuple[Any, ...]]:
    """Return what is in ``room``: of each file what it is, holds, and which one it is."""
    return {path.relative_to(room).as_posix(): _entry(path) for path in sorted(room.rglob("*"))}


def _entry(path: Path) -> tuple[Any, ...]:
    status = path.lstat()
    if path.is_symlink():
        return ("link", os.readlink(path), status.st_ino)
    if path.is_dir():
        return ("folder", oct(status.st_mode), status.st_ino)
    return ("file", path.read_bytes(), oct(status.st_mode), status.st_ino, status.st_mtime_ns)


def finished(found: Tree) -> dict[str, tuple[Any, ...]]:
    """Return what has a name of its own: without what is being prepared beside it."""
    return {path: entry for path, entry in found.items() if MARK not in path}


def contents(found: Tree) -> dict[str, tuple[Any, ...]]:
    """Return what counts where a file is made anew: not which one it is, nor when it was made."""
    return {path: entry[: 3 if entry[0] == "file" else 2] for path, entry in found.items()}


@dataclass(frozen=True)
class Child:
    """One run in a process of its own."""

    act: Callable[[], object]

    def start(self, before: Callable[[], None] = lambda: None) -> int:
        """Return the process id of a child that does ``act``."""
        child = os.fork()
        if child:
            return child
        code = 99
        try:
            before()
            code = 0
            self.act()
        except CannotWrite:
            code = 1
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            code = 98
        finally:
            os._exit(code)

    def run(self, before: Callable[[], None] = lambda: None) -> int:
        """Return how the run ended: its exit code, or minus the signal."""
        return os.waitstatus_to_exitcode(os.waitpid(self.start(before), 0)[1])

    def run_for(self, seconds: float) -> int:
        """Return how the run ended that is killed after ``seconds``."""
        child = self.start()
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def killed_at(step: int) -> Callable[[], None]:
    """Return what lets a process die just before the ``step``-th thing it asks of the system."""

    def prepare() -> None:
        left = [step]

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event == "open" or event.startswith(("os.", "fcntl.", "shutil.")):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        synchronise = os.fsync

        def fsync(fd: Any) -> None:
            hook("os.fsync", ())
            synchronise(fd)

        os.fsync = fsync  # the interpreter tells of everything but this
        sys.addaudithook(hook)

    return prepare


class Trial:
    """A scenario in a folder of its own, again and again."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.scenario, self.folder, self.number = scenario, folder, 0
        self.faults: list[str] = []
        self.kills = 0
        self.state = folder / "state"
        os.environ["XDG_STATE_HOME"] = str(self.state)
        room = self.room()
        assert Child(lambda: scenario.act(room)).run() == 0
        self.complete = contents(tree(room))

    def room(self) -> Path:
        """Return a fresh folder with what was there before."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.number += 1
        room = self.folder / f"room{self.number}"
        room.mkdir(parents=True)
        self.scenario.prepare(room)
        return room

    def one(self, kill: Callable[[Child], int], again: Callable[[Child], int], what: str) -> bool:
        """Kill a run, then the next one; return whether the first one was killed before it was done."""
        room = self.room()
        before = tree(room)
        act = Child(lambda: self.scenario.act(room))
        code = kill(act)
        if code != -signal.SIGKILL:
            self._must(code == 0, f"{what}: ended with {code}")
            return False
        self.kills += 1
        found = finished(tree(room))
        if self.scenario.at_once:
            self._as_before_or_complete(found, before, f"{what}, at once")
        self._mine(found, before, what)
        if again(Child(lambda: self.scenario.next_run(room))) == -signal.SIGKILL:
            self.kills += 1
        code = Child(lambda: self.scenario.next_run(room)).run()
        self._must(code in (0, 1), f"{what}: the next run ended with {code}")
        found = tree(room)
        if self.scenario.refused:
            self._as_before_or_complete(found, before, f"{what}, after the next run")
        left = [path for path in (*found, *tree(self.state)) if MARK in path]
        self._must(left == [], f"{what}: something was left: {sorted(left)}")
        code = act.run()
        found = tree(room)
        self._must(code in (0, 1), f"{what}: the same run again ended with {code}")
        self._must(contents(found) == self.complete, f"{what}: the same run again made {sorted(found)}")
        self._mine(found, before, what)
        return True

    def _as_before_or_complete(self, found: Tree, before: Tree, what: str) -> None:
        whole = contents(found) == self.complete
        self._must(found == before or whole, f"{what}: half done: {sorted(found)}")

    def _mine(self, found: Tree, before: Tree, what: str) -> None:
        for path in self.scenario.mine:
            self._must(found.get(path) == before[path], f"{what}: {path} was touched")

    def _must(self, holds: bool, fault: str) -> None:
        if not holds:
            self.faults.append(fault)


def every_step(trial: Trial, chance: random.Random) -> None:
    """Kill before the first step, before the second, … until a run comes to its end."""
    step, going_on = 1, True
    while going_on:
        dies = partial(Child.run, before=killed_at(step))
        again = killed_at(chance.randint(1, 2 * step))  # the run that clears up may die as well
        going_on = trial.one(dies, partial(Child.run, before=again), f"step {step}")
        step += 1


def random_moments(trial: Trial, chance: random.Random) -> None:
    """Kill at moments drawn from the time a whole run takes."""
    room = trial.room()
    started = time.monotonic()
    Child(lambda: trial.scenario.act(room)).run()
    whole = time.monotonic() - started
    while trial.kills < RANDOM_KILLS:
        moment = chance.random() * whole
        if not trial.one(partial(Child.run_for, seconds=moment), lambda run: 0, f"after {moment:.6f} s"):
            whole *= 0.9  # the machine was busy when it was measured


def main() -> None:
    """Do what the command line says."""
    scenario, mode, folder = sys.argv[1:]
    trial = Trial(SCENARIOS[scenario], Path(folder))
    chance = random.Random(f"{SEED} {scenario}")
    (every_step if mode == "every-step" else random_moments)(trial, chance)
    with suppress(OSError):
        shutil.rmtree(trial.folder)
    json.dump({"kills": trial.kills, "faults": trial.faults[:10]}, sys.stdout)


if __name__ == "__main__":
    main()
