"""How often a state machine or function runs, where its files say so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.model import EventSource, InspectedFunction, StateMachine

_RATE = re.compile(r"rate\(\s*(\d{1,9})\s+(minute|hour|day)s?\s*\)")
_A_MONTH = {"minute": 43_200, "hour": 720, "day": 30}


class Volume(Struct, frozen=True):
    """Runs a month, and where that is said."""

    runs: float
    place: Place
    because: str


def monthly_executions(of: StateMachine | InspectedFunction) -> Volume | None:
    """Return how many runs a month the metadata states, or the only source, a rate, makes."""
    stated = of.metadata.get("advisor", "monthly_executions")
    if stated.number is not None:
        return Volume(stated.number, stated.key, "the metadata states the volume")
    return _scheduled(of.sources)


def _scheduled(sources: Iterable[EventSource]) -> Volume | None:
    found = tuple(sources)
    if len(found) != 1 or found[0].kind != "schedule":
        return None
    match = _RATE.fullmatch(found[0].schedule.strip())
    if match is None or int(match[1]) == 0:
        return None
    return Volume(_A_MONTH[match[2]] / int(match[1]), found[0].place, f"it runs by {match[0]}")
