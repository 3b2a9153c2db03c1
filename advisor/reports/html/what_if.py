"""Results of every single change of an answer, computed beforehand for the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.cost.estimate import estimate
from advisor.decision.decide import Decision, decide
from advisor.decision.explain.what_if import candidates
from advisor.decision.recommendation import Recommendation
from advisor.decision.verdict import outcome_of
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import SCORED, RuleBase


class Outcome(Struct, frozen=True, kw_only=True):
    """A verdict with its figures. ``scores``: None where ruled out; ``cost``: USD a month by option."""

    option: str
    workflow_type: str | None
    instead: tuple[str, ...]
    scores: Mapping[str, int | None]
    cost: Mapping[str, float]


class Change(Struct, frozen=True, kw_only=True):
    """One answer changed (``value`` None: taken back), and the outcome then."""

    key: str
    value: Answer | None
    threshold: str
    outcome: Outcome


def outcome(rule_base: RuleBase, answers: Answers) -> Outcome:
    """Return what the rule base says of ``answers``."""
    return _outcome(rule_base, answers, decide(rule_base, answers.requirements))


def _outcome(rule_base: RuleBase, answers: Answers, decision: Decision) -> Outcome:
    option, workflow_type, instead = outcome_of(decision)
    cards = {name: decision.card(name) for name in SCORED}
    return Outcome(
        option=option,
        workflow_type=workflow_type,
        instead=instead,
        scores={name: card.score if card.viable else None for name, card in cards.items()},
        cost={item.option: item.usd for item in estimate(rule_base, answers, decision.settled).options},
    )


def every_change(recommendation: Recommendation, rule_base: RuleBase) -> tuple[Change, ...]:
    """Return every single change of an answer to a question that arises, in the order of the questions.

    A list changes by one value more or less, or to none of them; a number to either side of each
    threshold and to each power of ten; every answer may be taken back.
    """
    answers = recommendation.answers
    found = []
    for key, value, threshold in _tried(recommendation, rule_base):
        requirements = {name: given for name, given in answers.requirements.items() if name != key}
        changed = replace(
            answers, requirements=requirements if value is None else {**requirements, key: value}
        )
        found.append(Change(key=key, value=value, threshold=threshold, outcome=outcome(rule_base, changed)))
    return tuple(found)


def _tried(recommendation: Recommendation, rule_base: RuleBase) -> Iterator[tuple[str, Answer | None, str]]:
    facts = recommendation.decision.settled.facts
    given = recommendation.answers.requirements
    for question in rule_base.questionnaire.questions:
        key = question.key
        if key in facts.inapplicable:
            continue
        current = facts.values.get(key)
        values = {
            candidate.value: candidate.threshold
            for candidate in candidates(rule_base, key, current, facts.values)
        }
        for power in _powers(question):
            values.setdefault(power, "")
        values.pop(current, None) if current is not None else None
        ordered = sorted(values, key=_size) if question.kind in ("whole", "number") else values
        yield from ((key, value, values[value]) for value in ordered)
        if key in given:
            yield key, None, ""


def _powers(question: Question) -> Iterator[int]:
    if question.kind in ("whole", "number"):
        powers = (10**exponent for exponent in range(13))
        yield from (power for power in powers if question.minimum <= power <= min(question.maximum, 10**9))


def _size(value: Answer) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
