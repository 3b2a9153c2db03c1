"""The search behind the linter is exact: what it finds holds, and what it does not find nobody finds."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import advisor
from advisor.decision.decide import decide
from advisor.decision.rule_checks.rule_tests import fired_rules
from advisor.decision.rule_checks.satisfiability import Undecided, fires, fires_now, looks_at, witness
from advisor.decision.rule_checks.weights import Weights, weigh
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import SCORED, Rule
from tests.examples import examples, sample

RULE_BASE = advisor.load_rule_base(advisor.rules_folder())
QUESTIONNAIRE = RULE_BASE.questionnaire
RULES = st.sampled_from(RULE_BASE.rules)


def answers_to(question: Question) -> st.SearchStrategy[Answer]:
    if question.kind == "list":
        values = [str(choice.value) for choice in question.choices]
        return st.lists(st.sampled_from(values), unique=True, max_size=4).map(tuple)
    if question.kind in ("choice", "flag"):
        return st.sampled_from([choice.value for choice in question.choices])
    steps = st.integers(int(question.minimum), 12) | st.sampled_from([300, 301, 900, 901, 40_000_000])
    return steps.filter(lambda number: question.minimum <= number <= question.maximum)


ANSWERS = st.fixed_dictionaries({}, optional={q.key: answers_to(q) for q in QUESTIONNAIRE.questions})


def test_a_witness_makes_its_rule_fire_and_silences_the_other() -> None:
    for rule in sample(RULE_BASE.rules, 4):
        for other in RULE_BASE.rules:
            try:
                found = witness(QUESTIONNAIRE, rule, [other])
            except Undecided:  # too many ways to look through
                continue
            if rule is other:
                assert found is None
            if found is not None:
                both = replace(RULE_BASE, rules=(rule, other))
                assert fired_rules(decide(both, found)) == (rule,)


@settings(max_examples=examples(300), deadline=None)
@given(rule=RULES, other=RULES, answers=ANSWERS)
def test_answers_that_tell_two_rules_apart_are_never_overlooked(
    rule: Rule, other: Rule, answers: dict[str, Answer]
) -> None:
    settled = QUESTIONNAIRE.settle(answers)
    if settled.contradictions or settled.dropped:
        return
    if fires_now(rule, settled.facts) and not fires_now(other, settled.facts):
        assert witness(QUESTIONNAIRE, rule, [other]) is not None


@settings(max_examples=examples(300), deadline=None)
@given(answers=ANSWERS)
def test_what_is_settled_agrees_with_what_fires(answers: dict[str, Answer]) -> None:
    facts = QUESTIONNAIRE.settle(answers).facts
    fired = {rule.id for rule in fired_rules(decide(RULE_BASE, answers))}
    for rule in RULE_BASE.rules:
        assert fires_now(rule, facts) is (rule.id in fired)
        assert fires(rule, facts) in (rule.id in fired, None)


def test_a_derived_number_stands_for_its_factors() -> None:
    assert looks_at(QUESTIONNAIRE, RULE_BASE.by_id["VO02"]) == ("steps", "monthly_executions")


@cache
def weights_of_ours() -> Weights:
    return weigh(RULE_BASE)


def test_weights_are_reached_by_the_answers_they_name() -> None:
    weights = weights_of_ours()
    for weight in weights.options:
        card = decide(RULE_BASE, weight.answers).card(weight.option)
        assert (card.score, card.viable) == (weight.together, True)
        if weight.option in SCORED:
            assert weight.together <= sum(item.most[weight.option] for item in weights.criteria)


def test_a_criterion_counts_what_fires_at_once_only() -> None:
    flow = next(item for item in weights_of_ours().criteria if item.criterion.id == "flow")
    sizes = [RULE_BASE.by_id[key].favours["step-functions"] for key in ("FL03", "FL07", "FL04")]
    central = RULE_BASE.by_id["FL05"].favours["step-functions"]
    assert flow.most["step-functions"] == max(sizes) + central < sum(sizes) + central
    assert set(flow.most) == set(RULE_BASE.candidates)


def test_without_rules_nothing_weighs_anything() -> None:
    assert {w.together for w in weigh(replace(RULE_BASE, rules=())).options} == {0}
