"""The second ring: sweeps that are imported here draw other examples than the first ring.

``make gate`` runs the files below, and of projects a share (``share.py``). FULL_GATE=1, each week, runs all.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.examples import FULL, THOROUGH

os.environ[THOROUGH] = "all" if FULL else "others"
HERE = Path(__file__).parent
AT_EACH_CHANGE = (
    "cli",
    "crash",
    "evaluate",
    "injection",
    "packaging/test_sam.py",
    "played",
    "reports/test_markdown_style.py",
    "reports/test_mermaid.py",
    "reports/test_page_in_browser.py",
    "starter/test_cdk.py",
    "starter/test_cdk_python.py",
    "starter/test_equivalence.py",
    "starter/test_security.py",
    "starter/test_terraform.py",
    "wizard/test_command.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what only the weekly run has, unless its file is named."""
    if FULL or not any(Path(argument).resolve() == HERE for argument in config.args):
        return
    wanted = tuple(str(HERE / path) for path in AT_EACH_CHANGE)
    kept, dropped = list[pytest.Item](), list[pytest.Item]()
    for item in items:
        ours = HERE not in item.path.parents or str(item.path).startswith(wanted)
        (kept if ours else dropped).append(item)
    config.hook.pytest_deselected(items=dropped)
    items[:] = kept
