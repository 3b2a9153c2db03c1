"""Attempts at a unit of work that keeps failing: when they start, and how to say so."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate

from msgspec import Struct

from advisor.decision.recommendation import FailureEvent, FailureStory
from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.conditions import Answer


class Case(Struct, frozen=True):
    """The answers that a failure story depends on, limits and services, and the services' names."""

    facts: Mapping[str, Answer]
    aws: AwsFacts
    labels: Mapping[str, str]

    def limit(self, key: str) -> float:
        """Return the number of a limit."""
        return self.aws.number(key)

    def series(self, key: str) -> tuple[float, ...]:
        """Return the numbers of a limit."""
        return self.aws.limits[key].series

    def place(self, service: str) -> tuple[str, str]:
        """Return ``service`` in a sentence, and the preposition for what is there: "an SQS queue", "In"."""
        found = self.aws.services[service]
        return found.noun, found.destination.found if found.destination else "At"

    def names(self, key: str) -> tuple[str, ...]:
        """Return a list answer; empty where unknown."""
        answer = self.facts.get(key)
        return answer if isinstance(answer, tuple) else ()

    def number(self, key: str) -> float | None:
        """Return a numeric answer; None where unknown."""
        answer = self.facts.get(key)
        return answer if isinstance(answer, int | float) and not isinstance(answer, bool) else None

    @property
    def run_s(self) -> float:
        """Seconds the work itself takes; 0 where unknown."""
        return self.number("step_duration_s") or 0

    def attempts_at(self, waits: list[float]) -> list[float]:
        """Return the seconds at which attempts start, each running ``run_s`` before the next wait."""
        return list(accumulate((wait + self.run_s for wait in waits), initial=0.0))


def attempts(starts: list[float], waits: list[float], text: str) -> tuple[FailureEvent, ...]:
    """Return one event for each of ``starts``; ``text`` tells the first, the waits before tell the others."""
    told = (text, *(f"Tried again {wait:,.0f} s after the failure." for wait in waits))
    return tuple(
        FailureEvent(at, f"Attempt {number}", words)
        for number, (at, words) in enumerate(zip(starts, told, strict=False), start=1)
    )


def attempts_words(case: Case, starts: list[float]) -> str:
    """Return how many attempts there are, and when."""
    noun = "attempt" if len(starts) == 1 else "attempts"
    at = f", at about {', '.join(f'{start:,.0f}' for start in starts)} s" if len(starts) > 1 else ""
    known = "step_duration_s" in case.facts
    runs = f", each running {case.run_s:g} s" if known else ", plus the time the work itself takes"
    return f"{len(starts)} {noun}{at}{runs}."


def impossible(option: str, why: str, *, ends_up: str, lost: str, alarm: str) -> FailureStory:
    """Return the story of an option that cannot do the work here: one event, and ``why``."""
    event = FailureEvent(0, "Not possible here", why)
    return FailureStory(
        option=option,
        attempts="None: this option cannot do it here.",
        events=(event,),
        ends_up=ends_up,
        lost=lost,
        alarm=alarm,
    )
