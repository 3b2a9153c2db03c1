"""Entries to answers, checked against the questionnaire; every problem is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

from advisor.knowledge.answers import (
    IACS,
    KAFKA_TOPIC,
    QUERY_LANGUAGES,
    REGION,
    RUNTIMES,
    Answers,
    Project,
)
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.loading.entry_reader import EntryReader
from advisor.loading.recorded_decision import recorded_decision
from advisor.loading.steps_reader import StepsReader
from advisor.loading.yaml_nodes import Entry

SCHEMA = 1
UNKNOWN = "unknown"
_TOP = ("schema", "name", "requirements", "project", "decision")
_PROJECT = ("iac", "runtime", "region", "query_language", "failure_topic", "steps")
_Name = TypeVar("_Name", bound=str)


class AnswersReader(EntryReader):
    """Checks entries against the questionnaire and keeps every problem."""

    def document(self, entry: Entry) -> Answers:
        if not self.is_mapping(entry, "an answers file", _TOP):
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

    def _requirements(self, entry: Entry | None) -> Mapping[str, Answer]:
        if entry is None or entry.value is None:
            return {}
        if not isinstance(entry.value, Mapping):
            self.say(entry.place, f"requirements is a mapping of answers; found {entry.kind}.")
            return {}
        self.known_keys(entry, self.questionnaire.by_key)
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
            self.expected(question.key, entry, "true or false (or unknown)", ["true", "false", UNKNOWN])
            return None
        values = [str(choice.value) for choice in question.choices]
        if isinstance(entry.value, str) and entry.value in values:
            return entry.value
        self.expected(question.key, entry, f"one of {', '.join(values)} (or unknown)", [*values, UNKNOWN])
        return None

    def _list(self, question: Question, entry: Entry) -> Answer | None:
        values = [str(choice.value) for choice in question.choices]
        if not isinstance(entry.value, tuple):
            if isinstance(entry.value, str) and entry.value in values:
                hint = f"Write [{entry.value}]."
                self.say(entry.place, f"{question.key}: a list is expected; found one value.", hint)
            else:
                self.expected(question.key, entry, f"a list of {', '.join(values)}", [])
            return None
        found: list[str] = []
        for item in entry.items:
            if not isinstance(item.value, str) or item.value not in values:
                self.expected(question.key, item, f"one of {', '.join(values)}", values)
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
            self.expected(question.key, entry, f"{expected} (or unknown)", [UNKNOWN])
            return None
        if not question.minimum <= value <= question.maximum:
            self.expected(question.key, entry, expected, [])
            return None
        return value

    def project(self, entry: Entry | None) -> Project:
        if entry is None or entry.value is None or not self.is_mapping(entry, "project", _PROJECT):
            return Project()
        return Project(
            iac=self._one_of(entry, "iac", IACS),
            runtime=self._one_of(entry, "runtime", RUNTIMES),
            region=self._region(entry.mapping.get("region")),
            query_language=self._one_of(entry, "query_language", QUERY_LANGUAGES),
            failure_topic=self._topic(entry.mapping.get("failure_topic")),
            steps=StepsReader(self.questionnaire, self.problems).flow(
                entry.mapping.get("steps"), "project.steps"
            ),
        )

    def _region(self, entry: Entry | None) -> str | None:
        code = self.text(entry, "project.region")
        if code and entry and not re.fullmatch(REGION, code):
            near = re.sub("[^a-z0-9]+", "-", code.lower())
            known = [near] if re.fullmatch(REGION, near) else []
            self.expected("project.region", entry, "the code of an AWS Region like us-east-1", known)
        return code or None

    def _topic(self, entry: Entry | None) -> str | None:
        name = self.text(entry, "project.failure_topic")
        if name and entry and not re.fullmatch(KAFKA_TOPIC, name):
            expected = "the name of a Kafka topic (at most 249 letters, digits, '.', '_' and '-')"
            self.expected("project.failure_topic", entry, expected, ())
        return name or None

    def _one_of(self, entry: Entry, key: str, values: Sequence[_Name]) -> _Name | None:
        given = entry.mapping.get(key)
        if given is None or given.value is None or given.value == UNKNOWN:
            return None
        for value in values:
            if given.value == value:
                return value
        self.expected(f"project.{key}", given, f"one of {', '.join(values)}", list(values))
        return None
