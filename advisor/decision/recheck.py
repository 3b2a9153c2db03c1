"""A recorded decision against the decision of today: does it stand, and if not, which rules changed it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import RecordedDecision
from advisor.knowledge.conditions import Facts
from advisor.knowledge.history import RecordedRule, RecordedRuleBase, recorded, shown_figure
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
            *_price_changes(recorded(rule_base), then, priced),
            *_limit_changes(rule_base, recommendation, then),
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


def _price_changes(now: RecordedRuleBase, then: RecordedRuleBase, priced: set[str]) -> Iterator[RuleChange]:
    """Yield the prices that moved and that this cost estimate uses."""
    for name, rest, old, new in _moved(now, then, "price"):
        if rest.split(" ")[0] in priced:
            yield RuleChange(rule=name, change="fact", title=f"{rest}: {old}, now {new}")


def _limit_changes(
    rule_base: RuleBase, recommendation: Recommendation, then: RecordedRuleBase
) -> Iterator[RuleChange]:
    """Yield the limits that moved and that bear on this workload: with the old number something differs."""
    today = _figured(recommendation)
    for name, rest, old, new in _moved(recorded(rule_base), then, "limit"):
        limits = {**rule_base.limits, rest: replace(rule_base.limits[rest], value=shown_figure(old))}
        if _figured(recommend(replace(rule_base, limits=limits), recommendation.answers)) != today:
            yield RuleChange(rule=name, change="fact", title=f"{rest}: {old}, now {new}")


def _figured(recommendation: Recommendation) -> tuple[object, ...]:
    return recommendation.cost, recommendation.failure_stories, recommendation.designs


def _moved(now: RecordedRuleBase, then: RecordedRuleBase, kind: str) -> Iterator[tuple[str, str, str, str]]:
    """Yield the figures of ``kind`` that both rule bases have and that differ: name, id, before and now."""
    for name in sorted({*now.figures} & {*then.figures}):
        of, _, rest = name.partition(" ")
        old, new = then.figures[name], now.figures[name]
        if of == kind and old != new:
            yield name, rest, old, new
