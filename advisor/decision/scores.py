"""Sums of the points of the rules that fire, without the rules themselves."""

from __future__ import annotations

from msgspec import Struct

from advisor.knowledge.rules import Rule


class Side(Struct, frozen=True):
    """Points for an option, workflow type or alternative, and whether it can be had."""

    option: str
    score: int
    viable: bool


class Tally(Struct, frozen=True):
    """Sums of points and constraints: the part of a decision that the verdict depends on."""

    destinations: Side
    step_functions: Side
    standard: Side
    express: Side
    alternatives: tuple[Side, ...]
    names: tuple[Rule, ...]
    combines: tuple[Rule, ...]
