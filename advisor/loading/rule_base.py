"""A folder of YAML files to one rule base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from advisor.errors import AdvisorError, Place, Problem, RuleBaseError
from advisor.files import read_file
from advisor.json_text import utf_8
from advisor.knowledge.findings import FindingRule
from advisor.knowledge.limits import Limit
from advisor.knowledge.prices import PriceList
from advisor.knowledge.rules import Criterion, Overlay, Rule, RuleBase, SwitchedOff
from advisor.loading.conditions import ConditionReader
from advisor.loading.contradictions import contradictions_from
from advisor.loading.field_reader import Fields
from advisor.loading.figures import REFERENCE_REGION, complete, limits_from, prices_from, topics_from
from advisor.loading.inspection import inspection_from
from advisor.loading.limit_references import resolved
from advisor.loading.questionnaire import questionnaire_from
from advisor.loading.rule_files import EXEMPTIONS, digest_of, yaml_files
from advisor.loading.rules import Overlaid, RuleReader, alternatives_from, overlaid
from advisor.loading.services import services_from
from advisor.loading.yaml_nodes import MAX_BYTES, Entry, decode, parse

_RULE_FILES = ("workflow-types.yaml", "alternatives.yaml")
_PRICES = "prices/"


def version_of(folder: Path) -> tuple[str, str]:
    """Return version and date of the rule base in ``folder``, without reading the rest of it."""
    problems: list[Problem] = []
    head = Fields(_Folder(folder, problems, {}).entry("rule-base.yaml"), "rule-base.yaml", problems)
    version = head.text("version"), head.as_of()
    if problems:
        raise RuleBaseError("rule-base.yaml is broken.", problems)
    return version


def load_rule_base(folder: Path, overlays: Sequence[Path] = ()) -> RuleBase:
    """Return the rule base in ``folder``, with the YAML files of each overlay folder laid over it in turn.

    Raises RuleBaseError with every problem of every file, each with line and column.
    """
    problems: list[Problem] = []
    limits = limits_from(_Folder(folder, problems, {}).entry("limits.yaml"), problems)
    files = _Folder(folder, problems, limits)
    head = Fields(files.entry("rule-base.yaml"), "rule-base.yaml", problems)
    questionnaire = questionnaire_from(files.entry("questionnaire.yaml"), problems)
    reader = ConditionReader(questionnaire.by_key, tuple(questionnaire.derived), problems)
    alternatives = alternatives_from(files.entry("alternatives.yaml"), problems)
    rule_reader = RuleReader(reader, [item.id for item in alternatives])
    criteria, rules = _rules(files, rule_reader)
    rule_base = RuleBase(
        version=head.text("version"),
        as_of=head.as_of(),
        questionnaire=questionnaire,
        criteria=criteria,
        rules=rules,
        alternatives=alternatives,
        topics=topics_from(files.entry("comparison.yaml"), reader),
        prices=complete(tuple(prices_from(entry, problems) for entry in files.entries("prices"))),
        limits=limits,
        contradictions=contradictions_from(files.entry("contradictions.yaml"), questionnaire, problems),
        services=services_from(files.entry("services.yaml"), tuple(limits), problems),
        inspection=inspection_from(files.entry("inspection.yaml"), files.entries("findings"), problems),
    )
    head.done()
    return _all_right(_with_overlays(rule_base, overlays, rule_reader), problems)


def with_overlays(rule_base: RuleBase, overlays: Sequence[Path]) -> RuleBase:
    """Return ``rule_base`` with each overlay folder laid over it. Raises RuleBaseError with every problem."""
    problems: list[Problem] = []
    questionnaire = rule_base.questionnaire
    reader = ConditionReader(questionnaire.by_key, tuple(questionnaire.derived), problems)
    rule_reader = RuleReader(reader, [item.id for item in rule_base.alternatives])
    return _all_right(_with_overlays(rule_base, overlays, rule_reader), problems)


def _with_overlays(rule_base: RuleBase, overlays: Sequence[Path], rule_reader: RuleReader) -> RuleBase:
    for overlay in overlays:
        rule_base = _with_overlay(
            rule_base, _Folder(overlay, rule_reader.problems, rule_base.limits), rule_reader
        )
    return rule_base


def _all_right(rule_base: RuleBase, problems: Sequence[Problem]) -> RuleBase:
    """Return ``rule_base``, unless reading it found ``problems``."""
    if problems:
        unique = sorted(set(problems))
        noun = "problem" if len(unique) == 1 else "problems"
        raise RuleBaseError(f"The rule base has {len(unique)} {noun}.", unique)
    return rule_base


class _Folder:
    """Reads YAML files of one folder, references to limits included; what cannot be read is a problem."""

    def __init__(self, folder: Path, problems: list[Problem], limits: Mapping[str, Limit]) -> None:
        self.folder = folder
        self.problems = problems
        self.contents: dict[str, bytes] = {}
        self.limits = limits

    def entry(self, name: str) -> Entry:
        path = self.folder / name
        file = str(path)
        try:
            self.contents[name] = read_file(path, MAX_BYTES)
            entry = parse(decode(self.contents[name], file), file)
            # Without any limit, the problem is in limits.yaml and not in what refers to it
            return resolved(entry, self.limits, self.problems if self.limits else [])
        except AdvisorError as error:
            self.problems.extend(error.problems)
        except OSError as error:
            self.problems.append(Problem(Place(file), f"cannot be read: {error.strerror or error}."))
        return Entry({}, Place(file))

    def names(self, below: str = "") -> list[str]:
        """Return the files in a sub-folder, or all files."""
        try:
            found = yaml_files(self.folder / below)
        except OSError as error:
            reason = error.strerror or error
            self.problems.append(Problem(Place(str(self.folder / below)), f"cannot be listed: {reason}."))
            return []
        return [f"{below}/{name}" if below else name for name in found]

    def entries(self, below: str) -> list[Entry]:
        return [self.entry(name) for name in self.names(below)]


def _rules(files: _Folder, rule_reader: RuleReader) -> tuple[tuple[Criterion, ...], tuple[Rule, ...]]:
    criteria: dict[str, Criterion] = {}
    rules: dict[str, Rule] = {}
    for name in (*files.names("criteria"), *_RULE_FILES):
        criterion, found = rule_reader.criterion(files.entry(name))
        if criterion.id in criteria:
            files.problems.append(Problem(Place(name), f"the criterion '{criterion.id}' is there twice."))
        criteria[criterion.id] = criterion
        for rule in found:
            if rule.id in rules:
                first = rules[rule.id].place
                files.problems.append(Problem(rule.place, f"rule {rule.id} is already there, at {first}."))
            rules[rule.id] = rule
    return tuple(criteria.values()), tuple(rules.values())


def _with_overlay(rule_base: RuleBase, files: _Folder, rule_reader: RuleReader) -> RuleBase:
    names = [name for name in files.names() if name != EXEMPTIONS]
    if not names:
        files.problems.append(Problem(Place(str(files.folder)), "there is no YAML file in this folder."))
    laid = Overlaid(rule_base.rules, rule_base.inspection)
    switched_off = rule_base.switched_off
    for name in names:
        if not name.startswith(_PRICES):
            laid = overlaid(laid.rules, laid.inspection, files.entry(name), rule_reader)
            switched_off += laid.switched_off
    rules = laid.rules
    own = Criterion(id="own", code="", title="Rules of your organisation")
    has_own = any(rule.criterion == own.id for rule in rules)
    criteria = tuple(c for c in rule_base.criteria if c.id != own.id) + ((own,) if has_own else ())
    changed = replace(
        rule_base,
        criteria=criteria,
        rules=rules,
        inspection=laid.inspection,
        switched_off=_unique(switched_off),
        prices=_with_prices(rule_base, [name for name in names if name.startswith(_PRICES)], files),
    )
    return replace(changed, overlays=(*rule_base.overlays, _overlay(files, rule_base, changed)))


def _with_prices(rule_base: RuleBase, names: Sequence[str], files: _Folder) -> tuple[PriceList, ...]:
    prices = {found.region: found for found in rule_base.prices}
    reference = prices.get(REFERENCE_REGION)
    for name in names:
        found = prices_from(files.entry(name), files.problems, list(reference.prices) if reference else ())
        base = prices.get(found.region)
        merged = {**(base.prices if base else {}), **found.prices}
        prices[found.region] = PriceList(found.region, found.title, merged)
    return complete(tuple(prices.values()))


def _overlay(files: _Folder, before: RuleBase, after: RuleBase) -> Overlay:
    """Return what the overlay in ``files`` did: everything that differs between ``before`` and ``after``."""
    earlier = {found.region: found for found in before.prices}
    old, new = _every_rule(before), _every_rule(after)
    return Overlay(
        name=utf_8(files.folder.resolve().name),
        digest=digest_of(files.contents),
        added=tuple(key for key in new if key not in old),
        changed=tuple(key for key, rule in new.items() if old.get(key, rule) != rule),
        switched_off=tuple(key for key in old if key not in new),
        prices=tuple(found.region for found in after.prices if earlier.get(found.region) != found),
    )


def _every_rule(rule_base: RuleBase) -> Mapping[str, Rule | FindingRule]:
    return {**rule_base.by_id, **{rule.id: rule for rule in rule_base.inspection.rules}}


def _unique(items: Sequence[SwitchedOff]) -> tuple[SwitchedOff, ...]:
    return tuple({item.rule: item for item in items}.values())
