"""The README's transcripts, made anew: ``python -m tests.cli.readme`` writes them, a test compares."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
_TRANSCRIPT = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.MULTILINE | re.DOTALL)


def renewed(text: str) -> str:
    """Return ``text`` with what every ``$ advisor …`` of its console blocks prints today."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "examples", Path(folder) / "examples")
        return _TRANSCRIPT.sub(lambda block: _played(block[0], Path(folder)), text)


def _played(block: str, folder: Path) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{_output(command[2:], folder)}" for command in commands)


def _output(command: str, folder: Path) -> str:
    name, *arguments = shlex.split(command)
    assert name == "advisor", command
    done = subprocess.run(
        [sys.executable, "-m", "advisor", *arguments],
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "ADVISOR_RULES"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.stdout


if __name__ == "__main__":
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
