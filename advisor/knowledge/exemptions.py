"""Findings about the rule base that are meant to be so."""

from __future__ import annotations

from msgspec import Struct

from advisor.errors import Place


class Exemption(Struct, frozen=True):
    """A finding about ``subject`` (a rule id, a question, ``question=choice``) that is accepted, and why."""

    subject: str
    reason: str
    place: Place = Place("")
