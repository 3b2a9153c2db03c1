"""What can be built where neither option is the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from advisor.starter.plan.context import PlanContext, PlannedFlow
from advisor.starter.plan.single_function import single_function


class Alternative(Struct, frozen=True):
    """An alternative by its name for a reader, and how its project is planned."""

    title: str
    build: Callable[[PlanContext], PlannedFlow]


ALTERNATIVES: Mapping[str, Alternative] = {
    "single-function": Alternative("one function behind its event", single_function),
}
