"""Killed at any moment, the advisor leaves everything as before or complete; the next run sweeps up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

if os.name == "nt":
    pytest.skip("kill -9 is for POSIX", allow_module_level=True)

from tests.gate.crash.harness import RANDOM_KILLS
from tests.gate.crash.scenarios import SCENARIOS

ROOT = Path(__file__).parents[3]
OURS = tuple(name for name in SCENARIOS if name != "careless")


def killed(scenario: str, mode: str, folder: Path) -> tuple[int, list[str]]:
    """Return how many runs were killed, and what was wrong with what they left."""
    command = [sys.executable, "-m", "tests.gate.crash.harness", scenario, mode, str(folder / "rooms")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    return found["kills"], found["faults"]


@pytest.mark.parametrize("scenario", OURS)
def test_before_every_single_step(scenario: str, tmp_path: Path) -> None:
    kills, faults = killed(scenario, "every-step", tmp_path)
    assert faults == []
    assert kills >= 8


def test_a_careless_writer_is_found_out(tmp_path: Path) -> None:
    _, faults = killed("careless", "every-step", tmp_path)
    assert any("half done: ['one.txt']" in fault for fault in faults)


@pytest.mark.parametrize("scenario", OURS)
def test_at_random_moments(scenario: str, tmp_path: Path) -> None:
    assert killed(scenario, "random-moments", tmp_path) == (RANDOM_KILLS, [])
    assert RANDOM_KILLS * len(OURS) >= 300
