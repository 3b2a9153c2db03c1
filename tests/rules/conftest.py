"""Rules to lay over ours, written as an organisation would write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

Overlay: TypeAlias = Callable[[str], Path]

RULE = """\
  - id: {id}
    title: A rule of our own
    when: {when}
    {effect}
    because: We say so.
    source: https://example.com/rules
    as_of: {as_of}
    fires_on: [{fires_on}]
    quiet_on: [{{steps: 9999}}]
"""


def rule(
    rule_id: str,
    when: str,
    effect: str = "favours: {destinations: 1}",
    fires_on: str = "{steps: 2}",
    as_of: str = "2026-11-23",
) -> str:
    """Return one rule as YAML, an item of ``rules``."""
    return RULE.format(id=rule_id, when=when, effect=effect, fires_on=fires_on, as_of=as_of)


@pytest.fixture
def overlay(tmp_path: Path) -> Overlay:
    """Write the rules given into a folder of their own, as a file ``ours.yaml``."""

    def overlay(text: str) -> Path:
        folder = tmp_path / "rules-of-ours"
        folder.mkdir()
        (folder / "ours.yaml").write_text(text, encoding="utf-8", newline="\n")
        return folder

    return overlay
