"""Rules and alternatives from YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import Problem
from advisor.knowledge.conditions import AllOf, Answer
from advisor.knowledge.findings import InspectionBase
from advisor.knowledge.rules import OPTIONS, SCORED, Alternative, Criterion, Rule, SwitchedOff
from advisor.loading.conditions import ConditionReader
from advisor.loading.field_reader import Fields
from advisor.loading.inspection import level_from, with_level, with_overlay, without
from advisor.loading.yaml_nodes import Entry

RULE_ID = re.compile(r"[A-Z]{2,8}[0-9]{2,6}")
_EFFECTS = ("favours", "rules_out", "names", "combines", "warns")


class RuleReader(Struct, frozen=True, dict=True):
    """Reads rules whose conditions ``reader`` understands and whose alternatives are ``alternatives``."""

    reader: ConditionReader
    alternatives: Sequence[str]

    @property
    def candidates(self) -> tuple[str, ...]:
        return (*SCORED, *self.alternatives)

    @property
    def problems(self) -> list[Problem]:
        return self.reader.problems

    def criterion(self, entry: Entry) -> tuple[Criterion, tuple[Rule, ...]]:
        """Return one criterion file: its head and its rules, whose ids start with its code."""
        top = Fields(entry, "a criterion", self.problems)
        head = Criterion(
            id=top.text("criterion"),
            code=top.text("code"),
            title=top.text("title"),
            text=top.text("text", required=False),
        )
        rules = tuple(self.rule(item, head) for item in top.items("rules", required=True))
        for rule in rules:
            if rule.id and (not rule.id.startswith(head.code) or not rule.id[len(head.code) :].isdigit()):
                top.say(rule.place, f"rule {rule.id}: ids here are {head.code} and two digits.")
        top.get("alternatives")
        top.done()
        return head, rules

    def rule(self, entry: Entry, criterion: Criterion) -> Rule:
        """Return one rule; what is missing or misspelt is a problem."""
        rule_id = entry.mapping["id"].text[:40] if "id" in entry.mapping else "without id"
        fields = Fields(entry, f"rule {rule_id}", self.problems)
        if "id" in entry.mapping and not RULE_ID.fullmatch(entry.mapping["id"].text):
            form = "an id is two to eight capital letters and two to six digits, such as ACME01"
            fields.say(entry.mapping["id"].place, f"{fields.what}: {form}.")
        when = fields.get("when", required=True)
        unless = fields.get("unless")
        rule = Rule(
            id=fields.text("id"),
            title=fields.text("title"),
            criterion=criterion.id,
            when=self.reader.condition(when) if when else AllOf(()),
            unless=self.reader.condition(unless) if unless else None,
            because=fields.text("because"),
            source=fields.source(),
            as_of=fields.as_of(),
            favours=self.points(fields),
            rules_out=fields.names("rules_out", self.candidates),
            names=self._alternative(fields, "names"),
            combines=fields.flag("combines"),
            warns=fields.names("warns", (*OPTIONS, *self.alternatives)),
            fires_on=self._cases(fields, "fires_on"),
            quiet_on=self._cases(fields, "quiet_on"),
            place=entry.place,
        )
        fields.done()
        if not any(getattr(rule, effect) for effect in _EFFECTS):
            fields.say(entry.place, f"rule {rule_id} has no effect.", f"Give one of {', '.join(_EFFECTS)}.")
        return rule

    def points(self, fields: Fields) -> Mapping[str, int]:
        entry = fields.get("favours")
        found: dict[str, int] = {}
        for option, points in (entry.mapping if entry else {}).items():
            if option not in self.candidates:
                place = entry.place_of(option) if entry else fields.entry.place
                known = f"Known are {', '.join(self.candidates)}."
                fields.say(place, f"{fields.what}: '{option[:40]}' is no option.", known)
            elif isinstance(points.value, bool) or points.value not in (1, 2, 3):
                expected = "points are 1 (leans), 2 (favours) or 3 (strongly favours)"
                fields.say(points.place, f"{fields.what}: {expected}.")
            else:
                found[option] = int(points.value)
        return found

    def _alternative(self, fields: Fields, key: str) -> str:
        entry = fields.get(key)
        return fields.one_of(entry, self.alternatives) if entry else ""

    def _cases(self, fields: Fields, key: str) -> tuple[Mapping[str, Answer], ...]:
        cases = fields.items(key, required=True)
        if not cases:
            fields.say(fields.entry.place, f"{fields.what}: '{key}' needs at least one case.")
        return tuple(self.reader.answers(case) for case in cases)


def alternatives_from(entry: Entry, problems: list[Problem]) -> tuple[Alternative, ...]:
    """Return the alternatives of ``alternatives.yaml``."""
    top = Fields(entry, "the alternatives", problems)
    top.asked.update(("criterion", "code", "title", "text", "rules"))
    found = []
    for item in top.items("alternatives", required=True):
        fields = Fields(item, "an alternative", problems)
        found.append(
            Alternative(
                id=fields.text("id"),
                title=fields.text("title"),
                sketch=fields.text("sketch"),
                source=fields.source(),
            )
        )
        fields.done()
    return tuple(found)


class Overlaid(Struct, frozen=True):
    """Rules and findings with an organisation's file laid over them, and what it switched off."""

    rules: tuple[Rule, ...]
    inspection: InspectionBase
    switched_off: tuple[SwitchedOff, ...] = ()


