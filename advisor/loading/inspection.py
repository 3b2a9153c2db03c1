"""Reader of ``inspection.yaml`` and ``findings/*.yaml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import Problem
from advisor.knowledge.conditions import ALWAYS, Answer
from advisor.knowledge.findings import LEVELS, FindingGroup, FindingRule, InspectionBase, Level
from advisor.knowledge.questions import Choice, Question, QuestionKind, Questionnaire
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry

_KINDS: Mapping[str, QuestionKind] = {
    "flag": "flag", "number": "number", "choice": "choice", "list": "list", "text": "choice",
}  # fmt: skip
TABLES = (
    "calls", "integration-actions", "sync-actions", "sync-offered", "job-limits", "managed-policies",
    "policy-templates", "runtimes",
)  # fmt: skip
LISTS = ("transient", "throttling", "scoped", "without-resources")
OWN = FindingGroup("own", "Findings of your organisation")


class _FactReader(ConditionReader, frozen=True, dict=True):
    """Reads conditions on facts; a fact whose values are not listed may have any text."""

    def _value(self, question: Question, entry: Entry) -> Answer:
        if question.kind in ("choice", "list") and not question.choices and entry.text:
            return entry.text
        return super()._value(question, entry)


class FindingReader(Struct, frozen=True):
    """Reads findings about things whose facts are ``facts``."""

    facts: Mapping[str, Questionnaire]
    problems: list[Problem]

    def group(self, entry: Entry) -> tuple[FindingGroup, tuple[FindingRule, ...]]:
        """Return one file of findings."""
        top = Fields(entry, "a file of findings", self.problems)
        group = FindingGroup(top.text("group"), top.text("title"))
        rules = tuple(self.rule(item, group) for item in top.items("findings", required=True))
        top.done()
        return group, rules

    def rule(self, entry: Entry, group: FindingGroup) -> FindingRule:
        """Return one finding; what is missing or misspelt is a problem."""
        rule_id = entry.mapping["id"].text if "id" in entry.mapping else "without id"
        fields = Fields(entry, f"finding {rule_id}", self.problems)
        about = fields.get("about", required=True)
        kind = fields.one_of(about, list(self.facts)) if about else ""
        questions = self.facts[kind].by_key if kind else {}
        reader = _FactReader(questions, (), self.problems)
        when = fields.get("when", required=True)
        found = FindingRule(
            id=fields.text("id"),
            about=kind,
            group=group.id,
            level=level_from(fields),
            title=fields.text("title"),
            when=reader.condition(when) if when and kind else ALWAYS,
            because=fields.text("because"),
            source=fields.source(),
            as_of=fields.as_of(),
            fix=fields.text("fix"),
            fires_on=_cases(fields, "fires_on", reader),
            quiet_on=_cases(fields, "quiet_on", reader),
            place=entry.place,
        )
        fields.done()
        return found


def level_from(fields: Fields) -> Level:
    """Return the ``level`` of a finding."""
    found = fields.get("level", required=True)
    word = fields.one_of(found, LEVELS) if found else ""
    return next((level for level in LEVELS if level == word), "note")


def _cases(fields: Fields, key: str, reader: ConditionReader) -> tuple[Mapping[str, Answer], ...]:
    cases = fields.items(key, required=True)
    return tuple(reader.answers(case) for case in cases)


def inspection_from(entry: Entry, files: Sequence[Entry], problems: list[Problem]) -> InspectionBase:
    """Return what ``inspection.yaml`` and the files of findings say."""
    top = Fields(entry, "inspection.yaml", problems)
    top.as_of()
    about = top.get("about", required=True)
    facts: dict[str, Questionnaire] = {}
    kinds: dict[str, str] = {}
    for name, item in (about.mapping if about else {}).items():
        fields = Fields(item, f"the kind {name}", problems)
        kinds[name] = fields.text("text")
        listed = fields.get("facts", required=True)
        questions = (_fact(key, fact, problems) for key, fact in (listed.mapping if listed else {}).items())
        facts[name] = Questionnaire(questions=tuple(questions))
        fields.done()
    tables = {name: _table(top, "tables", name) for name in TABLES}
    lists = {name: tuple(_table(top, "lists", name).get("", ())) for name in LISTS}
    top.done()
    reader = FindingReader(facts, problems)
    groups = [reader.group(file) for file in files]
    rules: dict[str, FindingRule] = {}
    for rule in (rule for _, found in groups for rule in found):
        if rule.id in rules:
            problems.append(
                Problem(rule.place, f"finding {rule.id} is already there, at {rules[rule.id].place}.")
            )
        rules[rule.id] = rule
    return InspectionBase(
        groups=tuple(group for group, _ in groups),
        rules=tuple(rules.values()),
        facts=facts,
        kinds=kinds,
        tables=tables,
        lists=lists,
    )


def _fact(key: str, entry: Entry, problems: list[Problem]) -> Question:
    fields = Fields(entry, f"the fact {key}", problems)
    written = fields.get("kind", required=True)
    word = fields.one_of(written, list(_KINDS)) if written else "flag"
    values: list[str | bool] = [item.text for item in fields.items("values")]
    kind = _KINDS.get(word, "flag")
    question = Question(
        key=key,
        kind=kind,
        topic="",
        ask=fields.text("text"),
        why="",
        changes="",
        help="",
        undo="",
        source="",
        choices=tuple(
            Choice(value, str(value), "") for value in ([True, False] if kind == "flag" else values)
        ),
        maximum=1e15,
    )
    fields.done()
    return question


def _table(top: Fields, section: str, name: str) -> Mapping[str, tuple[str, ...]]:
    """Return one table; a list is a table of one row without a name."""
    found = top.get(section, required=True)
    entry = found.mapping.get(name) if found else None
    if entry is None:
        top.say(top.entry.place, f"{top.what}: '{section}' has no '{name}'.")
        return {}
    rows = entry.mapping.items() if isinstance(entry.value, Mapping) else [("", entry)]
    return {key: tuple(item.text for item in row.items) for key, row in rows}


def with_overlay(base: InspectionBase, top: Fields, rule_ids: Sequence[str]) -> InspectionBase:
    """Return ``base`` with the ``findings`` of an organisation's file added; ``rule_ids`` are taken."""
    reader = FindingReader(base.facts, top.problems)
    rules = {rule.id: rule for rule in base.rules}
    for item in top.items("findings"):
        rule = reader.rule(item, OWN)
        if rule.id in rules or rule.id in rule_ids:
            top.say(
                item.place, f"finding {rule.id} is already there.", "Use 'change' to give it another level."
            )
        rules[rule.id] = rule
    own = any(rule.group == OWN.id for rule in rules.values())
    groups = tuple(group for group in base.groups if group.id != OWN.id) + ((OWN,) if own else ())
    return replace(base, rules=tuple(rules.values()), groups=groups)


def with_level(base: InspectionBase, rule_id: str, level: Level, reason: str) -> InspectionBase:
    """Return ``base`` with another level for one finding."""
    rules = tuple(
        replace(rule, level=level, because=f"{rule.because} (Level changed: {reason})")
        if rule.id == rule_id
        else rule
        for rule in base.rules
    )
    return replace(base, rules=rules)


def without(base: InspectionBase, rule_ids: set[str]) -> InspectionBase:
    """Return ``base`` without some findings."""
    return replace(base, rules=tuple(rule for rule in base.rules if rule.id not in rule_ids))
