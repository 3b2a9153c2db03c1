"""Runs a generated project's own tests with the toolchain of its runtime; offline once dependencies are in.

Dependencies are installed once into a folder that all projects and all runs share:
``ADVISOR_TOOLCHAINS`` or ``~/.cache/advisor-toolchains``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path(os.environ.get("ADVISOR_TOOLCHAINS", Path.home() / ".cache" / "advisor-toolchains"))


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and everything it printed."""

    code: int
    output: str


def need(tool: str) -> str:
    """Return the path of ``tool``; without it the test is skipped by name, and fails where CI is set."""
    found = shutil.which(tool)
    if found is None:
        missing(tool)
    return str(found)


def missing(tool: str) -> NoReturn:
    """Skip the test because ``tool`` is not there; fail it where CI is set."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{tool} is not installed; in CI no toolchain may be missing")
    pytest.skip(f"{tool} is not installed")


def run(command: Iterable[str], folder: Path, *, timeout_s: int = 600, **environment: str) -> Outcome:
    """Return what ``command`` did in ``folder``."""
    done = subprocess.run(
        list(command),
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=timeout_s,
        check=False,
        env={**os.environ, **environment},
    )
    return Outcome(done.returncode, done.stdout + done.stderr)


def node_modules(packages: Mapping[str, str]) -> Path:
    """Return a folder with ``packages`` installed; they are downloaded at most once."""
    key = hashlib.sha256(json.dumps(packages, sort_keys=True).encode()).hexdigest()[:12]
    wanted = CACHE / f"node-{key}"
    if not wanted.exists():
        once(wanted, lambda folder: _install(folder, packages))
    return wanted / "node_modules"


def check_node(project: Path, packages: Mapping[str, str]) -> None:
    """Run the own tests of a project in Node.js with ``packages``, and ESLint over it."""
    (project / "node_modules").symlink_to(node_modules(packages))
    tests = sorted(str(path.relative_to(project)) for path in (project / "tests").glob("*.test.js"))
    done = run([need("node"), "--test", *tests], project)
    assert done.code == 0, done.output
    assert "skipped 0" in done.output
    linted = run([need("node"), "node_modules/eslint/bin/eslint.js", "--max-warnings=0", "."], project)
    assert linted.code == 0, linted.output


def once(wanted: Path, make: Callable[[Path], None]) -> None:
    """Fill ``wanted`` in a folder beside it and rename that: of two at the same time, one wins."""
    CACHE.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=CACHE))
    make(fresh)
    try:
        fresh.rename(wanted)
    except OSError:
        shutil.rmtree(fresh)


def _install(folder: Path, packages: Mapping[str, str]) -> None:
    manifest = {"private": True, "type": "module", "dependencies": dict(packages)}
    (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    done = run([need("npm"), "install", "--no-audit", "--no-fund"], folder)
    assert done.code == 0, done.output
