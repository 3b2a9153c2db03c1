"""Scores in, verdict out.

In this order: an alternative that does the leading option's job better makes it ``neither``; a coordinated
core with asynchronous edges of its own makes it ``both``; what is ruled out is out; else more points win,
and a tie goes to the simpler and cheaper option, Destinations.
"""

from __future__ import annotations

from typing import TypeAlias

from advisor.decision.decide import Decision
from advisor.decision.scores import Tally
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STANDARD, STEP_FUNCTIONS, Rule

Said: TypeAlias = Decision | Tally
Outcome: TypeAlias = tuple[str, str | None, tuple[str, ...]]


def outcome_of(decision: Said) -> Outcome:
    """Return option, workflow type and, for ``neither``, what to use instead."""
    option, instead = option_of(decision)
    return option, workflow_type_of(decision, option), instead if option == NEITHER else ()


def advice_in(outcome: Outcome) -> Outcome:
    """Return what of an outcome is the advice: of several alternatives only the first."""
    option, workflow_type, instead = outcome
    return option, workflow_type, instead[:1]


def leader(decision: Said) -> str:
    """Return the option with more points, whether or not it can be had; a tie goes to Destinations."""
    ahead = decision.step_functions.score > decision.destinations.score
    return STEP_FUNCTIONS if ahead else DESTINATIONS


def option_of(decision: Said) -> tuple[str, tuple[str, ...]]:
    """Return the recommended option and the ids of the alternatives to use instead (or beside)."""
    leading = leader(decision)
    replacing = [rule for rule in decision.instead if leading in rule.instead_of]
    if replacing:
        return NEITHER, _alternatives(replacing, decision.names)
    named = _alternatives(decision.names)
    can_coordinate = decision.step_functions.viable
    if not decision.destinations.viable and not can_coordinate:
        return NEITHER, _alternatives(decision.instead, decision.names)
    if not can_coordinate:
        return DESTINATIONS, named
    if decision.destinations.viable and leading == DESTINATIONS:
        return DESTINATIONS, named
    if decision.combines and leading == STEP_FUNCTIONS:
        return BOTH, named
    if decision.step_functions.score == 0 and named:
        return NEITHER, named
    return STEP_FUNCTIONS, named


def workflow_type_of(decision: Said, option: str) -> str | None:
    """Return Standard or Express for an option with a state machine; a tie goes to Standard."""
    if option not in (STEP_FUNCTIONS, BOTH):
        return None
    if not decision.standard.viable:
        return EXPRESS
    faster = decision.express.viable and decision.express.score > decision.standard.score
    return EXPRESS if faster else STANDARD


def margin(decision: Said) -> int:
    """Return by how many points the two options differ."""
    return abs(decision.step_functions.score - decision.destinations.score)


def _alternatives(*groups: list[Rule] | tuple[Rule, ...]) -> tuple[str, ...]:
    found = dict.fromkeys(rule.instead or rule.names for rules in groups for rule in sorted(rules, key=_id))
    return tuple(found)


def _id(rule: Rule) -> str:
    return rule.id
