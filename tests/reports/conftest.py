"""Whole reports are compared with files; ``ADVISOR_REGENERATE=1`` writes the files anew."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # whole reports on a busy machine
settings.load_profile("unhurried")

_FOLDER = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Return a check that a file of ``golden/`` holds exactly this text."""

    def check(name: str, text: str) -> None:
        path = _FOLDER / name
        if os.environ.get("ADVISOR_REGENERATE"):
            path.write_bytes(text.encode())
        assert path.read_bytes().decode() == text

    return check
