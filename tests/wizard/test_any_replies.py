"""Whatever is replied, in whatever order, a session goes on; what was interrupted resumes as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from advisor.decision.explain.open_questions import open_questions
from advisor.errors import CannotWrite
from advisor.knowledge.rules import RuleBase
from advisor.loading import load_rule_base
from advisor.resources import rules_folder
from advisor.wizard import Actions, Done, DraftFile, Wish, play
from advisor.wizard.prompts import Move, Picked, Prompt, Reading, Reply, Typed
from advisor.wizard.session import Session
from tests.wizard.scripted import Scripted, script
from tests.wizard.small import RULE_BASE, SCREENED

REAL = load_rule_base(rules_folder())
SMALL = RuleBase(
    version="1",
    as_of="2026-11-23",
    questionnaire=SCREENED,
    criteria=(),
    rules=RULE_BASE.rules,
    alternatives=(),
)
LINES = ["1", "7", "90", "5m", "10k", "a name", "ü/🙂", "~", "0"]


def refuses(wish: Wish) -> Done:
    raise CannotWrite(f"{wish.path} cannot be written.")


def tells(wish: Wish) -> Done:
    return Done(f"told {len(wish.answers.requirements)}", ("advisor", "recommend", str(wish.saved)))


ACTIONS = Actions(
    summary=tells, reasons=tells, flips=tells, cost=tells, save=tells, report=tells, generate=refuses
)


def any_reply(data: st.DataObject, many: int) -> Callable[[Prompt], Reply]:
    """Return a prompter's way to reply: anything that the prompt takes, ``many`` times; then Ctrl-C."""
    count = 0

    def reply(prompt: Prompt) -> Reply:
        nonlocal count
        count += 1
        if count > many:
            raise KeyboardInterrupt
        if prompt.moves and data.draw(st.integers(0, 4)) == 0:
            return data.draw(st.sampled_from(sorted(prompt.moves, key=lambda move: move.value)))
        if prompt.kind == "line":
            read = prompt.read(data.draw(st.sampled_from(LINES)))
            return Typed(read.value) if isinstance(read, Reading) else sorted(prompt.moves, key=str)[0]
        rows = [row.id for row in prompt.rows]
        if prompt.kind == "one":
            return Picked((data.draw(st.sampled_from(rows)),))
        chosen = data.draw(st.lists(st.sampled_from(rows), min_size=1, max_size=4, unique=True))
        alone = [row_id for row_id in chosen if prompt.row(row_id).alone]
        return Picked((alone[0],) if alone else tuple(chosen))

    return reply


@pytest.mark.parametrize(("rule_base", "examples"), [(SMALL, 60), (REAL, 10)], ids=["small", "real"])
def test_any_replies_go_on_and_a_draft_holds_them(
    rule_base: RuleBase, examples: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    @settings(max_examples=examples, deadline=None)
    @given(st.data(), st.integers(0, 30), st.booleans())
    def holds(data: st.DataObject, many: int, everything: bool) -> None:
        draft = DraftFile(tmp_path_factory.mktemp("draft") / "draft.json")
        asks = partial(open_questions, rule_base)
        session = Session(
            rule_base=rule_base,
            prompter=Scripted(any_reply(data, many)),
            actions=ACTIONS,
            open_questions=asks,
            draft=draft,
        )
        try:
            answers = play(session, everything=everything)
        except KeyboardInterrupt:
            check_resumed(rule_base, draft)
        else:
            assert set(answers.requirements) <= set(rule_base.questionnaire.by_key)

    holds()


def check_resumed(rule_base: RuleBase, draft: DraftFile) -> None:
    kept = draft.read(rule_base.questionnaire)
    if kept is None or not kept.walk.trail:
        return
    prompter = script("resume", Move.REVIEW)
    session = Session(
        rule_base=rule_base,
        prompter=prompter,
        actions=ACTIONS,
        open_questions=partial(open_questions, rule_base),
        draft=draft,
    )
    with pytest.raises(KeyboardInterrupt):
        play(session)
    assert draft.read(rule_base.questionnaire) == kept
    assert Path(draft.path).is_file()
