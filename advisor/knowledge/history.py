"""The rule base of an earlier day, as much of it as a recheck needs."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

import msgspec
from msgspec import Struct, field
from msgspec.structs import fields

from advisor.knowledge.conditions import Condition, Facts, Number, holds
from advisor.knowledge.rules import Rule, RuleBase

# Everything else of a rule is an effect, so that a new kind of effect is recorded without a change here.
_NO_EFFECT = ("id", "title", "criterion", "when", "unless", "because", "source", "as_of", "place")
_CASES = ("fires_on", "quiet_on")


class RecordedRule(Struct, frozen=True, kw_only=True):
    """A rule as it was: when it fired, what followed, and a digest of its words."""

    id: str
    title: str
    when: Condition
    unless: Condition | None = None
    effect: str = ""
    words: str = ""

    def fires(self, facts: Facts) -> bool:
        """Return whether the rule fires for ``facts``."""
        return holds(self.when, facts) is True and not (
            self.unless is not None and holds(self.unless, facts) is True
        )


class RecordedRuleBase(Struct, frozen=True, kw_only=True):
    """One version of the rule base. ``figures`` holds limits and prices by id (``limit …``, ``price …``)."""

    version: str
    as_of: str
    rules: Mapping[str, RecordedRule] = field(default_factory=dict)
    figures: Mapping[str, str] = field(default_factory=dict)


def recorded(rule_base: RuleBase) -> RecordedRuleBase:
    """Return what the history keeps of ``rule_base``."""
    return RecordedRuleBase(
        version=rule_base.version,
        as_of=rule_base.as_of,
        rules={rule.id: recorded_rule(rule) for rule in rule_base.rules},
        figures=_figures(rule_base),
    )


def recorded_rule(rule: Rule) -> RecordedRule:
    """Return what the history keeps of ``rule``."""
    return RecordedRule(
        id=rule.id,
        title=rule.title,
        when=rule.when,
        unless=rule.unless,
        effect=_effect(rule),
        words=sha256(f"{rule.title}\n{rule.because}\n{rule.source}".encode()).hexdigest()[:12],
    )


def _effect(rule: Rule) -> str:
    """Return the effects of ``rule`` as JSON with sorted keys; what is left at its default is left out."""
    found = {}
    for item in fields(Rule):
        value = getattr(rule, item.name)
        if item.name not in (*_NO_EFFECT, *_CASES) and value and value != item.default:
            found[item.name] = value
    return msgspec.json.encode(found, order="deterministic").decode()


def _figures(rule_base: RuleBase) -> dict[str, str]:
    found = {f"limit {item.id}": _shown(item.value) for item in rule_base.limits.values()}
    for prices in rule_base.prices:
        own = (price for price in prices.prices.values() if not price.borrowed)
        for price in own:
            tiers = ", ".join(
                f"{_shown(tier.price)} up to {_shown(tier.up_to)}" if tier.up_to else _shown(tier.price)
                for tier in price.tiers
            )
            free = f" after {_shown(price.free)} free" if price.free else ""
            found[f"price {price.id} in {prices.region}"] = f"USD {tiers}{free}"
    return found


def shown_figure(text: str) -> Number | tuple[Number, ...]:
    """Return the figure of a limit as it was, from its text in the history."""
    found = tuple(float(part) if "." in part else int(part) for part in text.split(", "))
    return found if len(found) > 1 else found[0]


def _shown(value: Number | tuple[Number, ...]) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(item) for item in value)
    return f"{value:.15f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
