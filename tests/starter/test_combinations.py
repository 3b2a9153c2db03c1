"""A pairwise-covering set of requirements: each is refused with a reason or gives a sound project.

Every sixth combination runs by default; FULL_GATE=1 runs them all (about 350 projects, some minutes).
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from advisor.starter import Refused, render
from tests.starter.combinations import FACTORS, Combination, pairwise, requirements
from tests.starter.gate.machine import check_machines
from tests.starter.gate.running import run_machine
from tests.starter.gate.template import check_template
from tests.starter.projects import blueprint_of

SEED = 1
STRIDE = 1 if os.environ.get("FULL_GATE") else 6
CASES = [
    (approach, combination)
    for approach in FACTORS
    for combination in list(pairwise(approach, SEED))[::STRIDE]
]


def _done(function: str, event: dict[str, Any]) -> Any:
    return {"id": "1001", "amount": 120, "items": [{"id": "a"}], **event["payload"]}


@pytest.mark.parametrize(
    ("approach", "combination"), CASES, ids=[f"{a}-{n}" for n, (a, _) in enumerate(CASES)]
)
def test_a_combination_is_refused_or_sound(approach: str, combination: Combination) -> None:
    try:
        blueprint = blueprint_of(requirements(combination), approach)
    except Refused as refused:
        assert len(str(refused)) > 60
        return
    first, second = render(blueprint), render(blueprint)
    assert first == second
    files = {file.path: file.text for file in first}
    assert check_template(files) + check_machines(files) == []
    if blueprint.machine:
        by_function = any(function.does == "start" for function in blueprint.functions)
        payload = dict(blueprint.payload)
        direct = blueprint.approach == "both" or by_function
        event = payload if direct else json.loads(files["events/event.json"])
        run = run_machine(files, event, _done, {"approved": True})
        assert (run.status, run.error) == ("SUCCEEDED", "None: None")


def test_the_set_is_large_and_mostly_sound() -> None:
    every = [(approach, item) for approach in FACTORS for item in pairwise(approach, SEED)]
    assert len(every) > 300
    assert all(set(item) == set(FACTORS[approach]) for approach, item in every)
