"""What is read from a generated project is what was planned, and nothing is wrong with it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from advisor.inspect.run import inspect
from tests.inspect.shop import DAY
from tests.inspect.starters import planned, read, rendered, write
from tests.starter.projects import PROJECTS, blueprint, rule_base

CHANCE = random.Random(19)  # all of them, and the CDK: tests/gate/starter/test_inspect.py
SAM, TERRAFORM = CHANCE.sample(sorted(PROJECTS), 14), CHANCE.sample(sorted(PROJECTS), 4)


@pytest.mark.parametrize(
    ("iac", "name"), [*(("sam", name) for name in SAM), *(("terraform", name) for name in TERRAFORM)]
)
def test_what_is_read_is_what_was_planned(
    iac: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(rendered(blueprint(name), iac), tmp_path)
    found = inspect(["."], rule_base(), DAY)
    assert read(found) == planned(blueprint(name))
    assert (found.findings, found.not_read) == ((), ())
