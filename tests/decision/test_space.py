"""Laws over the decision space: every combination of the most decisive answers, every pair of all others.

The grid holds 139,968 combinations (one test for each way to start the work, so that workers share them);
the sample holds every pair of answers to two questions, and every rule's own cases, among random others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations, product

import pytest
from msgspec.structs import replace

import advisor
from advisor.decision.decide import decide
from advisor.decision.fast.compile import compile_rules
from advisor.decision.rule_checks.lint import cannot_win
from advisor.decision.rule_checks.rule_tests import fired_rules
from advisor.decision.rule_checks.satisfiability import conditions_of, telling_values
from advisor.decision.scores import Tally
from advisor.decision.verdict import Outcome, outcome_of
from advisor.knowledge import conditions
from advisor.knowledge.conditions import Answer, Test
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STANDARD, STEP_FUNCTIONS

RULES = advisor.load_rule_base(advisor.rules_folder())
TABLES = compile_rules(RULES)  # test_compiled.py holds them equal to the reference
UNKNOWN = None
SEED = 20261123

STARTS: Mapping[str, Mapping[str, Answer]] = {
    "unknown": {},
    "s3": {"event_source": "s3"},
    "sqs": {"event_source": "sqs"},
    "kinesis": {"event_source": "kinesis"},
    "acknowledged": {"invocation": "async", "caller_waits_for": "acknowledgement"},
    "synchronous": {"invocation": "sync", "caller_waits_for": "result"},
}
# From less to more orchestration along each key, unknown first where it is a value of its own.
AXES: Mapping[str, tuple[Answer | None, ...]] = {
    "steps": (UNKNOWN, 1, 2, 3, 4, 5),
    "coordination": (UNKNOWN, "independent", "central"),
    "parallelism": (UNKNOWN, "none", "static", "dynamic"),
    "branching": ("none", "success-failure", "content"),
    "retry": ("default", "backoff", "per-error"),
    "data_passing": ("none", "linear", "shared-state", "aggregate"),
    "waits": ((), ("timer",), ("callback",)),
    "failure_handling": ((), ("capture",), ("compensate",)),
}

# Steps that ask for more orchestration and so must never lead to Destinations. Not among them, because the
# service itself makes them no such step:
# - branching none > success-failure: routing by outcome is what Destinations do;
# - parallelism none > static: branches without a common end are subscribers of a destination's topic;
# - data_passing none > linear: a chain of two is what Destinations do;
# - failure_handling: keeping what failed is what Destinations do.
MORE: Mapping[str, tuple[tuple[Answer, Answer], ...]] = {
    "steps": ((2, 3), (3, 4), (4, 5), (5, 6)),  # a second step is what destinations hand on to
    "coordination": (("independent", "central"),),
    "parallelism": (("none", "dynamic"), ("static", "dynamic")),
    "branching": (("none", "content"), ("success-failure", "content")),
    "retry": (
        ("none", "backoff"),
        ("default", "backoff"),
        ("default", "per-error"),
        ("backoff", "per-error"),
    ),
    "data_passing": (
        ("none", "shared-state"),
        ("linear", "shared-state"),
        ("linear", "aggregate"),
        ("shared-state", "aggregate"),
    ),
    "waits": (((), ("timer",)), ((), ("callback",)), ((), ("human-approval",)), (("timer",), ("callback",))),
    "delivery": (("at-least-once", "exactly-once"),),
    "visibility": (("logs", "history"), ("logs", "visual"), ("logs", "audit")),
}


@cache
def of_bits(fired: int) -> tuple[Outcome, str]:
    """Return the outcome where the rules of these bits fire, and which law it breaks, or nothing."""
    return TABLES.outcome(fired), broken(TABLES.tally(fired), TABLES.outcome(fired))


def broken(scores: Tally, outcome: Outcome) -> str:
    """Return which law the outcome breaks, or nothing."""
    option, workflow_type, instead = outcome
    if option == DESTINATIONS and not scores.destinations.viable:
        return "Destinations, though ruled out"
    if option in (STEP_FUNCTIONS, BOTH):
        if not scores.step_functions.viable:
            return f"{option}, though Step Functions are ruled out"
        if (
            workflow_type is None
            or not {STANDARD: scores.standard, EXPRESS: scores.express}[workflow_type].viable
        ):
            return f"{workflow_type}, though ruled out"
    elif workflow_type is not None:
        return "a workflow type without a workflow"
    if option == NEITHER and not instead:
        return "neither, and nothing instead"
    return ""


def moves_back(before: str, after: str) -> bool:
    return before in (STEP_FUNCTIONS, BOTH) and after == DESTINATIONS


@pytest.mark.parametrize("start", STARTS)
def test_every_combination_of_the_decisive_answers_keeps_the_laws(start: str) -> None:
    found: dict[tuple[Answer | None, ...], str] = {}
    violations: list[object] = []
    for values in product(*AXES.values()):
        known = {key: value for key, value in zip(AXES, values, strict=True) if value is not UNKNOWN}
        outcome, law = of_bits(TABLES.fired({**STARTS[start], **known}))
        found[values] = outcome[0]
        if law:
            violations.append((law, known))
    for place, key in enumerate(AXES):
        for less, more in MORE.get(key, ()):
            for values, before in found.items():
                if values[place] != less:
                    continue
                after = found.get((*values[:place], more, *values[place + 1 :]))
                if after is not None and moves_back(before, after):
                    violations.append((f"{key} {less} > {more}: {before} > {after}", values))
    assert len(found) == 23_328
    assert violations == []


def sampled() -> Iterator[Mapping[str, Answer]]:
    """Yield answers that hold, in all, every pair of answers that a rule could tell apart, and every case."""
    chance = random.Random(SEED)
    tests = [
        test for rule in RULES.rules for part in conditions_of(rule) for test in conditions.tests_in(part)
    ]
    known = {key: _telling(key, tests) for key in RULES.questionnaire.by_key}
    for one, other in combinations(known, 2):
        for pair in product(known[one], known[other]):
            rest = {key: chance.choice(values) for key, values in known.items() if chance.random() < 0.4}
            yield {**rest, one: pair[0], other: pair[1]}
    for rule in RULES.rules:
        for case in rule.fires_on * 5:
            yield {**{key: chance.choice(v) for key, v in known.items() if chance.random() < 0.4}, **case}


def _telling(key: str, tests: Sequence[Test]) -> tuple[Answer, ...]:
    """Return answers a rule could tell apart; of lists those with one value, and the empty one."""
    question = RULES.questionnaire.by_key[key]
    if question.kind != "list":
        return telling_values(RULES.questionnaire, key, tests)
    return ((), *((str(choice.value),) for choice in question.choices))


@cache
def sample() -> tuple[Mapping[str, Answer], ...]:
    """Return the sampled answers that do not contradict each other."""
    return tuple(a for a in sampled() if not RULES.questionnaire.settle(a).contradictions)


def test_every_pair_of_answers_keeps_the_laws() -> None:
    violations = []
    for answers in sample():
        outcome, law = of_bits(TABLES.fired(answers))
        if law:
            violations.append((law, dict(answers)))
        for key, steps in MORE.items():
            for less, more in steps:
                if answers.get(key) == less:
                    after, _ = of_bits(TABLES.fired({**answers, key: more}))
                    if moves_back(outcome[0], after[0]):
                        violations.append((f"{key} {less} > {more}: {outcome} > {after}", dict(answers)))
    assert len(sample()) > 10_000
    assert violations == []


def test_the_order_of_answers_and_of_rules_changes_nothing() -> None:
    chance = random.Random(SEED)
    shuffled = replace(RULES, rules=tuple(chance.sample(RULES.rules, len(RULES.rules))))
    for answers in sample()[::35]:
        other_order = dict(chance.sample(list(answers.items()), len(answers)))
        one, other = decide(RULES, answers), decide(shuffled, other_order)
        assert outcome_of(one) == outcome_of(other)
        assert [one.card(name) for name in CARDS] == [other.card(name) for name in CARDS]
        assert fired_rules(one) == fired_rules(other)


CARDS = (DESTINATIONS, STEP_FUNCTIONS, STANDARD, EXPRESS)


def test_every_outcome_is_reachable_and_every_rule_fires_somewhere() -> None:
    outcomes: set[str] = set()
    instead: set[str] = set()
    bits = 0
    for answers in sample():
        bits |= (fired := TABLES.fired(answers))
        outcome, _ = of_bits(fired)
        outcomes.add(outcome[0])
        instead.update(outcome[2])
    assert outcomes == {DESTINATIONS, STEP_FUNCTIONS, BOTH, NEITHER}
    assert instead == {alternative.id for alternative in RULES.alternatives}
    assert {rule.id for rule in TABLES.rules(bits)} == set(RULES.by_id)
    assert list(cannot_win(RULES)) == [], (
        "of the rarer ones, both with Express, two of the rules' cases together"
    )
