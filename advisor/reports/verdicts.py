"""Verdicts as JSON, one a line: for many answers at once, where a whole report would be too much."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeAlias

from advisor.decision.compiled import tables_of
from advisor.decision.conclude import Said, option_of, workflow_type_of
from advisor.decision.decide import decide
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import DESTINATIONS, EXPRESS, SCORED, STANDARD, STEP_FUNCTIONS, RuleBase

REMEMBERED = 4_096
Tail: TypeAlias = Callable[[Mapping[str, Answer]], str]


def tails(rule_base: RuleBase) -> Tail:
    """Return what tells the verdict on answers as the rest of a JSON object, after its first members."""
    tables = tables_of(rule_base)
    if tables is None:
        return lambda requirements: tail_of(decide(rule_base, requirements))
    fired, tally = tables.fired, tables.tally
    known: dict[int, str] = {}

    def tail(requirements: Mapping[str, Answer]) -> str:
        bits = fired(requirements)
        found = known.get(bits)
        if found is None:
            if len(known) >= REMEMBERED:
                known.clear()
            found = known[bits] = tail_of(tally(bits))
        return found

    return tail


def tail_of(said: Said) -> str:
    """Return option, workflow type, alternatives, scores and what is ruled out, up to the closing brace."""
    option, instead = option_of(said)
    workflow_type = workflow_type_of(said, option)
    one, other, standard, express = said.destinations, said.step_functions, said.standard, said.express
    out = _ruled_out((one.viable, other.viable, standard.viable, express.viable))
    return (
        f'"option": "{option}", "workflow_type": {_text(workflow_type)}, "instead": {_text(instead)}, '
        f'"scores": {{"{DESTINATIONS}": {one.score}, "{STEP_FUNCTIONS}": {other.score}, '
        f'"{STANDARD}": {standard.score}, "{EXPRESS}": {express.score}}}, "ruled_out": {out}}}'
    )


@lru_cache(maxsize=16)
def _ruled_out(viable: tuple[bool, bool, bool, bool]) -> str:
    return json.dumps([name for name, can in zip(SCORED, viable, strict=True) if not can])


_text = lru_cache(maxsize=1_024)(json.dumps)
