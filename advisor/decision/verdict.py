"""Scores in, verdict out.

Options and alternatives compete: of those that are not ruled out, the one with most points wins. A tie goes
to Destinations, then to Step Functions, then to the alternative that stands first. An alternative that wins
makes it ``neither``; a coordinated core with asynchronous edges of its own makes it ``both``.
"""

from __future__ import annotations

from typing import TypeAlias

from advisor.decision.decide import Decision, Scorecard
from advisor.decision.scores import Side, Tally
from advisor.knowledge.rules import (
    BOTH,
    DURABLE_FUNCTIONS,
    EXPRESS,
    NEITHER,
    OPTIONS,
    STANDARD,
    STEP_FUNCTIONS,
)

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


def option_of(decision: Said) -> tuple[str, tuple[str, ...]]:
    """Return the recommended option and the ids of the alternatives to use instead (or beside)."""
    beside = _named(decision)
    ranked = ranking(decision)
    if not ranked:
        return NEITHER, beside
    best, *others = ranked
    if best.option not in OPTIONS:
        equal = (other.option for other in others if 0 < other.score == best.score)
        return NEITHER, tuple(dict.fromkeys((best.option, *equal, *beside)))
    if decision.combines and decision.step_functions.viable:
        return BOTH, beside
    return best.option, beside


def sides(decision: Said) -> tuple[Scorecard | Side, ...]:
    """Return the options, the workflow types and the alternatives."""
    options = (decision.destinations, decision.step_functions)
    return (*options, decision.standard, decision.express, *decision.alternatives)


def ranking(decision: Said) -> list[Scorecard | Side]:
    """Return the options and alternatives that can be had, the best first."""
    candidates: list[Scorecard | Side] = [
        decision.destinations,
        decision.step_functions,
        *decision.alternatives,
    ]
    viable = [candidate for candidate in candidates if candidate.viable]
    return sorted(viable, key=lambda candidate: -candidate.score)


def workflow_type_of(decision: Said, option: str) -> str | None:
    """Return Standard or Express for an option with a state machine; a tie goes to Standard."""
    if option not in (STEP_FUNCTIONS, BOTH):
        return None
    if not decision.standard.viable:
        return EXPRESS
    faster = decision.express.viable and decision.express.score > decision.standard.score
    return EXPRESS if faster else STANDARD


def lead(decision: Said) -> int:
    """Return by how many points the verdict leads what would be another one.

    Alternatives are one side: they lead, or are led, together. Durable functions meet most needs that Step
    Functions meet, so Step Functions need no lead over them. Where nothing else can be had, the lead is what
    speaks for the verdict.
    """
    ranked = ranking(decision)
    if not ranked:
        return 0
    best, *others = ranked
    if best.option == STEP_FUNCTIONS:
        others = [item for item in others if item.option != DURABLE_FUNCTIONS]
    rivals = [item.score for item in others if best.option in OPTIONS or item.option in OPTIONS]
    return best.score - (rivals[0] if rivals else 0)


def _named(decision: Said) -> tuple[str, ...]:
    """Return the alternatives worth knowing beside, of those that can be had."""
    can_be_had = {item.option for item in decision.alternatives if item.viable}
    rules = sorted(decision.names, key=lambda rule: rule.id)
    return tuple(dict.fromkeys(rule.names for rule in rules if rule.names in can_be_had))
