"""``--set KEY=VALUE`` on top of an answers file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from advisor.errors import InputError, Place, did_you_mean
from advisor.knowledge.answers import Answers
from advisor.loading.answers_reader import UNKNOWN, AnswersReader
from advisor.loading.entry_reader import short
from advisor.loading.yaml_nodes import Entry, parse

_PROJECT_KEYS = ("iac", "runtime", "region", "query_language", "failure_topic")


def overridden(reader: AnswersReader, answers: Answers, overrides: Sequence[str]) -> Answers:
    """Return ``answers`` with each ``KEY=VALUE`` applied, later ones last; misfits go to the reader."""
    for number, text in enumerate(overrides, start=1):
        place = Place(f"--set #{number}")
        key, equals, value = text.partition("=")
        if equals:
            name = key.strip().removeprefix("requirements.")
            answers = _with(reader, answers, name, (value.strip(), place))
        else:
            reader.say(place, f"KEY=VALUE is expected; found {short(text)!r}.")
    return answers


def _with(reader: AnswersReader, answers: Answers, key: str, given: tuple[str, Place]) -> Answers:
    value, place = given
    entry = _value(value, place)
    question = reader.questionnaire.by_key.get(key)
    if question is not None:
        answer = reader.answer(question, _listed(entry, value) if question.kind == "list" else entry)
        kept = {name: old for name, old in answers.requirements.items() if name != key}
        return replace(answers, requirements=kept if answer is None else {**kept, key: answer})
    if key == "name":
        return replace(answers, name=reader.text(entry, "name"))
    own = key.removeprefix("project.")
    if key.startswith("project.") and own in _PROJECT_KEYS:
        fresh = reader.project(Entry({own: entry}, place))
        return replace(answers, project=replace(answers.project, **{own: getattr(fresh, own)}))
    known = [*reader.questionnaire.by_key, "name", *(f"project.{name}" for name in _PROJECT_KEYS)]
    reader.say(place, f"'{short(key)}' is not a known key.", did_you_mean(key, known))
    return answers


def _value(text: str, place: Place) -> Entry:
    """Return the flag's value as an entry that stands at ``place``: plain text where it is not data."""
    try:
        entry = parse(text, str(place))
    except InputError:
        return Entry(text, place, text)
    if isinstance(entry.value, Mapping):
        return Entry(text, place, text)
    if isinstance(entry.value, tuple):
        return Entry(tuple(Entry(item.value, place, item.text) for item in entry.items), place)
    return Entry(entry.value, place, text)


def _listed(entry: Entry, text: str) -> Entry:
    """Read ``a,b`` as the list of a and b, as one types it in a shell; nothing is the empty list."""
    if isinstance(entry.value, tuple) or entry.value == UNKNOWN:
        return entry
    words = [word.strip() for word in text.split(",") if word.strip()]
    return Entry(tuple(Entry(word, entry.place, word) for word in words), entry.place)
