"""Collect what fires, sum the points, let any constraint veto. The order of rules does not matter."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.conditions import Answer, holds
from advisor.knowledge.questions import Settled
from advisor.knowledge.rules import DESTINATIONS, EXPRESS, STANDARD, STEP_FUNCTIONS, Rule, RuleBase


class Finding(Struct, frozen=True):
    """A rule that fired for an option, and the points it gave."""

    rule: Rule
    points: int


class Scorecard(Struct, frozen=True):
    """Points and constraints for one option, workflow type or alternative."""

    option: str
    findings: tuple[Finding, ...]
    ruled_out_by: tuple[Rule, ...]

    @property
    def viable(self) -> bool:
        return not self.ruled_out_by

    @property
    def score(self) -> int:
        return sum(finding.points for finding in self.findings)


class Decision(Struct, frozen=True, kw_only=True):
    """Every rule's say on these answers; ``open_rules`` could still fire, given more answers."""

    settled: Settled
    destinations: Scorecard
    step_functions: Scorecard
    standard: Scorecard
    express: Scorecard
    alternatives: tuple[Scorecard, ...]
    names: tuple[Rule, ...]
    combines: tuple[Rule, ...]
    warns: tuple[Rule, ...]
    open_rules: tuple[Rule, ...]

    @property
    def cards(self) -> tuple[Scorecard, ...]:
        return (self.destinations, self.step_functions, self.standard, self.express, *self.alternatives)

    def card(self, option: str) -> Scorecard:
        return next(card for card in self.cards if card.option == option)


def decide(rule_base: RuleBase, requirements: Mapping[str, Answer]) -> Decision:
    """Return what all rules say of ``requirements`` (answer keys to known values)."""
    settled = rule_base.questionnaire.settle(requirements)
    fired: list[Rule] = []
    still_open: list[Rule] = []
    for rule in rule_base.rules:
        truth = holds(rule.when, settled.facts)
        excepted = holds(rule.unless, settled.facts) if rule.unless and truth is not False else False
        if truth and not excepted:
            fired.append(rule)
        if truth is not False and excepted is not True and (truth is None or excepted is None):
            still_open.append(rule)
    standard, express = _card(STANDARD, fired), _card(EXPRESS, fired)
    return Decision(
        settled=settled,
        destinations=_card(DESTINATIONS, fired),
        step_functions=_family(_card(STEP_FUNCTIONS, fired), standard, express),
        standard=standard,
        express=express,
        alternatives=tuple(_card(item.id, fired) for item in rule_base.alternatives),
        names=tuple(rule for rule in fired if rule.names),
        combines=tuple(rule for rule in fired if rule.combines),
        warns=tuple(rule for rule in fired if rule.warns),
        open_rules=tuple(still_open),
    )


def _card(option: str, fired: list[Rule]) -> Scorecard:
    findings = [Finding(rule, rule.favours[option]) for rule in fired if option in rule.favours]
    findings.sort(key=lambda finding: (-finding.points, finding.rule.id))
    ruled_out = sorted((rule for rule in fired if option in rule.rules_out), key=lambda rule: rule.id)
    return Scorecard(option, tuple(findings), tuple(ruled_out))


def _family(card: Scorecard, standard: Scorecard, express: Scorecard) -> Scorecard:
    """Step Functions cannot be had where neither of its workflow types can."""
    if card.ruled_out_by or standard.viable or express.viable:
        return card
    both = {rule.id: rule for rule in (*standard.ruled_out_by, *express.ruled_out_by)}
    return Scorecard(card.option, card.findings, tuple(both[key] for key in sorted(both)))
