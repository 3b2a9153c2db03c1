"""Published holes in what starters bring: Go's database as a module, and the audits of npm and PyPI."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.knowledge.versions import Versions
from advisor.resources import templates_folder
from tests.tools.facts.moved import Moved
from tests.tools.facts.registries import SPEAKS_FOR, client_of, npm, numbers, output, pypi

GO_DATABASE = "golang.org/x/vulndb"
GO_SUMS = templates_folder() / "handlers" / "go" / "project" / "go.sum.jinja"


def holes(versions: Versions) -> Iterator[Moved | str]:
    """Yield the packages with a published hole, and in words the databases that could not be read."""
    for name, found in (("Go", go_holes()), ("npm", npm_holes(versions)), ("PyPI", pypi_holes(versions))):
        if found is None:
            yield f"{name} was not asked: its client is missing, or the registry has no audit."
        else:
            yield from found


def go_holes(version: str = "latest") -> list[Moved] | None:
    """Return the holes of all modules in the ``go.sum`` of starters, by the database of a version."""
    go = shutil.which("go")
    with tempfile.TemporaryDirectory() as folder:
        told = go and output([go, "mod", "download", "-json", f"{GO_DATABASE}@{version}"], folder)
    place = json.loads(told or "{}").get("Dir")
    return list(in_database(go_modules(), Path(place) / "data" / "osv")) if place else None


def go_modules() -> Mapping[str, str]:
    """Return all modules that Go starters bring, with their versions."""
    return dict(re.findall(r"^(\S+) (v[^\s/]+) h1:", GO_SUMS.read_text(encoding="utf-8"), re.MULTILINE))


def in_database(modules: Mapping[str, str], folder: Path) -> Iterator[Moved]:
    """Yield the entries of a database in the OSV format (https://ossf.github.io/osv-schema/) that fit."""
    for path in sorted(folder.glob("*.json")):
        text = path.read_text(encoding="utf-8")
        if not any(f'"{name}"' in text for name in modules):
            continue
        entry = json.loads(text)
        for item in entry["affected"]:
            name = item["package"]["name"]
            version = modules.get(name)
            if version and any(_within(version, found["events"]) for found in item.get("ranges", ())):
                text = f"{name} {version}: {entry['id']}, {entry['summary']}"
                yield Moved("versions.yaml", rf"^  {re.escape(name)}: ", text)


def _within(version: str, events: Iterable[Mapping[str, str]]) -> bool:
    """Return whether ``version`` lies in a range of affected versions, whose events are in order."""
    within = False
    for event in events:
        ((kind, at),) = event.items()
        if numbers(version) >= numbers(at):
            within = kind == "introduced"
    return within


def npm_holes(versions: Versions) -> list[Moved] | None:
    """Return the holes of packages for Node.js and of what they bring, as ``npm audit`` finds them."""
    command = shutil.which("npm")
    if not command:
        return None
    pins = {SPEAKS_FOR.get(name, name): pin for name, pin in _pins(versions, npm).items()}
    with tempfile.TemporaryDirectory() as folder:
        package = {"name": "pins", "version": "1.0.0", "dependencies": pins}
        (Path(folder) / "package.json").write_text(json.dumps(package), encoding="utf-8")
        output([command, "install", "--package-lock-only", "--force", "--no-audit"], folder)
        told = json.loads(output([command, "audit", "--json"], folder) or "{}")
    return list(from_npm(told)) if "vulnerabilities" in told else None


def from_npm(told: Mapping[str, Any]) -> Iterator[Moved]:
    """Yield what the JSON of ``npm audit`` says; a name without an advisory only brings another package."""
    for name, found in told["vulnerabilities"].items():
        for advisory in (item for item in found["via"] if isinstance(item, dict)):
            text = f"{name} {advisory['range']}: {advisory['title']}, {advisory['url']}"
            yield Moved("versions.yaml", rf'^  "?{re.escape(name)}"?: ', text)


def pypi_holes(versions: Versions) -> list[Moved] | None:
    """Return the holes of Python packages, as pip-audit finds them."""
    with tempfile.TemporaryDirectory() as folder:
        pins = [f"{name}=={pin}\n" for name, pin in _pins(versions, pypi).items()]
        (Path(folder) / "pins.txt").write_text("".join(pins), encoding="utf-8")
        audit = [sys.executable, "-m", "pip_audit", "--disable-pip", "--no-deps", "-f", "json"]
        told = json.loads(output([*audit, "-r", "pins.txt"], folder) or "{}")
    asked = [item for item in told.get("dependencies", ()) if "vulns" in item]
    return list(from_pypi(asked)) if asked else None


def from_pypi(asked: Iterable[Mapping[str, Any]]) -> Iterator[Moved]:
    """Yield what the JSON of pip-audit says of each package."""
    for item in asked:
        for hole in item["vulns"]:
            fixed = ", ".join(hole["fix_versions"]) or "no version yet"
            text = f"{item['name']} {item['version']}: {hole['id']}, mended in {fixed}"
            yield Moved("versions.yaml", rf"^  {re.escape(item['name'])}: ", text)


def _pins(versions: Versions, client: object) -> Mapping[str, str]:
    return {name: pin for name, pin in versions.packages.items() if client_of(name) is client}
