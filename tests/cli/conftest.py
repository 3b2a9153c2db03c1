"""The command line, run in this process with its streams captured."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from advisor.cli.run import run


@dataclass(frozen=True)
class Outcome:
    """What a user sees of one run."""

    exit_code: int
    out: str
    err: str


Advise: TypeAlias = Callable[..., Outcome]


@pytest.fixture
def advise(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Advise:
    """Run ``advisor`` with the arguments given, in an empty folder, without a terminal."""
    monkeypatch.chdir(tmp_path)
    for name in ("ADVISOR_RULES", "ADVISOR_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")  # 2026-11-23

    def advise(*arguments: str, stdin: bytes = b"") -> Outcome:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        exit_code = run(arguments)
        captured = capsys.readouterr()
        return Outcome(exit_code, captured.out, captured.err)

    return advise
