"""A recorded decision against the decision of today: does it stand, and if not, which rules changed it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import RecordedDecision
from advisor.knowledge.conditions import Facts
from advisor.knowledge.history import RecordedRule, RecordedRuleBase, recorded
from advisor.knowledge.rules import NEITHER, RuleBase

ChangeKind: TypeAlias = Literal["added", "removed", "reworded", "points", "fact"]


class RuleChange(Struct, frozen=True, kw_only=True):
    """One difference between two rule bases that concerns a workload; ``source`` is empty for figures."""

    rule: str
    change: ChangeKind
    title: str
    source: str = ""


class Recheck(Struct, frozen=True, kw_only=True):
    """The recorded and today's decision of one answers file. ``known``: the history has that rule base."""

    recorded: RecordedDecision
    now: RecordedDecision
    because: tuple[RuleChange, ...]
    known: bool = True

    @property
    def changed(self) -> bool:
        """Return whether the decision is another one; for ``neither`` the alternatives count too."""
        return _core(self.recorded) != _core(self.now)


def decision_of(recommendation: Recommendation) -> RecordedDecision:
    """Return what an answers file keeps of ``recommendation``."""
    verdict, stamp = recommendation.verdict, recommendation.rule_base
    return RecordedDecision(
        option=verdict.option,
        workflow_type=verdict.workflow_type,
        instead=verdict.instead,
        rule_base=stamp.version,
        as_of=stamp.as_of,
    )


def recheck(
    rule_base: RuleBase,
    recommendation: Recommendation,
    before: RecordedDecision,
    then: RecordedRuleBase | None,
) -> Recheck:
    """Return how ``before`` compares with today; ``then`` made it (None: the history does not have it)."""
    changes: tuple[RuleChange, ...] = ()
    if then is not None:
        facts = recommendation.decision.settled.facts
        priced = {line.price_id for option in recommendation.cost.options for line in option.lines}
        changes = (
            *_rule_changes(rule_base, then, facts),
            *_figure_changes(recorded(rule_base), then, priced),
        )
    return Recheck(recorded=before, now=decision_of(recommendation), because=changes, known=then is not None)


def _core(decision: RecordedDecision) -> tuple[str, str | None, tuple[str, ...]]:
    return decision.option, decision.workflow_type, decision.instead if decision.option == NEITHER else ()


def _rule_changes(rule_base: RuleBase, then: RecordedRuleBase, facts: Facts) -> Iterator[RuleChange]:
    """Yield the changes of rules that speak of these answers, then or now."""
    now = recorded(rule_base)
    for rule_id in sorted({*now.rules, *then.rules}):
        new, old = now.rules.get(rule_id), then.rules.get(rule_id)
        spoke = any(rule is not None and rule.fires(facts) for rule in (new, old))
        kind = _kind(old, new)
        if spoke and kind:
            title = (new or old).title  # type: ignore[union-attr]  # one of the two has the id
            source = rule_base.by_id[rule_id].source if new else ""
            yield RuleChange(rule=rule_id, change=kind, title=title, source=source)


def _kind(old: RecordedRule | None, new: RecordedRule | None) -> ChangeKind | None:
    """Return the weightiest difference between two states of a rule."""
    if old is None or new is None:
        return "added" if old is None else "removed"
    if old.effect != new.effect:
        return "points"
    if (old.when, old.unless) != (new.when, new.unless):
        return "fact"
    return "reworded" if old.words != new.words else None


def _figure_changes(now: RecordedRuleBase, then: RecordedRuleBase, priced: set[str]) -> Iterator[RuleChange]:
    """Yield the limits that moved, and the prices that moved and that this cost estimate uses."""
    for name in sorted({*now.figures, *then.figures}):
        kind, _, rest = name.partition(" ")
        old, new = then.figures.get(name), now.figures.get(name)
        concerns = kind == "limit" or rest.split(" ")[0] in priced
        if old is not None and new is not None and old != new and concerns:
            yield RuleChange(rule=name, change="fact", title=f"{rest}: {old}, now {new}")
