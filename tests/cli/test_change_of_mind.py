"""From one approach to another as a user goes: generate, commit, edit, generate again, `git diff`."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Advise
from tests.examples import sample
from tests.starter.mind import Mind, answers, built, business, minds, pairs, steps

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git shows what changed")
EVERY = [(mind, *pair) for mind in sample(minds(), 24) for pair in pairs(mind)]
EDIT = "\n\nOWN_CODE = True\n"


def git(folder: Path, *arguments: str) -> str:
    name = ("-c", "user.name=me", "-c", "user.email=me@example.com")
    done = subprocess.run(
        ["git", *name, *arguments], cwd=folder, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return done.stdout


def changed(folder: Path) -> set[str]:
    """Return what `git diff` against the last commit names."""
    git(folder, "add", "--all")
    return set(git(folder, "diff", "--cached", "--name-only").splitlines())


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "as it is")


@pytest.mark.parametrize(("mind", "one", "other"), sample(EVERY, 20), ids=str)
def test_only_the_wiring_changes(mind: Mind, one: str, other: str, advise: Advise, tmp_path: Path) -> None:
    both = business(built(mind)[one]) & business(built(mind)[other])
    document = {
        "requirements": answers(mind),
        "project": {"steps": [{"name": step.name, "service": step.service} for step in steps(mind)]},
    }
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    project = tmp_path / "p"
    assert advise("generate", "a.json", "--approach", one, "--output", "p").exit_code == 0
    git(project, "init", "--quiet")
    commit(project)
    done = advise("generate", "a.json", "--approach", other, "--force", "--output", "p")
    assert done.exit_code == 0, done.err
    assert "template.yaml" in changed(project)
    assert both & changed(project) == set()
    if not both:  # one of them has no function
        return
    commit(project)
    for path in both:
        with (project / path).open("a", encoding="utf-8") as file:
            file.write(EDIT)
    commit(project)
    done = advise("generate", "a.json", "--approach", one, "--update", "--output", "p")
    assert done.exit_code == 0, done.err
    assert both & changed(project) == set()
    assert all((project / path).read_text(encoding="utf-8").endswith(EDIT) for path in both)
