"""The history of the rule base: ``rules/history/<version>.yaml``, one file a version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from advisor.errors import Place, Problem, RuleBaseError
from advisor.knowledge.conditions import AllOf, Answer, AnyOf, Condition, Not, Test
from advisor.knowledge.history import RecordedRule, RecordedRuleBase
from advisor.knowledge.questions import Questionnaire
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry, parse_file

Shape: TypeAlias = dict[str, object]
HEADER = (
    "# What this version of the rule base said, for `advisor recheck`. Made from the rules by\n"
    "# ADVISOR_REGENERATE=1 pytest tests/rules/test_history.py; a released version never changes.\n"
)


def load_history(folder: Path, questionnaire: Questionnaire) -> Mapping[str, RecordedRuleBase]:
    """Return every recorded version below ``folder`` (the ``rules`` folder), by version.

    Raises RuleBaseError with all problems.
    """
    problems: list[Problem] = []
    reader = ConditionReader(questionnaire.by_key, tuple(questionnaire.derived), problems)
    found = [_version(path, reader) for path in sorted((folder / "history").glob("*.yaml"))]
    if problems:
        raise RuleBaseError("The history of the rule base is broken.", sorted(set(problems)))
    return {item.version: item for item in found}


def _version(path: Path, reader: ConditionReader) -> RecordedRuleBase:
    try:
        entry = parse_file(path)
    except OSError as error:
        reader.problems.append(Problem(Place(str(path)), f"cannot be read: {error.strerror or error}."))
        entry = Entry({}, Place(str(path)))
    top = Fields(entry, "a recorded rule base", reader.problems)
    rules = [_rule(item, reader) for item in top.items("rules", required=True)]
    figures = top.get("figures")
    recorded = RecordedRuleBase(
        version=top.text("version"),
        as_of=top.as_of(),
        rules={rule.id: rule for rule in rules},
        figures={key: value.text for key, value in (figures.mapping if figures else {}).items()},
    )
    top.done()
    return recorded


def _rule(entry: Entry, reader: ConditionReader) -> RecordedRule:
    fields = Fields(entry, "a recorded rule", reader.problems)
    when, unless = fields.get("when", required=True), fields.get("unless")
    rule = RecordedRule(
        id=fields.text("id"),
        title=fields.text("title"),
        when=reader.condition(when) if when else AllOf(()),
        unless=reader.condition(unless) if unless else None,
        effect=fields.text("effect"),
        words=fields.text("words"),
    )
    fields.done()
    return rule


def dump_history(recorded: RecordedRuleBase) -> str:
    """Return ``recorded`` as the YAML that ``load_history`` reads; JSON values are YAML too."""
    lines = [f"{HEADER}version: {_text(recorded.version)}", f"as_of: {recorded.as_of}", "rules:"]
    for rule in recorded.rules.values():
        lines += [
            f"  - id: {rule.id}",
            f"    title: {_text(rule.title)}",
            f"    when: {_text(shape_of(rule.when))}",
            *([f"    unless: {_text(shape_of(rule.unless))}"] if rule.unless is not None else []),
            f"    effect: '{rule.effect}'",  # JSON: full of double quotes, and ids have no single ones
            f"    words: {_text(rule.words)}",
        ]
    lines += ["figures:", *(f"  {_text(key)}: {_text(value)}" for key, value in recorded.figures.items())]
    return "\n".join(lines) + "\n"


def shape_of(condition: Condition) -> Shape:
    """Return ``condition`` as the mapping that a rule file holds.

    >>> shape_of(Test("steps", "at_least", (3,)))
    {'steps': {'at_least': 3}}
    """
    if isinstance(condition, Test):
        return {condition.key: _operand(condition)}
    if isinstance(condition, Not):
        return {"not": shape_of(condition.part)}
    combiner = "any_of" if isinstance(condition, AnyOf) else "all_of"
    return {combiner: [shape_of(part) for part in condition.parts]}


def _operand(test: Test) -> object:
    values: list[Answer] = list(test.operand)
    if test.kind == "is":
        return values[0] if len(values) == 1 else values
    if test.kind in ("at_least", "at_most"):
        return {test.kind: values[0]}
    return {test.kind: values}


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
