"""One thing that findings may be about, with its facts."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.findings.suppressions import Suppression
from advisor.knowledge.conditions import Answer


class Subject(Struct, frozen=True, kw_only=True):
    """A function, queue, state and so on: ``resource`` is its name for people.

    ``place`` is where a finding about it is shown, ``owner`` the place of the resource that holds it, and
    ``group`` the resource whose findings of one rule are told together. ``part`` names a state.
    """

    about: str
    facts: Mapping[str, Answer]
    place: Place
    owner: Place
    resource: str
    group: str = ""
    part: str = ""
    suppressions: tuple[Suppression, ...] = ()


def known(**facts: Answer | None) -> dict[str, Answer]:
    """Return the facts that are known."""
    return {key: value for key, value in facts.items() if value is not None}
