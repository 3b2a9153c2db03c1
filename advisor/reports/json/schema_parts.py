"""The pieces that the schemas of reports are made of."""

from __future__ import annotations

from advisor.reports.json.report import Json

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Json = {"type": "string"}
URL: Json = {"type": "string", "pattern": "^https://"}
FLAG: Json = {"type": "boolean"}
AMOUNT: Json = {"type": "number", "minimum": 0}


def object_of(**properties: Json) -> dict[str, Json]:
    """Return the schema of an object: every named key is there; further ones may be."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def closed(properties: dict[str, Json], required: list[str] | None = None) -> dict[str, Json]:
    """Return the schema of an object with these properties and no other."""
    found: dict[str, Json] = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**found, "required": [*required]} if required else found


def line(description: str) -> Json:
    """Return the schema of a name that the user gives."""
    return {"description": description, "type": ["string", "null"], "maxLength": 1_000}


def map_of(schema: Json) -> dict[str, Json]:
    """Return the schema of an object whose values all fit ``schema``."""
    return {"type": "object", "additionalProperties": schema}


def list_of(schema: Json) -> Json:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def ref(name: str) -> Json:
    """Return a reference to a definition of the same schema."""
    return {"$ref": f"#/$defs/{name}"}


def nullable(schema: Json) -> Json:
    """Return ``schema``, or null."""
    return {"anyOf": [schema, {"type": "null"}]}
