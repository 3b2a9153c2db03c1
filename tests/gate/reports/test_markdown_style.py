"""The decision record, read by markdownlint."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.reports.samples import CASES, RULE_BASE, advice
from tests.reports.test_markdown import MARKDOWN


@pytest.mark.skipif(not shutil.which("markdownlint-cli2"), reason="markdownlint-cli2 is not installed")
def test_markdownlint_finds_nothing_but_long_lines(tmp_path: Path) -> None:
    (tmp_path / ".markdownlint.json").write_text('{"MD013": false}', encoding="utf-8")
    for case, make in CASES.items():
        (tmp_path / f"{case}.md").write_text(MARKDOWN(make(), RULE_BASE), encoding="utf-8")
    nasty = advice(name="# *a* `b` ``c`` | <script> {{ x }}!")
    (tmp_path / "nasty.md").write_text(MARKDOWN(nasty, RULE_BASE), encoding="utf-8")
    done = subprocess.run(["markdownlint-cli2", "*.md"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
