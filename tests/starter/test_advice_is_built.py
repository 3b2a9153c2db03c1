"""One law: an option that is recommended is built, or the advice itself is different.

All pairs of answers that rules or contradictions can tell apart, and a seeded sample of three, eight and
fourteen at a time. The first ring runs a share of them, the gate all.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations

import pytest

from advisor.decision.cost.estimate import estimate
from advisor.decision.decide import decide
from advisor.decision.provenance import stamp_of
from advisor.decision.recommend import designs_of
from advisor.decision.recommendation import Recommendation, Verdict
from advisor.decision.verdict import option_of, workflow_type_of
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import NEITHER
from advisor.starter import NotSupported, plan
from tests.examples import SEED, examples, sample
from tests.rules.contradictory import RULES, telling
from tests.starter.projects import versions

pytestmark = pytest.mark.no_cover
PAIRS = [
    {one: first, other: second}
    for one, other in combinations(telling(), 2)
    for first in telling()[one]
    for second in telling()[other]
]


def refusal(answers: dict[str, Answer]) -> str:
    """Return what ``generate`` says against the advice on ``answers``; empty where it builds."""
    decision = decide(RULES, answers)
    option, instead = option_of(decision)
    if option == NEITHER:
        return ""
    given = Answers(answers)
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
        return f"{answers}: {option} is recommended, but: {refused}"
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
