"""Reasons for and against a verdict, picked from the decision."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.rules import (
    BOTH,
    DESTINATIONS,
    EXPRESS,
    NEITHER,
    SCORED,
    STANDARD,
    STEP_FUNCTIONS,
    Rule,
)


class Argument(Struct, frozen=True):
    """A rule that spoke: for which option or alternative, with how many points (0: a say without points)."""

    rule: Rule
    speaks_for: str
    points: int = 0


class Exclusion(Struct, frozen=True):
    """A rule that says which options cannot do it."""

    rule: Rule
    options: tuple[str, ...]


def arguments_for(recommendation: Recommendation) -> tuple[Argument, ...]:
    """Return what speaks for the verdict, heaviest first."""
    option = recommendation.verdict.option
    if option == NEITHER:
        chosen = recommendation.verdict.instead[:1]
        named = [
            Argument(rule, name)
            for name in recommendation.verdict.instead
            for rule in recommendation.alternative_rules.get(name, ())
            if name not in rule.favours
        ]
        return (*_scored(recommendation, chosen), *named)
    if option == BOTH:
        combining = (Argument(rule, BOTH) for rule in recommendation.decision.combines)
        return (*combining, *_scored(recommendation, (DESTINATIONS, STEP_FUNCTIONS)))
    return _scored(recommendation, (option,))


def arguments_against(recommendation: Recommendation) -> tuple[Argument, ...]:
    """Return what speaks for the options that were not chosen, heaviest first.

    What speaks as strongly for an alternative that was chosen is no reason against it.
    """
    others = {
        DESTINATIONS: (STEP_FUNCTIONS,),
        STEP_FUNCTIONS: (DESTINATIONS,),
        NEITHER: (DESTINATIONS, STEP_FUNCTIONS),
        BOTH: (),
    }
    found = _scored(recommendation, others[recommendation.verdict.option])
    if recommendation.verdict.option != NEITHER:
        return found
    shared = {item.rule.id: item.points for item in arguments_for(recommendation)}
    return tuple(item for item in found if item.points > shared.get(item.rule.id, 0))


def arguments_on_type(recommendation: Recommendation) -> tuple[Argument, ...]:
    """Return what was said about Standard and Express, the chosen type first; nothing without a type."""
    chosen = recommendation.verdict.workflow_type
    if chosen is None:
        return ()
    other = EXPRESS if chosen == STANDARD else STANDARD
    return (*_scored(recommendation, (chosen,)), *_scored(recommendation, (other,)))


def exclusions(recommendation: Recommendation) -> tuple[Exclusion, ...]:
    """Return every constraint that fired, by rule id, each with all options it excludes."""
    cards = (recommendation.decision.card(option) for option in SCORED)
    rules = {rule.id: rule for card in cards for rule in card.ruled_out_by}
    return tuple(
        Exclusion(rules[key], tuple(option for option in rules[key].rules_out if option in SCORED))
        for key in sorted(rules)
    )


def _scored(recommendation: Recommendation, options: Iterable[str]) -> tuple[Argument, ...]:
    found = [
        Argument(finding.rule, option, finding.points)
        for option in options
        for finding in recommendation.decision.card(option).findings
    ]
    return tuple(sorted(found, key=lambda argument: -argument.points))
