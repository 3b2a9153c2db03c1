"""The decision that an answers file records, which only ``recheck`` reads."""

from __future__ import annotations

from advisor.errors import Problem
from advisor.knowledge.answers import RecordedDecision
from advisor.knowledge.rules import BOTH, NEITHER, OPTIONS, WORKFLOW_TYPES
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry


def recorded_decision(entry: Entry | None, problems: list[Problem]) -> RecordedDecision | None:
    """Return the decision in ``entry``; alternatives are any text, as an older rule base may have others."""
    if entry is None or entry.value is None:
        return None
    fields = Fields(entry, "decision", problems)
    option, kind = fields.get("option", required=True), fields.get("workflow_type")
    decision = RecordedDecision(
        option=fields.one_of(option, (*OPTIONS, BOTH, NEITHER)) if option else "",
        workflow_type=fields.one_of(kind, WORKFLOW_TYPES) if kind else None,
        instead=tuple(item.text for item in fields.items("instead")),
        rule_base=fields.text("rule_base", required=False),
        as_of=fields.as_of("2000-01-01"),
    )
    fields.done()
    return decision
