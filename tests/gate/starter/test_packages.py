"""What `make build` packs for Lambda where the tool that deploys does not build by itself."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from advisor.loading.versions import load_versions
from advisor.resources import rules_folder
from advisor.starter import Blueprint, render, write_project
from advisor.starter.runtimes.languages import LANGUAGES
from tests.starter.checks.toolchains import need, run
from tests.starter.projects import blueprint

# What must be there, beside the handlers: code that is shared, and a library in its place.
PACKED: Mapping[str, tuple[str, ...]] = {
    "python": (
        "shared/unwrap.py",
        "aws_lambda_powertools/__init__.py",
        "wrapt/_wrappers.*aarch64-linux-gnu.so",
    ),
    "nodejs": ("shared/unwrap.js", "package.json", "node_modules/@aws-lambda-powertools/logger/package.json"),
    "java": ("starter/Unwrap.class", "log4j2.xml", "lib/powertools-logging-log4j-*.jar"),
    "go": (),
}
NEEDS = {"python": "make", "nodejs": "npm", "java": "mvn", "go": "go"}
HANDLERS = {
    "python": "{it.name.module}/app.py",
    "nodejs": "{it.name.slug}/app.js",
    "java": "starter/{it.id}.class",
    "go": "bootstrap",
}


@pytest.mark.parametrize("runtime", LANGUAGES)
def test_a_package_holds_its_handlers_and_their_libraries(runtime: str, tmp_path: Path) -> None:
    made = replace(blueprint("async-iot"), iac="terraform", runtime=runtime)
    folder = tmp_path / "project"
    write_project(render(made), folder)
    need(NEEDS[runtime])
    built = run([need("make"), *_ready(runtime, folder), "build"], folder)
    assert built.code == 0, built.output
    for function in made.functions:
        packed = folder / "build" / LANGUAGES[runtime].built_of(function)
        for path in (HANDLERS[runtime].format(it=function), *PACKED[runtime]):
            assert len(list(packed.glob(path))) == 1, path
    assert not list((folder / "build").rglob("*.pyc"))
    if runtime == "go":
        _runs_on_arm(made, folder)
    if runtime == "java":
        _brings_no_known_hole(folder)


def _brings_no_known_hole(folder: Path) -> None:
    """Check what Maven resolved, so also what the named libraries bring."""
    jars = [path.name for path in (folder / "build").rglob("lib/*.jar")]
    for safe in load_versions(rules_folder()).safe:
        artifact = safe.package.rpartition(":")[2]
        found = [name.removeprefix(f"{artifact}-") for name in jars if re.match(rf"{artifact}-\d", name)]
        assert found and all(safe.holds(version.removesuffix(".jar")) for version in found), (artifact, jars)


def _ready(runtime: str, folder: Path) -> list[str]:
    """Return what make need not do because it is there already: tools that are only for tests."""
    if runtime == "java":  # an older JDK cannot compile for the release the functions run on
        release = min(int(re.findall(r'version "(\d+)', run(["java", "-version"], folder).output)[0]), 21)
        (folder / ".mvn").mkdir()
        (folder / ".mvn" / "maven.config").write_text(f"-Dmaven.compiler.release={release}\n")
    if runtime == "python":
        (folder / ".venv").symlink_to(sys.prefix)
    return {"python": ["-o", ".venv"], "nodejs": ["-o", "node_modules"]}.get(runtime, [])


def _runs_on_arm(made: Blueprint, folder: Path) -> None:
    for function in made.functions:
        program = folder / "build" / LANGUAGES["go"].built_of(function) / "bootstrap"
        assert program.stat().st_mode & 0o111
        assert program.read_bytes()[:20][18:] == b"\xb7\x00"  # ELF's number for aarch64
