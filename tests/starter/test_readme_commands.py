"""Every command of a README works when typed in order from a fresh folder, through the real source."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.starter.typed import models
from tests.starter.typed.laws import check, project

SHARE = [("sqs", "sam", 1), ("kafka", "terraform", 3)]


@pytest.mark.parametrize(("source", "iac", "number"), SHARE)
def test_a_readme_may_be_typed_from_top_to_bottom(source: str, iac: str, number: int, tmp_path: Path) -> None:
    check(source, project(source, iac, number), tmp_path)


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("sqs send-message --queue-url u --message-body {}", ""),
        ("sqs send-message --queue-url u", 'Missing required parameter in input: "MessageBody"'),
        ("sqs send-massage --queue-url u", "sqs has no operation send-massage"),
        ("logs put-log-events --log-group-name g --log-stream-name s --log-events timestamp=1,message=a", ""),
        ("events put-events --entries [{\"Detail\":1}]", "Invalid type for parameter Entries[0].Detail"),
        ("s3 cp file s3://b/k", "s3 cp file s3://b/k"),
    ],
)  # fmt: skip
def test_a_command_is_held_to_the_model_of_its_service(command: str, fault: str) -> None:
    found = " ".join(models.faults(command.split()))
    assert fault in found and bool(found) is bool(fault)
