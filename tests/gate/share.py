"""How much of the gate is run: a share by a fixed seed; FULL_GATE=1 runs all of it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TypeVar

from tests.examples import FULL, SEED
from tests.starter.durable import SHAPES, WITH_OWN_TESTS
from tests.starter.projects import PROJECTS

T = TypeVar("T")


def share(items: Iterable[T], one_in: int, always: Iterable[T] = ()) -> tuple[T, ...]:
    """Return one in ``one_in`` of ``items`` and those that are ``always`` among them, in their order."""
    every, wanted = list(items), set(always)
    if FULL:
        return tuple(every)
    places = set(random.Random(SEED).sample(range(len(every)), max(1, len(every) // one_in)))
    return tuple(item for place, item in enumerate(every) if place in places or item in wanted)


SHARED = share(
    PROJECTS, 12, ("async-sdk", "both-branch", "standard-saga", "job-container", "messaging-topic")
)
DURABLE = share(SHAPES, 4, WITH_OWN_TESTS)
