"""The rules put to the test: by their own cases, and by workloads whose right answer is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from advisor.decision.decide import Decision, decide
from advisor.decision.fast.compile import tables_of
from advisor.decision.verdict import Outcome, outcome_of
from advisor.knowledge.conditions import Answer, Facts, holds
from advisor.knowledge.findings import FindingRule
from advisor.knowledge.rules import Rule, RuleBase
from advisor.knowledge.scenarios import Scenario


class Case(Struct, frozen=True, kw_only=True):
    """One of a rule's own cases: ``wanted`` says whether it must fire, ``fired`` whether it did."""

    rule: Rule | FindingRule
    answers: Mapping[str, Answer]
    wanted: bool
    fired: bool


class Replay(Struct, frozen=True, kw_only=True):
    """Result of a scenario under the rules."""

    scenario: Scenario
    decision: Decision
    outcome: Outcome
    fired: tuple[Rule, ...]

    @property
    def right(self) -> bool:
        """Whether option and, where the source names one, workflow type are what the source chose."""
        wanted_type = self.scenario.workflow_type
        return self.outcome[0] == self.scenario.option and wanted_type in (None, self.outcome[1])


def fired_rules(decision: Decision) -> tuple[Rule, ...]:
    """Return every rule that fired, by id."""
    found = [finding.rule for card in decision.cards for finding in card.findings]
    found += [rule for card in decision.cards for rule in card.ruled_out_by]
    found += [*decision.names, *decision.combines, *decision.warns]
    by_id = {rule.id: rule for rule in found}
    return tuple(by_id[key] for key in sorted(by_id))


def own_cases(rule_base: RuleBase) -> tuple[Case, ...]:
    """Return every rule's ``fires_on`` and ``quiet_on`` cases, decided with all rules and what follows.

    Those of findings, which test facts and not answers, come last.
    """
    tables = tables_of(rule_base)  # a thousand own rules have thousands of cases

    def fired(answers: Mapping[str, Answer]) -> Iterable[Rule]:
        return tables.rules(tables.fired(answers)) if tables else fired_rules(decide(rule_base, answers))

    decided = tuple(
        Case(
            rule=rule,
            answers=answers,
            wanted=wanted,
            fired=rule.id in {found.id for found in fired(answers)},
        )
        for rule in rule_base.rules
        for wanted, cases in ((True, rule.fires_on), (False, rule.quiet_on))
        for answers in cases
    )
    found = (
        Case(rule=rule, answers=facts, wanted=wanted, fired=holds(rule.when, Facts(facts)) is True)
        for rule in rule_base.inspection.rules
        for wanted, cases in ((True, rule.fires_on), (False, rule.quiet_on))
        for facts in cases
    )
    return (*decided, *found)


def replay(rule_base: RuleBase, scenarios: Iterable[Scenario]) -> tuple[Replay, ...]:
    """Return what the rules say of each scenario."""
    decided = ((scenario, decide(rule_base, scenario.answers)) for scenario in scenarios)
    return tuple(
        Replay(scenario=item, decision=found, outcome=outcome_of(found), fired=fired_rules(found))
        for item, found in decided
    )


def coverage(rule_base: RuleBase, replays: Sequence[Replay]) -> Mapping[str, int]:
    """Return for every rule id in how many of ``replays`` the rule fired."""
    counted = Counter(rule.id for item in replays for rule in item.fired)
    return {rule.id: counted[rule.id] for rule in rule_base.rules}
