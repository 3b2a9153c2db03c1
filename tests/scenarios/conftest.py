"""Examples are made on a fixed day, so that they stay the same from one day to the next.

Generated projects kept for comparison bring tests of their own; those run in their own folder.
"""

from __future__ import annotations

import pytest

collect_ignore_glob = ["*/project/*"]


@pytest.fixture(autouse=True)
def fixed_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")  # 2026-11-23
