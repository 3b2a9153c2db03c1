"""Without a terminal the wizard ends at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("flags", [[], ["--plain"], ["--all"]])
def test_without_a_terminal_it_ends_at_once_and_names_the_way_out(tmp_path: Path, flags: list[str]) -> None:
    command = [sys.executable, "-m", "advisor", *flags]
    done = subprocess.run(command, cwd=ROOT, input="1\n" * 50, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "advisor recommend FILE" in done.stderr
    assert "advisor generate FILE --output FOLDER" in done.stderr
