"""One law: what is recommended is built, or the advice itself is different.

Where neither option is advised, the next best is built where the first alternative refuses the answers.
All pairs of answers that rules or contradictions can tell apart, and a seeded sample of three, eight and
fourteen at a time. The first ring runs a share of them, the gate all.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from advisor.decision.contradictions import conflicts
from advisor.decision.cost.estimate import estimate
from advisor.decision.decide import decide
from advisor.decision.provenance import stamp_of
from advisor.decision.recommend import designs_of
from advisor.decision.recommendation import Recommendation, Verdict
from advisor.decision.verdict import option_of, workflow_type_of
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import NEITHER
from advisor.loading.scenarios import load_scenarios
from advisor.starter import NotSupported, plan
from tests.examples import SEED, examples, sample
from tests.rules.contradictory import RULES, telling
from tests.starter.projects import versions

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.no_cover
PAIRS = [
    {one: first, other: second}
    for one, other in combinations(telling(), 2)
    for first in telling()[one]
    for second in telling()[other]
]

# What is said where nothing that is advised can be built, and why that is so
NOT_BUILT = {
    r"^A (function of a starter|step of a durable function) ends .* 900 seconds": (
        "AWS takes 30 minutes, cfn-lint and the Terraform provider no more than 15 yet"
    ),
    r"^An answer takes [0-9,.]+ seconds": "the same, for a function that answers",
    r"^A function is paid for while it waits": "a caller waits for a run that waits: it must ask again",
    r"^The event source '(cognito|alb|function-url)' cannot": "a run of more than a year behind a caller",
}


def refusal(answers: dict[str, Answer]) -> str:
    """Return what ``generate`` says against the advice on ``answers``; empty where it builds."""
    decision = decide(RULES, answers)
    option, instead = option_of(decision)
    given = Answers(answers)
    if option == NEITHER and conflicts(RULES, given):
        return ""  # these answers exclude each other, which the advice says
    recommendation = Recommendation(
        rule_base=stamp_of(RULES),
        aws=RULES.aws,
        answers=given,
        verdict=Verdict(
            option=option, workflow_type=workflow_type_of(decision, option), strength="close", instead=instead
        ),
        summary="",
        decision=decision,
        comparison=(),
        flips=(),
        open_questions=(),
        cost=estimate(RULES, given, decision.settled),
        failure_stories=(),
        alternatives=(),
        alternative_rules={},
        warnings=(),
        designs=designs_of(RULES, given, decision),
    )
    try:
        plan(recommendation, versions())
    except NotSupported as refused:
        if any(re.search(pattern, str(refused)) for pattern in NOT_BUILT):
            return ""
        return f"{answers}: {option} {instead} is recommended, but: {refused}"
    return ""


def random_answers(count: int, keys: int) -> Iterator[dict[str, Answer]]:
    """Yield ``count`` sets of answers to ``keys`` questions, in the order of the questionnaire."""
    chance = random.Random(SEED + keys)
    for _ in range(count):
        chosen = set(chance.sample(list(telling()), keys))
        yield {key: chance.choice(values) for key, values in telling().items() if key in chosen}


def test_what_is_recommended_on_any_pair_of_answers_is_built() -> None:
    assert len(PAIRS) > 10_000
    assert [said for pair in sample(PAIRS, 40) if (said := refusal(pair))] == []


@pytest.mark.parametrize(("keys", "count"), [(3, 8_000), (8, 4_000), (14, 2_000)])
def test_what_is_recommended_on_more_answers_is_built(keys: int, count: int) -> None:
    found = random_answers(examples(count, 40), keys)
    assert [said for answers in found if (said := refusal(answers))] == []


@pytest.mark.parametrize("name", ["published", "invented"])
def test_what_is_recommended_for_a_workload_is_built(name: str) -> None:
    lines = (ROOT / "tests" / "scenarios" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    workloads = load_scenarios("\n".join(sample(lines, 2)), name, RULES.questionnaire)
    assert [said for item in workloads if (said := refusal(dict(item.answers)))] == []
