"""Conditions are three-valued: what nobody said is never taken for a no."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisor.knowledge.conditions import AllOf, Answer, AnyOf, Condition, Facts, Not, Test, holds

IS_A = Test("x", "is", ("a",))


@pytest.mark.parametrize(
    ("test", "answer", "expected"),
    [
        (Test("x", "is", ("a", "b")), "b", True),
        (Test("x", "is", ("a",)), "b", False),
        (Test("x", "is", (True,)), True, True),
        (Test("x", "is", (1,)), True, False),
        (Test("x", "at_least", (3,)), 3, True),
        (Test("x", "at_least", (3,)), 2.9, False),
        (Test("x", "at_most", (3,)), 3, True),
        (Test("x", "at_most", (3,)), 4, False),
        (Test("x", "includes", ("a",)), ("b", "a"), True),
        (Test("x", "includes_any", ("a", "c")), ("b", "c"), True),
        (Test("x", "includes_any", ("a", "c")), ("b",), False),
        (Test("x", "includes", ("a",)), (), False),
        (Test("x", "only", ("a", "b")), ("b",), True),
        (Test("x", "only", ("a", "b")), ("b", "c"), False),
        (Test("x", "only", ("a", "b")), (), False),
        (Test("x", "only", ()), (), True),
    ],
)
def test_each_test(test: Test, answer: Answer, expected: bool) -> None:
    assert holds(test, Facts({"x": answer})) is expected
    assert holds(Not(test), Facts({"x": answer})) is not expected
    assert holds(test, Facts({})) is None
    assert holds(test, Facts({}, frozenset({"x"}))) is False


def test_unknown_spreads_only_where_it_matters() -> None:
    unknown = Test("y", "is", ("b",))
    yes, no = Facts({"x": "a"}), Facts({"x": "z"})
    assert holds(AllOf((IS_A, unknown)), yes) is None
    assert holds(AllOf((IS_A, unknown)), no) is False
    assert holds(AnyOf((IS_A, unknown)), yes) is True
    assert holds(AnyOf((IS_A, unknown)), no) is None
    assert holds(Not(unknown), yes) is None
    assert holds(AllOf(()), yes) is True
    assert holds(AnyOf(()), yes) is False


KEYS = st.sampled_from("xyz")
VALUES = st.sampled_from("abc")
TESTS = st.builds(Test, KEYS, st.just("is"), st.lists(VALUES, max_size=2).map(tuple))
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


@given(CONDITIONS, st.dictionaries(KEYS, VALUES), st.dictionaries(KEYS, VALUES))
def test_more_answers_never_overturn_what_is_settled(
    condition: Condition, some: Mapping[str, str], more: Mapping[str, str]
) -> None:
    before = holds(condition, Facts(dict(some)))
    after = holds(condition, Facts({**more, **some}))
    assert before is None or after is before


@given(CONDITIONS, st.fixed_dictionaries(dict.fromkeys("xyz", VALUES)))
def test_with_every_answer_nothing_is_unknown(condition: Condition, answers: Mapping[str, str]) -> None:
    assert holds(condition, Facts(dict(answers))) is not None
