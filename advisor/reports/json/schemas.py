"""JSON Schema (2020-12) of the answers file and of the JSON report, for editors and scripts."""

from __future__ import annotations

from advisor.json_text import json_text
from advisor.knowledge.answers import IACS, KAFKA_TOPIC, QUERY_LANGUAGES, REGION, RUNTIMES
from advisor.knowledge.questions import Question, Questionnaire
from advisor.knowledge.rules import BOTH, EXPRESS, NEITHER, OPTIONS, STANDARD, STEP_FUNCTIONS
from advisor.reports.json.report import SCHEMA, Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_UNKNOWN = "unknown"
_TEXT: Json = {"type": "string"}
_URL: Json = {"type": "string", "pattern": "^https://"}
_FLAG: Json = {"type": "boolean"}
_AMOUNT: Json = {"type": "number", "minimum": 0}
_NAME_LENGTH = 1_000
_DECISION: dict[str, Json] = {
    "option": {"enum": [*OPTIONS, BOTH, NEITHER]},
    "workflow_type": {"enum": [STANDARD, EXPRESS, None]},
    "instead": {"type": "array", "items": _TEXT},
    "rule_base": _TEXT,
    "as_of": _TEXT,
}


def answers_schema(questionnaire: Questionnaire) -> dict[str, Json]:
    """Return the schema of answers files: every key and value of ``questionnaire``, with its words."""
    requirements = {question.key: _question(question) for question in questionnaire.questions}
    targets = questionnaire.by_key.get("targets")
    services = [str(choice.value) for choice in targets.choices] if targets else ["lambda"]
    named: dict[str, Json] = {
        "name": _line("Name of the unit of work."),
        "service": {"enum": [*services, None]},
    }
    several: Json = {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1, "maxItems": 100}
    step: Json = {
        "description": "A unit of work, branches at the same time, or steps for each item of a list.",
        "anyOf": [
            _TEXT,
            _closed(named, required=["name"]),
            _closed({"parallel": {"type": "array", "items": {"anyOf": [several, {"$ref": "#/$defs/step"}]}}}),
            _closed({"for_each": several}),
        ],
        "examples": [
            "ValidateOrder",
            {"name": "ChargeCard", "service": "http-api"},
            {"parallel": [[{"name": "ReserveFlight"}], [{"name": "ReserveHotel"}]]},
            {"for_each": [{"name": "ResizeImage"}]},
            {"parallel": ["ReserveFlight", [{"for_each": ["BookTour"]}, "TellGuide"]]},
        ],
    }
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
        "name": _line("Workload name; also the default project and folder name."),
        "requirements": _nullable(_closed(requirements), "What is known; leave out what is not."),
        "project": _nullable(_closed(project), "How the starter project is made."),
        "decision": _nullable(_closed(_DECISION), "What was decided when this file was saved."),
    }
    return {
        "$schema": _DIALECT,
        "title": "Answers file of advisor",
        **_closed(top, required=["requirements"]),
        "$defs": {"step": step},
    }


def schema_text(schema: dict[str, Json]) -> str:
    """Return a schema as the text of a file."""
    return json_text(schema)


