"""How much of a sweep is run: a share by a fixed seed in the first ring, another in the gate, or all."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
SEED = 20261123

THOROUGH = "ADVISOR_THOROUGH"
FULL = bool(os.environ.get("FULL_GATE"))  # all of the gate is asked for


def examples(count: int, one_in: int = 8) -> int:
    """Return one in ``one_in`` of ``count`` in the first ring and in the gate, or all of it."""
    return max(1, count // _one_in(one_in))


def sample(items: Iterable[T], one_in: int) -> list[T]:
    """Return as many of ``items``, in their order; the gate draws by a seed of its own."""
    every = list(items)
    places = random.Random(SEED + len(_wish())).sample(
        range(len(every)), max(1, len(every) // _one_in(one_in))
    )
    return [every[place] for place in sorted(places)]


def _wish() -> str:
    return os.environ.get(THOROUGH, "")


def _one_in(one_in: int) -> int:
    return 1 if _wish() == "all" else one_in
