"""The command line, run in this process in an empty folder."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from advisor.cli.run import run


@dataclass(frozen=True)
class Said:
    """What a user sees of a run."""

    exit_code: int
    out: str
    err: str


Advise = Callable[..., Said]


@pytest.fixture
def advise(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Advise:
    """Run ``advisor`` in an empty folder with a file, or with what it reads from standard input."""
    monkeypatch.chdir(tmp_path)

    def advise(*arguments: str, stdin: bytes = b"") -> Said:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        exit_code = run(arguments)
        captured = capsys.readouterr()
        return Said(exit_code, captured.out, captured.err)

    return advise
