"""The wizard: asks what matters, explains itself, never loses an answer."""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from advisor.decision.explain.open_questions import open_questions
from advisor.knowledge.answers import Answers
from advisor.knowledge.rules import RuleBase
from advisor.wizard import interview_state as walks
from advisor.wizard.drafts import Draft, DraftFile
from advisor.wizard.interview_state import Walk
from advisor.wizard.menu_actions import Action, Actions, Done, Wish
from advisor.wizard.prompters import choose_prompter
from advisor.wizard.prompts import Picked, Prompt, Prompter, Row
from advisor.wizard.result_menu import End, end_menu
from advisor.wizard.review import review
from advisor.wizard.session import Session, ask_questions

__all__ = ["Action", "Actions", "Done", "DraftFile", "Prompter", "Wish", "choose_prompter", "run"]

INTRODUCTION = (
    "Lambda Destinations or Step Functions? A few questions, then advice with its reasons, and a starter "
    "project if you like. You can always go back, and no answer is lost."
)


def run(  # noqa: PLR0913 - what the command line knows, each by its name
    rule_base: RuleBase,
    prompter: Prompter,
    *,
    start: Answers,
    draft: DraftFile | None,
    ask_all: bool,
    actions: Actions,
) -> Answers:
    """Ask, recommend and serve the end menu; return the answers that count.

    Raises KeyboardInterrupt, with one line that says where the draft is, when the user stops early.
    """
    session = Session(
        rule_base=rule_base,
        prompter=prompter,
        actions=actions,
        open_questions=partial(open_questions, rule_base),
        draft=draft,
        start=start,
    )
    return play(session, everything=ask_all)


def play(session: Session, *, everything: bool = False) -> Answers:
    """Play a whole session; see ``run``."""
    try:
        session.prompter.say(INTRODUCTION, "note")
        session, walk = _opened(session, everything)
        walk = review(session, ask_questions(session, walk))
        end = end_menu(session, End(session.answers(walk)))
        while end.leave == "change":
            session = replace(session, start=end.answers)
            walk = review(session, walk)
            answers = session.answers(walk)
            end = end_menu(session, End(answers, end.saved if answers == end.answers else None))
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_farewell(session, "Interrupted.")) from None
    farewell = _farewell(session, "")
    if end.saved is None and farewell:
        session.prompter.say(farewell, "note")
    return end.answers


def _opened(session: Session, everything: bool) -> tuple[Session, Walk]:
    """Return where to begin: at the given answers, or at the draft if there is one and the user wants it."""
    questionnaire = session.rule_base.questionnaire
    walk = walks.begin(session.start.requirements, questionnaire, everything=everything)
    draft = _read_draft(session)
    if draft is None or session.draft is None or not draft.walk.trail:
        return session, walk
    count = len(draft.walk.answers)
    other = "Use the answers file" if session.start.requirements else "Start afresh"
    rows = (
        Row(
            "resume",
            "Resume it",
            f"{count} answer{'' if count == 1 else 's'}, kept {session.draft.kept_at()}",
        ),
        Row("other", other, "The draft is replaced with your first answer."),
    )
    title = "There is a draft of an unfinished run."
    reply = session.prompter.ask(Prompt(title, "one", rows=rows, moves=frozenset(), quiet=True))
    if not isinstance(reply, Picked) or reply.ids != ("resume",):
        return session, walk
    resumed = replace(draft.walk, everything=draft.walk.everything or everything)
    return replace(session, start=replace(session.start, name=draft.name or session.start.name)), resumed


def _read_draft(session: Session) -> Draft | None:
    if session.draft is None:
        return None
    try:
        return session.draft.read(session.rule_base.questionnaire)
    except ValueError as error:
        session.prompter.say(f"The draft {session.draft.path} cannot be used: {error}.", "note")
        return None


def _farewell(session: Session, first: str) -> str:
    if session.draft is None or not session.draft.path.exists():
        return first
    return f"{first} Your answers are kept in {session.draft.path}; 'advisor' offers to resume.".strip()
