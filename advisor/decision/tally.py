"""What the rules that fire add up to, without who said what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from advisor.knowledge.rules import Rule


@dataclass(frozen=True, slots=True)
class Side:
    """Points for an option or workflow type, and whether it can be had."""

    score: int
    viable: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rules that fire add up to; the part of a decision that counts for the verdict."""

    destinations: Side
    step_functions: Side
    standard: Side
    express: Side
    instead: tuple[Rule, ...]
    names: tuple[Rule, ...]
    combines: tuple[Rule, ...]


_side = lru_cache(maxsize=1_024)(Side)


@dataclass(frozen=True, slots=True)
class Weights:
    """What rows count for one option: points by binary digit, and vetoes."""

    planes: tuple[int, ...]
    vetoes: int

    def side(self, fired: int) -> Side:
        """Return points and viability where the rows ``fired``."""
        score = 0
        for plane in self.planes:  # the highest digit first
            score = 2 * score + (fired & plane).bit_count()
        return _side(score, not fired & self.vetoes)


def weights_of(option: str, rule_of: Sequence[Rule | None]) -> Weights:
    """Return what the rows of ``rule_of`` count for ``option``; None is a row of no rule."""
    points = [rule.favours.get(option, 0) if rule else 0 for rule in rule_of]
    digits = max(points, default=0).bit_length()
    planes = tuple(bits_of(given >> digit & 1 for given in points) for digit in reversed(range(digits)))
    return Weights(planes, bits_of(bool(rule and option in rule.rules_out) for rule in rule_of))


def bits_of(flags: Iterable[int]) -> int:
    """Return a number whose n-th bit is the n-th of ``flags``."""
    return int("".join("1" if flag else "0" for flag in flags)[::-1] or "0", 2)
