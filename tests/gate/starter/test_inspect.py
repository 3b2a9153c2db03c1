"""Every project of ours in every flavour: what is read is what was planned, and nothing is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from advisor.inspect.run import inspect
from tests.gate.share import SHARED
from tests.inspect.shop import DAY
from tests.inspect.starters import planned, read, rendered, write
from tests.starter.checks.cdk import Synthesised
from tests.starter.projects import blueprint, rule_base


@pytest.mark.parametrize("iac", ["sam", "terraform"])
@pytest.mark.parametrize("name", SHARED)
def test_a_project_as_it_is_written(
    iac: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(rendered(blueprint(name), iac), tmp_path)
    found = inspect(["."], rule_base(), DAY)
    assert read(found) == planned(blueprint(name))
    assert (found.findings, found.not_read) == ((), ())


@pytest.mark.xdist_group("cdk")
@pytest.mark.parametrize("name", SHARED)
def test_a_project_as_the_cdk_synthesises_it(
    name: str, cdk: Mapping[str, Synthesised], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(cdk[name].out.parent)
    found = inspect([cdk[name].out.name], rule_base(), DAY)
    assert read(found) == planned(blueprint(name))
    assert (found.findings, found.not_read) == ((), ())
