"""One service call of a state machine, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from advisor.starter.blueprint.resources import Resource
from advisor.starter.blueprint.wiring import Permission, Target
from advisor.starter.state_language.expressions import INPUT


class Call(Struct, frozen=True, kw_only=True):
    """Task fields, the resources behind them and the permissions they need; 0 s: the machine's own limit.

    ``retries`` stand in for those of the machine where repeating the call is another matter. ``first`` is a
    call that must come before, such as one that keeps what is too large to be handed over.
    """

    resource: str
    arguments: Any
    output: Any = INPUT
    substitutions: tuple[tuple[str, Target], ...] = ()
    resources: tuple[Resource, ...] = ()
    permissions: tuple[Permission, ...] = ()
    standard_only: bool = False
    timeout_s: int = 0
    heartbeat_s: int = 0
    retries: tuple[Mapping[str, Any], ...] | None = None
    first: Call | None = None
