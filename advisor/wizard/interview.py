"""The wizard's way through the questions, walked with answers that are known beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from advisor.decision.explain.open_questions import open_questions
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Questionnaire, Screen, ScreenItem
from advisor.knowledge.rules import RuleBase
from advisor.wizard import interview_state as walks
from advisor.wizard.interview_state import Ticks, Walk
from advisor.wizard.next_question import choose


def interview(rule_base: RuleBase, answers: Mapping[str, Answer]) -> Walk:
    """Return the walk of somebody who knows ``answers`` and nothing else, up to the recommendation.

    A line of a screen is ticked where one of its questions has the answer it stands for; or, where it stands
    for none, an answer out of the ordinary: not what leaving the line stands for, not the question's first
    choice (the plain one), not "none of these".
    ``len(walk.trail)`` is how often one was asked.
    """
    questionnaire, walk = rule_base.questionnaire, Walk()
    asks = partial(open_questions, rule_base)
    while step := choose(questionnaire, walks.due(walk, questionnaire, asks), walk.ticks):
        if isinstance(step, Screen):
            walk = walks.record_ticks(walk, step, _ticks(step, answers, questionnaire))
        else:
            walk = walks.record(walk, step, answers.get(step))
    return walk


def _ticks(screen: Screen, answers: Mapping[str, Answer], questionnaire: Questionnaire) -> Ticks:
    offered = tuple(walks.line_of(item) for item in screen.items)
    ticked = (walks.line_of(item) for item in screen.items if _would_tick(item, answers, questionnaire))
    return Ticks(offered, tuple(ticked))


def _would_tick(item: ScreenItem, answers: Mapping[str, Answer], questionnaire: Questionnaire) -> bool:
    known = [(questionnaire.by_key[key], answers[key]) for key in item.keys if key in answers]
    if item.then is not None:
        return any(answer == item.then for _, answer in known)
    return any(answer not in (item.otherwise, *_plain(question)) for question, answer in known)


def _plain(question: Question) -> tuple[Answer, ...]:
    return ((), question.choices[0].value) if question.kind in ("choice", "flag") else ((),)