def overlaid(
    rules: Sequence[Rule], inspection: InspectionBase, entry: Entry, rule_reader: RuleReader
) -> Overlaid:
    """Return ``rules`` and the findings of ``inspection`` with an organisation's file laid over them.

    The file may hold ``rules`` and ``findings`` (new ones), ``change`` (points of a rule or the level of a
    finding, with a reason) and ``switch_off`` (either, with a reason). What AWS cannot do stays ruled out.
    """
    top = Fields(entry, "an overlay", rule_reader.problems)
    by_id = {rule.id: rule for rule in rules}
    own = Criterion(id="own", code="", title="Rules of your organisation")
    for item in top.items("rules"):
        rule = rule_reader.rule(item, own)
        if rule.id in by_id or inspection.rule(rule.id):
            top.say(item.place, f"rule {rule.id} is already there.", "Use 'change' to give it other points.")
        by_id[rule.id] = rule
    inspection = with_overlay(inspection, top, list(by_id))
    for item in top.items("change"):
        inspection = _change(item, by_id, inspection, rule_reader)
    found = (_switch_off(item, by_id, inspection, top) for item in top.items("switch_off"))
    off = [item for item in found if item]
    top.done()
    gone = {item.rule for item in off}
    kept = tuple(rule for rule in by_id.values() if rule.id not in gone)
    return Overlaid(kept, without(inspection, gone), tuple(off))


def _change(
    entry: Entry, by_id: dict[str, Rule], inspection: InspectionBase, rule_reader: RuleReader
) -> InspectionBase:
    fields = Fields(entry, "a change", rule_reader.problems)
    named = fields.get("rule", required=True)
    rule_id = _known_rule(fields, named, by_id, inspection) if named else ""
    reason = fields.text("reason")
    finding = inspection.rule(rule_id)
    if finding is not None:
        level = level_from(fields)
        fields.done()
        return with_level(inspection, finding.id, level, reason) if reason else inspection
    points = rule_reader.points(fields)
    fields.done()
    if rule_id and reason and points:
        rule = by_id[rule_id]
        by_id[rule_id] = replace(rule, favours=points, because=f"{rule.because} (Points changed: {reason})")
    return inspection


def _known_rule(fields: Fields, named: Entry, by_id: Mapping[str, Rule], inspection: InspectionBase) -> str:
    return fields.one_of(named, [*by_id, *(rule.id for rule in inspection.rules)])


def _switch_off(
    entry: Entry, by_id: Mapping[str, Rule], inspection: InspectionBase, top: Fields
) -> SwitchedOff | None:
    fields = Fields(entry, "a rule to switch off", top.problems)
    named = fields.get("rule", required=True)
    rule_id = _known_rule(fields, named, by_id, inspection) if named else ""
    reason = fields.text("reason")
    fields.done()
    if rule_id in by_id and by_id[rule_id].rules_out:
        fields.say(entry.place, f"rule {rule_id} says what cannot be done; it cannot be switched off.")
        return None
    return SwitchedOff(rule_id, reason, entry.place) if rule_id and reason else None
