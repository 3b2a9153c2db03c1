"""JSON Schema (2020-12) of the answers file and of the JSON report, for editors and scripts."""

from __future__ import annotations

from advisor.json_text import json_text
from advisor.knowledge.answers import IACS, KAFKA_TOPIC, QUERY_LANGUAGES, REGION, RUNTIMES
from advisor.knowledge.questions import Question, Questionnaire
from advisor.knowledge.rules import BOTH, EXPRESS, NEITHER, OPTIONS, STANDARD, STEP_FUNCTIONS
from advisor.reports.json.report import SCHEMA, Json
from advisor.reports.json.schema_parts import (
    AMOUNT,
    DIALECT,
    FLAG,
    TEXT,
    URL,
    closed,
    line,
    list_of,
    map_of,
    object_of,
    ref,
)
from advisor.reports.json.step_schema import step_schema

_UNKNOWN = "unknown"
_DECISION: dict[str, Json] = {
    "option": {"enum": [*OPTIONS, BOTH, NEITHER]},
    "workflow_type": {"enum": [STANDARD, EXPRESS, None]},
    "instead": {"type": "array", "items": TEXT},
    "rule_base": TEXT,
    "as_of": TEXT,
}


def answers_schema(questionnaire: Questionnaire) -> dict[str, Json]:
    """Return the schema of answers files: every key and value of ``questionnaire``, with its words."""
    requirements = {question.key: _question(question) for question in questionnaire.questions}
    steps: Json = {
        "description": "Real names for the units of work, in their order.",
        "type": ["array", "null"],
        "items": {"$ref": "#/$defs/step"},
        "maxItems": 100,
    }
    project: dict[str, Json] = {
        "iac": _one_of(IACS, "What the starter project is deployed with."),
        "runtime": _one_of(RUNTIMES, "The language of its functions."),
        "region": {
            "description": "The AWS Region to deploy to; prices are taken from it where there are any.",
            "type": ["string", "null"],
            "pattern": f"^{REGION}$",
            "examples": ["us-east-1"],
        },
        "query_language": _one_of(
            QUERY_LANGUAGES,
            "How the state machine handles data; jsonata where left out, as AWS recommends.",
        ),
        "failure_topic": {
            "description": "Topic of the same cluster for the records a Kafka reader keeps failing on.",
            "type": ["string", "null"],
            "pattern": f"^{KAFKA_TOPIC}$",
            "examples": ["orders-failed"],
        },
        "steps": steps,
    }
    top: dict[str, Json] = {
        "schema": {"description": "Version of this format.", "const": SCHEMA},
        "name": line("Workload name; also the default project and folder name."),
        "requirements": _nullable(closed(requirements), "What is known; leave out what is not."),
        "project": _nullable(closed(project), "How the starter project is made."),
        "decision": _nullable(closed(_DECISION), "What was decided when this file was saved."),
    }
    return {
        "$schema": DIALECT,
        "title": "Answers file of advisor",
        **closed(top, required=["requirements"]),
        "$defs": {"step": step_schema(questionnaire)},
    }


def schema_text(schema: dict[str, Json]) -> str:
    """Return a schema as the text of a file."""
    return json_text(schema)


def _question(question: Question) -> Json:
    words: dict[str, Json] = {
        "title": question.ask,
        "description": f"{question.why} {question.changes} {question.help}".strip(),
    }
    if question.kind in ("whole", "number"):
        number: dict[str, Json] = {
            "type": "integer" if question.kind == "whole" else "number",
            "minimum": question.minimum,
            "maximum": question.maximum,
        }
        return {**words, "anyOf": [number, {"enum": [_UNKNOWN, None]}]}
    choices: list[Json] = [
        {"const": choice.value, "title": choice.label, "description": choice.text}
        for choice in question.choices
    ]
    open_answer: Json = {"enum": [_UNKNOWN, None]}
    if question.kind == "list":
        several: Json = {"type": "array", "items": {"oneOf": choices}, "uniqueItems": True}
        return {**words, "anyOf": [several, open_answer]}
    return {**words, "anyOf": [*choices, open_answer]}


def _nullable(schema: dict[str, Json], description: str) -> Json:
    return {"description": description, "anyOf": [schema, {"type": "null"}]}


def _one_of(values: tuple[str, ...], description: str) -> Json:
    return {"description": description, "enum": [*values, _UNKNOWN, None]}


