"""Projects deployed in an emulated account: events go in as their source sends them, whatever can fails.

The handlers are the real ones with their real libraries, the state machine runs in moto's interpreter, time
is virtual. The laws are those of ``tests/starter/played/laws.py``; what is played is sampled by a fixed seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.starter import Blueprint, NotSupported
from tests.gate.share import share
from tests.starter.matrix import covering, planned
from tests.starter.played.events import SOURCES
from tests.starter.played.play import play
from tests.starter.played.world import project
from tests.starter.projects import PROJECTS, blueprint

SEED = 1
SAMPLED = {"destinations": 8, "step-functions": 8, "both": 4}


def playable(made: Blueprint) -> bool:
    """Return whether the account has all of it: no durable function, no other caller that waits."""
    if any(item.durable for item in made.functions):
        return False
    answers = any(item.answers for item in made.functions)
    known = made.approach == "direct-invoke" if answers else made.event_source in SOURCES
    return (
        known
        and bool(made.functions or made.job_starts or made.pipe or made.machine)
        and made.runtime == "python"
    )


def sampled() -> Iterator[tuple[str, int]]:
    """Yield the numbers of some of the combinations that have every pair of values."""
    for approach, size in SAMPLED.items():
        numbers = range(len(covering(approach)))
        yield from ((approach, n) for n in random.Random(SEED).sample(numbers, size))


@pytest.mark.parametrize("name", share([name for name in PROJECTS if playable(blueprint(name))], 9))
def test_a_project_keeps_the_laws(name: str, tmp_path: Path) -> None:
    with project(blueprint(name), tmp_path) as made:
        assert play(made) == []


@pytest.mark.parametrize(("approach", "number"), share(sampled(), 5))
def test_so_does_any_combination(approach: str, number: int, tmp_path: Path) -> None:
    try:
        combination = {**covering(approach)[number], "runtime": "python", "iac": "sam"}
        wanted = planned(approach, combination)
    except NotSupported:
        pytest.skip("this combination is refused")
    if not playable(wanted):
        pytest.skip(f"{wanted.event_source} is not emulated")
    with project(wanted, tmp_path) as made:
        assert play(made) == []
