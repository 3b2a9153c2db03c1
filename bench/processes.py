"""Whole processes, measured in turns: A B C, A B C, … so that a busy machine slows all of them alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

Command = Callable[[int], Sequence[object]]
"""Returns the arguments of a command for one round, so that each can write to a folder of its own."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds on the clock, seconds of CPU time and peak memory (MB) of each round of one command."""

    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    memory: tuple[float, ...]

    def ratio(self, other: Timed) -> float:
        """Return the median, over the rounds, of how many times as much CPU time as ``other`` this took."""
        return median(one / two for one, two in zip(self.cpu, other.cpu, strict=True))


def in_turns(commands: Mapping[str, Command], rounds: int, **environment: str) -> dict[str, Timed]:
    """Run every command once a round, after one round to warm the disk. Raises where one fails."""
    plan = [
        ([str(part) for part in command(number)], environment)
        for number in range(rounds + 1)
        for command in commands.values()
    ]
    runner = [sys.executable, "-I", str(Path(__file__).with_name("runner.py"))]
    done = subprocess.run(runner, input=json.dumps(plan), stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)[len(commands) :]
    return {
        name: Timed(*(tuple(column) for column in zip(*found[index :: len(commands)], strict=True)))
        for index, name in enumerate(commands)
    }
