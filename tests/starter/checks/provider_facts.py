"""Renew the table of AWS provider types: ``python -m tests.starter.checks.provider_facts [VERSION]``.

The names, types and blocks of the resources that our templates use are read from the npm package
@cdktn/provider-aws, whose description of itself is generated from the provider's schema. Run it after a
change of ``hashicorp/aws`` in rules/versions.yaml, or of what the templates use; VERSION is the package's
that wraps it.

An attribute is written as its type, with ``!`` where it is required and ``=`` where only AWS sets it. A block
that may stand there once has ``max`` 1, one that has to stand there ``min`` 1.
"""

from __future__ import annotations

import json
import re
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from advisor.resources import templates_folder
from tests.starter.checks.toolchains import need, run

PACKAGE, LATEST_TRIED = "@cdktn/provider-aws", "25.7.0"
FACTS = Path(__file__).with_name("provider_facts.json")
USED = re.compile(r'^(resource|data) "(aws_\w+)"', re.MULTILINE)
DOCUMENTED = re.compile(
    r"providers/hashicorp/aws/([\d.]+)/docs/(resources|data-sources)/\w+ (?:data\.)?(aws_\w+)\}"
)
LINKED = re.compile(r"docs/(?:resources|data-sources)/\w+#(\w+)")
PRIMITIVES = {"string": "string", "number": "number", "boolean": "bool"}


def main(version: str = LATEST_TRIED) -> None:
    """Write the table."""
    with tempfile.TemporaryDirectory() as folder:
        types = _downloaded(version, Path(folder))
    classes = dict(_classes(types))
    used = sorted({found for text in _templates() for found in USED.findall(text)})
    facts: dict[str, Any] = {"provider": next(iter(classes.values()))[0], "resource": {}, "data": {}}
    for kind, name in used:
        facts[kind][name] = _schema(types, classes[kind, name][1])
    FACTS.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _templates() -> Iterator[str]:
    for path in sorted((templates_folder() / "terraform").rglob("*.jinja")):
        yield path.read_text(encoding="utf-8")


def _downloaded(version: str, folder: Path) -> Mapping[str, Any]:
    done = run([need("npm"), "pack", "--silent", f"{PACKAGE}@{version}"], folder)
    assert done.code == 0, done.output
    with tarfile.open(next(folder.glob("*.tgz"))) as packed:
        description = packed.extractfile("package/.jsii")
        assert description is not None
        types: Mapping[str, Any] = json.load(description)["types"]
    return types


def _classes(types: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield the class of each resource and data source, and the version of the provider it is for."""
    for name, described in types.items():
        found = DOCUMENTED.search(described.get("docs", {}).get("summary", ""))
        if found and described["kind"] == "class":
            kind = "resource" if found[2] == "resources" else "data"
            yield (kind, found[3]), (found[1], name)


def _schema(types: Mapping[str, Any], name: str) -> dict[str, Any]:
    schema = _block(types, f"{name}Config")
    given = {item["name"] for item in types[f"{name}Config"]["properties"]}
    for item in types[name]["properties"]:
        if item["name"] not in given and not item["name"].endswith("Input") and not item.get("static"):
            kind = _type(item["type"])
            if kind:
                schema["attributes"][_snake(item["name"])] = f"{kind}="
    return schema


def _block(types: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"attributes": {}, "blocks": {}}
    for item in types[name].get("properties", []):
        docs = item["docs"]
        linked = LINKED.search(f"{docs.get('summary', '')} {docs.get('remarks', '')}")
        assert linked, f"{name}.{item['name']} is not documented"
        required = "" if item.get("optional") else "!"
        inside, many = _structure(item["type"])
        if inside is None:
            kind = _type(item["type"])
            assert kind, f"{name}.{item['name']}: {item['type']}"
            found["attributes"][linked[1]] = f"{kind}{required}"
        else:
            block = _block(types, inside)
            found["blocks"][linked[1]] = {**block, "min": 1 if required else 0, "max": 0 if many else 1}
    return found


def _structure(of: Mapping[str, Any]) -> tuple[str | None, bool]:
    """Return the type of a block and whether it may stand there more than once."""
    for option in of.get("union", {}).get("types", [of]):
        inside = option.get("collection", {}).get("elementtype", {}).get("fqn")
        if inside and inside.startswith(PACKAGE):
            return inside, True
        if option.get("fqn", "").startswith(PACKAGE):
            return option["fqn"], False
    return None, False


def _type(of: Mapping[str, Any]) -> str | None:
    for option in of.get("union", {}).get("types", [of]):
        if "primitive" in option:
            return PRIMITIVES.get(option["primitive"])
        if "collection" in option:
            element = _type(option["collection"]["elementtype"])
            return (
                f"{'map' if option['collection']['kind'] == 'map' else 'list'}({element})"
                if element
                else None
            )
        known = {"cdktn.IResolvable": "bool", "cdktn.StringMap": "map(string)"}.get(option.get("fqn", ""))
        if known and len(of.get("union", {}).get("types", [0])) == 1:
            return known
    return None


def _snake(name: str) -> str:
    return re.sub(r"(?=[A-Z])", "_", name).lower()


if __name__ == "__main__":
    main(*sys.argv[1:])
