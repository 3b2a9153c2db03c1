"""Runtimes, libraries and tools the starter projects pin."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class RuntimeVersion(Struct, frozen=True):
    """A Lambda runtime: ``identifier`` as AWS spells it, ``version`` of the language, and who says so."""

    identifier: str
    version: str
    source: str


class Versions(Struct, frozen=True):
    """Every version a generated project names, by the name its package manager knows."""

    as_of: str
    runtimes: Mapping[str, RuntimeVersion]
    packages: Mapping[str, str]
    actions: Mapping[str, str]
