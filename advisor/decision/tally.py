"""What the rules that fire add up to, without who said what."""

from __future__ import annotations

from dataclasses import dataclass

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
