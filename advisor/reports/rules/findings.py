"""The findings of `advisor inspect` told, as the other rules are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.decision.explain.condition_text import in_words
from advisor.knowledge.findings import FindingRule, InspectionBase
from advisor.reports.json.report import Json
from advisor.reports.markdown.escaping import escaped, link, literal
from advisor.reports.rules.words import case_code
from advisor.reports.text.terminal import pad, wrap

COLUMNS = 80
_LABEL = 11
_LEVEL = 9


def sections(base: InspectionBase, rules: Sequence[FindingRule]) -> Iterator[str]:
    """Yield each group of findings as text of 80 columns."""
    for group in base.groups:
        mine = [rule for rule in rules if rule.group == group.id]
        if mine:
            lines = [f"{group.title} ({group.id})"]
            for rule in mine:
                first = f"  {pad(rule.id, 6)}{pad(rule.level, _LEVEL)}"
                lines += wrap(rule.title, COLUMNS, first, " " * len(first))
            yield "\n".join(lines)


def page(base: InspectionBase, rule: FindingRule) -> str:
    """Return everything about one finding, as documentation."""
    group = next(item for item in base.groups if item.id == rule.group)
    fields = [
        ("Finds", [f"{rule.level} about {rule.about} ({_lower(base.kinds[rule.about])})"]),
        ("When", [in_words(rule.when, base.facts[rule.about])]),
        ("Because", [rule.because]),
        ("Fix", [rule.fix]),
        ("Source", [rule.source]),
        ("As of", [rule.as_of]),
        ("Group", [f"{group.title} ({group.id})"]),
        ("Fires on", [case_code(case) for case in rule.fires_on]),
        ("Quiet on", [case_code(case) for case in rule.quiet_on]),
        ("Stands at", [str(rule.place)]),
    ]
    lines = [*wrap(rule.title, COLUMNS, f"{rule.id}  "), ""]
    for label, texts in fields:
        for number, text in enumerate(texts):
            lines += wrap(text, COLUMNS, pad(label if number == 0 else "", _LABEL), " " * _LABEL)
    return "\n".join(lines) + "\n"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def value(base: InspectionBase, rule: FindingRule) -> dict[str, Json]:
    """Return one finding as plain values; its condition in words."""
    return {
        "id": rule.id,
        "title": rule.title,
        "group": rule.group,
        "about": rule.about,
        "level": rule.level,
        "when": in_words(rule.when, base.facts[rule.about]),
        "because": rule.because,
        "fix": rule.fix,
        "source": rule.source,
        "as_of": rule.as_of,
        "fires_on": [_facts(case) for case in rule.fires_on],
        "quiet_on": [_facts(case) for case in rule.quiet_on],
        "place": str(rule.place),
    }


def _facts(case: object) -> Json:
    assert isinstance(case, dict)
    return {key: list(item) if isinstance(item, tuple) else item for key, item in case.items()}


def markdown(base: InspectionBase, rules: Sequence[FindingRule]) -> Iterator[str]:
    """Yield each group of findings as a section of a page."""
    for group in base.groups:
        mine = [rule for rule in rules if rule.group == group.id]
        if mine:
            yield f"## Inspect: {escaped(group.title)}\n"
            for rule in mine:
                yield "\n".join(_markdown(base, rule)) + "\n"


def _markdown(base: InspectionBase, rule: FindingRule) -> Iterator[str]:
    yield f'<a id="{rule.id}"></a>'
    yield ""
    yield f"### {rule.id} {escaped(rule.title)}"
    yield ""
    when = literal(in_words(rule.when, base.facts[rule.about]))
    yield f"{rule.level.capitalize()} about {rule.about}, when {when}."
    yield ""
    yield f"{escaped(rule.because)} ({link('source', rule.source)}, {rule.as_of})"
    yield ""
    yield f"Fix: {escaped(rule.fix)}"
