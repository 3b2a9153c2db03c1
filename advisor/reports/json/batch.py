"""Verdicts as JSON, one a line: for many answers at once, where a whole report would be too much."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TypeAlias

from advisor.decision.decide import decide
from advisor.decision.fast.bit_tables import Mark
from advisor.decision.fast.compile import tables_of
from advisor.decision.verdict import Said, option_of, workflow_type_of
from advisor.json_text import with_escapes
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import SCORED, RuleBase

REMEMBERED = 4_096
Tail: TypeAlias = Callable[[Mapping[str, Answer]], str]


def tails(rule_base: RuleBase) -> Tail:
    """Return what tells the verdict on answers as the rest of a JSON object, after its first members."""
    tables, end = tables_of(rule_base), _rule_base(rule_base)
    if tables is None:
        return lambda requirements: tail_of(decide(rule_base, requirements), end)
    fired, points_of, mark_of, tally = tables.fired, tables.points, tables.mark, tables.tally
    known: dict[Mark, str] = {}

    def tail(requirements: Mapping[str, Answer]) -> str:
        bits = fired(requirements)
        points = points_of(bits)
        mark = mark_of(bits, points)
        found = known.get(mark)
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            found = known[mark] = _but_for_points(tally(bits), end)
        return found % points[: len(SCORED)]

    return tail


def _rule_base(rule_base: RuleBase) -> str:
    """Return which rules spoke, as the last member of a line; the digest of an overlay says what it does."""
    overlays = [{"name": item.name, "digest": item.digest} for item in rule_base.overlays]
    stamp = {"version": rule_base.version, "as_of": rule_base.as_of, "overlays": overlays}
    return f'"rule_base": {with_escapes(json.dumps(stamp, ensure_ascii=False))}'


def tail_of(said: Said, end: str) -> str:
    """Return option, workflow type, alternatives, scores and what is ruled out, then ``end`` and a brace."""
    sides = (said.destinations, said.step_functions, said.standard, said.express)
    return _but_for_points(said, end) % tuple(side.score for side in sides)


def _but_for_points(said: Said, end: str) -> str:
    """Return the same with a place for each of the points: what it says else hangs on a verdict's mark."""
    option, instead = option_of(said)
    sides = (said.destinations, said.step_functions, said.standard, said.express)
    verdict = {"option": option, "workflow_type": workflow_type_of(said, option), "instead": instead}
    out = [name for name, side in zip(SCORED, sides, strict=True) if not side.viable]
    scores = ", ".join(f'"{name}": %d' for name in SCORED)
    before = json.dumps(verdict).removesuffix("}").replace("%", "%%")
    after = end.replace("%", "%%")
    return f'{before.removeprefix("{")}, "scores": {{{scores}}}, "ruled_out": {json.dumps(out)}, {after}}}'
