"""The same law in every runtime, and over every set of answers that FULL_GATE=1 asks for."""

from __future__ import annotations

import pytest

from advisor.knowledge.answers import RUNTIMES
from advisor.starter.plan.approach import APPROACHES
from tests.gate.share import share
from tests.starter.mind import Mind, minds, pairs
from tests.starter.test_change_of_mind import changed_business


@pytest.mark.parametrize("mind", share(minds(), 12), ids=str)
@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_business_code_of_every_two_approaches_is_the_same(mind: Mind, runtime: str) -> None:
    assert changed_business(mind, runtime) == set()


def test_every_approach_meets_others() -> None:
    met = {frozenset(pair) for mind in minds() for pair in pairs(mind)}
    assert set().union(*met) == set(APPROACHES[1:])
    assert len(met) >= 35
