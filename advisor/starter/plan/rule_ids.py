"""Ids of the rules behind a resource: those that fired for the option and test the answers behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from advisor.decision.decide import Decision, Scorecard
from advisor.decision.recommend import speaking_for
from advisor.knowledge.conditions import keys_in
from advisor.knowledge.rules import BOTH, DESTINATIONS, STEP_FUNCTIONS, Rule

RulesBehind: TypeAlias = Callable[..., tuple[str, ...]]


def rules_behind(decision: Decision, approach: str, workflow_type: str | None) -> RulesBehind:
    """Return a function from requirement keys to the ids of the rules that speak for them here."""
    rules = _speaking(decision, approach, workflow_type)

    def ids(*keys: str) -> tuple[str, ...]:
        return tuple(sorted({rule.id for rule in rules if keys_in(rule.when) & set(keys)}))

    return ids


def _speaking(decision: Decision, approach: str, workflow_type: str | None) -> tuple[Rule, ...]:
    if approach not in (DESTINATIONS, STEP_FUNCTIONS, BOTH):
        return speaking_for(decision, approach)
    cards: list[Scorecard] = []
    if approach in (DESTINATIONS, BOTH):
        cards.append(decision.destinations)
    if approach in (STEP_FUNCTIONS, BOTH):
        cards.append(decision.step_functions)
    if workflow_type:
        cards.append(decision.card(workflow_type))
    favoured = [finding.rule for card in cards for finding in card.findings]
    against = decision.step_functions if approach == DESTINATIONS else decision.destinations
    combining = list(decision.combines) if approach == BOTH else list(against.ruled_out_by)
    return tuple(favoured + combining)
