"""Which pins of ``rules/versions.yaml`` have newer versions, as the registries' own clients tell."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

from advisor.knowledge.versions import Versions
from tests.tools.facts.moved import Moved

Latest: TypeAlias = Mapping[str, str]
Client: TypeAlias = Callable[[Latest], Latest | None]
NPM = {"eslint", "aws-cdk-lib", "aws-cdk", "constructs", "cdk-nag", "typescript"}
# One version of versions.yaml is for several packages: the one that is asked for.
SPEAKS_FOR = {
    "@aws-sdk": "@aws-sdk/client-dynamodb",
    "@aws-lambda-powertools": "@aws-lambda-powertools/logger",
}
# Pins that stay behind, and why.
KEPT = {
    "@aws-sdk": "one version for all clients, and not all are served in a newer one",
    "@aws-lambda-powertools": "one version for logger, tracer and idempotency",
    "@types/node": "the types of the runtime's own version",
    "aws-cdk": "`latest` on npm is another major version",
    "aws-cdk-lib": "one version for npm and PyPI",
    "typescript": "cdk-nag and eslint are not tried with 7",
}


def output(command: list[str], folder: str) -> str:
    """Return what a command prints, whatever its exit code; empty where it cannot run."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    return done.stdout


def newer(versions: Versions) -> Iterator[Moved | str]:
    """Yield the pins with a newer version in their registry, and the registries that were not asked."""
    by_client: dict[Client, dict[str, str]] = {}
    for name, version in versions.packages.items():
        if client := client_of(name):
            by_client.setdefault(client, {})[name] = version
    for client, pins in by_client.items():
        found = client(pins)
        if found is None:
            yield f"{client.__name__} was not asked: its client is missing or does not answer."
            continue
        for name, version in sorted(found.items()):
            if is_newer(version, pins[name]):
                why = f"; kept, since {KEPT[name]}" if name in KEPT else ""
                text = f"{name} {pins[name]}, now {version}{why}"
                yield Moved("versions.yaml", rf'^  "?{re.escape(name)}"?: ', text)


def client_of(name: str) -> Client | None:
    """Return which registry to ask for a package, by the form of its name; Terraform's is not asked."""
    if ":" in name:
        return maven
    if name.startswith(("github.com/", "gopkg.in/")):
        return go
    if name.startswith("@") or name in NPM:
        return npm
    return None if "/" in name or name == "terraform" else pypi


def is_newer(version: str, pin: str) -> bool:
    """Return whether ``version`` is later than ``pin`` and no test version."""
    if re.search(r"alpha|beta|rc|-M\d", version):
        return False
    return numbers(version) > numbers(pin)


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: 1.55.1 of "v1.55.1"."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def pypi(pins: Latest) -> Latest | None:
    """Return the newest versions of Python packages."""
    install = [sys.executable, "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed"]
    with tempfile.TemporaryDirectory() as folder:
        told = output([*install, "--quiet", "--report", "-", *pins], folder)
    if not told:
        return None
    found = [item["metadata"] for item in json.loads(told)["install"]]
    return {item["name"].lower().replace("_", "-"): item["version"] for item in found}


def npm(pins: Latest) -> Latest | None:
    """Return the newest versions of packages for Node.js."""
    command = shutil.which("npm")
    if not command:
        return None
    asked = {SPEAKS_FOR.get(name, name): version for name, version in pins.items()}
    with tempfile.TemporaryDirectory() as folder:
        package = {"name": "pins", "version": "1.0.0", "dependencies": asked}
        (Path(folder) / "package.json").write_text(json.dumps(package), encoding="utf-8")
        told = json.loads(output([command, "outdated", "--json"], folder) or "{}")
    return {name: told.get(SPEAKS_FOR.get(name, name), {}).get("latest", pin) for name, pin in pins.items()}


def go(pins: Latest) -> Latest | None:
    """Return the newest versions of Go modules."""
    command = shutil.which("go")
    if not command:
        return None
    with tempfile.TemporaryDirectory() as folder:
        told = output([command, "list", "-m", *(f"{name}@latest" for name in pins)], folder)
    return {line.split()[0]: line.split()[1] for line in told.splitlines()} or None


def maven(pins: Latest) -> Latest | None:
    """Return the newest versions of Java libraries."""
    command = shutil.which("mvn")
    if not command:
        return None
    plugin = "org.codehaus.mojo:versions-maven-plugin:display-dependency-updates"
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pom.xml").write_text("".join(_pom(pins)), encoding="utf-8")
        told = output([command, "-B", plugin], folder)
    if "BUILD SUCCESS" not in told:
        return None
    line = re.compile(r"^\[INFO\]\s+(\S+:\S+) \.*\s*(?:\[INFO\]\s*)?(\S+) -> (\S+)$", re.MULTILINE)
    found = {name: newest for name, _, newest in line.findall(told)}
    return {name: found.get(name, version) for name, version in pins.items()}


def _pom(pins: Latest) -> Iterable[str]:
    yield '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
    yield "<groupId>pins</groupId><artifactId>pins</artifactId><version>1</version><dependencies>"
    for name, version in pins.items():
        group, artifact = name.split(":")
        yield f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId>"
        kind = "<type>pom</type>" if artifact.endswith("-bom") else ""
        yield f"<version>{version}</version>{kind}</dependency>"
    yield "</dependencies></project>"
