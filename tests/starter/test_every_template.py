"""Every template is filled: each project in each flavour, in one runtime after the other."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, product
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from advisor.resources import templates_folder
from advisor.starter import Blueprint, render
from advisor.starter.flavours.table import FLAVOURS
from advisor.starter.runtimes.languages import LANGUAGES
from tests.examples import FULL
from tests.starter.checks.deployed import read
from tests.starter.durable import DURABLE_FLAVOURS, DURABLE_RUNTIMES, SHAPES, durable
from tests.starter.projects import ASKED, PROJECTS, blueprint_of

_opened: set[Path] | None = None


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if _opened is not None and event == "open" and str(arguments[0]).endswith(".jinja"):
        _opened.add(Path(str(arguments[0])))


@contextmanager
def opened_templates() -> Iterator[set[Path]]:
    """Collect the templates that are opened; Python itself reports them, so nothing is patched."""
    global _opened
    _opened = set()
    try:
        yield _opened
    finally:
        _opened = None


@pytest.fixture(scope="module", autouse=True)
def _audited() -> None:
    sys.addaudithook(_note)


def well_formed(path: str, text: str) -> None:
    """Raise where ``text`` is not what the ending of ``path`` says."""
    assert text.endswith("\n") and not text.endswith("\n\n")
    if path.endswith(".py"):
        ast.parse(text)
    elif path.endswith(".json"):
        json.loads(text)
    elif path.endswith(".toml"):
        tomllib.loads(text)
    elif path.endswith(".xml"):
        ElementTree.fromstring(text)
    elif path == "template.yaml":
        assert read(text)["Resources"]
    elif path.endswith((".yaml", ".yml")):
        yaml.safe_load(text)


def plans() -> Iterator[tuple[str, Blueprint]]:
    """Yield projects in which every flavour meets every runtime; each once, then in its other flavours."""
    runtimes, flavours = cycle(LANGUAGES), tuple(FLAVOURS)
    for turn in range(len(flavours)):
        for place, (name, runtime) in enumerate(product(SHAPES, DURABLE_RUNTIMES)):
            iac = DURABLE_FLAVOURS[(place + place // 2 + turn) % len(DURABLE_FLAVOURS)]
            yield f"{name} {runtime} {iac}", durable(name, runtime, iac)
        for place, (name, (requirements, approach, steps)) in enumerate(PROJECTS.items()):
            how = {"iac": flavours[(place + turn) % len(flavours)], "runtime": next(runtimes)}
            how |= ASKED.get(name, {})
            yield f"{name} {how}", blueprint_of(requirements, approach, steps=steps, **how)


def test_every_template_is_filled_and_every_file_is_well_formed() -> None:
    folder = templates_folder()
    left = {path for path in folder.rglob("*.jinja") if path.relative_to(folder).parts[0] != "reports"}
    least = len(SHAPES) * len(DURABLE_RUNTIMES) + len(PROJECTS)
    for number, (name, blueprint) in enumerate(plans()):
        if number >= least and not left and not FULL:
            break
        with opened_templates() as opened:
            files = render(blueprint)
        left -= opened
        for file in files:
            try:
                well_formed(file.path, file.text)
            except Exception as error:
                pytest.fail(f"{name}: {file.path}: {error}")
    assert left == set()


def test_no_template_asks_for_its_flavour_or_runtime() -> None:
    """What depends on them is a field of Flavour or Language, so that a new one changes no template."""
    folder = templates_folder()
    asking = [
        (path.relative_to(folder).as_posix(), line)
        for path in sorted(folder.rglob("*.jinja"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\bblueprint\.(iac|runtime)\b", line) and not line.startswith("{% import ")
    ]
    assert asking == []
