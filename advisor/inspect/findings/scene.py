"""What all facts depend on."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from advisor.inspect.model import System
from advisor.knowledge.rules import RuleBase


class Scene(Struct, frozen=True):
    """A system, what the rule base knows, and the day: all that facts depend on."""

    system: System
    rule_base: RuleBase
    today: date
