"""Chromium without a window: pages opened, printed, and what it complained about."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files")
NODE = Path(__file__).parents[3] / ".venv" / "node" / "node_modules"

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


def needs_module(path: str) -> pytest.MarkDecorator:
    """Return a mark that skips a test where a file of the installed npm packages is missing."""
    return pytest.mark.skipif(
        not (NODE / path).is_file(), reason=f"{path} is not installed (make .venv/.node)"
    )


def script(text: str) -> str:
    return f"<script>{text}</script>"


def data(value: object) -> str:
    """Return a block that a harness reads its input from."""
    text = json.dumps(value).replace("<", "\\u003c")
    return f'<script type="application/json" id="data">{text}</script>'


def seen(folder: Path, *parts: str) -> list[Any]:
    """Open a page of ``parts`` and return what its script left in ``#out``; fail on any console message."""
    path = folder / "harness.html"
    page = ['<!doctype html><meta charset="utf-8"><body><pre id="out"></pre>', *parts]
    path.write_text("".join(page), encoding="utf-8")
    done = _run(
        folder, "--enable-logging=stderr", "--dump-dom", "--virtual-time-budget=600000", path.as_uri()
    )
    assert [line for line in done.stderr.splitlines() if "CONSOLE" in line] == []
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout, re.DOTALL)
    assert found, done.stderr[-2000:]
    out: list[Any] = json.loads(html.unescape(found[1]))
    return out


def printed_pages(folder: Path, page: str) -> int:
    """Return on how many sheets ``page`` is printed."""
    source, target = folder / "page.html", folder / "page.pdf"
    source.write_text(page, encoding="utf-8")
    _run(folder, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri())
    return len(re.findall(rb"/Type /Page\b(?!s)", target.read_bytes()))


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=600)
