"""Limits and fixed behaviours of the services, as dated facts."""

from __future__ import annotations

from msgspec import Struct

from advisor.knowledge.conditions import Number


class Limit(Struct, frozen=True):
    """A number AWS fixes (``value``, in ``unit``), or a series of numbers such as retry waits."""

    id: str
    value: Number | tuple[Number, ...]
    unit: str
    text: str
    source: str
    as_of: str

    @property
    def number(self) -> float:
        return self.value[0] if isinstance(self.value, tuple) else self.value

    @property
    def series(self) -> tuple[float, ...]:
        return self.value if isinstance(self.value, tuple) else (self.value,)
