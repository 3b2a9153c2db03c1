"""Answers files: the format of the contract, in YAML or JSON, with ``--set`` on top."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from advisor.errors import InputError, Place, Problem, did_you_mean
from advisor.knowledge.answers import IACS, RUNTIMES, Answers, Project, Step
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Questionnaire
from advisor.loading.document import MAX_BYTES, Entry, decode, parse

SCHEMA = 1
UNKNOWN = "unknown"
MAX_STEPS = 100
MAX_NAME = 1_000
_TOP = ("schema", "name", "requirements", "project")
_PROJECT = ("iac", "runtime", "region", "steps")
_STEP = ("name", "service")
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_Name = TypeVar("_Name", bound=str)


def read_answers(
    source: str, questionnaire: Questionnaire, overrides: Sequence[str] = (), *, data: bytes | None = None
) -> Answers:
    """Read ``source`` (a path, or ``-`` for standard input) and apply ``overrides`` (``KEY=VALUE``).

    Raises InputError with all problems of the file and of the overrides at once.
    """
    if data is None:
        data = _read(source)
    return load_answers(data, "<stdin>" if source == "-" else source, questionnaire, overrides)


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        siblings = [path.name for path in Path(source).absolute().parent.glob("*.yaml")]
        hint = did_you_mean(Path(source).name, siblings)
        raise InputError(f"{source}: there is no such file." + (f" {hint}" if hint else "")) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{source} cannot be read: {reason}.") from None


def load_answers(
    data: bytes | str, file: str, questionnaire: Questionnaire, overrides: Sequence[str] = ()
) -> Answers:
    """Return the answers in ``data``; see ``read_answers``."""
    text = decode(data, file) if isinstance(data, bytes) else data
    reader = _Reader(questionnaire)
    answers = reader.document(parse(text, file))
    answers = reader.overridden(answers, overrides)
    if reader.problems:
        count = len(reader.problems)
        noun = "problem" if count == 1 else "problems"
        raise InputError(f"{file}: {count} {noun} in the answers.", sorted(reader.problems))
    return answers


@dataclass
class _Reader:
    """Checks entries against the questionnaire and keeps every problem."""

    questionnaire: Questionnaire
    problems: list[Problem] = field(default_factory=list)

    def say(self, place: Place, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, message, hint))

    def document(self, entry: Entry) -> Answers:
        if not self._is_mapping(entry, "an answers file", _TOP):
            return Answers()
        top = entry.mapping
        if "requirements" not in top:
            self.say(
                entry.place, "'requirements' is missing.", "An empty answers file has 'requirements: {}'."
            )
        schema = top.get("schema")
        if schema is not None and (schema.value != SCHEMA or isinstance(schema.value, bool)):
            self.say(
                schema.place, f"schema {schema.text[:40]!r} is not known; this version reads schema {SCHEMA}."
            )
        return Answers(
            requirements=self._requirements(top.get("requirements")),
            name=self._text(top.get("name"), "name"),
            project=self._project(top.get("project")),
        )

    def _is_mapping(self, entry: Entry, what: str, keys: Iterable[str]) -> bool:
        if not isinstance(entry.value, Mapping):
            expected = ", ".join(keys)
            self.say(entry.place, f"{what} is a mapping with the keys {expected}; found {entry.kind}.")
            return False
        self._known_keys(entry, keys)
        return True

    def _known_keys(self, entry: Entry, keys: Iterable[str]) -> None:
        known = list(keys)
        for key in entry.mapping:
            if key not in known:
                hint = did_you_mean(key, known) or f"Known are {', '.join(known)}."
                self.say(entry.place_of(key), f"'{_short(key)}' is not a known key.", hint)

    def _requirements(self, entry: Entry | None) -> Mapping[str, Answer]:
        if entry is None or entry.value is None:
            return {}
        if not isinstance(entry.value, Mapping):
            self.say(entry.place, f"requirements is a mapping of answers; found {entry.kind}.")
            return {}
        self._known_keys(entry, self.questionnaire.by_key)
        found: dict[str, Answer] = {}
        for key, value in entry.mapping.items():
            question = self.questionnaire.by_key.get(key)
            answer = self.answer(question, value) if question else None
            if answer is not None:
                found[key] = answer
        return found

    def answer(self, question: Question, entry: Entry) -> Answer | None:
        """Return the answer in ``entry``, or None where it is unknown or does not fit (then noted)."""
        if entry.value is None or entry.value == UNKNOWN:
            return None
        if question.kind == "list":
            return self._list(question, entry)
        if question.kind in ("whole", "number"):
            return self._number(question, entry)
        return self._choice(question, entry)

    def _choice(self, question: Question, entry: Entry) -> Answer | None:
        if question.kind == "flag":
            if isinstance(entry.value, bool):
                return entry.value
            self._expected(question.key, entry, "true or false (or unknown)", ["true", "false", UNKNOWN])
            return None
        values = [str(choice.value) for choice in question.choices]
        if isinstance(entry.value, str) and entry.value in values:
            return entry.value
        self._expected(question.key, entry, f"one of {', '.join(values)} (or unknown)", [*values, UNKNOWN])
        return None

    def _list(self, question: Question, entry: Entry) -> Answer | None:
        values = [str(choice.value) for choice in question.choices]
        if not isinstance(entry.value, tuple):
            if isinstance(entry.value, str) and entry.value in values:
                hint = f"Write [{entry.value}]."
                self.say(entry.place, f"{question.key}: a list is expected; found one value.", hint)
            else:
                self._expected(question.key, entry, f"a list of {', '.join(values)}", [])
            return None
        found: list[str] = []
        for item in entry.items:
            if not isinstance(item.value, str) or item.value not in values:
                self._expected(question.key, item, f"one of {', '.join(values)}", values)
            elif item.value in found:
                self.say(item.place, f"{question.key}: '{item.value}' is there twice.")
            else:
                found.append(item.value)
        return tuple(found)

    def _number(self, question: Question, entry: Entry) -> Answer | None:
        unit = f" {question.unit}" if question.unit else ""
        noun = "a whole number" if question.kind == "whole" else "a number"
        expected = f"{noun} from {question.minimum:,.10g} to {question.maximum:,.10g}{unit}"
        value = entry.value
        if isinstance(value, float) and value.is_integer() and question.kind == "whole":
            value = int(value)
        fits = isinstance(value, int) if question.kind == "whole" else isinstance(value, int | float)
        if isinstance(value, bool) or not fits or not isinstance(value, int | float):
            self._expected(question.key, entry, f"{expected} (or unknown)", [UNKNOWN])
            return None
        if not question.minimum <= value <= question.maximum:
            self._expected(question.key, entry, expected, [])
            return None
        return value

    def _expected(self, key: str, entry: Entry, expected: str, near: Sequence[str]) -> None:
        found = repr(_short(entry.text)) if entry.text else entry.kind
        hint = did_you_mean(entry.text, near) if entry.text else ""
        self.say(entry.place, f"{key}: {expected} is expected; found {found}.", hint)

    def _text(self, entry: Entry | None, key: str) -> str:
        if entry is None or entry.value is None:
            return ""
        if isinstance(entry.value, tuple | Mapping):
            self.say(entry.place, f"{key}: text is expected; found {entry.kind}.")
            return ""
        if len(entry.text) > MAX_NAME:
            self.say(
                entry.place, f"{key}: at most {MAX_NAME} characters are expected; found {len(entry.text)}."
            )
        return entry.text

    def _project(self, entry: Entry | None) -> Project:
        if entry is None or entry.value is None or not self._is_mapping(entry, "project", _PROJECT):
            return Project()
        return Project(
            iac=self._one_of(entry, "iac", IACS),
            runtime=self._one_of(entry, "runtime", RUNTIMES),
            region=self._text(entry.mapping.get("region"), "project.region") or None,
            steps=self._steps(entry.mapping.get("steps")),
        )

    def _one_of(self, entry: Entry, key: str, values: Sequence[_Name]) -> _Name | None:
        given = entry.mapping.get(key)
        if given is None or given.value is None or given.value == UNKNOWN:
            return None
        for value in values:
            if given.value == value:
                return value
        self._expected(f"project.{key}", given, f"one of {', '.join(values)}", list(values))
        return None

    def _steps(self, entry: Entry | None) -> tuple[Step, ...]:
        if entry is None or entry.value is None:
            return ()
        if not isinstance(entry.value, tuple):
            self.say(entry.place, f"project.steps: a list of steps is expected; found {entry.kind}.")
            return ()
        if len(entry.items) > MAX_STEPS:
            self.say(entry.place, f"project.steps: at most {MAX_STEPS} steps are expected.")
        return tuple(step for item in entry.items if (step := self._step(item)))

    def _step(self, entry: Entry) -> Step | None:
        if isinstance(entry.value, str):
            return Step(entry.value)
        if not self._is_mapping(entry, "a step", _STEP):
            return None
        name = self._text(entry.mapping.get("name"), "name")
        if not name.strip():
            self.say(entry.place, "a step needs a name.")
        targets = self.questionnaire.by_key.get("targets")
        services = [str(choice.value) for choice in targets.choices] if targets else []
        service = entry.mapping.get("service")
        if service is None or service.value is None:
            return Step(name)
        if service.value not in services:
            self._expected("service", service, f"one of {', '.join(services)}", services)
            return None
        return Step(name, str(service.value))

    def overridden(self, answers: Answers, overrides: Sequence[str]) -> Answers:
        """Return ``answers`` with each ``KEY=VALUE`` applied, later ones last."""
        requirements = dict(answers.requirements)
        name, project = answers.name, answers.project
        for number, text in enumerate(overrides, start=1):
            place = Place(f"--set #{number}")
            key, equals, value = text.partition("=")
            key = key.strip().removeprefix("requirements.")
            if not equals:
                self.say(place, f"KEY=VALUE is expected; found {_short(text)!r}.")
                continue
            entry = _value(value.strip(), place)
            question = self.questionnaire.by_key.get(key)
            if question is not None:
                requirements.pop(key, None)
                answer = self.answer(question, _listed(entry, value) if question.kind == "list" else entry)
                if answer is not None:
                    requirements[key] = answer
            elif key == "name":
                name = self._text(entry, "name")
            elif key in ("project.iac", "project.runtime", "project.region"):
                field_name = key.removeprefix("project.")
                fresh = self._project(Entry({field_name: entry}, place))
                project = Project(
                    iac=fresh.iac if field_name == "iac" else project.iac,
                    runtime=fresh.runtime if field_name == "runtime" else project.runtime,
                    region=fresh.region if field_name == "region" else project.region,
                    steps=project.steps,
                )
            else:
                known = [
                    *self.questionnaire.by_key,
                    "name",
                    "project.iac",
                    "project.runtime",
                    "project.region",
                ]
                self.say(place, f"'{_short(key)}' is not a known key.", did_you_mean(key, known))
        return Answers(requirements, name, project)


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


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


def dump_answers(answers: Answers, *, header: Sequence[str] = ()) -> str:
    """Return ``answers`` as a YAML answers file that loads to the same value."""
    lines = [f"# {line}" for line in header]
    lines.append(f"schema: {SCHEMA}")
    if answers.name:
        lines.append(f"name: {_quoted(answers.name)}")
    lines.append("requirements:" if answers.requirements else "requirements: {}")
    lines += [f"  {key}: {_plain(value)}" for key, value in answers.requirements.items()]
    project = answers.project
    named = {"iac": project.iac, "runtime": project.runtime, "region": project.region}
    given = [f"  {key}: {_quoted(value)}" for key, value in named.items() if value]
    if project.steps:
        given.append("  steps:")
        given += [f"    - {{name: {_quoted(s.name)}, service: {s.service}}}" for s in project.steps]
    if given:
        lines += ["project:", *given]
    return "\n".join(lines) + "\n"


def _plain(value: Answer) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(value)}]"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _quoted(text: str) -> str:
    """Return ``text`` as it is where YAML reads it back the same, else as a JSON string (YAML too)."""
    plain = text.isascii() and text.replace("-", "").replace("_", "").isalnum() and text[0].isalpha()
    reserved = text.lower() in ("true", "false", "null", "yes", "no", "on", "off", "y", "n", UNKNOWN)
    if plain and not reserved:
        return text
    literal = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", literal)
