"""Compiled rules say what the reference says: on our rule base, and on any other."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import advisor
from advisor.decision.decide import Decision, decide
from advisor.decision.fast.compile import compile_rules
from advisor.decision.fast.dnf import TooWide
from advisor.decision.scores import Tally
from advisor.decision.verdict import option_of, outcome_of, workflow_type_of
from advisor.knowledge.conditions import AllOf, Answer, AnyOf, Condition, Not, Test, holds
from advisor.knowledge.questions import Choice, Question, Questionnaire
from advisor.knowledge.rules import SCORED, Alternative, Rule, RuleBase
from tests.examples import examples

RULES = advisor.load_rule_base(advisor.rules_folder())
TABLES = compile_rules(RULES)
LETTERS = ("a", "b", "c")
ALTERNATIVES = ("else", "besides")
CANDIDATES = (*SCORED, *ALTERNATIVES)
KEYS = {
    "colour": "choice",
    "shape": "choice",
    "flag": "flag",
    "several": "list",
    "count": "whole",
    "size": "number",
}
NUMBERS = st.one_of(st.integers(0, 6), st.sampled_from([0.0, 0.5, 2.0, 2.5, 3.0, 5.999, 6.0]))


def question(key: str, kind: str, applies_when: Condition, implies: Mapping[str, Answer]) -> Question:
    values: tuple[str | bool, ...] = {"flag": (True, False), "choice": LETTERS, "list": LETTERS}.get(kind, ())
    return Question(
        key=key, kind=kind, topic="", ask="", why="", changes="", help="", undo="", source="",  # type: ignore[arg-type]
        choices=tuple(Choice(v, "", "", implies if v in ("a", True) else {}) for v in values),
        minimum=0, maximum=6, applies_when=applies_when,
    )  # fmt: skip


def answer_to(key: str) -> st.SearchStrategy[Answer]:
    kind = KEYS[key]
    if kind == "list":
        return st.lists(st.sampled_from(LETTERS), unique=True).map(tuple)
    if kind == "whole":
        return st.integers(0, 6)
    others: dict[str, st.SearchStrategy[Answer]] = {
        "choice": st.sampled_from(LETTERS),
        "flag": st.booleans(),
        "number": NUMBERS,
    }
    return others[kind]


ANSWERS = st.fixed_dictionaries({}, optional={key: answer_to(key) for key in KEYS})


def any_test(key: str) -> st.SearchStrategy[Test]:
    kind = KEYS.get(key, "derived")
    kinds = {"list": ("includes", "includes_any", "only"), "derived": ("at_least", "at_most")}.get(
        kind, ("is",)
    )
    if kind in ("whole", "number"):
        kinds = ("is", "at_least", "at_most")

    def operand(test_kind: str) -> st.SearchStrategy[tuple[Answer, ...]]:
        if test_kind.startswith("at_"):
            return st.tuples(NUMBERS)
        one = st.sampled_from(LETTERS) if kind == "list" else answer_to(key)
        return st.lists(one, max_size=3).map(tuple)

    return st.sampled_from(kinds).flatmap(
        lambda test_kind: st.builds(Test, st.just(key), st.just(test_kind), operand(test_kind))
    )


def conditions(keys: tuple[str, ...]) -> st.SearchStrategy[Condition]:
    return st.recursive(
        st.sampled_from(keys).flatmap(any_test) if keys else st.just(AllOf(())),
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        ),
        max_leaves=6,
    )


@st.composite
def rule_bases(draw: st.DrawFn) -> RuleBase:
    """Questions that depend on earlier ones and imply others, a product, and rules of every effect."""
    questions = []
    for index, (key, kind) in enumerate(KEYS.items()):
        applies = draw(st.one_of(st.just(AllOf(())), conditions(tuple(KEYS)[:index])))
        other = draw(st.sampled_from([name for name in KEYS if name != key]))
        implies = {other: draw(answer_to(other))} if draw(st.booleans()) else {}
        questions.append(question(key, kind, applies, implies))
    condition = conditions((*KEYS, "product"))
    rules = [
        Rule(
            id=f"R{number:02}", title="", criterion="", when=draw(condition), because="", source="", as_of="",
            unless=draw(st.one_of(st.none(), condition)),
            favours=draw(st.dictionaries(st.sampled_from(CANDIDATES), st.integers(1, 3))),
            rules_out=tuple(draw(st.sets(st.sampled_from(CANDIDATES), max_size=2))),
            names=draw(st.sampled_from(("", "", "besides"))),
            combines=draw(st.booleans()),
        )
        for number in range(draw(st.integers(0, 8)))
    ]  # fmt: skip
    questionnaire = Questionnaire(questions=tuple(questions), derived={"product": ("count", "size")})
    alternatives = tuple(Alternative(id=name, title="", sketch="", source="") for name in ALTERNATIVES)
    return RuleBase(
        version="",
        as_of="",
        questionnaire=questionnaire,
        criteria=(),
        rules=tuple(rules),
        alternatives=alternatives,
    )


def told(said: Decision | Tally) -> tuple[object, ...]:
    """Return everything that counts for a verdict, and the verdict."""
    sides = (said.destinations, said.step_functions, said.standard, said.express, *said.alternatives)
    option, instead = option_of(said)
    return (
        [(side.option, side.score, side.viable) for side in sides],
        [[rule.id for rule in rules] for rules in (said.names, said.combines)],
        (option, workflow_type_of(said, option), instead),
    )


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rule_bases(), st.lists(ANSWERS, min_size=1, max_size=8))
def test_tables_say_what_the_reference_says(
    rule_base: RuleBase, requirements: list[dict[str, Answer]]
) -> None:
    tables = compile_rules(rule_base)
    for given_answers in requirements:
        decision = decide(rule_base, given_answers)
        fired = tables.fired(given_answers)
        assert told(tables.tally(fired)) == told(decision)
        assert tables.outcome(fired) == outcome_of(decision)


def our_answers() -> st.SearchStrategy[dict[str, Answer]]:
    """Return answers to our own questions, at and around every threshold a rule has."""
    found: dict[str, st.SearchStrategy[Answer]] = {}
    for asked in RULES.questionnaire.questions:
        values = [choice.value for choice in asked.choices]
        if asked.kind == "list":
            found[asked.key] = st.lists(st.sampled_from(values), unique=True, max_size=4).map(tuple)  # type: ignore[arg-type]
        elif values:
            found[asked.key] = st.sampled_from(values)
        elif asked.kind == "whole":
            found[asked.key] = st.integers(int(asked.minimum), int(asked.maximum)) | st.integers(1, 60)
        else:
            found[asked.key] = st.floats(asked.minimum, asked.maximum) | st.sampled_from(
                [1, 300, 900, 901, 86_400]
            )
    return st.fixed_dictionaries({}, optional=found)


@settings(max_examples=examples(100), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(our_answers())
def test_our_own_rules_as_tables(requirements: dict[str, Answer]) -> None:
    decision = decide(RULES, requirements)
    fired = TABLES.fired(requirements)
    assert told(TABLES.tally(fired)) == told(decision)
    assert TABLES.outcome(fired) == outcome_of(decision)


@settings(max_examples=50, deadline=None)
@given(our_answers())
def test_the_bits_name_the_rules_that_fire(requirements: dict[str, Answer]) -> None:
    facts = RULES.questionnaire.settle(requirements).facts
    assert TABLES.rules(TABLES.fired(requirements)) == [
        rule
        for rule in RULES.rules
        if holds(rule.when, facts) and not (rule.unless and holds(rule.unless, facts))
    ]


def test_tables_travel_to_other_processes() -> None:
    requirements: dict[str, Answer] = {"steps": 3, "invocation": "async", "targets": ("sqs",)}
    again = pickle.loads(pickle.dumps(TABLES))
    assert again.tally(again.fired(requirements)) == TABLES.tally(TABLES.fired(requirements))


@pytest.mark.parametrize("alternatives", [10, 16, 1_000])
def test_conditions_too_wide_for_tables_are_refused(alternatives: int) -> None:
    """2 to the 10th rows of 10 tests took little; of the 16th, 7 GB, where ``holds`` needs milliseconds."""
    either = AnyOf((Test("colour", "is", ("a",)), Test("shape", "is", ("b",))))
    rule = Rule(
        id="R01",
        title="",
        criterion="",
        when=AllOf((either,) * alternatives),
        because="",
        source="",
        as_of="",
        favours={"destinations": 1},
    )
    questions = tuple(question(key, kind, AllOf(()), {}) for key, kind in KEYS.items())
    with pytest.raises(TooWide):
        compile_rules(
            RuleBase(
                version="",
                as_of="",
                questionnaire=Questionnaire(questions=questions),
                criteria=(),
                rules=(rule,),
                alternatives=(),
            )
        )
