"""Answers as JSON lines: what is plain is checked quickly, everything else by the reader of answers files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from msgspec import Struct

from advisor.errors import InputError, Place, Problem
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Questionnaire
from advisor.loading.answers import load_answers
from advisor.loading.answers_reader import MAX_NAME, SCHEMA, UNKNOWN
from advisor.loading.document import MAX_BYTES

_Fit: TypeAlias = Callable[[Any], "Answer | None"]
"""Returns an answer as it counts, or None where it has to be looked at more closely."""

_PLAIN_KEYS = frozenset(("schema", "name", "requirements"))


class Line(Struct, frozen=True):
    """The answers of one line, and the name of its workload."""

    name: str
    requirements: Mapping[str, Answer]


class LineReader(Struct, frozen=True):
    """Reads lines of ``file``, each an answers file in JSON."""

    file: str
    questionnaire: Questionnaire
    fits: Mapping[str, _Fit]

    def read(self, data: bytes, number: int) -> Line:
        """Return the answers in ``data``, the ``number``-th line. Raises InputError with all its problems."""
        try:
            found = _loaded(data) if len(data) <= MAX_BYTES else None
        except json.JSONDecodeError as error:
            problem = Problem(Place(self.file, number, error.colno), f"not valid JSON: {error.msg}.")
            raise InputError(self.file, [problem]) from None
        except (ValueError, RecursionError):  # a key that is there twice, text that is not UTF-8, too deep
            found = None
        line = self._plain(found)
        if line is not None:
            return line
        try:
            answers = load_answers(data, self.file, self.questionnaire)
        except InputError as error:
            problems = [_at(problem, number) for problem in error.problems]
            raise InputError(error.message, problems) from None
        return Line(answers.name, answers.requirements)

    def _plain(self, found: Any) -> Line | None:
        """Return ``found`` as a line where it is as plain as most lines are; None leaves it to the reader."""
        if type(found) is not dict or not found.keys() <= _PLAIN_KEYS:
            return None
        name, given = found.get("name", ""), found.get("requirements")
        if type(given) is not dict or type(name) is not str or len(name) > MAX_NAME:
            return None
        if type(found.get("schema", SCHEMA)) is not int or found.get("schema", SCHEMA) != SCHEMA:
            return None
        requirements: dict[str, Answer] = {}
        for key, value in given.items():
            fit = self.fits.get(key)
            answer = fit(value) if fit else None
            if answer is not None:
                requirements[key] = answer
            elif fit is None or not (value is None or value == UNKNOWN):
                return None
        return Line(name, requirements)


def line_reader(file: str, questionnaire: Questionnaire) -> LineReader:
    """Return a reader of the lines of ``file``."""
    return LineReader(file, questionnaire, {q.key: _fit(q) for q in questionnaire.questions})


def _fit(question: Question) -> _Fit:
    if question.kind == "list":
        return partial(_list, frozenset(str(choice.value) for choice in question.choices))
    if question.kind in ("whole", "number"):
        kinds = (int,) if question.kind == "whole" else (int, float)
        return partial(_number, kinds, question.minimum, question.maximum)
    if question.kind == "flag":
        return lambda value: value if type(value) is bool else None
    same = {str(choice.value): str(choice.value) for choice in question.choices}
    return lambda value: same.get(value) if type(value) is str else None


def _list(known: frozenset[str], value: Any) -> Answer | None:
    if type(value) is not list:
        return None
    try:
        fits = known.issuperset(value) and len(set(value)) == len(value)
    except TypeError:  # a list or a mapping in the list
        return None
    return tuple(value) if fits else None


def _number(kinds: tuple[type, ...], least: float, most: float, value: Any) -> Answer | None:
    return value if type(value) in kinds and least <= value <= most else None


def _loaded(data: bytes) -> Any:
    """Return the JSON value in ``data``; of plain answers, only where no key is there twice.

    A key more than there are in the value shows as a colon more. Raises ValueError.
    """
    found = json.loads(data)
    given = found.get("requirements") if type(found) is dict else None
    if type(given) is dict and data.count(b":") == len(found) + len(given):
        return found
    return json.loads(data, object_pairs_hook=_unique)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


def _at(problem: Problem, number: int) -> Problem:
    place = problem.place
    message = problem.message.replace(" in line 1.", " in this line.")
    return Problem(Place(place.file, number, place.column or 1), message, problem.hint)
