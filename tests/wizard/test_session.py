"""Whole sessions, replied to from a script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from advisor.decision.explain.open_questions import OpenQuestion, open_questions
from advisor.errors import CannotWrite
from advisor.knowledge.answers import Answers, Project
from advisor.wizard import Action, Actions, Done, DraftFile, Wish, play
from advisor.wizard.interview_state import OpenQuestions
from advisor.wizard.prompts import Move, Picked, Reply
from advisor.wizard.session import Session
from tests.wizard.scripted import Scripted, script
from tests.wizard.small import FULL, RULE_BASE, SCREENED


def tells(text: str) -> Action:
    return lambda wish: Done(f"{text} {dict(wish.answers.requirements)}", ("advisor", text, str(wish.saved)))


def writes(wish: Wish) -> Done:
    assert wish.path is not None
    if wish.path.exists() and not wish.replace:
        raise CannotWrite(f"{wish.path} exists already; nothing was written.")
    wish.path.write_text(f"{wish.answers.name} {wish.answers.project.iac}", encoding="utf-8")
    return Done(f"Wrote {wish.path.name}", ("advisor", "recommend", wish.path.name))


ACTIONS = Actions(
    summary=tells("summary"),
    reasons=tells("reasons"),
    flips=tells("flips"),
    cost=tells("cost"),
    save=writes,
    report=writes,
    generate=writes,
    runtimes=("python",),
)


NOTHING = Answers()


def in_order(*keys: str) -> OpenQuestions:
    """Return the questions to ask: those of ``keys`` that have no answer, in this order."""
    return lambda answers: tuple(
        OpenQuestion(key=key, turns=1, swing=1, weight=1) for key in keys if key not in answers
    )


def session(
    prompter: Scripted, *keys: str, draft: Path | None = None, start: Answers | None = None
) -> Session:
    asks = in_order(*keys)
    return Session(
        rule_base=RULE_BASE,
        prompter=prompter,
        actions=ACTIONS,
        open_questions=asks,
        draft=DraftFile(draft) if draft else None,
        start=start or Answers(),
    )


def titles(prompter: Scripted) -> list[str]:
    return [prompt.title for prompt in prompter.asked]


def test_the_straight_path() -> None:
    prompter = script("async", "3", "none-of-these", "show", "quit")
    answers = play(session(prompter, "invocation", "steps", "waits"))
    assert answers == Answers({"invocation": "async", "steps": 3, "waits": ()})
    assert titles(prompter) == [
        "How is the work started?",
        "How many steps?",
        "What does a run wait for?",
        "3 answers. No other answer can change the recommendation.",
        "What next?",
    ]
    assert [prompt.status for prompt in prompter.asked[:3]] == [
        "Question 1, about 2 more. So far: both open",
        "Question 2, about 1 more. So far: Destinations 1, Step Functions 0",
        "Question 3, the last one. So far: Destinations 1, Step Functions 0",
    ]
    assert prompter.told[-4:] == [
        "plain: ",
        "plain: summary {'invocation': 'async', 'steps': 3, 'waits': ()}",
        "note: The same without questions:",
        "command:   advisor summary None",
    ]


def test_back_shows_the_earlier_reply_and_goes_forward_again() -> None:
    prompter = script("async", "3", Move.BACK, Move.BACK, "sync", "4", "timer", "show", "quit")
    answers = play(session(prompter, "invocation", "steps", "waits"))
    assert answers.requirements == {"invocation": "sync", "steps": 4, "waits": ("timer",)}
    again = prompter.asked[4]
    assert (again.title, again.given) == ("How is the work started?", ("async",))
    assert prompter.asked[5].default == "3"


def test_back_on_the_first_question_says_so() -> None:
    prompter = script(Move.BACK, "async", "show", "quit")
    play(session(prompter, "invocation"))
    assert "note: This is the first question." in prompter.told


def test_back_from_the_review_leads_to_the_last_question_and_to_the_review_again() -> None:
    prompter = script("async", Move.BACK, "sync", "show", "quit")
    assert play(session(prompter, "invocation")).requirements == {"invocation": "sync"}


def test_unknown_leaves_the_key_absent_and_is_not_asked_again() -> None:
    prompter = script("unknown", Move.UNKNOWN, "show", "quit")
    assert play(session(prompter, "invocation", "steps")).requirements == {}
    labels = {row.label: row.text for row in prompter.asked[2].rows}
    assert labels["invocation"] == labels["steps"] == "I don't know"


def test_the_review_edits_any_answer_and_one_lands_on_it_again() -> None:
    prompter = script("async", "3", "edit steps", "4", "edit invocation", Move.BACK, "show", "quit")
    assert play(session(prompter, "invocation", "steps")).requirements == {"invocation": "async", "steps": 4}
    reviews = [prompt for prompt in prompter.asked if prompt.title.startswith("2 answers")]
    assert [[row.text for row in review.rows if row.id == "edit steps"] for review in reviews] == [
        ["3 steps"],
        ["4 steps"],
        ["4 steps"],
    ]


def test_review_can_be_called_early_and_leads_back_to_what_matters() -> None:
    prompter = script("async", Move.REVIEW, "more", "3", "show", "quit")
    assert play(session(prompter, "invocation", "steps")).requirements == {"invocation": "async", "steps": 3}
    assert prompter.asked[2].title == "1 answer. 1 open question can change the recommendation."


def test_the_rest_is_asked_only_when_wanted() -> None:
    rest = ["3", "none", "none-of-these", "60", "True", "none-of-these"]
    prompter = script("s3", "more", *rest, "show", "quit")
    answers = play(session(prompter, "event_source"))
    assert list(answers.requirements) == [
        "event_source", "steps", "parallelism", "waits", "duration_s", "idempotent", "priority",
    ]  # fmt: skip
    assert prompter.asked[1].rows[1].label == "Answer 6 more questions"


def test_everything_is_asked_in_the_order_of_the_file() -> None:
    prompter = script(
        "async", "other", "3", "dynamic", "7", "unknown", Move.UNKNOWN, "True", "unknown", "show", "quit"
    )
    play(session(prompter), everything=True)
    assert titles(prompter)[:9] == [question.ask for question in RULE_BASE.questionnaire.questions]


def test_a_dropped_answer_is_said_and_left_out() -> None:
    prompter = script("dynamic", "50", "edit parallelism", "none", "show", "quit")
    answers = play(session(prompter, "parallelism", "max_items"))
    assert answers.requirements == {"parallelism": "none"}
    assert "note: Left out, because the question no longer arises: max_items: 50 items." in prompter.told


def test_an_option_ruled_out_is_said_when_it_happens() -> None:
    prompter = script("callback", "3", "show", "quit")
    play(session(prompter, "waits", "steps"))
    warnings = [text for text in prompter.told if text.startswith("warning")]
    assert warnings == [
        "warning: Destinations and Express workflows can no longer be used: "
        "Only Standard can wait. Because of WA01.",
    ]
    assert prompter.asked[1].status == "Question 2, the last one. So far: Destinations out, Step Functions 0"


CONTRADICTION = (
    "warning: These answers exclude each other. Which service starts it? S3 event. "
    "How is the work started? Synchronous call. event_source=s3 means invocation=async."
)


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        (["keep"], {"invocation": "sync", "event_source": "s3"}),
        (["invocation", "async"], {"invocation": "async", "event_source": "s3"}),
        (["event_source", "alb"], {"invocation": "sync", "event_source": "alb"}),
        ([Move.BACK, "other"], {"invocation": "sync", "event_source": "other"}),
    ],
)
def test_a_contradiction_is_shown_and_can_be_solved(
    replies: list[Reply | str], expected: dict[str, str]
) -> None:
    prompter = script("sync", "s3", *replies, "show", "quit")
    assert play(session(prompter, "invocation", "event_source")).requirements == expected
    assert CONTRADICTION in prompter.told


def test_given_answers_are_not_asked_for_and_one_can_step_back_to_them() -> None:
    start = Answers({"invocation": "async"}, "orders", Project(iac="terraform"))
    prompter = script(Move.BACK, "sync", "3", "show", "quit")
    answers = play(session(prompter, "invocation", "steps", start=start))
    assert answers == Answers({"invocation": "sync", "steps": 3}, "orders", Project(iac="terraform"))


def test_a_finished_file_leads_to_the_review() -> None:
    prompter = script("show", "quit")
    answers = play(session(prompter, "steps", start=Answers(FULL)))
    assert answers.requirements == FULL
    assert prompter.asked[0].rows[0].label == "Show the recommendation"


def test_the_menu_tells_saves_and_generates(tmp_path: Path) -> None:
    target, project = tmp_path / "my answers.yaml", tmp_path / "out"
    prompter = script(
        "async", "show", "reasons", "flips", "cost",
        "save", "my orders", str(target),
        "generate", "my orders", "terraform", str(project), "quit",
    )  # fmt: skip
    answers = play(session(prompter, "invocation"))
    assert answers == Answers(
        {"invocation": "async"}, "my orders", Project(iac="terraform", runtime="python")
    )
    assert target.read_text(encoding="utf-8") == "my orders None"
    assert project.read_text(encoding="utf-8") == "my orders terraform"
    assert "command:   advisor recommend 'my answers.yaml'" in prompter.told
    assert [prompt.default for prompt in prompter.asked if prompt.kind == "line"] == [
        "my-workload", "my-orders.yaml", "my orders", "my-orders",
    ]  # fmt: skip


def test_the_answer_stays_in_sight_above_the_menu() -> None:
    prompter = script("async", "show", "cost", "quit")
    play(session(prompter, "invocation"))
    assert [prompt.status for prompt in prompter.asked[-2:]] == ["summary {'invocation': 'async'}"] * 2
    assert prompter.asked[-1].given == ("cost",)


def test_what_was_left_open_is_not_said_to_be_without_weight() -> None:
    prompter = script("async", Move.UNKNOWN, "show", "quit")
    play(session(prompter, "invocation", "steps"))
    assert prompter.asked[2].title == (
        "1 answer. Enough to recommend. Open questions can change the advice; the result says how."
    )


def test_an_existing_file_is_replaced_only_when_wanted(tmp_path: Path) -> None:
    target = tmp_path / "a.yaml"
    target.write_text("mine", encoding="utf-8")
    save = ["save", "n", str(target)]
    prompter = script("async", "show", *save, "keep", *save, "replace", "quit")
    play(session(prompter, "invocation"))
    assert target.read_text(encoding="utf-8") == "n None"


@pytest.mark.parametrize("name", ["x" * 500, "~nobody-here/a", "a/b/c", "con.yaml", "ü 🙂.yaml"])
def test_a_strange_file_name_is_no_crash(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    refusing = replace(ACTIONS, save=lambda wish: (_ for _ in ()).throw(CannotWrite("no")))
    prompter = script("async", "show", "save", "n", name, "quit")
    assert play(replace(session(prompter, "invocation"), actions=refusing)).name == "n"


def test_what_an_action_refuses_is_told_and_the_menu_goes_on(tmp_path: Path) -> None:
    prompter = script("async", "show", "generate", "n", "sam", str(tmp_path), "quit")
    play(session(prompter, "invocation"))
    assert f"warning: {tmp_path} exists already; nothing was written." in prompter.told


def test_back_leads_through_the_fields_of_a_form_to_the_menu(tmp_path: Path) -> None:
    back = [Move.BACK] * 4
    fields: list[Move | str] = ["generate", "n", "sam", *back[:2], "other name", "cdk-python", *back[:3]]
    prompter = script("async", "show", *fields, "quit")
    play(session(prompter, "invocation"))
    names = [prompt.default for prompt in prompter.asked if prompt.title == "Name of the workload?"]
    assert names == ["my-workload", "n", "other name"]


def test_an_answer_can_be_changed_after_the_recommendation() -> None:
    prompter = script("async", "show", "change", "edit invocation", "sync", "show", "quit")
    assert play(session(prompter, "invocation")).requirements == {"invocation": "sync"}


def test_interrupted_the_draft_is_kept_and_named(tmp_path: Path) -> None:
    draft = tmp_path / "state" / "draft.json"
    with pytest.raises(KeyboardInterrupt) as stop:
        play(session(script("async", "3"), "invocation", "steps", "waits", draft=draft))
    assert str(stop.value) == f"Interrupted. Your answers are kept in {draft}; 'advisor' offers to resume."
    assert json.loads(draft.read_text(encoding="utf-8"))["answers"] == {"invocation": "async", "steps": 3}


def test_interrupted_before_any_answer_there_is_no_draft(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^Interrupted\.$"):
        play(session(script(), "invocation", draft=tmp_path / "d.json"))


def test_a_draft_is_offered_and_taken_up_where_it_stopped(tmp_path: Path) -> None:
    draft = tmp_path / "d.json"
    with pytest.raises(KeyboardInterrupt):
        play(session(script("async", Move.UNKNOWN), "invocation", "steps", "waits", draft=draft))
    prompter = script("resume", Move.BACK, Move.BACK, "async", "5", "timer", "show", "quit")
    answers = play(session(prompter, "invocation", "steps", "waits", draft=draft))
    assert answers.requirements == {"invocation": "async", "steps": 5, "waits": ("timer",)}
    assert prompter.asked[0].title == "There is a draft of an unfinished run."
    assert prompter.asked[0].rows[0].text.startswith("1 answer, kept ")


def test_starting_afresh_keeps_the_draft_until_the_first_answer(tmp_path: Path) -> None:
    draft = tmp_path / "d.json"
    with pytest.raises(KeyboardInterrupt):
        play(session(script("async"), "invocation", "steps", draft=draft))
    before = draft.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        play(session(script("other"), "invocation", "steps", draft=draft))
    assert draft.read_bytes() == before


def test_saved_answers_need_no_draft(tmp_path: Path) -> None:
    draft = tmp_path / "d.json"
    prompter = script("async", "show", "save", "n", str(tmp_path / "a.yaml"), "quit")
    play(session(prompter, "invocation", draft=draft))
    assert not draft.exists()


def test_unsaved_answers_stay_in_the_draft_and_it_is_said(tmp_path: Path) -> None:
    draft = tmp_path / "d.json"
    prompter = script("async", "show", "quit")
    play(session(prompter, "invocation", draft=draft))
    assert prompter.told[-1] == f"note: Your answers are kept in {draft}; 'advisor' offers to resume."


def test_a_broken_draft_is_left_alone_and_said(tmp_path: Path) -> None:
    draft = tmp_path / "d.json"
    draft.write_text("{", encoding="utf-8")
    prompter = script("async", "show", "quit")
    play(session(prompter, "invocation", draft=draft))
    assert f"note: The draft {draft} cannot be used: it is damaged." in prompter.told


def test_where_no_draft_can_be_written_the_walk_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    prompter = script("async", "show", "quit")
    answers = play(session(prompter, "invocation", draft=tmp_path / "file" / "d.json"))
    assert answers.requirements == {"invocation": "async"}
    assert any(text.startswith("warning: The draft could not be written: ") for text in prompter.told)


def test_a_screen_is_asked_and_what_is_marked_is_asked_next() -> None:
    rule_base = replace(RULE_BASE, questionnaire=SCREENED)
    prompter = script("async", Picked(("parallelism", "priority")), "dynamic", Move.UNKNOWN, "show", "quit")
    asks = in_order("invocation", "parallelism", "waits", "duration_s", "max_items")
    answers = play(Session(rule_base=rule_base, prompter=prompter, actions=ACTIONS, open_questions=asks))
    assert titles(prompter)[1:4] == [
        "Which of these does it do?", "Do parts run at the same time?", "How many items at most?",
    ]  # fmt: skip
    assert answers.requirements == {"invocation": "async", "parallelism": "dynamic", "waits": ()}


def test_what_was_marked_and_cannot_matter_any_more_stands_in_the_review() -> None:
    rule_base = replace(RULE_BASE, questionnaire=SCREENED)
    prompter = script(Picked(("waits", "priority")), Move.REVIEW, "show", "quit")
    asks = in_order("waits", "parallelism")
    play(Session(rule_base=rule_base, prompter=prompter, actions=ACTIONS, open_questions=asks))
    marked = {row.label: row.text for row in prompter.asked[2].rows if row.text.startswith("On your list")}
    assert marked == {
        "waits": "On your list; not answered yet.",
        "priority": "On your list; no answer changes the recommendation.",
    }


def test_the_real_order_of_questions_ends_with_the_same_verdict_as_all_answers() -> None:
    from advisor.decision.decide import decide
    from advisor.decision.verdict import option_of

    def answer(prompt: object) -> Reply:
        assert hasattr(prompt, "title")
        if prompt.title in by_ask:
            return reply_to(by_ask[prompt.title])
        return Picked(("show",)) if "answers." in prompt.title else Picked(("quit",))

    by_ask = {question.ask: question.key for question in RULE_BASE.questionnaire.questions}
    prompter = Scripted(answer)
    asking = replace(session(prompter), open_questions=lambda given: open_questions(RULE_BASE, given))
    answers = play(asking)
    assert option_of(decide(RULE_BASE, answers.requirements)) == option_of(decide(RULE_BASE, FULL))


def reply_to(key: str) -> Reply:
    from advisor.wizard.prompts import Typed

    value = FULL[key]
    if isinstance(value, tuple):
        return Picked(value or ("none-of-these",))
    return Picked((str(value),)) if isinstance(value, str | bool) else Typed(value)