def report_schema() -> dict[str, Json]:
    """Return the schema of ``recommend --format json``; objects may gain keys, none is renamed or removed."""
    return {
        "$schema": DIALECT,
        "title": "Recommendation of advisor",
        **object_of(
            schema={"const": SCHEMA},
            rule_base=object_of(
                version=TEXT,
                as_of=TEXT,
                overlays=list_of(ref("overlay")),
                switched_off=list_of(object_of(rule=TEXT, reason=TEXT)),
            ),
            name=TEXT,
            requirements=map_of(ref("answer")),
            assumed=list_of(object_of(key=TEXT, value=ref("answer"), follows_from=TEXT)),
            dropped=list_of(object_of(key=TEXT, value=ref("answer"))),
            contradictions=list_of(
                object_of(
                    id={"type": ["string", "null"]},
                    answers={**map_of(ref("answer")), "minProperties": 2},
                    because=TEXT,
                    source=URL,
                )
            ),
            recommendation=object_of(
                option=ref("option"),
                workflow_type=ref("workflow_type"),
                strength={"enum": ["clear", "close", "tied"]},
                summary=TEXT,
                instead=list_of(TEXT),
            ),
            options=object_of(
                **{
                    option: ref("step_functions" if option == STEP_FUNCTIONS else "card")
                    for option in OPTIONS
                }
            ),
            comparison=list_of(object_of(topic=TEXT, title=TEXT, source=URL, **dict.fromkeys(OPTIONS, TEXT))),
            flips=list_of(ref("flip")),
            open_questions=list_of(TEXT),
            cost=ref("cost"),
            failure_story=map_of(ref("story")),
            alternatives=list_of(
                object_of(id=TEXT, title=TEXT, sketch=TEXT, source=URL, because=list_of(ref("finding")))
            ),
            warnings=list_of(TEXT),
        ),
        "$defs": _definitions(),
    }


def _definitions() -> Json:
    card = {
        "viable": FLAG,
        "score": AMOUNT,
        "ruled_out_by": list_of(ref("finding")),
        "findings": list_of(ref("finding")),
    }
    return {
        "answer": {"type": ["string", "boolean", "number", "array"], "items": TEXT},
        "option": {"enum": [*OPTIONS, BOTH, NEITHER]},
        "workflow_type": {"enum": [STANDARD, EXPRESS, None]},
        "finding": object_of(
            rule=TEXT,
            points={"type": "integer", "minimum": 0, "maximum": 3},
            title=TEXT,
            because=TEXT,
            source=URL,
        ),
        "overlay": object_of(
            name=TEXT,
            digest=TEXT,
            **dict.fromkeys(("added", "changed", "switched_off", "prices"), list_of(TEXT)),
        ),
        "card": object_of(**card),
        "step_functions": object_of(
            **card, workflow_types=object_of(**{name: ref("card") for name in (STANDARD, EXPRESS)})
        ),
        "flip": object_of(
            change={**map_of(ref("answer")), "minProperties": 1, "maxProperties": 2},
            option=ref("option"),
            workflow_type=ref("workflow_type"),
            instead=list_of(TEXT),
            threshold=TEXT,
            open=FLAG,
            likely=FLAG,
        ),
        **_cost_definitions(),
        "story": object_of(
            attempts=TEXT,
            events=list_of(object_of(at_s={"type": ["number", "null"], "minimum": 0}, title=TEXT, text=TEXT)),
            ends_up=TEXT,
            lost=TEXT,
            alarm=TEXT,
        ),
    }


def _cost_definitions() -> dict[str, Json]:
    return {
        "cost": object_of(
            currency={"const": "USD"},
            per={"const": "month"},
            region=TEXT,
            price_region=TEXT,
            as_of=TEXT,
            volume=AMOUNT,
            assumed=FLAG,
            options=map_of(ref("option_cost")),
            alternatives=map_of(ref("option_cost")),
            break_even=list_of(
                object_of(cheaper=TEXT, dearer=TEXT, executions={"type": ["number", "null"], "minimum": 0})
            ),
            assumptions=list_of(TEXT),
        ),
        "option_cost": object_of(
            usd=AMOUNT,
            usd_without_free_tier=AMOUNT,
            lines=list_of(
                object_of(
                    price=TEXT,
                    title=TEXT,
                    units=AMOUNT,
                    unit=TEXT,
                    usd=AMOUNT,
                    formula=TEXT,
                    source=URL,
                    as_of=TEXT,
                    verified=FLAG,
                )
            ),
        ),
    }
