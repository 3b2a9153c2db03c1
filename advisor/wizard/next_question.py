"""Choice of the next question: the openings, then the one that settles most; single or a list to tick."""

from __future__ import annotations

from collections.abc import Collection

from advisor.decision.explain.open_questions import OpenQuestion
from advisor.knowledge.questions import Questionnaire, Screen


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
        found = [weights[key] for key in keys_of(screen) if key in weights]
        if screen.id not in shown and len(found) > 1 and sum(found) > most:
            best, most = screen, sum(found)
    return best


def keys_of(screen: Screen) -> tuple[str, ...]:
    """Return the keys of all questions a screen stands for."""
    return tuple(key for item in screen.items for key in item.keys)


def about_left(
    questionnaire: Questionnaire, due: tuple[OpenQuestion, ...], shown: Collection[str] = ()
) -> int:
    """Return how many more times one is asked, if nothing is ticked and every answer leaves the rest open."""
    left, seen, count = due, set(shown), 0
    while step := choose(questionnaire, left, seen):
        gone = {step} if isinstance(step, str) else set(keys_of(step))
        seen |= set() if isinstance(step, str) else {step.id}
        left = tuple(item for item in left if item.key not in gone)
        count += 1
    return count