def _question(question: Question) -> Json:
    words: dict[str, Json] = {
        "title": question.ask,
        "description": f"{question.why} {question.changes}".strip(),
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


def _closed(properties: dict[str, Json], required: list[str] | None = None) -> dict[str, Json]:
    found: dict[str, Json] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": [*required]} if required else found


def _nullable(schema: dict[str, Json], description: str) -> Json:
    return {"description": description, "anyOf": [schema, {"type": "null"}]}


def _line(description: str) -> Json:
    return {"description": description, "type": ["string", "null"], "maxLength": _NAME_LENGTH}


def _one_of(values: tuple[str, ...], description: str) -> Json:
    return {"description": description, "enum": [*values, _UNKNOWN, None]}


def report_schema() -> dict[str, Json]:
    """Return the schema of ``recommend --format json``; objects may gain keys, none is renamed or removed."""
    return {
        "$schema": _DIALECT,
        "title": "Recommendation of advisor",
        **_object(
            schema={"const": SCHEMA},
            rule_base=_object(
                version=_TEXT,
                as_of=_TEXT,
                overlays=_list(_ref("overlay")),
                switched_off=_list(_object(rule=_TEXT, reason=_TEXT)),
            ),
            name=_TEXT,
            requirements=_map_of(_ref("answer")),
            assumed=_list(_object(key=_TEXT, value=_ref("answer"), follows_from=_TEXT)),
            dropped=_list(_object(key=_TEXT, value=_ref("answer"))),
            contradictions=_list(
                _object(
                    id={"type": ["string", "null"]},
                    answers={**_map_of(_ref("answer")), "minProperties": 2},
                    because=_TEXT,
                    source=_URL,
                )
            ),
            recommendation=_object(
                option=_ref("option"),
                workflow_type=_ref("workflow_type"),
                strength={"enum": ["clear", "close", "tied"]},
                summary=_TEXT,
                instead=_list(_TEXT),
            ),
            options=_object(
                **{
                    option: _ref("step_functions" if option == STEP_FUNCTIONS else "card")
                    for option in OPTIONS
                }
            ),
            comparison=_list(_object(topic=_TEXT, title=_TEXT, source=_URL, **dict.fromkeys(OPTIONS, _TEXT))),
            flips=_list(_ref("flip")),
            open_questions=_list(_TEXT),
            cost=_ref("cost"),
            failure_story=_map_of(_ref("story")),
            alternatives=_list(
                _object(id=_TEXT, title=_TEXT, sketch=_TEXT, source=_URL, because=_list(_ref("finding")))
            ),
            warnings=_list(_TEXT),
        ),
        "$defs": _definitions(),
    }


def _definitions() -> Json:
    card = {
        "viable": _FLAG,
        "score": _AMOUNT,
        "ruled_out_by": _list(_ref("finding")),
        "findings": _list(_ref("finding")),
    }
    return {
        "answer": {"type": ["string", "boolean", "number", "array"], "items": _TEXT},
        "option": {"enum": [*OPTIONS, BOTH, NEITHER]},
        "workflow_type": {"enum": [STANDARD, EXPRESS, None]},
        "finding": _object(
            rule=_TEXT,
            points={"type": "integer", "minimum": 0, "maximum": 3},
            title=_TEXT,
            because=_TEXT,
            source=_URL,
        ),
        "overlay": _object(
            name=_TEXT,
            digest=_TEXT,
            **dict.fromkeys(("added", "changed", "switched_off", "prices"), _list(_TEXT)),
        ),
        "card": _object(**card),
        "step_functions": _object(
            **card, workflow_types=_object(**{name: _ref("card") for name in (STANDARD, EXPRESS)})
        ),
        "flip": _object(
            change={**_map_of(_ref("answer")), "minProperties": 1, "maxProperties": 2},
            option=_ref("option"),
            workflow_type=_ref("workflow_type"),
            instead=_list(_TEXT),
            threshold=_TEXT,
            open=_FLAG,
            likely=_FLAG,
        ),
        **_cost_definitions(),
        "story": _object(
            attempts=_TEXT,
            events=_list(_object(at_s={"type": ["number", "null"], "minimum": 0}, title=_TEXT, text=_TEXT)),
            ends_up=_TEXT,
            lost=_TEXT,
            alarm=_TEXT,
        ),
    }


def _cost_definitions() -> dict[str, Json]:
    return {
        "cost": _object(
            currency={"const": "USD"},
            per={"const": "month"},
            region=_TEXT,
            price_region=_TEXT,
            as_of=_TEXT,
            volume=_AMOUNT,
            assumed=_FLAG,
            options=_map_of(_ref("option_cost")),
            break_even=_list(
                _object(cheaper=_TEXT, dearer=_TEXT, executions={"type": ["number", "null"], "minimum": 0})
            ),
            assumptions=_list(_TEXT),
        ),
        "option_cost": _object(
            usd=_AMOUNT,
            usd_without_free_tier=_AMOUNT,
            lines=_list(
                _object(
                    price=_TEXT,
                    title=_TEXT,
                    units=_AMOUNT,
                    unit=_TEXT,
                    usd=_AMOUNT,
                    formula=_TEXT,
                    source=_URL,
                    as_of=_TEXT,
                    verified=_FLAG,
                )
            ),
        ),
    }


def _object(**properties: Json) -> dict[str, Json]:
    """Every named key is there; further ones may be."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _map_of(schema: Json) -> dict[str, Json]:
    return {"type": "object", "additionalProperties": schema}


def _list(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def _ref(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}
