"""A question as a prompt, and the reply as an answer."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question, Questionnaire, Screen
from advisor.knowledge.rules import RuleBase
from advisor.wizard.help import help_for
from advisor.wizard.interview_state import Ticks, line_of
from advisor.wizard.numbers import LONGEST, range_note, read_number, shown
from advisor.wizard.prompts import Move, Picked, Prompt, Reply, Row, Section

UNKNOWN_ROW = Row("unknown", "I don't know", "The result will say what it would change.", alone=True)
NONE_ROW = Row("none-of-these", "None of these", alone=True)
ONE_BY_ONE_ROW = Row("one-by-one", "I don't know", "Ask me one by one.", alone=True)
MOVES = frozenset({Move.BACK, Move.REVIEW, Move.UNKNOWN})


def prompt_for(
    question: Question, rule_base: RuleBase, given: Answer | None, *, unknown: bool = False
) -> Prompt:
    """Return the prompt that asks ``question``, with the earlier reply (``given`` or ``unknown``) at hand."""
    help_text = help_for(question, rule_base)
    if question.unit:
        return Prompt(
            title=question.ask,
            kind="line",
            default=f"{given}" if given is not None else "",
            note=_range_note(question, given),
            help=help_text,
            read=partial(read_number, question=question),
            longest=LONGEST,
            moves=MOVES,
        )
    several = question.kind == "list"
    return Prompt(
        title=question.ask,
        kind="several" if several else "one",
        rows=(*_rows(question), *((NONE_ROW,) if several else ()), UNKNOWN_ROW),
        given=(UNKNOWN_ROW.id,) if unknown else _ids(given),
        help=help_text,
        moves=MOVES,
        ordered=question.ordered,
    )


def screen_prompt(
    screen: Screen, offered: Collection[str], earlier: Ticks | None, questionnaire: Questionnaire
) -> Prompt:
    """Return the prompt that shows the ``offered`` lines of ``screen``, ticked as they were ``earlier``."""
    items = [item for item in screen.items if line_of(item) in offered]
    changes = tuple(
        f"{item.label}: {' '.join(questionnaire.by_key[key].changes for key in item.keys)}" for item in items
    )
    return Prompt(
        title=screen.ask,
        kind="several",
        rows=(*(Row(line_of(item), item.label, item.text) for item in items), NONE_ROW, ONE_BY_ONE_ROW),
        given=_ticked_before(earlier),
        note="What you mark is asked about if it can still matter; what you leave is not.",
        help=(Section("Why we ask", (screen.why,)), Section("What each changes", changes)),
        moves=MOVES - {Move.UNKNOWN},
    )


def _ticked_before(earlier: Ticks | None) -> tuple[str, ...]:
    if earlier is None:
        return ()
    if not earlier.offered:
        return (ONE_BY_ONE_ROW.id,)
    return earlier.ticked or (NONE_ROW.id,)


def offered_in(prompt: Prompt) -> tuple[str, ...]:
    """Return the lines a screen's prompt has on offer."""
    return tuple(row.id for row in prompt.rows if not row.alone)


def ticked_in(reply: Reply) -> tuple[str, ...] | None:
    """Return the lines ticked on a screen; None where the user would rather be asked one by one."""
    ids = reply.ids if isinstance(reply, Picked) else ()
    return None if ids == (ONE_BY_ONE_ROW.id,) else tuple(name for name in ids if name != NONE_ROW.id)


def answer_in(reply: Reply, question: Question) -> Answer | None:
    """Return the answer a reply other than back or review holds; None: not known."""
    if isinstance(reply, Move) or (isinstance(reply, Picked) and reply.ids == (UNKNOWN_ROW.id,)):
        return None
    if not isinstance(reply, Picked):
        return reply.value
    if question.kind == "list":
        return () if reply.ids == (NONE_ROW.id,) else reply.ids
    return next(choice.value for choice in question.choices if str(choice.value) == reply.ids[0])


def told(answer: Answer | None, question: Question) -> str:
    """Return an answer in the words of its question."""
    if answer is None:
        return UNKNOWN_ROW.label
    if question.unit and isinstance(answer, int | float):
        return shown(answer, question.unit)
    values = answer if isinstance(answer, tuple) else (answer,)
    labels = [choice.label if (choice := question.choice(value)) else str(value) for value in values]
    return ", ".join(labels) or NONE_ROW.label


def _rows(question: Question) -> tuple[Row, ...]:
    return tuple(Row(str(choice.value), choice.label, choice.text) for choice in question.choices)


def _ids(given: Answer | None) -> tuple[str, ...]:
    if isinstance(given, tuple):
        return given or (NONE_ROW.id,)
    return () if given is None else (str(given),)


def _range_note(question: Question, given: Answer | None) -> str:
    earlier = f" Enter keeps {told(given, question)}." if given is not None else ""
    return f"{range_note(question)}{earlier}"
