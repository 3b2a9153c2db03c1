"""The limits agree with the models AWS publishes for machines, as far as they are pinned here."""

from __future__ import annotations

import pytest

from advisor.knowledge.limits import HeldAgainst, Limit
from advisor.loading import load_rule_base
from advisor.resources import rules_folder
from tests.tools.facts.models import difference

LIMITS = load_rule_base(rules_folder()).limits
HELD = [(limit, held) for limit in LIMITS.values() for held in limit.held_against]


@pytest.mark.parametrize(("limit", "held"), HELD, ids=[f"{limit.id}-{held.at}" for limit, held in HELD])
def test_a_limit_is_what_the_model_says(limit: Limit, held: HeldAgainst) -> None:
    assert not difference(limit, held)


def test_a_difference_is_found() -> None:
    held = HeldAgainst(model="botocore", of="lambda", at="MaximumRetryAttempts", bounds=("max",))
    other = Limit(id="async-max-retries", value=3, unit="retries", text="", source="", as_of="")
    assert difference(other, held) == "lambda MaximumRetryAttempts says [2], the rule base [3]."
    gone = HeldAgainst(model="botocore", of="lambda", at="MaximumHopes", bounds=("max",))
    assert "has no MaximumHopes any more" in difference(other, gone)
    says = HeldAgainst(
        model="botocore", of="lambda", at="CreateFunctionRequest.Timeout", says="900 seconds is the maximum"
    )
    assert "no longer says" in difference(other, says)
