"""Which question comes next: the openings, then whatever settles most, be it one question or a list to tick."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from advisor.decision.sensitivity import OpenQuestion
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Questionnaire, Screen


@dataclass(frozen=True, slots=True)
class Settling:
    """What ticking a screen settles: answers, and keys that need no question any more."""

    answers: Mapping[str, Answer]
    closed: tuple[str, ...]


def choose(
    questionnaire: Questionnaire, due: tuple[OpenQuestion, ...], shown: Collection[str] = ()
) -> str | Screen | None:
    """Return the key of the question to ask next, or the screen; None where nothing is due.

    ``shown`` are ids of screens already answered. A screen is worth showing while two of its questions
    are due, and weighs as much as they do together.
    """
    weights = {item.key: item.weight for item in due}
    for key in questionnaire.opening:
        if key in weights:
            return key
    best: str | Screen | None = due[0].key if due else None
    most = due[0].weight if due else 0.0
    for screen in questionnaire.screens:
        found = [weights[item.key] for item in screen.items if item.key in weights]
        if screen.id not in shown and len(found) > 1 and sum(found) > most:
            best, most = screen, sum(found)
    return best


def settle(screen: Screen, ticked: Collection[str], known: Collection[str]) -> Settling:
    """Return what follows for the items of ``screen`` that are neither ``ticked`` nor ``known`` already."""
    left = [item for item in screen.items if item.key not in ticked and item.key not in known]
    answers = {item.key: item.otherwise for item in left if item.otherwise is not None}
    return Settling(answers, tuple(item.key for item in left))
