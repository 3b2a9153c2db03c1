"""Unit prices of one region, dated and sourced."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from advisor.knowledge.conditions import Number


class Tier(Struct, frozen=True):
    """``price`` in USD per unit, up to ``up_to`` units a month (None: no end)."""

    price: Number
    up_to: Number | None = None


class Price(Struct, frozen=True, kw_only=True):
    """Price of one unit: tiers from the first unit on, after ``free`` units a month.

    ``verified`` is False where the figure comes from memory or a third party only; ``borrowed`` names
    the region it was taken from where the region itself has none.
    """

    id: str
    title: str
    unit: str
    tiers: tuple[Tier, ...]
    source: str
    as_of: str
    free: Number = 0
    verified: bool = True
    note: str = ""
    borrowed: str = ""

    def cost(self, units: float, *, free_tier: bool = True) -> float:
        """Return USD for ``units`` in a month."""
        left = max(0.0, units - (self.free if free_tier else 0.0))
        total, below = 0.0, 0.0
        for tier in self.tiers:
            width = left if tier.up_to is None else min(left, tier.up_to - below)
            total += width * tier.price
            left -= width
            below = tier.up_to or below
            if left <= 0:
                break
        return total


class PriceList(Struct, frozen=True):
    """All prices of one region."""

    region: str
    title: str
    prices: Mapping[str, Price] = field(default_factory=dict)
