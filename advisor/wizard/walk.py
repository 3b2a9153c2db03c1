"""A walk through the questions as a value: what was said, in which order, and where one stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from advisor.decision.sensitivity import OpenQuestion
from advisor.knowledge.conditions import Answer, holds
from advisor.knowledge.questions import Questionnaire, Settled

OpenQuestions: TypeAlias = Callable[[Mapping[str, Answer]], tuple[OpenQuestion, ...]]


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a walk stands.

    ``answers`` holds the last answer to every question, also of questions that no longer arise; they count
    again when the way leads back to them. ``unknown``: asked, and not known. ``trail``: the questions in
    the order they were met; ``at``: the one that is asked now, ``len(trail)`` where a new one is due.
    ``everything``: ask also what cannot change the recommendation.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    at: int = 0
    everything: bool = False


def begin(answers: Mapping[str, Answer], questionnaire: Questionnaire, *, everything: bool = False) -> Walk:
    """Return a walk that stands behind the answers already given, so that one can step back to them."""
    trail = tuple(key for key in questionnaire.by_key if key in answers)
    return Walk(dict(answers), (), trail, len(trail), everything)


def record(walk: Walk, key: str, answer: Answer | None) -> Walk:
    """Return the walk after ``key`` got ``answer`` (None: not known), one step further if it was due."""
    answers = {name: value for name, value in walk.answers.items() if name != key}
    unknown = tuple(name for name in walk.unknown if name != key)
    if answer is None:
        unknown = (*unknown, key)
    else:
        answers[key] = answer
    if key not in walk.trail:
        trail, at = (*walk.trail, key), walk.at + (walk.at == len(walk.trail))
    else:
        trail, at = walk.trail, walk.at + (walk.at < len(walk.trail) and walk.trail[walk.at] == key)
    return replace(walk, answers=answers, unknown=unknown, trail=trail, at=at)


def back(walk: Walk, settled: Settled) -> Walk:
    """Return the walk one question earlier, over those that do not arise; the same walk at its start."""
    for at in range(walk.at - 1, -1, -1):
        if walk.trail[at] not in settled.facts.inapplicable:
            return replace(walk, at=at)
    return walk


def to_front(walk: Walk) -> Walk:
    """Return the walk behind its last question."""
    return replace(walk, at=len(walk.trail))


def current(walk: Walk, settled: Settled, due: tuple[OpenQuestion, ...]) -> tuple[Walk, str | None]:
    """Return the walk at the next question that arises, and its key: one met before, else the first due."""
    for at in range(walk.at, len(walk.trail)):
        if walk.trail[at] not in settled.facts.inapplicable:
            return replace(walk, at=at), walk.trail[at]
    return to_front(walk), (due[0].key if due else None)


def due(walk: Walk, questionnaire: Questionnaire, open_questions: OpenQuestions) -> tuple[OpenQuestion, ...]:
    """Return what is still to ask, in order: what can change the recommendation, or everything left."""
    if walk.everything:
        rest = remaining(walk, questionnaire.settle(walk.answers), questionnaire)
        return tuple(OpenQuestion(key, 0, 0, 0) for key in rest)
    return tuple(item for item in open_questions(walk.answers) if item.key not in walk.unknown)


def remaining(walk: Walk, settled: Settled, questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return every question that arises and has had no reply, in the order of the questionnaire."""
    closed = {*settled.facts.values, *walk.unknown}
    return tuple(
        question.key
        for question in questionnaire.questions
        if question.key not in closed and holds(question.applies_when, settled.facts)
    )
