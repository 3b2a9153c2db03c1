"""Shapes of real events that are easily forgotten, with the real handlers in Node.js, Go and Java."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.starter.played.order import reader
from tests.starter.played.shapes import (
    check_groups,
    check_others_are_done,
    check_tombstones,
    check_whole_numbers,
    direct,
    unordered,
    worker,
)


@pytest.mark.parametrize("runtime", ["nodejs", "go", "java"])
def test_a_message_that_fails_holds_up_its_own_group_only(runtime: str, tmp_path: Path) -> None:
    with worker(runtime, tmp_path) as handler:
        check_groups(handler)


@pytest.mark.parametrize("runtime", ["nodejs", "go", "java"])
def test_a_tombstone_blocks_no_partition(runtime: str, tmp_path: Path) -> None:
    with reader("kafka", runtime, tmp_path) as handler:
        check_tombstones(handler)


@pytest.mark.parametrize("runtime", ["nodejs", "go", "java"])
def test_a_bad_record_takes_no_other_with_it_where_order_does_not_matter(
    runtime: str, tmp_path: Path
) -> None:
    with unordered(runtime, tmp_path) as handler:
        check_others_are_done(handler)


@pytest.mark.parametrize("runtime", ["go", "java"])
def test_a_large_whole_number_keeps_its_digits(runtime: str, tmp_path: Path) -> None:
    with direct(runtime, tmp_path) as handler:
        check_whole_numbers(handler)
