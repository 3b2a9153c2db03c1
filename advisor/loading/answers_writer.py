"""Answers back to an answers file."""

from __future__ import annotations

import json
from collections.abc import Sequence

from advisor.json_text import with_escapes
from advisor.knowledge.answers import (
    Answers,
    Choice,
    FieldCondition,
    ForEach,
    Part,
    PlacedWait,
    RecordedDecision,
    Step,
)
from advisor.knowledge.conditions import Answer
from advisor.loading.answers_reader import SCHEMA, UNKNOWN

SCHEMA_FILE = "answers.schema.json"  # stands beside an answers file and is what ``advisor schema`` prints
FOR_EDITORS = f"yaml-language-server: $schema={SCHEMA_FILE}"
WITHOUT_SCHEMA = f"For help in an editor: advisor schema > {SCHEMA_FILE}, and the first line # {FOR_EDITORS}"


def dump_answers(answers: Answers, *, header: Sequence[str] = ()) -> str:
    """Return ``answers`` as a YAML answers file that loads to the same value."""
    lines = [f"# {line}" for line in header]
    lines.append(f"schema: {SCHEMA}")
    if answers.name:
        lines.append(f"name: {_quoted(answers.name)}")
    lines.append("requirements:" if answers.requirements else "requirements: {}")
    lines += [f"  {key}: {_plain(value)}" for key, value in answers.requirements.items()]
    project = answers.project
    named = {
        "iac": project.iac,
        "runtime": project.runtime,
        "region": project.region,
        "query_language": project.query_language,
        "failure_topic": project.failure_topic,
    }
    given = [f"  {key}: {_quoted(value)}" for key, value in named.items() if value]
    if project.steps:
        given.append("  steps:")
        given += [f"    - {_part(part)}" for part in project.steps]
    if given:
        lines += ["project:", *given]
    lines += _decision(answers.decision)
    return "\n".join(lines) + "\n"


def _decision(decision: RecordedDecision | None) -> list[str]:
    """Return the recorded decision as lines; every value is JSON, which YAML reads the same."""
    if decision is None:
        return []
    values = {
        "option": decision.option,
        "workflow_type": decision.workflow_type,
        "instead": list(decision.instead),
        "rule_base": decision.rule_base,
        "as_of": decision.as_of,
    }
    return ["decision:", *(f"  {key}: {json.dumps(value)}" for key, value in values.items())]


def _part(part: Part) -> str:
    if isinstance(part, Step):
        return f"{{name: {_quoted(part.name)}, service: {part.service}}}"
    if isinstance(part, PlacedWait):
        return f"{{wait: {part.kind}}}"
    if isinstance(part, ForEach):
        return f"{{for_each: {_parts(part.steps)}}}"
    if isinstance(part, Choice):
        ways = {"then": part.then, "otherwise": part.otherwise}
        given = "".join(f", {key}: {_parts(way)}" for key, way in ways.items() if way)
        return f"{{choice: {_condition(part.condition)}{given}}}"
    return f"{{parallel: [{', '.join(map(_parts, part.branches))}]}}"


def _parts(parts: Sequence[Part]) -> str:
    return f"[{', '.join(map(_part, parts))}]"


def _condition(condition: FieldCondition) -> str:
    value = condition.value
    text = with_escapes(json.dumps(value, ensure_ascii=False)) if isinstance(value, str) else _plain(value)
    return f"{{field: {_quoted(condition.field)}, {condition.operator}: {text}}}"


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
    return with_escapes(literal)
