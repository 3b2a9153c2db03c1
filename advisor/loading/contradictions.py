"""``contradictions.yaml`` to contradictions."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.errors import Problem
from advisor.knowledge.conditions import ALWAYS, Answer
from advisor.knowledge.contradictions import NAMED, Comparison, Contradiction
from advisor.knowledge.questions import Questionnaire
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry


def contradictions_from(
    entry: Entry, questionnaire: Questionnaire, problems: list[Problem]
) -> tuple[Contradiction, ...]:
    """Return the contradictions in ``entry``; what does not fit is added to ``problems``."""
    reader = ConditionReader(questionnaire.by_key, NAMED, problems)
    top = Fields(entry, "the contradictions", problems)
    found: dict[str, Contradiction] = {}
    for item in top.items("contradictions", required=True):
        one = _contradiction(item, reader)
        if one.id in found:
            top.say(item.place, f"the contradiction '{one.id}' is there twice.")
        found[one.id] = one
    top.done()
    return tuple(found.values())


def _contradiction(entry: Entry, reader: ConditionReader) -> Contradiction:
    named = entry.mapping.get("id")
    fields = Fields(entry, f"contradiction {named.text}" if named else "a contradiction", reader.problems)
    when, unless, compares = fields.get("when"), fields.get("unless"), _comparison(fields, reader)
    found = Contradiction(
        id=fields.text("id"),
        because=fields.text("because"),
        source=fields.source(),
        as_of=fields.as_of(),
        when=reader.condition(when) if when else ALWAYS,
        unless=reader.condition(unless) if unless else None,
        compares=compares,
        holds_on=_cases(fields, "holds_on", reader),
        quiet_on=_cases(fields, "quiet_on", reader),
        place=entry.place,
    )
    fields.done()
    if when is None and compares is None:
        fields.say(entry.place, f"{fields.what} needs one of when, more, differs.")
    return found


def _comparison(fields: Fields, reader: ConditionReader) -> Comparison | None:
    more, differs = fields.get("more"), fields.items("differs")
    if more is not None:
        inner = Fields(more, f"{fields.what}: more", reader.problems)
        one, other, times = inner.text("answer"), inner.text("than"), inner.number("times", 1)
        inner.done()
        return Comparison(
            kind="more",
            answer=_number(one, fields, reader),
            other=_number(other, fields, reader),
            times=times,
        )
    if not differs:
        return None
    names = [item.text for item in differs]
    if len(names) != 2:
        fields.say(fields.entry.place, f"{fields.what}: 'differs' is a list of two answers.")
        return None
    return Comparison(
        kind="differs", answer=_number(names[0], fields, reader), other=_number(names[1], fields, reader)
    )


def _number(name: str, fields: Fields, reader: ConditionReader) -> str:
    question = reader.questions.get(name)
    if name not in NAMED and (question is None or question.kind not in ("whole", "number")):
        fields.say(fields.entry.place, f"{fields.what}: '{name[:40]}' is not a question with a number.")
    return name


def _cases(fields: Fields, key: str, reader: ConditionReader) -> tuple[Mapping[str, Answer], ...]:
    cases = fields.items(key, required=True)
    return tuple(_case(case, reader) for case in cases)


def _case(entry: Entry, reader: ConditionReader) -> Mapping[str, Answer]:
    """Return one case: answers, and what the steps named in the project would say."""
    asked = {key: value for key, value in entry.mapping.items() if key not in NAMED}
    numbers = {key: entry.mapping[key].text for key in entry.mapping if key in NAMED}
    said = {key: int(text) for key, text in numbers.items() if text.isdigit()}
    return {**reader.answers(Entry(asked, entry.place)), **said}
