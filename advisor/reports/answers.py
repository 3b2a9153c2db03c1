"""The answers behind a recommendation, and the changes that would change it, as every report tells them."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from advisor.decision.recommendation import Flip, Recommendation
from advisor.knowledge.rules import RuleBase
from advisor.reports.labels import answer_code, answer_words, verdict_name

NOT_ANSWERED = "not answered"


class Answered(Struct, frozen=True):
    """One question and its answer, in words and as in an answers file; ``follows_from``: the other key."""

    ask: str
    words: str
    pair: str
    follows_from: str


def answered(recommendation: Recommendation, rule_base: RuleBase) -> Iterator[Answered]:
    """Yield what was answered and what follows from it, in the order of the questions."""
    settled = recommendation.decision.settled
    follows = {item.key: item.by for item in settled.implied}
    for question in rule_base.questionnaire.questions:
        key = question.key
        if key in settled.answers or key in follows:
            value = settled.facts.values[key]
            pair = f"{key}: {answer_code(value)}"
            yield Answered(question.ask, answer_words(question, value), pair, follows.get(key, ""))


class Turn(Struct, frozen=True, kw_only=True):
    """One answer of a flip: what it is now (``now_code`` is empty where nothing is), and what it would be."""

    key: str
    ask: str
    now: str
    now_code: str
    new: str


def turns(flip: Flip, recommendation: Recommendation, rule_base: RuleBase) -> list[Turn]:
    """Return the one or two answers that ``flip`` changes."""
    known = recommendation.decision.settled.facts.values
    found = []
    for key, value in flip.change.items():
        question = rule_base.questionnaire.by_key[key]
        words = answer_words(question, known[key]) if key in known else NOT_ANSWERED
        code = answer_code(known[key]) if key in known else ""
        found.append(
            Turn(key=key, ask=question.ask, now=words, now_code=code, new=answer_words(question, value))
        )
    return found


def turned_to(flip: Flip, rule_base: RuleBase) -> str:
    """Return the verdict that ``flip`` leads to, in a few words."""
    return verdict_name(flip.option, flip.workflow_type, flip.instead, rule_base)
