"""What the rules that fire add up to, without who said what."""

from __future__ import annotations

from msgspec import Struct

from advisor.knowledge.rules import Rule


class Side(Struct, frozen=True):
    """Points for an option or workflow type, and whether it can be had."""

    score: int
    viable: bool


class Tally(Struct, frozen=True):
    """What the rules that fire add up to; the part of a decision that counts for the verdict."""

    destinations: Side
    step_functions: Side
    standard: Side
    express: Side
    instead: tuple[Rule, ...]
    names: tuple[Rule, ...]
    combines: tuple[Rule, ...]
