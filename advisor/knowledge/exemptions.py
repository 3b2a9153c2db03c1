"""Findings about the rule base that are meant to be so."""

from __future__ import annotations

from dataclasses import dataclass

from advisor.errors import Place


@dataclass(frozen=True, slots=True)
class Exemption:
    """A finding about ``subject`` (a rule id, a question, ``question=choice``) that is accepted, and why."""

    subject: str
    reason: str
    place: Place = Place("")
