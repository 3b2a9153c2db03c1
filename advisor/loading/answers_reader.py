"""Entries to answers, checked against the questionnaire; every problem is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct, field

from advisor.errors import Place, Problem, did_you_mean
from advisor.knowledge.answers import (
    IACS,
    KAFKA_TOPIC,
    QUERY_LANGUAGES,
    REGION,
    RUNTIMES,
    Answers,
    ForEach,
    Parallel,
    Part,
    Project,
    Step,
)
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Questionnaire
from advisor.loading.recorded_decision import recorded_decision
from advisor.loading.yaml_nodes import Entry, scalar

SCHEMA = 1
UNKNOWN = "unknown"
MAX_STEPS = 100
MAX_NAME = 1_000
_TOP = ("schema", "name", "requirements", "project", "decision")
_PROJECT = ("iac", "runtime", "region", "query_language", "failure_topic", "steps")
_STEP = ("name", "service")
_Name = TypeVar("_Name", bound=str)


class AnswersReader(Struct):
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
            message = f"schema {schema.text[:40]!r} is not known; this version reads schema {SCHEMA}."
            self.say(schema.place, message, "Write it without quotes." if schema.value == str(SCHEMA) else "")
        return Answers(
            requirements=self._requirements(top.get("requirements")),
            name=self.text(top.get("name"), "name"),
            project=self.project(top.get("project")),
            decision=recorded_decision(top.get("decision"), self.problems),
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
                self.say(entry.place_of(key), f"'{short(key)}' is not a known key.", hint)

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
        expected = f"{noun} from {question.minimum:,.15g} to {question.maximum:,.15g}{unit}"
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
        found = repr(short(entry.text)) if entry.text else entry.kind
        if isinstance(entry.value, str) and not isinstance(scalar(entry.text), str):
            hint = "Write it without quotes."
        else:
            hint = did_you_mean(entry.text, near) if entry.text else ""
        self.say(entry.place, f"{key}: {expected} is expected; found {found}.", hint)

    def text(self, entry: Entry | None, key: str) -> str:
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

    def project(self, entry: Entry | None) -> Project:
        if entry is None or entry.value is None or not self._is_mapping(entry, "project", _PROJECT):
            return Project()
        return Project(
            iac=self._one_of(entry, "iac", IACS),
            runtime=self._one_of(entry, "runtime", RUNTIMES),
            region=self._region(entry.mapping.get("region")),
            query_language=self._one_of(entry, "query_language", QUERY_LANGUAGES),
            failure_topic=self._topic(entry.mapping.get("failure_topic")),
            steps=self._flow(entry.mapping.get("steps"), "project.steps"),
        )

    def _region(self, entry: Entry | None) -> str | None:
        code = self.text(entry, "project.region")
        if code and entry and not re.fullmatch(REGION, code):
            near = re.sub("[^a-z0-9]+", "-", code.lower())
            known = [near] if re.fullmatch(REGION, near) else []
            self._expected("project.region", entry, "the code of an AWS Region like us-east-1", known)
        return code or None

    def _topic(self, entry: Entry | None) -> str | None:
        name = self.text(entry, "project.failure_topic")
        if name and entry and not re.fullmatch(KAFKA_TOPIC, name):
            expected = "the name of a Kafka topic (at most 249 letters, digits, '.', '_' and '-')"
            self._expected("project.failure_topic", entry, expected, ())
        return name or None

    def _one_of(self, entry: Entry, key: str, values: Sequence[_Name]) -> _Name | None:
        given = entry.mapping.get(key)
        if given is None or given.value is None or given.value == UNKNOWN:
            return None
        for value in values:
            if given.value == value:
                return value
        self._expected(f"project.{key}", given, f"one of {', '.join(values)}", list(values))
        return None

    def _flow(self, entry: Entry | None, what: str) -> tuple[Part, ...]:
        if entry is None or entry.value is None:
            return ()
        if not isinstance(entry.value, tuple):
            self.say(entry.place, f"{what}: a list of steps is expected; found {entry.kind}.")
            return ()
        if len(entry.items) > MAX_STEPS:
            self.say(entry.place, f"{what}: at most {MAX_STEPS} steps are expected.")
        return tuple(part for item in entry.items if (part := self._part(item)))

    def _part(self, entry: Entry) -> Part | None:
        if isinstance(entry.value, str):
            name = self.text(entry, "name")
            return Step(name) if name.strip() else None
        if "parallel" in entry.mapping and self._is_mapping(entry, "parallel", ("parallel",)):
            branches = self._branches(entry.mapping["parallel"])
            return Parallel(branches) if branches else None
        if "for_each" in entry.mapping and self._is_mapping(entry, "for_each", ("for_each",)):
            steps = self._flow(entry.mapping["for_each"], "for_each")
            return ForEach(steps) if steps else None
        return self._step(entry)

    def _branches(self, entry: Entry) -> tuple[tuple[Part, ...], ...]:
        if not entry.items:
            self.say(entry.place, f"parallel: a list of branches is expected; found {entry.kind}.")
        found = []
        for item in entry.items:
            single = not isinstance(item.value, tuple)
            found.append(self._flow(Entry((item,), item.place) if single else item, "a branch"))
        return tuple(branch for branch in found if branch)

    def _step(self, entry: Entry) -> Step | None:
        if not self._is_mapping(entry, "a step", (*_STEP, "parallel", "for_each")):
            return None
        name = self.text(entry.mapping.get("name"), "name")
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


def short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
