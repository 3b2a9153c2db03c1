"""The review: every answer on one screen, each can be changed, and one lands here again."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from advisor.wizard import interview_state as walks
from advisor.wizard.interview_state import Walk
from advisor.wizard.prompts import Move, Picked, Prompt, Row
from advisor.wizard.question_prompts import told
from advisor.wizard.score_line import standing
from advisor.wizard.session import Session, ask_questions, edit, stepped_back

SHOW = Row("show", "Show the recommendation")
_EDIT = "edit "


def review(session: Session, walk: Walk) -> Walk:
    """Show the review until the user is content; return the walk as it then is."""
    while True:
        reply = session.prompter.ask(review_prompt(session, walk))
        if reply is Move.BACK:
            walk = ask_questions(session, stepped_back(session, walks.to_front(walk)))
        elif isinstance(reply, Picked) and reply.ids == (SHOW.id,):
            return walk
        elif isinstance(reply, Picked) and reply.ids == ("more",):
            walk = _more(session, walk)
        elif isinstance(reply, Picked):
            walk = edit(session, walk, reply.ids[0].removeprefix(_EDIT))


def review_prompt(session: Session, walk: Walk) -> Prompt:
    """Return the review screen as a prompt."""
    decision, due = session.decision(walk), session.due(walk)
    still_open = bool(session.open_questions(walks.given(walk, session.questionnaire)))
    return Prompt(
        title=_title(len(decision.settled.answers), len(due), still_open),
        kind="one",
        rows=(SHOW, *_more_rows(session, walk), *_answer_rows(session, walk)),
        status=f"Review. So far: {standing(decision)}",
        note="Choose an answer to change it.",
        quiet=True,
    )


def _more_rows(session: Session, walk: Walk) -> tuple[Row, ...]:
    due, rest = len(session.due(walk)), len(walks.remaining(walk, session.questionnaire))
    if due:
        return (Row("more", f"Answer what matters ({due} open)"),)
    gain = "For firmer advice, cost and starter project."
    return (Row("more", f"Answer {rest} more question{'' if rest == 1 else 's'}", gain),) if rest else ()


def _answer_rows(session: Session, walk: Walk) -> Iterator[Row]:
    settled = session.decision(walk).settled
    implied = {item.key: item for item in settled.implied}
    marked = walks.marked(walk, session.questionnaire)
    due = {item.key for item in session.due(walk)}
    for question in session.questionnaire.questions:
        key = question.key
        if key in settled.answers:
            yield Row(_EDIT + key, key, told(settled.answers[key], question))
        elif key in implied:
            yield Row(_EDIT + key, key, f"{told(implied[key].value, question)} (from {implied[key].by})")
        elif key in walk.unknown and key not in settled.facts.inapplicable:
            yield Row(_EDIT + key, key, told(None, question))
        elif key in marked:
            why = "not answered yet" if key in due else "no answer changes the recommendation"
            yield Row(_EDIT + key, key, f"On your list; {why}.")


def _title(answered: int, due: int, still_open: bool) -> str:
    said = f"{answered} answer{'' if answered == 1 else 's'}."
    if due:
        return f"{said} {due} open question{'' if due == 1 else 's'} can change the recommendation."
    if still_open:
        return f"{said} Enough to recommend. Open questions can change the advice; the result says how."
    return f"{said} No other answer can change the recommendation."


def _more(session: Session, walk: Walk) -> Walk:
    if not session.due(walk):
        walk = replace(walk, everything=True)
    return ask_questions(session, walks.to_front(walk))
