"""Order is kept where it is required, with the real handlers in Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.starter.played.order import STREAMS, check_lasting_failure, check_one_failure, reader


@pytest.mark.parametrize("source", STREAMS)
def test_records_are_worked_on_in_order(source: str, tmp_path: Path) -> None:
    with reader(source, "python", tmp_path) as handler:
        check_one_failure(source, handler)
        check_lasting_failure(source, handler)
