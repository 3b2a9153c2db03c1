"""Runtimes, libraries and tools the starters pin, from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from advisor.errors import AdvisorError, Problem, RuleBaseError
from advisor.knowledge.versions import RuntimeVersion, SafeVersion, SnapStart, Versions
from advisor.loading.field_reader import Fields
from advisor.loading.yaml_nodes import Entry, parse_file


def load_versions(folder: Path) -> Versions:
    """Return the versions in ``versions.yaml`` of the rule base ``folder``; raises RuleBaseError."""
    path = folder / "versions.yaml"
    try:
        entry = parse_file(path)
    except OSError as error:
        raise RuleBaseError(f"{path} cannot be read: {error.strerror}.") from None
    except AdvisorError as error:
        raise RuleBaseError(error.message, error.problems) from None
    problems: list[Problem] = []
    versions = versions_from(entry, problems)
    if problems:
        raise RuleBaseError(f"{path} does not fit.", problems)
    return versions


def versions_from(entry: Entry, problems: list[Problem]) -> Versions:
    """Return the versions in ``entry``; what does not fit is added to ``problems``."""
    top = Fields(entry, "the versions", problems)
    found = top.get("runtimes", required=True)
    runtimes = found.mapping if found else {}
    versions = Versions(
        as_of=top.as_of(),
        runtimes={name: _runtime(item, name, problems) for name, item in runtimes.items()},
        packages=_pins(top, "packages"),
        actions=_pins(top, "actions"),
        safe=tuple(_safe(item, problems) for item in top.items("safe")),
    )
    top.done()
    for safe in versions.safe:
        pin = versions.packages.get(safe.package)
        if pin and not safe.holds(pin):
            place = entry.mapping["packages"].mapping[safe.package].place
            top.say(
                place,
                f"{safe.package} {pin} has a known hole ({safe.advisory}): take {safe.version} or later.",
            )
    return versions


def _runtime(entry: Entry, name: str, problems: list[Problem]) -> RuntimeVersion:
    fields = Fields(entry, f"the runtime {name}", problems)
    found = fields.get("snap_start")
    runtime = RuntimeVersion(
        identifier=fields.text("identifier"),
        version=fields.text("version"),
        source=fields.source(),
        snap_start=_snap_start(found, name, problems) if found else None,
    )
    fields.done()
    return runtime


def _snap_start(entry: Entry, name: str, problems: list[Problem]) -> SnapStart:
    fields = Fields(entry, f"the SnapStart of {name}", problems)
    found = SnapStart(
        not_in=tuple(item.text.strip() for item in fields.items("not_in", required=True)),
        source=fields.source(),
        as_of=fields.as_of(),
    )
    fields.done()
    return found


def _safe(entry: Entry, problems: list[Problem]) -> SafeVersion:
    fields = Fields(entry, "a safe version", problems)
    safe = SafeVersion(
        package=fields.text("package"),
        version=fields.text("from"),
        advisory=fields.text("advisory"),
        source=fields.source(),
        as_of=fields.as_of(),
    )
    fields.done()
    return safe


def _pins(top: Fields, key: str) -> Mapping[str, str]:
    found = top.get(key, required=True)
    return {name: item.text.strip() for name, item in (found.mapping if found else {}).items()}
