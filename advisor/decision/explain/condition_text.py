"""A condition in words, with the keys and values an answers file has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from advisor.knowledge.conditions import AllOf, Answer, AnyOf, Condition, Not, Test
from advisor.knowledge.questions import Questionnaire

_FROM, _ABOVE, _UP_TO, _BELOW = "at least", "more than", "at most", "less than"


def in_words(condition: Condition, questionnaire: Questionnaire) -> str:
    """Return ``condition`` as half a sentence: ``retry is backoff or per-error, and steps is at least 2``."""
    if bound := _bound(condition):
        return f"{bound[0]} is {bound[1]} {_value(bound[2])}"
    if isinstance(condition, Test):
        return _test(condition, questionnaire)
    if isinstance(condition, Not):
        return f"not ({in_words(condition.part, questionnaire)})"
    if not condition.parts:
        return "always" if isinstance(condition, AllOf) else "never"
    if isinstance(condition, AllOf):
        return ", and ".join(_all_of(condition.parts, questionnaire))
    parts = [_inside(part, questionnaire) for part in condition.parts]
    return parts[0] if len(parts) == 1 else f"either {', or '.join(parts)}"


def _all_of(parts: Sequence[Condition], questionnaire: Questionnaire) -> Iterator[str]:
    """Yield each part in words; the two ends of a range, which stand beside each other, become one."""
    for key, group in groupby(_flat(parts), _bounded_key):
        same = list(group)
        ends = {bound[1]: bound[2] for part in same if (bound := _bound(part))}
        if key and len(same) == 2 and len(ends) == 2:
            yield f"{key} is {_range(ends)}"
        else:
            yield from (_inside(part, questionnaire) for part in same)


def _flat(parts: Iterable[Condition]) -> Iterator[Condition]:
    for part in parts:
        if isinstance(part, AllOf):
            yield from _flat(part.parts)
        else:
            yield part


def _bound(part: Condition) -> tuple[str, str, Answer] | None:
    """Return key, word and limit of a test of a number, or of the opposite of one."""
    test = part.part if isinstance(part, Not) else part
    if not isinstance(test, Test) or test.kind not in ("at_least", "at_most"):
        return None
    words = (_UP_TO, _ABOVE) if test.kind == "at_most" else (_FROM, _BELOW)
    return test.key, words[isinstance(part, Not)], test.operand[0]


def _bounded_key(part: Condition) -> str | None:
    bound = _bound(part)
    return bound[0] if bound else None


def _range(ends: dict[str, Answer]) -> str:
    if set(ends) == {_FROM, _UP_TO}:
        low, high = _value(ends[_FROM]), _value(ends[_UP_TO])
        return low if low == high else f"{low} to {high}"
    order = sorted(ends, key=(_FROM, _ABOVE, _UP_TO, _BELOW).index)
    return " and ".join(f"{word} {_value(ends[word])}" for word in order)


def _inside(part: Condition, questionnaire: Questionnaire) -> str:
    several = isinstance(part, AnyOf | AllOf) and len(part.parts) > 1
    words = in_words(part, questionnaire)
    return f"({words})" if several else words


def _test(test: Test, questionnaire: Questionnaire) -> str:
    values = _listed([_value(value) for value in test.operand])
    if test.kind == "is":
        return f"{test.key} is {values}"
    if test.kind == "only":
        return f"{test.key} is only {values}" if test.operand else f"{test.key} is none of these"
    question = questionnaire.by_key.get(test.key)
    if question and len(question.choices) > 1 and len(test.operand) == len(question.choices):
        return f"{test.key} is not empty"
    return f"{test.key} includes {values}"


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)


def _value(value: Answer) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:,.15g}" if isinstance(value, int | float) else str(value)
