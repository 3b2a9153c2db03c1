"""What the newest cfn-lint, SAM translator and CDK say of the starters."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.starter import render
from tests.starter.checks.template import lint
from tests.starter.projects import PROJECTS, blueprint_of, files
from tests.tools.facts.registries import output


def linted() -> Iterator[str]:
    """Yield what the newest cfn-lint, with the newest schemas, says of the SAM starters."""
    for name in PROJECTS:
        yield from (f"templates/sam, project {name}: {found}" for found in lint(files(name)["template.yaml"]))


def constructs() -> Iterator[str]:
    """Yield classes and constants of the CDK starters that the newest aws-cdk-lib lacks or deprecates."""
    newest = _assembly()
    if newest is None:
        yield "aws-cdk-lib was not read: npm is missing or does not serve it."
        return
    told: set[str] = set()
    for requirements, approach, steps in PROJECTS.values():
        made = render(blueprint_of(requirements, approach, steps=steps, iac="cdk-typescript"))
        code = "\n".join(file.text for file in made if file.path.endswith(".ts"))
        told.update(unknown_constructs(newest["types"], code))
    yield from (f"templates/cdk-typescript: aws-cdk-lib {newest['version']} {text}" for text in sorted(told))


def unknown_constructs(types: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield what ``text`` names of the CDK, and ``types`` (its description for other languages) lack."""
    modules = dict(re.findall(r'import \* as (\w+) from "aws-cdk-lib/([\w-]+)"', text))
    for alias, module in modules.items():
        for name, member in re.findall(rf"\b{alias}\.([A-Z]\w+)(?:\.([A-Za-z]\w*))?", text):
            found = types.get(f"aws-cdk-lib.{module.replace('-', '_')}.{name}")
            if found is None:
                yield f"has no {alias}.{name}."
                continue
            yield from _deprecated(found, f"{alias}.{name}")
            members = [*found.get("properties", ()), *found.get("methods", ()), *found.get("members", ())]
            of = [item for item in members if item["name"] == member]
            yield from (line for item in of for line in _deprecated(item, f"{alias}.{name}.{member}"))
            if member and not of and not found.get("base"):
                yield f"has no {alias}.{name}.{member}."


def _deprecated(found: Mapping[str, Any], name: str) -> Iterator[str]:
    why = found.get("docs", {}).get("deprecated")
    if why:
        yield f"deprecates {name}: {' '.join(why.split())}"


def _assembly() -> Mapping[str, Any] | None:
    """Return the description of the newest aws-cdk-lib for other languages."""
    npm = shutil.which("npm")
    with tempfile.TemporaryDirectory() as folder:
        packed = npm and output([npm, "pack", "aws-cdk-lib@latest", "--silent"], folder)
        if not packed:
            return None
        shutil.unpack_archive(Path(folder) / packed.split()[-1], folder, filter="data")
        found: Mapping[str, Any] = json.loads(
            gzip.decompress((Path(folder) / "package" / ".jsii.gz").read_bytes())
        )
        return found
