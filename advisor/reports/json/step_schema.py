"""JSON Schema of one entry of ``project.steps``."""

from __future__ import annotations

from advisor.knowledge.answers import FIELD, PLACED_WAITS
from advisor.knowledge.questions import Questionnaire
from advisor.reports.json.report import Json
from advisor.reports.json.schema_parts import TEXT, closed, line

_STEP: Json = {"$ref": "#/$defs/step"}
_SEVERAL: Json = {"type": "array", "items": _STEP, "minItems": 1, "maxItems": 100}
_NUMBER: Json = {"type": "number"}


def step_schema(questionnaire: Questionnaire) -> Json:
    """Return the schema of a step, a block of steps or a wait."""
    targets = questionnaire.by_key.get("targets")
    services = [str(choice.value) for choice in targets.choices] if targets else ["lambda"]
    name = line("Name of the unit of work.")
    return {
        "description": "A unit of work, a wait, or steps: at the same time, for each item, by a condition.",
        "anyOf": [
            TEXT,
            closed({"name": name, "service": {"enum": [*services, None]}}, required=["name"]),
            closed({"parallel": {"type": "array", "items": {"anyOf": [_SEVERAL, _STEP]}}}),
            closed({"for_each": _SEVERAL}),
            _choice(),
            closed({"wait": {"enum": [*PLACED_WAITS]}}),
        ],
        "examples": [
            "ValidateOrder",
            {"name": "ChargeCard", "service": "http-api"},
            {"parallel": [[{"name": "ReserveFlight"}], [{"name": "ReserveHotel"}]]},
            {"for_each": [{"name": "ResizeImage"}]},
            {"parallel": ["ReserveFlight", [{"for_each": ["BookTour"]}, "TellGuide"]]},
            {
                "choice": {"field": "order.amount", "at_least": 100},
                "then": ["CheckCredit", {"wait": "human-approval"}],
                "otherwise": ["ApplyVoucher"],
            },
        ],
    }


def _choice() -> Json:
    field: Json = {
        "description": "Where in the payload the value is: names joined by dots.",
        "type": "string",
        "pattern": f"^{FIELD}$",
        "maxLength": 200,
    }
    text: Json = {"type": "string", "minLength": 1, "maxLength": 200}
    comparisons: dict[str, Json] = {
        "equals": {"anyOf": [text, _NUMBER, {"type": "boolean"}]},
        "at_least": _NUMBER,
        "at_most": _NUMBER,
        "present": {"type": "boolean"},
    }
    tests: list[Json] = [
        closed({"field": field, name: value}, required=["field", name]) for name, value in comparisons.items()
    ]
    ways: dict[str, Json] = {
        "choice": {"description": "The condition: a field and one comparison.", "anyOf": tests},
        "then": {"description": "Steps where it holds.", **_several()},
        "otherwise": {"description": "Steps where it does not.", **_several()},
    }
    return {
        **closed(ways, required=["choice"]),
        "anyOf": [{"required": ["then"]}, {"required": ["otherwise"]}],
    }


def _several() -> dict[str, Json]:
    return {"type": "array", "items": _STEP, "maxItems": 100}
