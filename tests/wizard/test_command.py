"""The real ``advisor`` in a pseudo-terminal, once in each mode; the gate walks all other ways."""

from __future__ import annotations

from pathlib import Path

from tests.wizard.command import (
    goes_to_a_project_that_the_printed_command_repeats,
    is_interrupted_resumed_and_saved,
)


def test_from_the_first_question_to_a_project_that_the_printed_command_repeats(tmp_path: Path) -> None:
    goes_to_a_project_that_the_printed_command_repeats(tmp_path)


def test_interrupted_resumed_and_saved_in_plain_mode(tmp_path: Path) -> None:
    is_interrupted_resumed_and_saved(tmp_path, "--plain")
