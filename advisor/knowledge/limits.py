"""Limits and fixed behaviours of the services, as dated facts."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from advisor.knowledge.conditions import Number

_KB = 1024
_MINUTE, _HOUR, _DAY, _YEAR = 60, 3_600, 86_400, 31_536_000


Model: TypeAlias = Literal["botocore", "cloudformation"]


class HeldAgainst(Struct, frozen=True, kw_only=True):
    """Place of the same number in a model that AWS publishes (botocore, CloudFormation).

    ``of`` is the service or resource type, ``at`` the shape or the path of the property. There, ``bounds``
    are the members ("min", "max") that are the last numbers of the limit, or ``says`` is in the description.
    """

    model: Model
    of: str
    at: str
    bounds: tuple[str, ...] = ()
    says: str = ""


class Limit(Struct, frozen=True, kw_only=True):
    """A number AWS fixes (``value``, in ``unit``), or a series of numbers such as retry waits.

    ``within`` is the limit that a choice of ours must keep.
    """

    id: str
    value: Number | tuple[Number, ...]
    unit: str
    text: str
    source: str
    as_of: str
    within: str = ""
    held_against: tuple[HeldAgainst, ...] = ()

    @property
    def number(self) -> Number:
        return self.value[0] if isinstance(self.value, tuple) else self.value

    @property
    def series(self) -> tuple[Number, ...]:
        return self.value if isinstance(self.value, tuple) else (self.value,)


def in_words(number: Number, unit: str) -> str:
    """Return a quantity as a sentence says it: "30 minutes", "256 KB", "1,000 items"."""
    if unit == "s":
        return _time(number)
    if unit == "bytes":
        return _size(number)
    if unit == "per second":
        return f"{figure(number)} a second"
    return counted(number, unit)


def exactly(number: Number, unit: str) -> str:
    """Return a quantity in its own unit: "1,800 s"."""
    return f"{figure(number)} {unit}"


def figure(number: Number) -> str:
    """Return a number with thousands separators and no needless decimals."""
    return f"{number:,.0f}" if number == int(number) else f"{number:,.10f}".rstrip("0")


def counted(number: Number, units: str) -> str:
    """Return a quantity with its unit, given in the plural: ``1 step``, ``3 steps``."""
    singular = units[:-3] + "y" if units.endswith("ies") else units.removesuffix("s")
    return f"{figure(number)} {singular if number == 1 else units}"


def _time(seconds: Number) -> str:
    for size, least, name in (
        (_YEAR, _YEAR, "years"),
        (_DAY, 2 * _DAY, "days"),
        (_HOUR, 2 * _HOUR, "hours"),
        (_MINUTE, _MINUTE, "minutes"),
    ):
        if seconds >= least and seconds % size == 0:
            return counted(seconds / size, name)
    return counted(seconds, "seconds")


def _size(size: Number) -> str:
    if size % (_KB * _KB) == 0:
        return f"{figure(size / _KB / _KB)} MB"
    return f"{figure(size / _KB)} KB" if size % _KB == 0 else f"{figure(size)} bytes"
