"""The questions, one after the other: asks, records, tells what the answer changed, keeps the draft."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from advisor.decision.conclude import margin
from advisor.decision.decide import Decision, decide
from advisor.decision.sensitivity import OpenQuestion
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import RuleBase
from advisor.wizard import standing
from advisor.wizard import walk as walks
from advisor.wizard.actions import Actions
from advisor.wizard.asking import answer_in, prompt_for, told
from advisor.wizard.drafts import Draft, DraftFile
from advisor.wizard.prompts import Move, Picked, Prompt, Prompter, Row
from advisor.wizard.walk import OpenQuestions, Walk


@dataclass(frozen=True, slots=True)
class Session:
    """What stays the same during a walk."""

    rule_base: RuleBase
    prompter: Prompter
    actions: Actions
    open_questions: OpenQuestions
    draft: DraftFile | None = None
    start: Answers = field(default_factory=Answers)

    def decision(self, walk: Walk) -> Decision:
        return decide(self.rule_base, walk.answers)

    def deciding(self, walk: Walk) -> tuple[OpenQuestion, ...]:
        """Return what could still change the recommendation, whether or not everything is asked."""
        return tuple(item for item in self.open_questions(walk.answers) if item.key not in walk.unknown)

    def due(self, walk: Walk) -> tuple[OpenQuestion, ...]:
        return walks.due(walk, self.rule_base.questionnaire, self.open_questions)

    def answers(self, walk: Walk) -> Answers:
        """Return the answers that count, in the order of the questionnaire."""
        kept: Mapping[str, Answer] = self.rule_base.questionnaire.settle(walk.answers).answers
        return replace(self.start, requirements=dict(kept))

    def keep(self, walk: Walk) -> None:
        """Write the draft; where that fails, say so and go on."""
        if self.draft is None:
            return
        try:
            self.draft.write(Draft(walk, self.start.name))
        except OSError as error:
            self.prompter.say(f"The draft could not be written: {error.strerror or error}.", "warning")


def ask_questions(session: Session, walk: Walk) -> Walk:
    """Ask until nothing is due, or the user wants to review; return the walk at its front."""
    while True:
        due = session.due(walk)
        walk, key = walks.current(walk, session.decision(walk).settled, due)
        if key is None:
            return walk
        after = ask_one(session, walk, key, due)
        if after is None:
            return walks.to_front(walk)
        walk = after


def ask_one(session: Session, walk: Walk, key: str, due: tuple[OpenQuestion, ...]) -> Walk | None:
    """Ask the question at hand; return the walk after the reply, or None for the review."""
    before = session.decision(walk)
    question = session.rule_base.questionnaire.by_key[key]
    ahead = len([name for name in walk.trail[walk.at + 1 :] if name not in before.settled.facts.inapplicable])
    rest = tuple(item for item in due if item.key != key)
    left = ahead + (len(rest) if walk.everything else standing.about_left(rest, margin(before)))
    prompt = replace(
        prompt_for(question, session.rule_base, walk.answers.get(key), unknown=key in walk.unknown),
        status=standing.status_line(before, walk.at + 1, left),
    )
    reply = session.prompter.ask(prompt)
    if reply is Move.REVIEW:
        return None
    if reply is Move.BACK:
        return stepped_back(session, walk)
    return record(session, walk, key, answer_in(reply, question))


def stepped_back(session: Session, walk: Walk) -> Walk:
    """Return the walk one question earlier; at the start, say so."""
    earlier = walks.back(walk, session.decision(walk).settled)
    if earlier == walk:
        session.prompter.say("This is the first question.", "note")
    return earlier


def record(session: Session, walk: Walk, key: str, answer: Answer | None) -> Walk:
    """Return the walk with the answer; kept in the draft, its consequences told."""
    after = walks.record(walk, key, answer)
    session.keep(after)
    old, new = session.decision(walk), session.decision(after)
    questionnaire = session.rule_base.questionnaire
    dropped = standing.newly_dropped(old, new)
    if dropped:
        session.prompter.say(standing.dropped_text(dropped, questionnaire), "note")
    for rule_id, names in standing.newly_ruled_out(old, new).items():
        session.prompter.say(standing.ruled_out_text(names, session.rule_base.by_id[rule_id]), "warning")
    for contradiction in standing.new_contradictions(old, new):
        by = told(after.answers[contradiction.by], questionnaire.by_key[contradiction.by])
        text = standing.contradiction_text(contradiction, questionnaire, by)
        after = _resolved(session, after, (contradiction.by, contradiction.key), text)
    return after


def edit(session: Session, walk: Walk, key: str) -> Walk:
    """Ask one question again, out of turn; back and review leave it as it was."""
    question = session.rule_base.questionnaire.by_key[key]
    prompt = prompt_for(question, session.rule_base, walk.answers.get(key), unknown=key in walk.unknown)
    reply = session.prompter.ask(prompt)
    if reply in (Move.BACK, Move.REVIEW):
        return walk
    return record(session, walk, key, answer_in(reply, question))


def _resolved(session: Session, walk: Walk, keys: tuple[str, str], text: str) -> Walk:
    questionnaire = session.rule_base.questionnaire
    rows = [
        Row(
            key,
            f"Change: {questionnaire.by_key[key].ask}",
            f"Now: {told(walk.answers[key], questionnaire.by_key[key])}",
        )
        for key in reversed(keys)
        if key in walk.answers
    ]
    session.prompter.say(text, "warning")
    rows.append(Row("keep", "Keep both", "The answer you gave yourself counts."))
    reply = session.prompter.ask(
        Prompt("What do you want to do?", "one", rows=tuple(rows), moves=frozenset({Move.BACK}), quiet=True)
    )
    if reply is Move.BACK:
        return stepped_back(session, walk)
    if not isinstance(reply, Picked) or reply.ids == ("keep",):
        return walk
    return edit(session, walk, reply.ids[0])
