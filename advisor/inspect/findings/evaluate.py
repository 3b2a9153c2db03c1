"""Every rule of ``rules/findings`` on everything that it may be about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from advisor.inspect.findings.about_functions import functions
from advisor.inspect.findings.about_items import items
from advisor.inspect.findings.about_machines import machines
from advisor.inspect.findings.about_states import states
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.subject import Subject, known
from advisor.inspect.findings.suppressions import Suppressions
from advisor.inspect.inspection import Finding
from advisor.knowledge.conditions import Facts, Test, holds, tests_in
from advisor.knowledge.findings import FindingRule

_SHOWN = 3
_ORDER = {"error": 0, "warning": 1, "note": 2}


def subjects(scene: Scene) -> Iterator[Subject]:
    """Yield everything in a system that findings may be about."""
    yield from functions(scene)
    yield from items(scene)
    yield from machines(scene)
    for machine in scene.system.machines:
        yield from states(scene, machine)


def findings(scene: Scene, suppressions: Suppressions) -> tuple[Finding, ...]:
    """Return what is wrong with a system, suppressed findings included, in the order of the files.

    What one rule finds in several states of a machine is told once, at the first.
    """
    return _found(subjects(scene), scene.rule_base.inspection.rules, suppressions)


def without_reason(suppressions: Suppressions, rules: Sequence[FindingRule]) -> tuple[Finding, ...]:
    """Return what is wrong with the suppressions themselves."""
    every = chain(suppressions.by_line.values(), *suppressions.by_file.values())
    bare = (
        Subject(
            about="suppression",
            facts=known(reason=bool(one.reason)),
            place=one.place,
            owner=one.place,
            resource=", ".join(one.rules),
            group=f"{one.place}",
        )
        for one in every
    )
    return _found(bare, rules, Suppressions({}, {}))


def _found(
    every: Iterable[Subject], rules: Sequence[FindingRule], suppressions: Suppressions
) -> tuple[Finding, ...]:
    by_kind: dict[str, list[FindingRule]] = {}
    for rule in rules:
        by_kind.setdefault(rule.about, []).append(rule)
    found: dict[tuple[str, str, str], list[Subject]] = {}
    for subject in every:
        facts = Facts(subject.facts)
        for rule in by_kind.get(subject.about, ()):
            if holds(rule.when, facts) is True:
                places = (subject.place, subject.owner)
                reason = suppressions.reason(rule.id, places, subject.suppressions)
                found.setdefault((rule.id, subject.group, reason), []).append(subject)
    by_id = {rule.id: rule for rule in rules}
    made = (_finding(by_id[rule_id], same, reason) for (rule_id, _, reason), same in found.items())
    return tuple(sorted(made, key=_position))


def _position(finding: Finding) -> tuple[str, int, int, int, str]:
    place = finding.place
    return place.file, place.line, place.column, _ORDER[finding.level], finding.rule


def _finding(rule: FindingRule, same: Sequence[Subject], reason: str) -> Finding:
    first = same[0]
    return Finding(
        rule=rule.id,
        level=rule.level,
        title=rule.title,
        because=" ".join([rule.because, *_here(rule, same)]),
        source=rule.source,
        fix=rule.fix,
        place=first.place,
        resource=first.resource,
        suppressed=reason,
    )


def _here(rule: FindingRule, same: Sequence[Subject]) -> Iterator[str]:
    """Yield what is special here: the states it is about, and the figures that fired the rule."""
    parts = list(dict.fromkeys(subject.part for subject in same if subject.part))
    if parts:
        more = f" and {len(parts) - _SHOWN} more" if len(parts) > _SHOWN else ""
        yield f"Here: {', '.join(parts[:_SHOWN])}{more}."
    elif len(same) == 1:
        figures = [*dict.fromkeys(_figure(test, same[0]) for test in tests_in(rule.when))]
        shown = ", ".join(figure for figure in figures if figure)
        if shown:
            yield f"Here {shown}."


def _figure(test: Test, subject: Subject) -> str:
    value = subject.facts.get(test.key)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return ""
    shown = f"{value:,.6g}" if isinstance(value, int | float) else value
    return f"{test.key} is {shown}"
