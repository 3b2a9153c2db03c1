"""Whatever one answers, steps back to or edits: no answer is lost, and the end is always reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.decide import decide
from advisor.decision.explain.open_questions import OpenQuestion, open_questions
from advisor.decision.verdict import outcome_of
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Screen
from advisor.wizard import interview_state as walks
from advisor.wizard.interview import interview
from advisor.wizard.interview_state import Ticks, Walk
from advisor.wizard.next_question import about_left, choose
from tests.examples import examples
from tests.wizard.small import FULL, QUESTIONNAIRE, RULE_BASE, SCREEN, SCREENED

KEYS = tuple(QUESTIONNAIRE.by_key)
ALL_LINES = tuple(walks.line_of(item) for item in SCREEN.items)
ONE_BY_ONE = Ticks((), ())


def answers_to(question: Question) -> st.SearchStrategy[Answer | None]:
    if question.unit:
        return st.none() | st.integers(int(question.minimum), min(int(question.maximum), 500))
    values = [choice.value for choice in question.choices]
    if question.kind == "list":
        return st.none() | st.lists(st.sampled_from(values), unique=True).map(
            lambda ticked: tuple(map(str, ticked))
        )
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
    return Deed(what, key, draw(answers_to(SCREENED.by_key[key])))


def at_hand(walk: Walk) -> tuple[Walk, str | Screen | None]:
    """Return the walk at the next question, and that question or screen; as a session does it."""
    walk = walks.forward(walk, walks.passed_over(walk, SCREENED))
    if walk.at < len(walk.trail):
        entry = walk.trail[walk.at]
        return walk, SCREEN if entry == SCREEN.id else entry
    if walk.everything:
        return walk, next(iter(walks.remaining(walk, SCREENED)), None)
    due = walks.due(walk, SCREENED, lambda answers: open_questions(RULE_BASE, answers))
    return walk, choose(SCREENED, due, walk.ticks)


def answered(walk: Walk, data: st.DataObject) -> tuple[Walk, Mapping[str, Answer | None]]:
    """Return the walk after any reply to what is at hand, and what it says of which keys."""
    walk, step = at_hand(walk)
    if step is None:
        return walk, {}
    if isinstance(step, str):
        answer = data.draw(answers_to(SCREENED.by_key[step]))
        return walks.record(walk, step, answer), {step: answer}
    lines = [walks.line_of(item) for item in step.items]
    ticks = Ticks(tuple(lines), tuple(data.draw(st.lists(st.sampled_from(lines), unique=True))))
    unticked = set(walks.ticked_lines(walk, step)).difference(ticks.ticked)
    left = [key for item in step.items if walks.line_of(item) in unticked for key in item.keys]
    return walks.record_ticks(walk, step, ticks), dict.fromkeys(left)


def done(walk: Walk, deed: Deed, data: st.DataObject) -> tuple[Walk, Mapping[str, Answer | None]]:
    if deed.what == "back":
        return walks.back(walk, walks.passed_over(walk, SCREENED)), {}
    if deed.what == "front":
        return walks.to_front(walk), {}
    if deed.what == "edit":
        return walks.record(walks.to_front(walk), deed.key, deed.answer), {deed.key: deed.answer}
    return answered(walk, data)


@settings(max_examples=50, deadline=None)
@given(st.lists(deeds(), max_size=25), st.booleans(), st.data())
def test_no_deed_loses_an_answer(sequence: list[Deed], everything: bool, data: st.DataObject) -> None:
    walk = Walk(everything=everything)
    last: dict[str, Answer | None] = {}
    for deed in sequence:
        walk, said = done(walk, deed, data)
        last |= said
        known = {name: value for name, value in last.items() if value is not None}
        assert walk.answers == known
        assert set(walk.unknown) <= set(last) - set(known)
        assert set(last) >= set(walk.trail) - {SCREEN.id}
        assert {**walks.given(walk, SCREENED), **known} == walks.given(walk, SCREENED)
        assert len(set(walk.trail)) == len(walk.trail)
        assert 0 <= walk.at <= len(walk.trail)


@settings(max_examples=examples(500), deadline=None)
@given(st.lists(deeds(), max_size=15), st.booleans(), st.data())
def test_answering_on_reaches_the_end(sequence: list[Deed], everything: bool, data: st.DataObject) -> None:
    walk = Walk(everything=everything)
    for deed in sequence:
        walk, _ = done(walk, deed, data)
    walk = walks.to_front(walk)
    for _ in range(3 * len(KEYS)):
        walk, _ = answered(walk, data)
    assert at_hand(walk)[1] is None
    assert not everything or walks.remaining(walk, SCREENED) == ()


@settings(max_examples=examples(500), deadline=None)
@given(st.lists(deeds(), max_size=20), st.data())
def test_one_can_step_back_to_the_first_question_and_forward_again(
    sequence: list[Deed], data: st.DataObject
) -> None:
    walk = Walk()
    for deed in sequence:
        walk, _ = done(walk, deed, data)
    over = walks.passed_over(walk, SCREENED)
    met = [entry for entry in walk.trail if entry not in over]
    walk, seen = walks.to_front(walk), []
    while (earlier := walks.back(walk, over)) != walk:
        walk = earlier
        seen.append(walk.trail[walk.at])
    assert seen == list(reversed(met))
    before = walk
    for entry in met:  # Enter on each keeps its reply and goes one on
        walk, step = at_hand(walk)
        assert walk.trail[walk.at] == entry
        if isinstance(step, str):
            walk = walks.record(walk, step, walks.given(walk, SCREENED).get(step))
        elif step is not None:
            shown = Ticks(walk.ticks[step.id].offered, walks.ticked_lines(walk, step))
            walk = walks.record_ticks(walk, step, shown)
    assert walks.forward(walk, over).at == len(walk.trail)
    assert walks.given(walk, SCREENED) == walks.given(before, SCREENED)


def test_a_walk_begins_behind_the_given_answers() -> None:
    walk = walks.begin({"steps": 3, "invocation": "async"}, QUESTIONNAIRE)
    assert walk == Walk(
        answers={"steps": 3, "invocation": "async"}, unknown=(), trail=("invocation", "steps"), at=2
    )
    assert walks.back(walk, ()).at == 1


def test_unknown_is_not_asked_again() -> None:
    walk, asked = Walk(), []
    for _ in range(20):
        walk, step = at_hand(walk)
        if step is None:
            break
        asked.append(step)
        walk = (
            walks.record(walk, step, None)
            if isinstance(step, str)
            else walks.record_ticks(walk, step, ONE_BY_ONE)
        )
    assert at_hand(walk)[1] is None
    assert walk.answers == {}
    assert len(asked) == len(set(map(str, asked)))


def test_a_question_that_no_longer_arises_is_stepped_over_and_its_answer_comes_back_with_it() -> None:
    walk = walks.begin({**FULL, "parallelism": "dynamic", "max_items": 50}, QUESTIONNAIRE)
    changed = walks.record(walk, "parallelism", "none")
    assert [item.key for item in QUESTIONNAIRE.settle(changed.answers).dropped] == ["max_items"]
    over = walks.passed_over(changed, QUESTIONNAIRE)
    stepped = [changed := walks.back(changed, over) for _ in range(len(walk.trail))]
    assert "max_items" not in [step.trail[step.at] for step in stepped]
    again = walks.record(changed, "parallelism", "dynamic")
    assert QUESTIONNAIRE.settle(again.answers).answers["max_items"] == 50


def test_what_needs_an_unknown_answer_is_not_asked() -> None:
    walk = walks.record(Walk(everything=True), "parallelism", None)
    assert "max_items" not in walks.remaining(walk, QUESTIONNAIRE)


def test_a_screen_settles_what_is_not_ticked_and_asks_about_the_rest() -> None:
    walk = walks.record_ticks(Walk(), SCREEN, Ticks(ALL_LINES, ("priority",)))
    assert walks.given(walk, SCREENED) == {"parallelism": "none", "waits": ()}
    left_out = {"parallelism", "waits", "duration_s", "idempotent", "event_source"}
    assert walks.left_out(walk, SCREENED) == left_out
    due = walks.due(walk, SCREENED, lambda answers: open_questions(RULE_BASE, answers))
    assert {item.key for item in due} == {"invocation", "steps", "priority"}


def test_a_line_that_stands_for_an_answer_settles_it_and_what_follows_from_it() -> None:
    walk = walks.record_ticks(Walk(), SCREEN, Ticks(ALL_LINES, ("event_source", "waits")))
    assert walks.given(walk, SCREENED) == {"parallelism": "none", "event_source": "s3"}
    assert SCREENED.settle(walks.given(walk, SCREENED)).facts.values["invocation"] == "async"
    assert walks.marked(walk, SCREENED) == ("waits",)
    assert "event_source" not in walks.given(walks.record(walk, "event_source", None), SCREENED)
    assert walks.given(walks.record(walk, "event_source", "alb"), SCREENED)["event_source"] == "alb"


def test_unticking_takes_an_answer_back_and_its_question_out_of_the_way() -> None:
    walk = walks.record_ticks(Walk(), SCREEN, Ticks(ALL_LINES, ("waits",)))
    walk = walks.record(walk, "waits", ("timer",))
    walk = walks.record_ticks(replace(walk, at=0), SCREEN, Ticks(ALL_LINES, ()))
    assert walks.given(walk, SCREENED) == {"parallelism": "none", "waits": ()}
    assert walks.forward(walk, walks.passed_over(walk, SCREENED)).at == len(walk.trail)


def test_an_answer_of_its_own_counts_more_than_a_line_left_out() -> None:
    walk = walks.record_ticks(Walk(), SCREEN, Ticks(ALL_LINES, ()))
    walk = walks.record(walk, "parallelism", "dynamic")
    assert walks.given(walk, SCREENED)["parallelism"] == "dynamic"
    assert "parallelism" not in walks.passed_over(walk, SCREENED)


def test_the_openings_come_first_then_the_screen_then_what_is_left() -> None:
    def due(*keys: str) -> tuple[OpenQuestion, ...]:
        return tuple(
            OpenQuestion(key=key, turns=1, swing=1, weight=9 - place) for place, key in enumerate(keys)
        )

    everything = due("waits", "steps", "parallelism", "invocation")
    assert choose(SCREENED, everything) == "invocation"
    assert choose(SCREENED, everything[:3]) == SCREEN
    assert choose(SCREENED, everything[:3], ["features"]) == "waits"
    assert choose(SCREENED, everything[:2]) == "waits"
    assert choose(SCREENED, ()) is None
    assert about_left(SCREENED, everything) == 3
    assert about_left(SCREENED, everything, ["features"]) == 4


def test_an_interview_is_the_wizard_with_known_answers() -> None:
    rule_base = replace(RULE_BASE, questionnaire=SCREENED)
    walk = interview(rule_base, FULL)
    assert walk.trail == ("invocation", "features", "steps")
    assert walk.ticks == {"features": Ticks(ALL_LINES, ("duration_s", "priority", "event_source"))}
    assert outcome_of(decide(rule_base, walks.given(walk, SCREENED))) == outcome_of(decide(rule_base, FULL))


def test_an_answer_from_a_file_is_not_lost_where_its_line_is_left() -> None:
    walk = replace(Walk(), answers={"priority": ("cost",)})
    walk = walks.record_ticks(walk, SCREEN, Ticks(ALL_LINES, ()))
    assert walk.answers == {"priority": ("cost",)}
    assert walks.record_ticks(walk, SCREEN, Ticks(ALL_LINES, ())).answers == {}
