"""What takes long to make and is looked at by several tests."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from tests.gate.share import DURABLE, SHARED, share
from tests.starter.checks.cdk import Synthesised, project_of, synthesised
from tests.starter.durable import PREFIX, WITH_OWN_TESTS, durable
from tests.starter.pairs import chosen
from tests.starter.projects import blueprint


@pytest.fixture(scope="session")
def cdk(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Synthesised]:
    """Return what the CDK in TypeScript makes of every project of ours and of those with edges that meet.

    The durable functions are among them, under names of their own.
    """
    iac = "cdk-typescript"
    every = chosen(iac)
    edges = {name: every[name] for name in share(every, 6)}
    made = {name: replace(blueprint(name), iac=iac) for name in SHARED} | edges
    made |= {PREFIX + name: durable(name, iac=iac) for name in DURABLE}
    projects = {name: (one, project_of(one)) for name, one in made.items()}
    tested = {*SHARED, *list(edges)[::6], *(PREFIX + name for name in WITH_OWN_TESTS)}
    return synthesised(projects, tmp_path_factory.mktemp("cdk"), tested)
