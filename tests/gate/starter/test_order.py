"""Order is kept where it is required, with the real handlers in Node.js, Go and Java."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.starter.played.order import STREAMS, check_lasting_failure, check_one_failure, reader


@pytest.mark.parametrize("source", STREAMS)
@pytest.mark.parametrize("runtime", ["nodejs", "go", "java"])
def test_records_are_worked_on_in_order(runtime: str, source: str, tmp_path: Path) -> None:
    with reader(source, runtime, tmp_path) as handler:
        check_one_failure(source, handler)
        check_lasting_failure(source, handler)
