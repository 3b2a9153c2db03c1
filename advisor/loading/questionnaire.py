"""``questionnaire.yaml`` to a Questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from advisor.errors import Problem
from advisor.knowledge.conditions import ALWAYS, Answer
from advisor.knowledge.questions import Choice, Question, QuestionKind, Questionnaire, Screen, ScreenItem
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry

_KINDS: tuple[QuestionKind, ...] = get_args(QuestionKind)


def questionnaire_from(entry: Entry, problems: list[Problem]) -> Questionnaire:
    """Return the questionnaire in ``entry``; what does not fit is added to ``problems``."""
    top = Fields(entry, "the questionnaire", problems)
    derived_entry = top.get("derived")
    derived = {
        name: tuple(item.text for item in factors.items)
        for name, factors in (derived_entry.mapping if derived_entry else {}).items()
    }
    questions: dict[str, Question] = {}
    waiting: list[tuple[Choice, Entry]] = []
    for item in top.items("questions", required=True):
        question = _question(item, questions, waiting, problems)
        if question.key in questions:
            top.say(item.place, f"the question '{question.key}' is there twice.")
        questions[question.key] = question
    opening = top.names("opening", list(questions))
    screens = tuple(_screen(item, questions, problems) for item in top.items("screens"))
    top.done()
    _fill_implied(questions, waiting, problems)
    for name, keys in derived.items():
        for key in keys:
            if key not in questions or questions[key].kind not in ("whole", "number"):
                top.say(entry.place, f"derived '{name}': '{key}' is not a question with a number.")
    return Questionnaire(
        questions=tuple(questions.values()), derived=derived, opening=opening, screens=screens
    )


def _screen(entry: Entry, questions: Mapping[str, Question], problems: list[Problem]) -> Screen:
    fields = Fields(entry, "a screen", problems)
    items = tuple(_screen_item(item, questions, problems) for item in fields.items("items", required=True))
    screen = Screen(id=fields.text("id"), ask=fields.text("ask"), why=fields.text("why"), items=items)
    fields.done()
    return screen


def _screen_item(entry: Entry, questions: Mapping[str, Question], problems: list[Problem]) -> ScreenItem:
    fields = Fields(entry, "an item", problems)
    keys = fields.names("keys", list(questions))
    if not keys:
        fields.say(entry.place, "an item names the 'keys' of at least one question.")
    read = ConditionReader(questions, (), problems).answers

    def answer(name: str) -> Answer | None:
        found = fields.get(name)
        return read(Entry({keys[0]: found}, entry.place)).get(keys[0]) if found and keys else None

    item = ScreenItem(
        keys=keys,
        label=fields.text("label"),
        text=fields.text("text"),
        otherwise=answer("otherwise"),
        then=answer("then"),
    )
    fields.done()
    return item


def _question(
    entry: Entry, before: Mapping[str, Question], waiting: list[tuple[Choice, Entry]], problems: list[Problem]
) -> Question:
    named_key = entry.mapping.get("key")
    fields = Fields(entry, f"question {named_key.text}" if named_key else "a question", problems)
    key = fields.text("key")
    kind_entry = fields.get("kind", required=True)
    named = fields.one_of(kind_entry, _KINDS) if kind_entry else ""
    kind: QuestionKind = next((known for known in _KINDS if known == named), "choice")
    numeric = kind in ("whole", "number")
    applies = fields.get("applies_when")
    reader = ConditionReader(before, (), problems)
    question = Question(
        key=key,
        kind=kind,
        topic=fields.text("topic"),
        ask=fields.text("ask"),
        why=fields.text("why"),
        changes=fields.text("changes"),
        help=fields.text("help"),
        undo=fields.text("undo"),
        source=fields.source(),
        choices=tuple(
            _choice(item, waiting, problems) for item in fields.items("choices", required=not numeric)
        ),
        unit=fields.text("unit", required=False),
        minimum=fields.number("minimum") if numeric else 0,
        maximum=fields.number("maximum") if numeric else 0,
        examples=tuple(item.text for item in fields.items("examples")),
        ordered=fields.flag("ordered"),
        applies_when=reader.condition(applies) if applies else ALWAYS,
        rarely=tuple(item.text for item in fields.items("rarely")),
        plausible=_range(fields) if numeric else None,
    )
    fields.done()
    values = [choice.value for choice in question.choices]
    for value in question.rarely:
        if value not in values:
            fields.say(
                entry.place, f"question {key}: 'rarely' holds '{value[:40]}', which is no choice of it."
            )
    return question


def _range(fields: Fields) -> tuple[float, float] | None:
    """Return the two ends of ``plausible``."""
    ends = fields.items("plausible")
    if not ends:
        return None
    if len(ends) != 2:
        fields.say(fields.entry.place, f"{fields.what}: 'plausible' is a list of two numbers.")
        return None
    return fields.number_in(ends[0], "plausible"), fields.number_in(ends[1], "plausible")


def _choice(entry: Entry, waiting: list[tuple[Choice, Entry]], problems: list[Problem]) -> Choice:
    fields = Fields(entry, "a choice", problems)
    value = fields.get("value", required=True)
    implies = fields.get("implies")
    filled_later: dict[str, Answer] = {}
    choice = Choice(
        value=value.value if value and isinstance(value.value, bool) else (value.text if value else ""),
        label=fields.text("label"),
        text=fields.text("text"),
        implies=filled_later,
    )
    fields.done()
    if implies is not None:
        waiting.append((choice, implies))
    return choice


def _fill_implied(
    questions: Mapping[str, Question], waiting: list[tuple[Choice, Entry]], problems: list[Problem]
) -> None:
    """Read what choices imply once all questions are known, since it may be about a later one."""
    reader = ConditionReader(questions, (), problems)
    for choice, entry in waiting:
        assert isinstance(choice.implies, dict)
        choice.implies.update(reader.answers(entry))
