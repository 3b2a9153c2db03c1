"""The repository itself: what is at its top, which pages name what, and what its forms ask for."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github"
TOP = {
    *("advisor", "bench", "constraints", "docs", "examples", "rules", "templates", "tests"),
    *("CHANGELOG.md", "LICENSE", "Makefile", "README.md", "hatch_build.py", "pyproject.toml"),
    *(".ci", ".gitattributes", ".github", ".gitignore", ".pre-commit-config.yaml"),
    *(".pre-commit-hooks.yaml", "action.yml"),
}
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", ".github/*.md", "rules/*.md", "templates/*.md")
    for path in ROOT.glob(pattern)
)
in_a_checkout = pytest.mark.skipif(
    not (ROOT / ".git").exists(), reason="a package holds a part of the repository"
)


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def data(path: str) -> Any:
    return yaml.safe_load(read(path))


@in_a_checkout
def test_nothing_stray_is_at_the_top() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name.partition("/")[0] for name in listed.stdout.split("\0") if name} == TOP


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_links_to_is_there(page: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", read(page), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", prose):
        assert (ROOT / page).parent.joinpath(target).exists(), target


def test_the_index_names_every_page() -> None:
    linked = set(re.findall(r"\]\(([\w-]+\.md)\)", read("docs/README.md")))
    assert linked == {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}


def rooms() -> set[str]:
    """Return the packages of the advisor, as paths."""
    packages = (path.parent for path in (ROOT / "advisor").rglob("__init__.py"))
    return {f"{path.relative_to(ROOT).as_posix()}/" for path in packages} - {"advisor/"}


def test_the_architecture_names_every_room() -> None:
    _, _, section = read("docs/architecture.md").partition("\n## Rooms\n")
    named = re.findall(r"^\| `(advisor/[\w/]+/)`", section, re.MULTILINE)
    assert sorted(named) == sorted(rooms())


@pytest.mark.parametrize("page", ["docs/architecture.md", ".github/CONTRIBUTING.md", "templates/README.md"])
def test_every_path_that_a_page_names_is_there(page: str) -> None:
    if not (ROOT / page).exists():
        pytest.skip("a package holds a part of the repository")
    paths = re.findall(
        r"`((?:advisor|rules|templates|tests|docs|examples|constraints|bench)/[^`<{ ]*)`", read(page)
    )
    assert paths
    for path in paths:
        assert any(ROOT.glob(path.rstrip("/"))), path


@in_a_checkout
@pytest.mark.parametrize("form", [f"{n}.yml" for n in ("1-advice", "2-starter", "3-inspect", "4-bug")])
def test_every_form_asks_for_what_reproduces_the_problem(form: str) -> None:
    asked = {part["id"]: part for part in data(f".github/ISSUE_TEMPLATE/{form}")["body"]}
    assert {"answers", "template"} & asked.keys()
    assert asked["version"]["validations"]["required"]


@in_a_checkout
def test_every_python_that_the_package_names_is_tried() -> None:
    classifiers = tomllib.loads(read("pyproject.toml"))["project"]["classifiers"]
    named = re.findall(r"Python :: (3\.\d+)$", "\n".join(classifiers), re.MULTILINE)
    tests = data(".github/workflows/ci.yml")["jobs"]["test"]["strategy"]["matrix"]
    release = data(".github/workflows/release.yml")["jobs"]["try"]["strategy"]["matrix"]
    assert named == tests["python"] == release["python"]
    assert tests["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


@in_a_checkout
def test_only_the_job_that_publishes_may_sign() -> None:
    workflow = data(".github/workflows/release.yml")
    assert workflow["permissions"] == {"contents": "read"}
    assert {name: job.get("permissions") for name, job in workflow["jobs"].items()} == {
        "build": None,
        "try": None,
        "publish": {"id-token": "write"},
    }


@in_a_checkout
def test_the_job_that_looks_for_changes_may_write_issues_only() -> None:
    workflow = data(".github/workflows/facts.yml")
    assert workflow["permissions"] == {"contents": "read", "issues": "write"}
    assert "make -s facts" in read(".github/workflows/facts.yml") and "\nfacts:\n" in read("Makefile")
