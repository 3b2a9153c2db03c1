"""One system in every format that is read: the models are equal."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from advisor.inspect.run import inspect
from tests.inspect.shop import DAY, RULE_BASE, SAMPLES
from tests.inspect.starters import model

FORMATS = ("sam", "cloudformation", "cdk", "terraform", "plan", "serverless")
EXPECTED = {
    "functions": {
        "resize": {
            "sources": ["eventbridge"],
            "success": ["eventbridge"],
            "failure": ["sqs"],
            "stream-failure": [],
            "async": (1, 3600),
            "batch": None,
        },
        "count": {
            "sources": ["kinesis"],
            "success": [],
            "failure": [],
            "stream-failure": ["sqs"],
            "async": None,
            "batch": (3, 600, True),
        },
    },
    "machines": {
        "order": {
            "type": "standard",
            "sources": ["schedule"],
            "states": {"Task": 1, "Choice": 1, "Wait": 1, "Succeed": 1, "Fail": 1},
            "retries": [(("States.TaskFailed",), 3, 2, 2)],
            "catches": [(("States.ALL",), "Lost")],
            "timeout": None,
        }
    },
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_model_is_the_same(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(SAMPLES / "same" / name, tmp_path / name)
    monkeypatch.chdir(tmp_path / name)
    found = inspect(["."], RULE_BASE, DAY)
    (report,) = found.systems
    assert model(report.system) == EXPECTED
    assert report.system.approach == "both"
    assert {function.runtime for function in report.system.functions} == {"python3.14"}
    assert [caller for one in report.system.functions for caller in one.callers] == [
        ("step-functions", "sync")
    ]
    assert found.not_read == ()
