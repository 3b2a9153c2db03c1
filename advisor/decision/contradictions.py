"""Answers that exclude each other, with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.contradictions import (
    NAMED_BRANCHES,
    NAMED_CHOICES,
    NAMED_LISTS,
    NAMED_STEPS,
    UNLISTED_SERVICES,
    UNLISTED_WAITS,
    named,
)
from advisor.knowledge.questions import Implied
from advisor.knowledge.rules import RuleBase

_PROJECT = {
    NAMED_STEPS: "project.steps with {} steps",
    NAMED_BRANCHES: "project.steps with {} branches",
    NAMED_LISTS: "project.steps with for_each",
    NAMED_CHOICES: "project.steps with a choice",
    UNLISTED_SERVICES: "the services in project.steps",
    UNLISTED_WAITS: "the waits in project.steps",
}


class Conflict(Struct, frozen=True, kw_only=True):
    """Given answers that cannot all be true.

    ``id`` is that of a contradiction; it is empty where a choice implies another answer.
    """

    id: str
    answers: Mapping[str, Answer]
    because: str
    source: str

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the questions whose answers exclude each other."""
        return tuple(key for key in self.answers if key not in _PROJECT)

    @property
    def words(self) -> str:
        """Return the conflict as one sentence and its reason."""
        said = [_said(key, value) for key, value in self.answers.items()]
        return f"{', '.join(said[:-1])} and {said[-1]} exclude each other. {self.because}"


def conflicts(rule_base: RuleBase, answers: Answers) -> tuple[Conflict, ...]:
    """Return every conflict in ``answers``, in the order of the rule base."""
    values = {**answers.requirements, **named(answers)}
    order = [*rule_base.questionnaire.by_key, *_PROJECT]
    implied = rule_base.questionnaire.settle(answers.requirements).contradictions
    found = [_implied(rule_base, item, answers) for item in implied]
    for item in rule_base.contradictions:
        if item.holds(values):
            said = {key: values[key] for key in order if key in item.keys and key in values}
            found.append(Conflict(id=item.id, answers=said, because=item.because, source=item.source))
    return tuple(found)


def excluded(rule_base: RuleBase, given: Mapping[str, Answer], change: Mapping[str, Answer]) -> bool:
    """Return whether ``change`` cannot be true beside the other ``given`` answers."""
    values = {**given, **change}
    for question in rule_base.questionnaire.implying:
        chosen = question.choice(values.get(question.key))
        for key, follows in chosen.implies.items() if chosen else ():
            if values.get(key, follows) != follows and (key in change or question.key in change):
                return True
    return any(item.holds(values) for key in change for item in rule_base.contradictions_on.get(key, ()))


def _implied(rule_base: RuleBase, item: Implied, answers: Answers) -> Conflict:
    said = {key: answers.requirements[key] for key in (item.by, item.key)}
    because = f"{_said(item.by, said[item.by])} means {_said(item.key, item.value)}."
    return Conflict(
        id="", answers=said, because=because, source=rule_base.questionnaire.by_key[item.by].source
    )


def _said(key: str, value: Answer) -> str:
    if key in _PROJECT:
        return _PROJECT[key].format(value)
    if isinstance(value, bool):
        return f"{key}={str(value).lower()}"
    if isinstance(value, tuple):
        return f"{key}={','.join(value) or '[]'}"
    return f"{key}={value:.15g}" if isinstance(value, float) else f"{key}={value}"
