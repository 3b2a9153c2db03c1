"""Workloads whose right answer is known, to judge the rules by."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from advisor.knowledge.conditions import Answer


class Scenario(Struct, frozen=True):
    """A workload, its answers, and what an expert or a public source recommends for it.

    ``workflow_type`` is None where the source names none. ``ambiguous``: an expert could well choose
    otherwise. ``instead``: what the source uses where ``option`` is ``neither``, in its own words.
    """

    id: str
    answers: Mapping[str, Answer]
    option: str
    workflow_type: str | None = None
    ambiguous: bool = False
    kind: str = ""
    source: str = ""
    instead: str = ""
