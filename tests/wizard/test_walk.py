"""Whatever one answers, steps back to or edits: no answer is lost, and the end is always reached."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decision.sensitivity import open_questions
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.wizard import walk as walks
from advisor.wizard.walk import Walk
from tests.wizard.small import FULL, QUESTIONNAIRE, RULE_BASE

KEYS = tuple(QUESTIONNAIRE.by_key)


def answers_to(question: Question) -> st.SearchStrategy[Answer | None]:
    if question.unit:
        return st.none() | st.integers(int(question.minimum), min(int(question.maximum), 500))
    values = [choice.value for choice in question.choices]
    if question.kind == "list":
        return st.none() | st.lists(st.sampled_from(values), unique=True).map(tuple)
    return st.none() | st.sampled_from(values)


@dataclass(frozen=True)
class Deed:
    what: str
    key: str
    answer: Answer | None


@st.composite
def deeds(draw: st.DrawFn) -> Deed:
    key = draw(st.sampled_from(KEYS))
    what = draw(st.sampled_from(["answer", "answer", "answer", "back", "edit", "front"]))
    return Deed(what, key, draw(answers_to(QUESTIONNAIRE.by_key[key])))


def at_hand(walk: Walk) -> tuple[Walk, str | None]:
    due = walks.due(walk, QUESTIONNAIRE, lambda answers: open_questions(RULE_BASE, answers))
    return walks.current(walk, QUESTIONNAIRE.settle(walk.answers), due)


def done(walk: Walk, deed: Deed, data: st.DataObject) -> tuple[Walk, str | None, Answer | None]:
    """Return the walk after a deed, and what was answered by it."""
    walk, key = at_hand(walk)
    settled = QUESTIONNAIRE.settle(walk.answers)
    if deed.what == "back":
        return walks.back(walk, settled), None, None
    if deed.what == "front":
        return walks.to_front(walk), None, None
    if deed.what == "edit":
        return walks.record(walks.to_front(walk), deed.key, deed.answer), deed.key, deed.answer
    if key is None:
        return walk, None, None
    answer = data.draw(answers_to(QUESTIONNAIRE.by_key[key]))
    return walks.record(walk, key, answer), key, answer


@settings(max_examples=60, deadline=None)
@given(st.lists(deeds(), max_size=25), st.booleans(), st.data())
def test_no_deed_loses_an_answer(sequence: list[Deed], everything: bool, data: st.DataObject) -> None:
    walk = Walk(everything=everything)
    last: dict[str, Answer | None] = {}
    for deed in sequence:
        walk, key, answer = done(walk, deed, data)
        if key is not None:
            last[key] = answer
        assert walk.answers == {name: value for name, value in last.items() if value is not None}
        assert set(walk.unknown) == {name for name, value in last.items() if value is None}
        assert set(walk.trail) == set(last)
        assert len(set(walk.trail)) == len(walk.trail)
        assert 0 <= walk.at <= len(walk.trail)


@settings(max_examples=40, deadline=None)
@given(st.lists(deeds(), max_size=15), st.data())
def test_answering_on_reaches_the_end(sequence: list[Deed], data: st.DataObject) -> None:
    walk = Walk(everything=True)
    for deed in sequence:
        walk, _, _ = done(walk, deed, data)
    walk = walks.to_front(walk)
    for _ in range(2 * len(KEYS)):
        walk, key = at_hand(walk)
        if key is None:
            break
        walk = walks.record(walk, key, data.draw(answers_to(QUESTIONNAIRE.by_key[key])))
    assert at_hand(walk)[1] is None
    settled = QUESTIONNAIRE.settle(walk.answers)
    assert walks.remaining(walk, settled, QUESTIONNAIRE) == ()


@settings(max_examples=40, deadline=None)
@given(st.lists(deeds(), max_size=20), st.data())
def test_one_can_step_back_to_the_first_question_and_forward_again(
    sequence: list[Deed], data: st.DataObject
) -> None:
    walk = Walk()
    for deed in sequence:
        walk, _, _ = done(walk, deed, data)
    settled = QUESTIONNAIRE.settle(walk.answers)
    met = [key for key in walk.trail if key not in settled.facts.inapplicable]
    walk, seen = walks.to_front(walk), []
    while (earlier := walks.back(walk, settled)) != walk:
        walk = earlier
        seen.append(walk.trail[walk.at])
    assert seen == list(reversed(met))
    for key in met:  # Enter on each keeps its reply and goes one on
        walk, at = at_hand(walk)
        assert at == key
        walk = walks.record(walk, key, walk.answers.get(key))
    assert walk.at == len(walk.trail) or all(
        key in settled.facts.inapplicable for key in walk.trail[walk.at :]
    )


def test_a_walk_begins_behind_the_given_answers() -> None:
    walk = walks.begin({"steps": 3, "invocation": "async"}, QUESTIONNAIRE)
    assert walk == Walk({"steps": 3, "invocation": "async"}, (), ("invocation", "steps"), 2)
    assert walks.back(walk, QUESTIONNAIRE.settle(walk.answers)).at == 1


def test_unknown_is_not_asked_again() -> None:
    walk = Walk()
    for _ in range(20):
        walk, key = at_hand(walk)
        if key is None:
            break
        walk = walks.record(walk, key, None)
    assert at_hand(walk)[1] is None
    assert walk.answers == {}
    assert len(walk.unknown) == len(set(walk.unknown))


def test_a_question_that_no_longer_arises_is_stepped_over_and_its_answer_comes_back_with_it() -> None:
    walk = walks.begin({**FULL, "parallelism": "dynamic", "max_items": 50}, QUESTIONNAIRE)
    changed = walks.record(walk, "parallelism", "none")
    settled = QUESTIONNAIRE.settle(changed.answers)
    assert [item.key for item in settled.dropped] == ["max_items"]
    stepped = [changed := walks.back(changed, settled) for _ in range(len(walk.trail))]
    assert "max_items" not in [step.trail[step.at] for step in stepped]
    again = walks.record(changed, "parallelism", "dynamic")
    assert QUESTIONNAIRE.settle(again.answers).answers["max_items"] == 50


def test_what_needs_an_unknown_answer_is_not_asked() -> None:
    walk = walks.record(Walk(everything=True), "parallelism", None)
    settled = QUESTIONNAIRE.settle(walk.answers)
    assert "max_items" not in walks.remaining(walk, settled, QUESTIONNAIRE)
