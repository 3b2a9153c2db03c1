"""Few projects with much in them: whatever a blueprint can hold is in one of them, and each two edges (what
starts, where an outcome goes) that meet in any combination meet here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any

from advisor.starter import Blueprint, NotSupported
from tests.starter.combinations import FACTORS
from tests.starter.matrix import covering, planned

Pair = frozenset[tuple[str, ...]]


@cache
def chosen(iac: str) -> dict[str, Blueprint]:
    """Return the projects, by name; the same ones on every run."""
    found = dict(_sound(iac))
    pairs = {name: _pairs(blueprint) for name, blueprint in found.items()}
    missing = set().union(*pairs.values())
    picked: dict[str, Blueprint] = {}
    while missing:
        best = max(pairs, key=lambda name: len(pairs[name] & missing))
        missing -= pairs[best]
        picked[best] = found[best]
    return picked


def _sound(iac: str) -> Iterator[tuple[str, Blueprint]]:
    for approach in FACTORS:
        for number, combination in enumerate(covering(approach)):
            try:
                yield f"{approach}-{number}", planned(approach, {**combination, "iac": iac})
            except NotSupported:
                continue


def _pairs(blueprint: Blueprint) -> set[Pair]:
    parts = set(_parts(blueprint))
    edges = [part for part in parts if part[0] not in ("kind", "runtime")]
    return {frozenset(pair) for pair in combinations(edges, 2)} | {frozenset((part,)) for part in parts}


def _parts(blueprint: Blueprint) -> Iterator[tuple[str, ...]]:
    """Yield what a flavour writes differently from project to project."""
    yield ("runtime", blueprint.runtime)
    for item in blueprint.resources:
        yield ("kind", item.kind)
        for edge in ("asynchronous", "trigger"):
            if getattr(item, edge, None):
                yield from _edge(item.kind, getattr(item, edge))
        if item.kind == "pipe":
            yield ("pipe", getattr(item, "service", ""), str(getattr(item, "waits", False)))


def _edge(kind: str, edge: Any) -> Iterator[tuple[str, ...]]:
    for outcome in ("on_success", "on_failure"):
        destination = getattr(edge, outcome, None)
        if destination:
            yield (outcome, destination.service)
    if hasattr(edge, "kind"):
        yield ("trigger", kind, edge.kind)
    if getattr(edge, "batch", None):
        yield ("batch", edge.batch.on_failure.service, str(edge.batch.bisect))
