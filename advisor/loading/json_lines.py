"""Answers as JSON lines: what is plain is checked by its type, the rest by the reader of answers files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypedDict

import msgspec
from msgspec import UNSET, Meta, Struct

from advisor.errors import InputError, Place, Problem
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Questionnaire
from advisor.loading.answers import load_answers
from advisor.loading.answers_reader import SCHEMA, UNKNOWN
from advisor.loading.entry_reader import MAX_NAME
from advisor.loading.yaml_nodes import MAX_BYTES


class Line(Struct, frozen=True):
    """The answers of one line, and the name of its workload."""

    name: str
    requirements: Mapping[str, Answer]


class LineReader(Struct, frozen=True, kw_only=True):
    """Reads lines of ``file``, each an answers file in JSON. ``lists``: the questions answered by a list.

    ``plain`` decodes lines that only say what is known, ``open`` also such as say that something is not.
    """

    file: str
    questionnaire: Questionnaire
    plain: msgspec.json.Decoder[Any]
    open: msgspec.json.Decoder[Any]
    lists: tuple[str, ...]

    def read(self, data: bytes, number: int) -> Line:
        """Return the answers in ``data``, the ``number``-th line. Raises InputError with all its problems."""
        found = self._decoded(data) if len(data) <= MAX_BYTES else None
        if found is None:
            return self._slowly(data, number)
        given = found.requirements
        # A key that is unknown, or there twice, shows as a colon more
        keys = len(given) + 1 + (found.name is not UNSET) + (found.schema is not UNSET)
        if data.count(b":") != keys and not _all_of_it(data, given):
            return self._slowly(data, number)
        if found.OPEN:
            given = {key: answer for key, answer in given.items() if answer not in (None, UNKNOWN)}
        for key in self.lists:
            if key in given and len(set(given[key])) < len(given[key]):
                return self._slowly(data, number)
        return Line(found.name or "", given)

    def _decoded(self, data: bytes) -> Any:
        for decoder in (self.plain, self.open):
            try:
                return decoder.decode(data)
            except (ValueError, RecursionError):
                continue
        return None

    def _slowly(self, data: bytes, number: int) -> Line:
        if len(data) > MAX_BYTES:
            message = f"the line has more than {MAX_BYTES:,} bytes."
            raise InputError(self.file, [Problem(Place(self.file, number, 1), message)])
        try:
            json.loads(data)
        except json.JSONDecodeError as error:
            problem = Problem(Place(self.file, number, error.colno), f"not valid JSON: {error.msg}.")
            raise InputError(self.file, [problem]) from None
        except (ValueError, RecursionError):  # text that is not UTF-8, or too deep
            pass
        try:
            answers = load_answers(data, self.file, self.questionnaire)
        except InputError as error:
            problems = [problem.in_line(number) for problem in error.problems]
            raise InputError(error.message, problems) from None
        return Line(answers.name, answers.requirements)


def line_reader(file: str, questionnaire: Questionnaire) -> LineReader:
    """Return a reader of the lines of ``file``."""
    types = {question.key: _type(question) for question in questionnaire.questions}
    unsaid: Any = Literal[UNKNOWN] | None
    return LineReader(
        file=file,
        questionnaire=questionnaire,
        plain=_decoder(types, is_open=False),
        open=_decoder({key: type_ | unsaid for key, type_ in types.items()}, is_open=True),
        lists=tuple(question.key for question in questionnaire.questions if question.kind == "list"),
    )


def _decoder(types: Mapping[str, Any], *, is_open: bool) -> msgspec.json.Decoder[Any]:
    mapping: Any = TypedDict
    fields: list[tuple[str, Any, Any]] = [
        ("requirements", mapping("Requirements", types, total=False), msgspec.NODEFAULT),
        ("name", Annotated[str, Meta(max_length=MAX_NAME)] | msgspec.UnsetType, UNSET),
        ("schema", Literal[SCHEMA] | msgspec.UnsetType, UNSET),
    ]
    namespace = {"OPEN": is_open}
    return msgspec.json.Decoder(
        msgspec.defstruct("Plain", fields, namespace=namespace, forbid_unknown_fields=True)
    )


def _type(question: Question) -> Any:
    """Return the type of the answers to ``question``: what it takes fits, what it refuses may."""
    values = tuple(choice.value for choice in question.choices)
    bounds = Meta(ge=question.minimum, le=question.maximum)
    kinds: Mapping[str, Any] = {
        "list": tuple[Literal[values], ...],  # type: ignore[valid-type]
        "flag": bool,
        "choice": Literal[values],
        "whole": Annotated[int, bounds],
        "number": Annotated[int, bounds] | Annotated[float, bounds],
    }
    return kinds[question.kind]


def _all_of_it(data: bytes, given: Mapping[str, Answer]) -> bool:
    """Return whether ``given`` are all answers in ``data``, and no key is there twice."""
    try:
        return bool(json.loads(data, object_pairs_hook=_unique)["requirements"].keys() == given.keys())
    except ValueError:
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found
