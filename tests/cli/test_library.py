"""The library: every name is there, the README's lines run, and nothing is imported before it is used."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import advisor

ROOT = Path(__file__).parents[2]
HEAVY = (
    *("jinja2", "prompt_toolkit", "questionary", "rich", "typer", "yaml", "platformdirs"),
    *("_hashlib", "msgspec", "pydantic"),
)


@pytest.mark.parametrize("name", advisor.__all__)
def test_every_name_is_there(name: str) -> None:
    assert getattr(advisor, name) is not None
    assert name in dir(advisor)


def test_another_name_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'advisor' has no attribute 'reccommend'"):
        advisor.reccommend  # noqa: B018


def test_the_lines_of_the_readme_run() -> None:
    block = re.search(
        r"^```python\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S
    )
    assert block
    command = [sys.executable, "-W", "error", "-c", block[1]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Use Lambda Destinations")


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import advisor", set()),
        ("from advisor.cli import main; main(['--version'])", {"msgspec", "typer", "yaml"}),
        ("from advisor.cli import main; main(['--help'])", {"typer"}),
        (
            "from advisor.cli import main; main(['recommend', '--set', 'steps=3'])",
            {"msgspec", "typer", "yaml"},
        ),
        (
            "from advisor.cli import main; main(['recommend', '--set', 'steps=3', '--format', 'json'])",
            {"msgspec", "typer", "yaml"},
        ),
        ("from advisor.cli import main; main(['schema'])", {"msgspec", "typer", "yaml"}),
    ],
)
def test_only_what_is_used_is_imported(code: str, wanted: set[str]) -> None:
    script = (
        f"{code}\nimport sys\nprint(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert set(done.stderr.split()) <= wanted
