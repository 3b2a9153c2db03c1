"""A change of mind is a change of wiring: between any two approaches the business code stays as it is."""

from __future__ import annotations

import pytest

from advisor.starter import render
from tests.examples import sample
from tests.starter.mind import Mind, built, business, minds, pairs


@pytest.mark.parametrize("mind", sample(minds(), 16), ids=str)
def test_the_business_code_of_every_two_approaches_is_the_same(mind: Mind) -> None:
    assert changed_business(mind, "python") == set()


def changed_business(mind: Mind, runtime: str) -> set[tuple[str, str, str]]:
    """Return the files of business code that two approaches write differently."""
    made = {
        approach: {file.path: file.text for file in render(blueprint)}
        for approach, blueprint in built(mind, runtime).items()
    }
    code = {approach: business(blueprint) for approach, blueprint in built(mind, runtime).items()}
    assert all(code[approach] <= set(made[approach]) for approach in made)
    return {
        (one, other, path)
        for one, other in pairs(mind, runtime)
        for path in code[one] & code[other]
        if made[one][path] != made[other][path]
    }


def test_the_wiring_is_not_the_same() -> None:
    """Else the law above would say nothing."""
    mind = ("sns", 1, 0)
    found = built(mind)
    assert {"destinations", "step-functions", "messaging", "single-function"} <= set(found)
    templates = [
        next(file.text for file in render(blueprint) if file.path == "template.yaml")
        for blueprint in found.values()
    ]
    assert len(set(templates)) == len(found)
    assert all("functions/check_fraud/app.py" in business(blueprint) for blueprint in found.values())


@pytest.mark.parametrize(
    ("mind", "approach"),
    [
        (("api-gateway", 1, 6), "direct-invoke"),
        (("s3", 2, 7), "single-function"),
        (("s3", 2, 7), "messaging"),
        (("s3", 2, 7), "durable-functions"),
    ],
)
def test_a_step_that_calls_a_service_has_what_it_needs_in_every_approach(mind: Mind, approach: str) -> None:
    blueprint = built(mind)[approach]
    assert "CallPartnerEndpoint" in {item.id for item in blueprint.parameters}
    (step,) = (
        item for item in (*blueprint.functions, *blueprint.inner) if item.name.module == "call_partner"
    )
    assert step.outside is not None and step.outside.variables == ("CALL_PARTNER_ENDPOINT",)
    carrier = blueprint.durable or step
    assert [name for name, _ in carrier.environment if name.startswith("CALL")] == ["CALL_PARTNER_ENDPOINT"]
