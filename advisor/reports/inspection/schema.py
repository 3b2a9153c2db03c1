"""JSON Schema (2020-12) of an inspection, for scripts."""

from __future__ import annotations

from advisor.knowledge.findings import LEVELS
from advisor.knowledge.rules import BOTH, EXPRESS, NEITHER, OPTIONS, STANDARD
from advisor.reports.inspection.json import SCHEMA
from advisor.reports.inspection.words import APPROACHES
from advisor.reports.json.report import Json
from advisor.reports.json.schema_parts import (
    DIALECT,
    FLAG,
    TEXT,
    URL,
    list_of,
    map_of,
    nullable,
    object_of,
    ref,
)

_LINE: Json = {"type": "integer", "minimum": 0}
_KINDS: list[Json] = ["sam", "cloudformation", "terraform", "serverless", "asl"]
_NAMES = list_of(TEXT)


def inspection_schema() -> dict[str, Json]:
    """Return the schema of ``inspect --format json``; objects may gain keys, none is renamed or removed."""
    return {
        "$schema": DIALECT,
        "title": "Inspection of advisor",
        **object_of(
            schema={"const": SCHEMA},
            rule_base=object_of(version=TEXT, as_of=TEXT),
            files=list_of(object_of(path=TEXT, kind={"enum": _KINDS}, read=FLAG)),
            systems=list_of(ref("system")),
            findings=list_of(ref("finding")),
            suppressed=list_of(ref("finding")),
            not_read=list_of(object_of(file=TEXT, line=_LINE, because=TEXT)),
        ),
        "$defs": {
            "system": _system(),
            "function": _function(),
            "state_machine": _machine(),
            "answer": {"type": ["string", "boolean", "number", "array"], "items": TEXT},
            "finding": object_of(
                rule=TEXT,
                level={"enum": [*LEVELS]},
                title=TEXT,
                because=TEXT,
                source=URL,
                file=TEXT,
                line=_LINE,
                column=_LINE,
                resource=TEXT,
                fix=TEXT,
            ),
        },
    }


def _system() -> Json:
    options: list[Json] = [*OPTIONS, BOTH, NEITHER]
    return object_of(
        files=_NAMES,
        approach={"enum": [*APPROACHES]},
        functions=list_of(ref("function")),
        state_machines=list_of(ref("state_machine")),
        answers=object_of(
            requirements=map_of(ref("answer")),
            evidence=list_of(object_of(key=TEXT, file=TEXT, line=_LINE, because=TEXT)),
        ),
        recommendation=object_of(
            option={"enum": options},
            workflow_type={"enum": [STANDARD, EXPRESS, None]},
            strength={"enum": ["clear", "close", "tied"]},
            instead=_NAMES,
            summary=TEXT,
        ),
        agrees=FLAG,
        move=nullable(object_of(goes=_NAMES, comes=_NAMES, stays=_NAMES, pays=TEXT)),
    )


def _function() -> Json:
    return object_of(
        id=TEXT,
        runtime=nullable(TEXT),
        event_sources=_NAMES,
        called_by=_NAMES,
        on_success=_NAMES,
        on_failure=_NAMES,
        stream_on_failure=_NAMES,
        dead_letter=_NAMES,
        durable=FLAG,
        file=TEXT,
        line=_LINE,
    )


def _machine() -> Json:
    return object_of(
        id=TEXT,
        type={"enum": [STANDARD, EXPRESS, None]},
        query_language={"enum": ["jsonpath", "jsonata", None]},
        event_sources=_NAMES,
        states=nullable(map_of(_LINE)),
        depth=nullable(_LINE),
        integrations=_NAMES,
        has_retry=nullable(FLAG),
        has_catch=nullable(FLAG),
        backoff_rates=nullable(list_of({"type": "number"})),
        file=TEXT,
        line=_LINE,
    )
