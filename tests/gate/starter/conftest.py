"""What takes long to make and is looked at by several tests."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from tests.gate.share import SHARED, share
from tests.starter.checks.cdk import Synthesised, project_of, synthesised
from tests.starter.pairs import chosen
from tests.starter.projects import blueprint


@pytest.fixture(scope="session")
def cdk(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Synthesised]:
    """Return what the CDK in TypeScript makes of every project of ours and of those with edges that meet."""
    iac = "cdk-typescript"
    every = chosen(iac)
    edges = {name: every[name] for name in share(every, 6)}
    made = {name: replace(blueprint(name), iac=iac) for name in SHARED} | edges
    projects = {name: (one, project_of(one)) for name, one in made.items()}
    tested = {*SHARED, *list(edges)[::6]}
    return synthesised(projects, tmp_path_factory.mktemp("cdk"), tested)
