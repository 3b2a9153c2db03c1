"""The questionnaire as values, and how raw answers become facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import prod
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.knowledge.conditions import ALWAYS, Answer, Condition, Facts, Number, holds

QuestionKind: TypeAlias = Literal["choice", "flag", "list", "whole", "number"]


class Choice(Struct, frozen=True):
    """One possible answer. ``implies`` is what this answer says about other questions."""

    value: str | bool
    label: str
    text: str
    implies: Mapping[str, Answer] = field(default_factory=dict)


class Question(Struct, frozen=True, kw_only=True):
    """One question, with everything the wizard, the schema and the docs say about it.

    ``kind``: ``choice`` (one value), ``flag`` (true or false), ``list`` (several values, order kept),
    ``whole`` (integer) or ``number``; the last two have ``unit``, ``minimum`` and ``maximum``.
    ``ordered``: a list whose order counts, the first being the most important. ``rarely`` holds values that
    hardly any workload has, ``plausible`` the range in which a number lies for nearly all workloads.
    """

    key: str
    kind: QuestionKind
    topic: str
    ask: str
    why: str
    changes: str
    help: str
    undo: str
    source: str
    choices: tuple[Choice, ...] = ()
    unit: str = ""
    minimum: Number = 0
    maximum: Number = 0
    examples: tuple[str, ...] = ()
    ordered: bool = False
    applies_when: Condition = ALWAYS
    rarely: tuple[str, ...] = ()
    plausible: tuple[Number, Number] | None = None

    def likely(self, value: Answer, now: Answer | None = None) -> bool:
        """Return whether ``value``, or what a list gains over ``now``, is an answer that workloads have."""
        if isinstance(value, tuple):
            held = now if isinstance(now, tuple) else ()
            return not any(item in self.rarely for item in value if item not in held)
        if self.plausible and isinstance(value, int | float):
            return self.plausible[0] <= value <= self.plausible[1]
        return value not in self.rarely

    def choice(self, value: object) -> Choice | None:
        return next((c for c in self.choices if c.value == value and type(c.value) is type(value)), None)


class ScreenItem(Struct, frozen=True, kw_only=True):
    """One line to tick: ticked, ``then`` is the answer to its questions ``keys``; without it they are asked.

    Not ticked, ``otherwise`` is the answer to all of them; without it they only need not be asked.
    """

    keys: tuple[str, ...]
    label: str
    text: str
    otherwise: Answer | None = None
    then: Answer | None = None


class Screen(Struct, frozen=True, kw_only=True):
    """A list to tick that stands for many questions."""

    id: str
    ask: str
    why: str
    items: tuple[ScreenItem, ...]


class Dropped(Struct, frozen=True):
    """An answer left out before deciding, because its question does not arise."""

    key: str
    value: Answer


class Implied(Struct, frozen=True):
    """An answer nobody gave, but another one settles; or contradicts (``given`` differs)."""

    key: str
    value: Answer
    by: str
    given: Answer | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """Answers after dropping what does not apply and adding what follows."""

    facts: Facts
    answers: Mapping[str, Answer]
    dropped: tuple[Dropped, ...] = ()
    implied: tuple[Implied, ...] = ()
    contradictions: tuple[Implied, ...] = ()


class Questionnaire(Struct, frozen=True, kw_only=True, dict=True):
    """All questions in the order of the file; ``derived`` are products of numeric answers.

    ``opening`` are asked first where they matter; ``screens`` stand for many questions at once.
    """

    questions: tuple[Question, ...]
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    opening: tuple[str, ...] = ()
    screens: tuple[Screen, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Question]:
        return {question.key: question for question in self.questions}

    @cached_property
    def implying(self) -> tuple[Question, ...]:
        """Return the questions of which a choice settles the answer to another one."""
        return tuple(q for q in self.questions if any(choice.implies for choice in q.choices))

    def settle(self, answers: Mapping[str, Answer]) -> Settled:
        """Return the facts that follow from ``answers``.

        What a choice implies counts as answered; answers whose question does not arise are dropped;
        derived numbers are added. The order of ``answers`` does not matter.
        """
        implied, contradictions = self._implied(answers)
        values = {**{item.key: item.value for item in implied}, **answers}
        dropped: list[Dropped] = []
        inapplicable: set[str] = set()
        for question in self.questions:
            if holds(question.applies_when, Facts(values, frozenset(inapplicable))) is False:
                inapplicable.add(question.key)
                if question.key in values:
                    dropped.append(Dropped(question.key, values.pop(question.key)))
        kept = {key: answers[key] for key in self.by_key if key in answers and key in values}
        for name, factors in self.derived.items():
            numbers = [values[key] for key in factors if key in values]
            if len(numbers) == len(factors):
                values[name] = prod(float(n) for n in numbers if isinstance(n, int | float))
            elif inapplicable.intersection(factors):
                inapplicable.add(name)
        return Settled(
            facts=Facts(values, frozenset(inapplicable)),
            answers=kept,
            dropped=tuple(item for item in dropped if item.key in answers),
            implied=tuple(item for item in implied if item.key in values),
            contradictions=tuple(item for item in contradictions if item.key in values and item.by in values),
        )

    def _implied(self, answers: Mapping[str, Answer]) -> tuple[list[Implied], list[Implied]]:
        implied: dict[str, Implied] = {}
        contradictions: list[Implied] = []
        for question in self.questions:
            value = answers.get(question.key)
            chosen = question.choice(value) if value is not None else None
            for key, follows in (chosen.implies if chosen else {}).items():
                given = answers.get(key)
                if given is None:
                    implied.setdefault(key, Implied(key, follows, question.key))
                elif given != follows:
                    contradictions.append(Implied(key, follows, question.key, given))
        return list(implied.values()), contradictions
