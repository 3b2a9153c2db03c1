"""A walk through the questions as a value: what was said, in which order, and where one stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.decision.explain.open_questions import OpenQuestion
from advisor.knowledge.conditions import Answer, holds
from advisor.knowledge.questions import Questionnaire, Screen, ScreenItem

OpenQuestions: TypeAlias = Callable[[Mapping[str, Answer]], tuple[OpenQuestion, ...]]


class Ticks(Struct, frozen=True):
    """The reply to a screen: the lines on offer, and those that were ticked (see ``line_of``)."""

    offered: tuple[str, ...]
    ticked: tuple[str, ...]


class Walk(Struct, frozen=True, kw_only=True):
    """State of an interview.

    ``answers`` holds the last answer to every question, also of questions that no longer arise; they count
    again when the way leads back to them. ``unknown``: asked, and not known. ``ticks``: replies to screens
    by their id. ``trail``: the questions and screens in the order they were met; ``at``: the one that is
    asked now, ``len(trail)`` where a new one is due. ``everything``: ask also what cannot change the
    recommendation.
    """

    answers: Mapping[str, Answer] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    at: int = 0
    everything: bool = False
    ticks: Mapping[str, Ticks] = field(default_factory=dict)


def begin(answers: Mapping[str, Answer], questionnaire: Questionnaire, *, everything: bool = False) -> Walk:
    """Return a walk that stands behind the answers already given, so that one can step back to them."""
    trail = tuple(key for key in questionnaire.by_key if key in answers)
    return Walk(answers=dict(answers), unknown=(), trail=trail, at=len(trail), everything=everything)


def record(walk: Walk, key: str, answer: Answer | None) -> Walk:
    """Return the walk after ``key`` got ``answer`` (None: not known), one step further if it was due."""
    answers = {name: value for name, value in walk.answers.items() if name != key}
    unknown = tuple(name for name in walk.unknown if name != key)
    if answer is None:
        unknown = (*unknown, key)
    else:
        answers[key] = answer
    return _met(replace(walk, answers=answers, unknown=unknown), key)


def line_of(item: ScreenItem) -> str:
    """Return what names a line of a screen: its first key."""
    return item.keys[0]


def record_ticks(walk: Walk, screen: Screen, ticks: Ticks) -> Walk:
    """Return the walk after the reply to a screen; what was shown as ticked and no longer is has no answer.

    On its first showing nothing is ticked: an answer from a file stays, as its own question was not asked.
    """
    shown = ticked_lines(walk, screen)
    gone = {key for item in _unticked(screen, ticks) if line_of(item) in shown for key in item.keys}
    answers = {key: value for key, value in walk.answers.items() if key not in gone}
    unknown = tuple(key for key in walk.unknown if key not in gone)
    ticked = replace(walk, answers=answers, unknown=unknown, ticks={**walk.ticks, screen.id: ticks})
    return _met(ticked, screen.id)


def ticked_lines(walk: Walk, screen: Screen) -> tuple[str, ...]:
    """Return the lines of a screen that were ticked, or whose questions have had a reply since."""
    ticks, replied = walk.ticks.get(screen.id), {*walk.answers, *walk.unknown}
    return tuple(
        line_of(item)
        for item in screen.items
        if ticks and (line_of(item) in ticks.ticked or replied.intersection(item.keys))
    )


def _unticked(screen: Screen, ticks: Ticks | None) -> tuple[ScreenItem, ...]:
    if ticks is None:
        return ()
    left = set(ticks.offered).difference(ticks.ticked)
    return tuple(item for item in screen.items if line_of(item) in left)


def _met(walk: Walk, entry: str) -> Walk:
    if entry not in walk.trail:
        return replace(walk, trail=(*walk.trail, entry), at=walk.at + (walk.at == len(walk.trail)))
    due = walk.at < len(walk.trail) and walk.trail[walk.at] == entry
    return replace(walk, at=walk.at + due)


def given(walk: Walk, questionnaire: Questionnaire) -> Mapping[str, Answer]:
    """Return the answers given, and those that ticking a line of a screen, or leaving it, stands for."""
    return {**_by_ticks(walk, questionnaire), **walk.answers}


def _by_ticks(walk: Walk, questionnaire: Questionnaire) -> Mapping[str, Answer]:
    """Return what the replies to screens stand for; what is not known is left out."""
    found: dict[str, Answer] = {}
    for screen in questionnaire.screens:
        ticks = walk.ticks.get(screen.id, Ticks((), ()))
        for item in screen.items:
            ticked = line_of(item) in ticks.ticked
            answer = item.then if ticked else item.otherwise if line_of(item) in ticks.offered else None
            if answer is not None:
                found |= dict.fromkeys(set(item.keys).difference(walk.unknown), answer)
    return found


def marked(walk: Walk, questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the questions of ticked lines that have had no reply yet."""
    facts = questionnaire.settle(given(walk, questionnaire)).facts
    closed = {*facts.values, *facts.inapplicable, *walk.unknown}
    return tuple(
        key
        for screen in questionnaire.screens
        for item in screen.items
        if line_of(item) in walk.ticks.get(screen.id, Ticks((), ())).ticked
        for key in item.keys
        if key not in closed
    )


def left_out(walk: Walk, questionnaire: Questionnaire) -> frozenset[str]:
    """Return the keys that were not ticked where they were on offer, and have had no reply since."""
    replied = {*walk.answers, *walk.unknown}
    return frozenset(
        key
        for screen in questionnaire.screens
        for item in _unticked(screen, walk.ticks.get(screen.id))
        for key in item.keys
        if key not in replied
    )


def passed_over(walk: Walk, questionnaire: Questionnaire) -> frozenset[str]:
    """Return the questions that are not stopped at: they do not arise, or were left unticked."""
    settled = questionnaire.settle(given(walk, questionnaire))
    return settled.facts.inapplicable | left_out(walk, questionnaire)


def back(walk: Walk, over: Collection[str]) -> Walk:
    """Return the walk one question earlier, ``over`` some; the same walk at its start."""
    for at in range(walk.at - 1, -1, -1):
        if walk.trail[at] not in over:
            return replace(walk, at=at)
    return walk


def forward(walk: Walk, over: Collection[str]) -> Walk:
    """Return the walk at the next question met before, ``over`` some; at its front where there is none."""
    for at in range(walk.at, len(walk.trail)):
        if walk.trail[at] not in over:
            return replace(walk, at=at)
    return to_front(walk)


def to_front(walk: Walk) -> Walk:
    """Return the walk behind its last question."""
    return replace(walk, at=len(walk.trail))


def due(walk: Walk, questionnaire: Questionnaire, open_questions: OpenQuestions) -> tuple[OpenQuestion, ...]:
    """Return what is still to ask: what could change the recommendation, most decisive first.

    What is not known, or was left unticked, is not asked about.
    """
    closed = left_out(walk, questionnaire).union(walk.unknown)
    return tuple(item for item in open_questions(given(walk, questionnaire)) if item.key not in closed)


def remaining(walk: Walk, questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return every question that arises and has had no reply, in the order of the questionnaire."""
    facts = questionnaire.settle(given(walk, questionnaire)).facts
    closed = {*facts.values, *walk.unknown}
    return tuple(
        question.key
        for question in questionnaire.questions
        if question.key not in closed and holds(question.applies_when, facts)
    )
