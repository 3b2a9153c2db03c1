"""Whatever is in the place of a file, reading it ends soon, takes little memory, and says what is wrong."""

from __future__ import annotations

import ast
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import advisor
from advisor.files import open_file, read_file
from advisor.loading.own_rules import own_rule_base
from tests.cli.conftest import Advise, advise  # noqa: F401 - a fixture

if os.name == "nt":
    pytest.skip("pipes and devices are for POSIX", allow_module_level=True)

PACKAGE = Path(advisor.__file__).parent
SETS = ("--set", "steps=1", "--set", "invocation=async")
ORDERS = str(PACKAGE.parent / "examples" / "order-notifications.yaml")
GENERATE = ("generate", ORDERS, "--output", "made", "--force")
NAMED = {
    "answers": ("x.yaml", ("recommend", "x.yaml")),
    "answers as JSON": ("x.json", ("recommend", "x.json")),
    "one side of diff": ("x.yaml", ("diff", ORDERS, "x.yaml")),
    "batch": ("x.jsonl", ("recommend", "--batch", "x.jsonl")),
    "scenarios": ("x.jsonl", ("rules", "test", "--scenarios", "x.jsonl")),
}
MAY_BE_FOLDERS = ("own rules", "own rules further down", "own prices")
FOUND = {
    "own rules": ("own/r.yaml", ("recommend", *SETS, "--rules", "own")),
    "own rules further down": ("own/a/r.yml", ("recommend", *SETS, "--rules", "own")),
    "own prices": ("own/prices/us-east-1.yaml", ("recommend", *SETS, "--rules", "own")),
    "exemptions": ("own/lint.yaml", ("rules", "lint", "--rules", "own")),
    "answers of a project": ("made/answers.yaml", ("recheck", "made")),
}


@pytest.fixture(autouse=True)
def little_memory() -> Iterator[None]:
    """Let what reads without end fail at once, and not take the machine with it."""
    import resource

    own_rule_base()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm", encoding="ascii") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 600_000_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def plant(path: Path, kind: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name == "lint.yaml":
        path.with_name("r.yaml").write_text("rules: []\n", encoding="utf-8")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "huge":
        path.touch()
        os.truncate(path, 40_000_000_000)
    else:
        path.symlink_to(kind)


@pytest.mark.parametrize("kind", ["/dev/zero", "/dev/random", "folder", "huge"])
@pytest.mark.parametrize("where", [*NAMED, *FOUND])
def test_what_is_no_file_of_a_size_is_refused(advise: Advise, tmp_path: Path, where: str, kind: str) -> None:  # noqa: F811
    file, command = {**NAMED, **FOUND}[where]
    if (where, kind) == ("batch", "huge") or (kind == "folder" and where in MAY_BE_FOLDERS):
        pytest.skip("a batch may be long, and a folder may have the name of a file")
    plant(tmp_path / file, kind)
    outcome = advise(*command)
    assert outcome.exit_code in (2, 3), outcome.err
    reasons = {"huge": "it has more than", "folder": "it is a folder"}
    assert reasons.get(kind, "it is not a regular file") in outcome.err
    assert "bug" not in outcome.err and outcome.out == ""


@pytest.mark.parametrize("where", FOUND)
def test_a_pipe_that_lies_in_a_folder_is_never_waited_for(advise: Advise, tmp_path: Path, where: str) -> None:  # noqa: F811
    file, command = FOUND[where]
    plant(tmp_path / file, "pipe")
    outcome = advise(*command)
    assert outcome.exit_code in (2, 3)
    assert "it is not a regular file" in outcome.err


@pytest.mark.parametrize("where", NAMED)
def test_a_pipe_without_a_writer_is_empty(advise: Advise, tmp_path: Path, where: str) -> None:  # noqa: F811
    file, command = NAMED[where]
    plant(tmp_path / file, "pipe")
    assert "bug" not in advise(*command).err


def test_a_pipe_that_the_user_names_is_read(advise: Advise, tmp_path: Path) -> None:  # noqa: F811
    os.mkfifo(tmp_path / "x.yaml")
    opened = threading.Event()

    def write() -> None:
        handle = os.open(tmp_path / "x.yaml", os.O_RDWR)  # does not wait for a reader
        opened.set()
        os.write(handle, b"name: piped\nrequirements: {steps: 1}\n")
        released.wait()
        os.close(handle)

    released = threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    opened.wait()
    threading.Timer(0.2, released.set).start()
    outcome = advise("recommend", "x.yaml")
    writer.join()
    assert (outcome.exit_code, "Workload: piped" in outcome.out) == (0, True)


def test_a_file_is_private_where_only_its_user_can_have_written_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(b"mine")
    file.chmod(0o600)
    assert read_file(file, 10, private=True) == b"mine"
    file.chmod(0o620)
    with pytest.raises(OSError, match="somebody else may have written it"):
        read_file(file, 10, private=True)
    (tmp_path / "link").symlink_to(file)
    with pytest.raises(OSError, match="not a regular file"):
        read_file(tmp_path / "link", 10, private=True)


def test_a_file_without_a_size_is_read_up_to_the_limit() -> None:
    assert read_file("/proc/self/status", 100_000).startswith(b"Name:")
    with pytest.raises(OSError, match="more than 10 bytes"):
        read_file("/proc/self/status", 10)
    with open_file("/proc/self/status") as file:
        assert file.readline().startswith(b"Name:")


READS = {"read_text", "read_bytes", "open", "fdopen", "readlines"}
ALLOWED = {  # besides files.py: what writes, locks, or reads what somebody types
    "cli/batch.py": {"readlines"},
    "cli/console.py": {"open"},
    "starter/journal.py": {"open", "fdopen"},
    "starter/lock.py": {"open"},
}


def reads(module: Path) -> set[str]:
    """Return by which names ``module`` opens or reads files."""
    tree = ast.parse(module.read_text("utf-8"))
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
    return names & READS


def test_every_file_is_read_by_the_bounded_reader() -> None:
    found = {
        module.relative_to(PACKAGE).as_posix(): names
        for module in PACKAGE.rglob("*.py")
        if (names := reads(module)) and module.name != "files.py"
    }
    assert {module: names - ALLOWED.get(module, set()) for module, names in found.items()} == {
        module: set() for module in found
    }
