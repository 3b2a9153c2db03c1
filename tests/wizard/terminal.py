"""A pseudo-terminal that is read as a user sees it: pexpect types, pyte draws."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).resolve().parents[2]
UP, DOWN, HOME, END, LEFT = "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F", "\x1b[D"
ENTER, SPACE, CTRL_C, CTRL_D = "\r", " ", "\x03", "\x04"


class Terminal:
    """Runs a command on a screen of ``columns`` by ``rows``; ``seen`` holds everything written, raw."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        rows: int = 24,
        columns: int = 80,
        env: Mapping[str, str] | None = None,
        tells_cursor: bool = True,
    ) -> None:
        self.tells_cursor = tells_cursor
        environ = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "TERM": "xterm-256color"}
        environ |= {"SOURCE_DATE_EPOCH": os.environ["SOURCE_DATE_EPOCH"]}  # the day of tests/conftest.py
        environ |= {"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self.stream = pyte.ByteStream(self.screen)
        self.seen = b""
        self.process = pexpect.spawn(
            command[0], list(command[1:]), env=environ, dimensions=(rows, columns), cwd=str(ROOT), timeout=20
        )
        self.process.delaybeforesend = None

    def read(self, quiet_s: float = 0.15) -> None:
        """Take in what is written until nothing comes for a moment."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                data = self.process.read_nonblocking(65536, timeout=quiet_s)
            except (pexpect.TIMEOUT, pexpect.EOF):
                return
            self.seen += data
            self.stream.feed(data)
            if self.tells_cursor and b"\x1b[6n" in data:  # it asks where the cursor is
                self.process.send(f"\x1b[{self.screen.cursor.y + 1};{self.screen.cursor.x + 1}R")

    def wait_for(self, *texts: str, seconds: float = 20) -> str:
        """Return the screen once one of ``texts`` is on it."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.05)
            if any(text in self.text for text in texts):
                self.read()
                return self.text
        raise AssertionError(f"{' or '.join(texts)} never came. The screen:\n{self.text}")

    def type(self, *keys: str) -> str:
        """Press keys, one after the other, and return the screen that follows."""
        for key in keys:
            self.process.send(key)
            self.read()
        return self.text

    def resize(self, columns: int, rows: int = 24) -> None:
        self.screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)
        self.read()

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    @property
    def everything(self) -> str:
        """What was scrolled away and what is on the screen."""
        gone = [
            "".join(row[x].data for x in range(self.screen.columns)).rstrip()
            for row in self.screen.history.top
        ]
        return "\n".join([*gone, self.text])

    def kill(self) -> None:
        self.process.kill(signal.SIGKILL)
        self.process.wait()

    def exit_code(self) -> int:
        """Wait for the end and return the exit code."""
        self.read(1.0)
        self.process.expect(pexpect.EOF)
        self.process.close()
        assert self.process.exitstatus is not None, f"killed by signal {self.process.signalstatus}"
        return int(self.process.exitstatus)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.close(force=True)


def runner(draft: Path, *flags: str) -> list[str]:
    """Return the command that runs the wizard over the small rule base."""
    return [sys.executable, "-m", "tests.wizard.runner", str(draft), *flags]
