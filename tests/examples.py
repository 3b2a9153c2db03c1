"""How much of a sweep is run: a share of it in the first ring, by a fixed seed, and all of it in the gate."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
SEED = 20261123

THOROUGH = "ADVISOR_THOROUGH"


def examples(count: int, one_in: int = 5) -> int:
    """Return ``count`` in the gate, and a fifth of it (one in ``one_in``) in the first ring."""
    return count if os.environ.get(THOROUGH) else max(1, count // one_in)


def sample(items: Iterable[T], one_in: int) -> list[T]:
    """Return ``items`` in the gate, and one in ``one_in`` of them, in their order, in the first ring."""
    every = list(items)
    if os.environ.get(THOROUGH):
        return every
    places = random.Random(SEED).sample(range(len(every)), max(1, len(every) // one_in))
    return [every[place] for place in sorted(places)]
