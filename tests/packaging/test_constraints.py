"""The pinned versions: exact, complete, and from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = sorted(path.name for path in (ROOT / "constraints").glob("*.txt"))


SLOWER_LATER = {"typer"}  # pyproject.toml says from which version on, and by how much


def pins(file: str) -> dict[str, str]:
    lines = (ROOT / "constraints" / file).read_text(encoding="utf-8").splitlines()
    wanted = [line for line in lines if not line.startswith("# ")]
    odd = [line for line in wanted if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)]
    assert odd == [], "only name==version belongs here: no host, no index, no path"
    return {
        canonicalize_name(name): version for name, _, version in (line.partition("==") for line in wanted)
    }


@pytest.mark.parametrize("file", FILES)
def test_every_line_pins_one_version_and_names_no_host(file: str) -> None:
    assert pins(file)


def test_everything_the_project_asks_for_is_pinned_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    pinned = pins("dev.txt")
    for requirement in (Requirement(text) for group in groups for text in group):
        version = pinned.get(canonicalize_name(requirement.name))
        assert version is not None and requirement.specifier.contains(version), requirement


def test_users_get_lower_bounds_only_where_newer_is_no_slower() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for requirement in map(Requirement, project["dependencies"]):
        bounds = {item.operator for item in requirement.specifier}
        assert bounds == ({">=", "<"} if requirement.name in SLOWER_LATER else {">="}), requirement
