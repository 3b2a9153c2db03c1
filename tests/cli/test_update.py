"""``generate --update``: a new starter over an edited project, and no line of the user's is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Advise

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git merges")

ONE = ("--set", "event_source=s3", "--set", "steps=1", "--set", "invocation=async", "--name", "orders")
EDIT = "\n\nOWN_CODE = True\n"


@pytest.fixture
def project(advise: Advise, tmp_path: Path) -> Path:
    """Return a generated project whose handler was edited."""
    assert advise("generate", *ONE, "--approach", "destinations", "--output", "p").exit_code == 0
    handler = next((tmp_path / "p" / "functions").glob("*/app.py"))
    handler.write_text(handler.read_text(encoding="utf-8") + EDIT, encoding="utf-8")
    return tmp_path / "p"


def handler_of(project: Path) -> Path:
    return next(path for path in (project / "functions").glob("*/app.py") if EDIT in path.read_text("utf-8"))


def test_wiring_changes_and_the_edit_stays(advise: Advise, project: Path) -> None:
    """From Destinations to Step Functions and back: the handler keeps its own code."""
    flags = (*ONE, "--update", "--output", "p")
    done = advise("generate", *flags, "--approach", "step-functions")
    assert done.exit_code == 0, done.err
    assert (project / "statemachine").is_dir()
    assert handler_of(project).read_text(encoding="utf-8").endswith(EDIT)
    done = advise("generate", *flags, "--approach", "destinations")
    assert done.exit_code == 0, done.err
    assert not (project / "statemachine").exists(), "what is left over and untouched is removed"
    assert handler_of(project).read_text(encoding="utf-8").endswith(EDIT)


def test_another_flavour_replaces_the_wiring_only(advise: Advise, project: Path) -> None:
    done = advise("generate", *ONE, "--approach", "destinations", "--iac", "terraform", "--update", "-o", "p")
    assert done.exit_code == 0, done.err
    assert (project / "infra" / "main.tf").is_file()
    assert not (project / "template.yaml").exists()
    assert handler_of(project).read_text(encoding="utf-8").endswith(EDIT)


def test_both_sides_changed_the_same_line(advise: Advise, project: Path) -> None:
    readme = project / "README.md"
    ours = readme.read_text(encoding="utf-8").replace("# orders", "# Our orders")
    readme.write_text(ours, encoding="utf-8")
    done = advise("generate", *ONE[:-1], "bookings", "--approach", "destinations", "--update", "-o", "p")
    text = readme.read_text(encoding="utf-8")
    assert done.exit_code == 1
    assert "Merged with conflicts" in done.err and "  README.md" in done.err
    assert "<<<<<<< yours\n# Our orders\n" in text and "=======\n# bookings\n>>>>>>> the new starter" in text
    (kept,) = (project / ".advisor").glob("backup-*/README.md")
    assert kept.read_text(encoding="utf-8").startswith("# Our orders"), "and the user's version is kept"


def test_the_start_comes_from_git_where_it_cannot_be_made_again(advise: Advise, project: Path) -> None:
    """Another version of the advisor wrote the project: its texts are in the project's history."""
    handler = handler_of(project)
    edited = handler.read_text(encoding="utf-8")
    old = edited.removesuffix(EDIT).replace("one unit of work", "a unit of work")
    manifest = project / ".advisor" / "manifest.json"
    from advisor.starter.manifest import digest

    text = manifest.read_text(encoding="utf-8")
    text = text.replace(digest(edited.removesuffix(EDIT)), digest(old))
    manifest.write_text(text, encoding="utf-8")

    def git(*arguments: str) -> None:
        own = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *own, *arguments], cwd=project, check=True, capture_output=True)

    handler.write_text(old, encoding="utf-8")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "start")
    handler.write_text(old + EDIT, encoding="utf-8")
    done = advise("generate", *ONE, "--approach", "destinations", "--update", "--output", "p")
    assert done.exit_code == 0, done.err
    assert handler.read_text(encoding="utf-8") == edited


@pytest.mark.skipif(os.name == "nt", reason="the program is a shell script")
def test_no_program_that_the_repository_names_is_run(advise: Advise, project: Path, tmp_path: Path) -> None:
    """git runs gpg.program for a commit with a signature, where log.showSignature is set."""
    handler = handler_of(project)
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\ntouch {sprung}\n", encoding="utf-8")
    trap.chmod(0o755)

    def git(*arguments: str, given: str = "") -> str:
        done = subprocess.run(["git", *arguments], cwd=project, input=given, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    git("init", "-q")
    git("add", "-A")
    git("-c", "user.name=Ann", "-c", "user.email=a@example.com", "commit", "-q", "--no-gpg-sign", "-m", "1")
    signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----"
    head, _, message = git("cat-file", "commit", "HEAD").partition("\n\n")
    signed = git("hash-object", "-t", "commit", "-w", "--stdin", given=f"{head}\n{signature}\n\n{message}\n")
    git("update-ref", "HEAD", signed)
    for key, value in (
        ("log.showSignature", "true"),
        ("gpg.program", str(trap)),
        ("core.fsmonitor", str(trap)),
        ("core.pager", str(trap)),
        ("diff.external", str(trap)),
    ):
        git("config", key, value)
    manifest = project / ".advisor" / "manifest.json"
    text = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**text, "answers": "of another version"}), encoding="utf-8")
    handler.write_text(handler.read_text(encoding="utf-8") + EDIT, encoding="utf-8")
    advise("generate", *ONE, "--approach", "destinations", "--update", "--output", "p")
    assert not sprung.exists()


def test_an_unknown_start_leaves_the_file_and_puts_the_new_one_beside(advise: Advise, project: Path) -> None:
    shutil.rmtree(project / ".advisor")
    before = handler_of(project).read_text(encoding="utf-8")
    done = advise("generate", *ONE, "--approach", "destinations", "--update", "--output", "p")
    assert done.exit_code == 1
    assert handler_of(project).read_text(encoding="utf-8") == before
    relative = handler_of(project).relative_to(project)
    assert (project / ".advisor" / "new" / relative).read_text(encoding="utf-8") == before.removesuffix(EDIT)


def test_a_dry_run_says_it_all_and_changes_nothing(advise: Advise, project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    flags = (*ONE, "--approach", "step-functions", "--update", "--dry-run", "--output", "p")
    done = advise("generate", *flags)
    assert done.exit_code == 0
    assert "Your edits and the new starter, merged:" in done.err
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_force_and_update_exclude_each_other(advise: Advise, project: Path) -> None:
    done = advise("generate", *ONE, "--force", "--update", "--output", "p")
    assert (done.exit_code, done.out) == (2, "")
    assert done.err == "--force replaces your edits, --update keeps them: name one of both.\n"
