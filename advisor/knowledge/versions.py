"""Runtimes, libraries and tools the starter projects pin."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct


class SnapStart(Struct, frozen=True, kw_only=True):
    """That Lambda starts a runtime from a snapshot, and the Regions in which it does not."""

    not_in: tuple[str, ...]
    source: str
    as_of: str


class RuntimeVersion(Struct, frozen=True, kw_only=True):
    """A Lambda runtime: ``identifier`` as AWS spells it, ``version`` of the language, and who says so."""

    identifier: str
    version: str
    source: str
    snap_start: SnapStart | None = None

    def snaps_in(self, region: str) -> bool:
        """Return whether Lambda starts it from a snapshot in ``region``, at no cost."""
        return self.snap_start is not None and region not in self.snap_start.not_in


class SafeVersion(Struct, frozen=True, kw_only=True):
    """The lowest version of a package without a known hole, and the advisory that says so."""

    package: str
    version: str
    advisory: str
    source: str
    as_of: str

    def holds(self, version: str) -> bool:
        """Return whether ``version`` is this one or a later one."""
        return _numbers(version) >= _numbers(self.version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", version))


class Versions(Struct, frozen=True, kw_only=True):
    """Every version a generated project names, by the name its package manager knows."""

    as_of: str
    runtimes: Mapping[str, RuntimeVersion]
    packages: Mapping[str, str]
    actions: Mapping[str, str]
    safe: tuple[SafeVersion, ...] = ()
