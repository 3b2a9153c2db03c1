"""The JSON Schema of an answers file, made from the questionnaire that also checks it."""

from __future__ import annotations

from typing import TypeAlias

from advisor.knowledge.answers import IACS, RUNTIMES
from advisor.knowledge.questions import Question, Questionnaire
from advisor.loading.answers import MAX_NAME, MAX_STEPS, SCHEMA, UNKNOWN

Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

_NOT_KNOWN: Json = {"enum": [UNKNOWN, None]}


def answers_schema(questionnaire: Questionnaire) -> dict[str, Json]:
    """Return the JSON Schema (draft 2020-12) of an answers file, with the questions as descriptions."""
    keys: dict[str, Json] = {question.key: _property(question) for question in questionnaire.questions}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers file of lambda-flow-advisor",
        "type": "object",
        "required": ["requirements"],
        "additionalProperties": False,
        "properties": {
            "schema": {"description": "Version of this format.", "const": SCHEMA},
            "name": {
                "description": "Name of the workload; also of the project and its folder.",
                "type": "string",
                "maxLength": MAX_NAME,
            },
            "requirements": {
                "description": "What is known; leave out what is not.",
                "type": ["object", "null"],
                "additionalProperties": False,
                "properties": keys,
            },
            "project": _project(questionnaire),
        },
    }


def _property(question: Question) -> Json:
    choices = "".join(f"\n- {choice.value}: {choice.label}. {choice.text}" for choice in question.choices)
    description = " ".join(f"{question.ask} {question.why}".split()) + choices
    return {"description": description, "anyOf": [_values(question), _NOT_KNOWN]}


def _values(question: Question) -> Json:
    names: list[Json] = [choice.value for choice in question.choices]
    if question.kind == "flag":
        return {"type": "boolean"}
    if question.kind == "choice":
        return {"enum": names}
    if question.kind == "list":
        return {"type": "array", "uniqueItems": True, "items": {"enum": names}}
    kind = "integer" if question.kind == "whole" else "number"
    return {"type": kind, "minimum": question.minimum, "maximum": question.maximum}


def _project(questionnaire: Questionnaire) -> Json:
    targets = questionnaire.by_key.get("targets")
    services: list[Json] = [choice.value for choice in targets.choices] if targets else []
    name: Json = {"type": "string", "pattern": r"\S", "maxLength": MAX_NAME}
    step: Json = {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {"name": name, "service": {"enum": [*services, None]}},
    }
    return {
        "description": "How the starter project is made.",
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            "iac": {"description": "Infrastructure as code.", "enum": [*IACS, UNKNOWN, None]},
            "runtime": {"description": "Language of the functions.", "enum": [*RUNTIMES, UNKNOWN, None]},
            "region": {"description": "AWS region, such as eu-west-1.", "type": ["string", "null"]},
            "steps": {
                "description": "Real names for the units of work, in order.",
                "type": ["array", "null"],
                "maxItems": MAX_STEPS,
                "items": {"anyOf": [name, step]},
            },
        },
    }
