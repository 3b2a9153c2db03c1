"""Where it cannot be written, and where two write at once, nothing is lost and nothing is mixed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

if os.name == "nt":
    pytest.skip("quotas, mounts and users without rights are for POSIX", allow_module_level=True)

ROOT = Path(__file__).parents[3]


def run(case: str) -> tuple[int, int]:
    """Return how many runs there were and how many were refused; all of them left what they may leave."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # others look into it
        command = [sys.executable, "-m", "tests.gate.crash.places", case, str(Path(folder) / "place")]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["faults"] == []
    return found["runs"], found["refused"]


def test_a_file_that_may_not_grow() -> None:
    runs, refused = run("no-file-above")
    assert (runs, refused > 20, refused < runs) == (42, True, True)


def can_mount() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=4096", "tmpfs", folder]
        if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
            return False
        return subprocess.run(["umount", folder], check=False).returncode == 0


def test_a_full_disk() -> None:
    if not can_mount():
        pytest.skip("only root can mount a small disk")
    runs, refused = run("full-disk")
    assert (runs, refused > 8, refused < runs) == (48, True, True)


def test_a_folder_of_somebody_else() -> None:
    if os.geteuid() != 0 and os.access("/", os.W_OK):
        pytest.skip("this user may write anywhere")
    assert run("read-only") == (6, 6)


def test_several_runs_at_once() -> None:
    runs, refused = run("at-once")
    assert runs == 120
    assert refused >= 5 * 5 * 3
