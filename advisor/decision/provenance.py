"""Rule base and overlays behind a recommendation, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advisor.decision.recommendation import RuleBaseStamp
from advisor.knowledge.rules import Overlay, RuleBase

SHORT_DIGEST = 12
MOST_NAMED = 8


def stamp_of(rule_base: RuleBase) -> RuleBaseStamp:
    """Return what names ``rule_base`` and the overlays in it."""
    return RuleBaseStamp(rule_base.version, rule_base.as_of, rule_base.overlays)


def provenance(stamp: RuleBaseStamp) -> tuple[str, ...]:
    """Return one sentence for the rule base, and one for each overlay with what it changes."""
    base = f"Rule base {stamp.version} of {stamp.as_of}."
    return (base, *(_overlay(overlay) for overlay in stamp.overlays))


def _overlay(overlay: Overlay) -> str:
    effects = "; ".join(_effects(overlay)) or "nothing changed"
    return f"Own rules from '{overlay.name}', digest {overlay.digest[:SHORT_DIGEST]}: {effects}."


def _effects(overlay: Overlay) -> Iterator[str]:
    for rules, what in (
        (overlay.added, "added"),
        (overlay.changed, "changed"),
        (overlay.switched_off, "switched off"),
    ):
        if rules:
            noun = "rule" if len(rules) == 1 else "rules"
            yield f"{len(rules)} {noun} {what} ({_named(rules)})"
    if overlay.prices:
        yield f"prices changed in {_named(overlay.prices)}"


def _named(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join([*names[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])])
