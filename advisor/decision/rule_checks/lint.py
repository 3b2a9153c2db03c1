"""Checks of a rule base that loads without errors: rules that never fire, contradict each other, are old.

Misspelt names, missing fields and broken files are the loader's to find; these checks ask whether what is
written can matter at all, and whether it says one thing only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import chain, combinations
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.decision.decide import decide
from advisor.decision.fast.compile import tables_of
from advisor.decision.rule_checks.overlaps import alike, in_vain
from advisor.decision.rule_checks.satisfiability import Undecided, conditions_of, witness
from advisor.decision.verdict import outcome_of
from advisor.errors import Place
from advisor.knowledge.conditions import Condition, keys_in, tests_in
from advisor.knowledge.exemptions import Exemption
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import (
    BOTH,
    DESTINATIONS,
    NEITHER,
    OPTIONS,
    STEP_FUNCTIONS,
    WORKFLOW_TYPES,
    Rule,
    RuleBase,
)

Check: TypeAlias = Literal[
    "never-fires",
    "says-the-same",
    "contradicts",
    "unused-choice",
    "idle-question",
    "idle-fact",
    "cannot-win",
    "no-source",
    "outdated",
    "future",
    "needless-exemption",
]
MAX_AGE_DAYS = 366
MOST_CASES = 500  # tried in pairs; our own rules come first, and have fewer


class LintFinding(Struct, frozen=True, kw_only=True):
    """One thing that looks wrong: ``subject`` is a rule id, a question, ``question=choice`` or an outcome."""

    check: Check
    subject: str
    message: str
    place: Place = Place("")


def lint(rule_base: RuleBase, today: date, exemptions: Sequence[Exemption] = ()) -> tuple[LintFinding, ...]:
    """Return the findings of every check that ``exemptions`` do not accept, with ages as of ``today``.

    An exemption that accepts nothing is a finding itself.
    """
    found = list(chain.from_iterable(check(rule_base) for check in CHECKS))
    found += outdated(rule_base, today)
    subjects = {finding.subject for finding in found}
    accepted = {exemption.subject for exemption in exemptions}
    needless = (
        LintFinding(
            check="needless-exemption",
            subject=e.subject,
            message=f"nothing is wrong with {e.subject} any more.",
            place=e.place,
        )
        for e in exemptions
        if e.subject not in subjects
    )
    return (*(finding for finding in found if finding.subject not in accepted), *needless)


def never_firing(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find rules that no answers can make fire."""
    for rule in rule_base.rules:
        if not _can_fire(rule_base, rule):
            text = f"no answers make {rule.id} fire: its condition excludes itself."
            yield _about(rule, "never-fires", text)


def _can_fire(rule_base: RuleBase, rule: Rule) -> bool:
    try:
        return witness(rule_base.questionnaire, rule) is not None
    except Undecided:
        return True


