"""A recheck of recorded decisions, as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.decision.recheck import Recheck, RuleChange
from advisor.json_text import json_text
from advisor.knowledge.answers import RecordedDecision
from advisor.knowledge.rules import RuleBase
from advisor.reports.json.report import Json
from advisor.reports.labels import verdict_name
from advisor.reports.markdown.escaping import escaped, link, literal
from advisor.text.printable import printable

SCHEMA = 1
WORDS = {
    "added": "new rule",
    "removed": "rule removed",
    "reworded": "reworded",
    "points": "other effect",
    "fact": "fact changed",
}


def as_json(rule_base: RuleBase, rechecks: Mapping[str, Recheck]) -> str:
    """Return the document of the contract."""
    decisions: list[Json] = [
        {
            "file": file,
            "recorded": _decision(item.recorded),
            "now": _decision(item.now),
            "changed": item.changed,
            "because": [_change(change) for change in item.because],
        }
        for file, item in rechecks.items()
    ]
    stamp: Json = {"version": rule_base.version, "as_of": rule_base.as_of}
    return json_text({"schema": SCHEMA, "rule_base": stamp, "decisions": decisions})


def _decision(decision: RecordedDecision) -> Json:
    return {
        "option": decision.option,
        "workflow_type": decision.workflow_type,
        "instead": list(decision.instead),
        "rule_base": decision.rule_base,
        "as_of": decision.as_of,
    }


def _change(change: RuleChange) -> Json:
    found: dict[str, Json] = {"rule": change.rule, "change": change.change, "title": change.title}
    return {**found, "source": change.source} if change.source else found


def as_text(rule_base: RuleBase, rechecks: Mapping[str, Recheck]) -> str:
    """Return one paragraph for each file."""
    return "\n".join(line for file, item in rechecks.items() for line in _lines(rule_base, file, item)) + "\n"


def _lines(rule_base: RuleBase, file: str, item: Recheck) -> Iterator[str]:
    before, now = (_name(rule_base, each) for each in (item.recorded, item.now))
    if item.changed:
        yield f"{printable(file)}: changed from {before} to {now}."
    else:
        yield f"{printable(file)}: {now} still stands."
    yield f"  Rule base then: {_stamp(item.recorded)}; now: {_stamp(item.now)}."
    if not item.known:
        yield "  The history does not have that rule base, so the reasons are unknown."
    if item.because:
        yield "  What changed in the rules and figures that speak here:"
    for change in item.because:
        yield f"    {change.rule}: {WORDS[change.change]}: {change.title}"
        if change.source:
            yield f"      {change.source}"


def as_markdown(rule_base: RuleBase, rechecks: Mapping[str, Recheck]) -> str:
    """Return a comment for a pull request."""
    changed = sum(item.changed for item in rechecks.values())
    lines = [f"## Recorded decisions: {changed} of {len(rechecks)} changed", ""]
    for file, item in rechecks.items():
        before, now = (_name(rule_base, each) for each in (item.recorded, item.now))
        verdict = f"was **{before}**, is now **{now}**" if item.changed else f"**{now}** still stands"
        then = f"rule base {_stamp(item.recorded)}, now {_stamp(item.now)}"
        lines += [f"* {literal(file)}: {verdict} ({escaped(then)})"]
        for change in item.because:
            source = f" ({link('source', change.source)})" if change.source else ""
            lines.append(
                f"  * {escaped(change.rule)}, {WORDS[change.change]}: {escaped(change.title)}{source}"
            )
    return "\n".join(lines) + "\n"


def _stamp(decision: RecordedDecision) -> str:
    return f"{decision.rule_base or 'unknown'} of {decision.as_of or 'unknown'}"


def _name(rule_base: RuleBase, decision: RecordedDecision) -> str:
    return verdict_name(decision.option, decision.workflow_type, decision.instead, rule_base)
