"""The command as a process: streams, code pages, pipes that close, signals."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

from advisor import __version__
from tests.examples import sample

ADVISOR = [sys.executable, "-m", "advisor"]


def process(
    *arguments: str, env: dict[str, str] | None = None, stdin: bytes = b"", cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*ADVISOR, *arguments],
        input=stdin,
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        check=False,
    )


ANSWERS = b"""\
name: caf\xc3\xa9 \xe2\x86\x92 \xf0\x9f\x98\x80
requirements:
  invocation: async
  steps: 2
"""


def test_output_for_another_program_is_utf_8_with_unix_line_ends() -> None:
    done = process(
        "recommend", "-", "--format", "json", stdin=ANSWERS, env={"PYTHONUTF8": "0", "LC_ALL": "C"}
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert '"name": "café → 😀"'.encode() in done.stdout
    assert b"\r" not in done.stdout


@pytest.mark.parametrize(
    ("encoding", "format_name"),
    sample(product(["ascii", "cp1252", "cp437", "latin-1"], ["text", "json", "markdown", "html"]), 3),
)
def test_a_narrow_code_page_never_stops_the_answer(encoding: str, format_name: str) -> None:
    environment = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = process("recommend", "-", "--format", format_name, stdin=ANSWERS, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "-> ?" in done.stdout.decode(encoding)


def test_a_reader_that_leaves_early_is_no_accident() -> None:
    running = subprocess.Popen(
        [*ADVISOR, "recommend", "-", "--format", "html"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdin and running.stdout and running.stderr
    running.stdout.close()
    running.stdin.write(ANSWERS)
    running.stdin.close()
    assert (running.stderr.read(), running.wait()) == (b"", 1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_a_full_disk_behind_standard_output_is_said() -> None:
    with open("/dev/full", "wb") as full:
        command = [*ADVISOR, "recommend", "-"]
        done = subprocess.run(command, input=ANSWERS, stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (
        1,
        b"Standard output cannot be written: No space left on device.\n",
    )


INTERRUPTED_WHILE_READING = """
import signal, sys
from advisor.cli import main

class Keyboard:
    @property
    def buffer(self):
        signal.raise_signal(signal.SIGINT)

sys.stdin = Keyboard()
sys.exit(main(["recommend", "-"]))
"""


def test_an_interrupt_is_one_line_and_130() -> None:
    command = [sys.executable, "-c", INTERRUPTED_WHILE_READING]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (130, b"")
    assert done.stderr.splitlines() == [b"Interrupted; nothing was left half-written."]


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")
@pytest.mark.parametrize(
    ("command", "exit_code", "message"),
    [
        ("recommend - <&-", 2, "an answers file is a mapping"),
        ("recommend --set steps=1 >&-", 1, "Standard output is closed."),
        ("recommend --set steps=x 2>&-", 2, ""),
        ("<&-", 2, "The questions need a terminal"),
        (">&-", 1, "Standard output is closed."),
    ],
)
def test_closed_streams(command: str, exit_code: int, message: str) -> None:
    done = subprocess.run(
        f"{shlex.join(ADVISOR)} {command}", shell=True, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == exit_code, done
    assert message in done.stderr
    assert "bug" not in done.stderr


BROKEN = "import sys; from advisor.cli import main; sys.stdin = object(); sys.exit(main(['recommend', '-']))"


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_bug_is_one_fact_and_a_way_out_and_a_traceback_only_on_request(debug: str) -> None:
    environment = {**os.environ, "ADVISOR_DEBUG": debug}
    command = [sys.executable, "-c", BROKEN]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        f"This is a bug in advisor {__version__}: AttributeError: 'object' object has no attribute"
        in done.stderr
    )
    assert ("Traceback" in done.stderr) == bool(debug)