def same_and_contradicting(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find rules that fire on exactly the same answers and say the same or the opposite, and vain points."""
    firing = [rule for rule in rule_base.rules if _can_fire(rule_base, rule)]
    for group in sorted(alike(rule_base.questionnaire, firing), key=lambda rules: firing.index(rules[0])):
        for number, rule in enumerate(group):
            yield from _repeated(group[:number], rule)
    for rule, excluding in in_vain(rule_base.questionnaire, firing):
        options = ", ".join(rule.favours)
        text = f"{rule.id} favours {options}, which {excluding.id} rules out whenever {rule.id} fires."
        yield _about(rule, "contradicts", text)


def _repeated(earlier: Sequence[Rule], rule: Rule) -> Iterator[LintFinding]:
    """Find the first of ``earlier``, which fire when ``rule`` does, that says the same, and the opposite."""
    for one in earlier:
        if shared := _shared_effects(one, rule):
            text = f"{one.id} and {rule.id} fire on the same answers and both say {', '.join(shared)}."
            yield _about(rule, "says-the-same", text)
            break
    for one in earlier:
        if against := _opposed(one, rule):
            text = f"{one.id} and {rule.id} fire on the same answers, for {' and for '.join(against)}."
            yield _about(rule, "contradicts", text)
            break


def _shared_effects(one: Rule, other: Rule) -> list[str]:
    both = [f"favours {option}" for option in one.favours if option in other.favours]
    both += [f"rules out {option}" for option in one.rules_out if option in other.rules_out]
    both += [f"warns about {option}" for option in one.warns if option in other.warns]
    return both + [f"names {one.names}"] * bool(one.names and one.names == other.names)


def _opposed(one: Rule, other: Rule) -> tuple[str, str] | None:
    for pair in (OPTIONS, WORKFLOW_TYPES):
        sides = [[option for option in pair if option in rule.favours] for rule in (one, other)]
        if len(sides[0]) == len(sides[1]) == 1 and sides[0] != sides[1]:
            return sides[0][0], sides[1][0]
    return None


def unused_choices(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find choices nothing tells from another one: of each question one may go unnamed, the rest."""
    named = _named_choices(rule_base)
    for question in rule_base.questionnaire.questions:
        unnamed = [c for c in question.choices if (question.key, c.value) not in named and not c.implies]
        spare = 0 if question.kind == "list" else 1
        for choice in unnamed if len(unnamed) > spare else []:
            subject = f"{question.key}={_code(choice.value)}"
            yield LintFinding(
                check="unused-choice", subject=subject, message=f"no rule uses the choice {subject}."
            )


def _named_choices(rule_base: RuleBase) -> set[tuple[str, object]]:
    return {
        (test.key, value)
        for condition in _all_conditions(rule_base)
        for test in tests_in(condition)
        for value in test.operand
        if isinstance(value, str | bool)
    }


def _all_conditions(rule_base: RuleBase) -> Iterator[Condition]:
    yield from chain.from_iterable(map(conditions_of, rule_base.rules))
    yield from (question.applies_when for question in rule_base.questionnaire.questions)
    yield from (line.when for topic in rule_base.topics for line in topic.lines)


def idle_questions(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find questions whose answer no rule, no other question and no comparison looks at."""
    keys = {test.key for condition in _all_conditions(rule_base) for test in tests_in(condition)}
    keys |= set(chain.from_iterable(rule_base.questionnaire.derived.values()))
    for question in rule_base.questionnaire.questions:
        if question.key not in keys and not _implies_something(question):
            text = f"the answer to {question.key} changes nothing."
            yield LintFinding(check="idle-question", subject=question.key, message=text)


def idle_facts(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find facts that no finding of inspect looks at."""
    base = rule_base.inspection
    tested = {(rule.about, key) for rule in base.rules for key in keys_in(rule.when)}
    for kind, facts in base.facts.items():
        for key in facts.by_key:
            if (kind, key) not in tested:
                subject = f"{kind}.{key}"
                yield LintFinding(
                    check="idle-fact", subject=subject, message=f"no finding looks at the fact {subject}."
                )


def _implies_something(question: Question) -> bool:
    return any(choice.implies for choice in question.choices)


def cannot_win(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find outcomes and alternatives that the rules' own cases never lead to, alone or two together."""
    missing = {DESTINATIONS, NEITHER, *(item.id for item in rule_base.alternatives)}
    missing |= {f"{option} ({kind})" for option in (STEP_FUNCTIONS, BOTH) for kind in WORKFLOW_TYPES}
    every = (case for rule in rule_base.rules for case in rule.fires_on)
    cases = list({repr(sorted(case.items())): case for case in every}.values())
    pairs = ({**one, **other} for one, other in combinations(cases[:MOST_CASES], 2))
    tables = tables_of(rule_base)  # thousands of decisions: with tables a tenth of the time
    for answers in chain(cases, pairs):
        scores = tables.tally(tables.fired(answers)) if tables else decide(rule_base, answers)
        option, workflow_type, instead = outcome_of(scores)
        missing -= {f"{option} ({workflow_type})" if workflow_type else option, *instead[:1]}
        if not missing:
            return
    for subject in sorted(missing):
        yield LintFinding(
            check="cannot-win", subject=subject, message=f"no answers were found that lead to {subject}."
        )


def without_source(rule_base: RuleBase) -> Iterator[LintFinding]:
    """Find rules whose source is no address."""
    for rule in rule_base.rules:
        if not rule.source.startswith("https://"):
            yield _about(rule, "no-source", f"{rule.id} has no source.")


def outdated(rule_base: RuleBase, today: date) -> Iterator[LintFinding]:
    """Find knowledge that was checked more than a year before ``today``, or only after it."""
    newest = max(today, date.fromisoformat(rule_base.as_of))
    dated = [(rule.id, rule.as_of, rule.place) for rule in rule_base.rules]
    dated += [(rule.id, rule.as_of, rule.place) for rule in rule_base.inspection.rules]
    dated += [(limit.id, limit.as_of, Place("")) for limit in rule_base.limits.values()]
    dated += [(service.id, service.as_of, Place("")) for service in rule_base.services.values()]
    dated += [
        (f"{prices.region} {price.id}", price.as_of, Place(""))
        for prices in rule_base.prices
        for price in prices.prices.values()
        if not price.borrowed
    ]
    for subject, as_of, place in dated:
        age = (today - date.fromisoformat(as_of)).days
        if (newest - date.fromisoformat(as_of)).days < -1:  # somewhere on earth it is tomorrow
            text = f"{subject}: {as_of} is in the future; write the day on which its source was checked."
            yield LintFinding(check="future", subject=subject, message=text, place=place)
        if age > MAX_AGE_DAYS:
            text = f"{subject} was checked on {as_of}, {age} days ago; check its source again."
            yield LintFinding(check="outdated", subject=subject, message=text, place=place)


CHECKS: tuple[Callable[[RuleBase], Iterator[LintFinding]], ...] = (
    never_firing,
    same_and_contradicting,
    unused_choices,
    idle_questions,
    idle_facts,
    cannot_win,
    without_source,
)


def _about(rule: Rule, check: Check, message: str) -> LintFinding:
    return LintFinding(check=check, subject=rule.id, message=message, place=rule.place)


def _code(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value
