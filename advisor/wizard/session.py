"""The questions, one after the other: asks, records, tells what the answer changed, keeps the draft."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from advisor.decision.contradictions import Conflict, conflicts
from advisor.decision.decide import Decision, decide
from advisor.decision.explain.open_questions import OpenQuestion
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Questionnaire, Screen
from advisor.knowledge.rules import RuleBase
from advisor.wizard import interview_state as walks
from advisor.wizard import score_line as standing
from advisor.wizard.drafts import Draft, DraftFile
from advisor.wizard.interview_state import OpenQuestions, Ticks, Walk
from advisor.wizard.menu_actions import Actions
from advisor.wizard.next_question import about_left, choose
from advisor.wizard.prompts import Move, Picked, Prompt, Prompter, Row
from advisor.wizard.question_prompts import answer_in, offered_in, prompt_for, screen_prompt, ticked_in, told


class Session(Struct, frozen=True, kw_only=True):
    """Values that stay the same during an interview."""

    rule_base: RuleBase
    prompter: Prompter
    actions: Actions
    open_questions: OpenQuestions
    draft: DraftFile | None = None
    start: Answers = field(default_factory=Answers)

    @property
    def questionnaire(self) -> Questionnaire:
        return self.rule_base.questionnaire

    def decision(self, walk: Walk) -> Decision:
        return decide(self.rule_base, walks.given(walk, self.questionnaire))

    def due(self, walk: Walk) -> tuple[OpenQuestion, ...]:
        """Return what is to be asked for the recommendation."""
        return walks.due(walk, self.questionnaire, self.open_questions)

    def upcoming(self, walk: Walk) -> str | Screen | None:
        """Return what comes next at the front of the walk: a question's key, a screen, or nothing."""
        if walk.everything:
            return next(iter(walks.remaining(walk, self.questionnaire)), None)
        return choose(self.questionnaire, self.due(walk), walk.ticks)

    def left(self, walk: Walk) -> int:
        """Return about how many more times one is asked after what is asked now."""
        over = walks.passed_over(walk, self.questionnaire)
        ahead = len([entry for entry in walk.trail[walk.at :] if entry not in over])
        if walk.everything:
            return ahead + len(walks.remaining(walk, self.questionnaire)) - 1
        return ahead + about_left(self.questionnaire, self.due(walk), walk.ticks) - 1

    def answers(self, walk: Walk) -> Answers:
        """Return the answers that count, in the order of the questionnaire."""
        kept = self.questionnaire.settle(walks.given(walk, self.questionnaire)).answers
        return replace(self.start, requirements=dict(kept))

    def conflicts(self, walk: Walk) -> tuple[Conflict, ...]:
        """Return the answers so far that exclude each other."""
        given = walks.given(walk, self.questionnaire)
        return conflicts(self.rule_base, replace(self.start, requirements=given))

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
        walk = walks.forward(walk, walks.passed_over(walk, session.questionnaire))
        if walk.at < len(walk.trail):
            entry = walk.trail[walk.at]
            step = next((screen for screen in session.questionnaire.screens if screen.id == entry), entry)
        elif (following := session.upcoming(walk)) is not None:
            step = following
        else:
            return walk
        after = _asked(session, walk, step)
        if after is None:
            return walks.to_front(walk)
        walk = after


def _asked(session: Session, walk: Walk, step: str | Screen) -> Walk | None:
    """Ask the question or screen at hand; return the walk after the reply, or None for the review."""
    status = standing.status_line(session.decision(walk), walk.at + 1, session.left(walk))
    prompt = replace(prompt_at(session, walk, step), status=status)
    reply = session.prompter.ask(prompt)
    if reply is Move.REVIEW:
        return None
    if reply is Move.BACK:
        return stepped_back(session, walk)
    if isinstance(step, Screen):
        ticked = ticked_in(reply)
        ticks = Ticks((), ()) if ticked is None else Ticks(offered_in(prompt), ticked)
        after = _told(session, walk, walks.record_ticks(walk, step, ticks))
        return _resolved(session, walk, after, step.id)
    return record(session, walk, step, answer_in(reply, session.questionnaire.by_key[step]))


def prompt_at(session: Session, walk: Walk, step: str | Screen) -> Prompt:
    """Return the prompt for a question or a screen, with the earlier reply at hand."""
    if isinstance(step, str):
        question = session.questionnaire.by_key[step]
        answer = walks.given(walk, session.questionnaire).get(step)
        return prompt_for(question, session.rule_base, answer, unknown=step in walk.unknown)
    earlier = walk.ticks.get(step.id)
    facts = session.decision(walk).settled.facts
    closed = {*facts.values, *facts.inapplicable, *walk.unknown}
    offered = [walks.line_of(item) for item in step.items if not closed.issuperset(item.keys)]
    if earlier and earlier.offered:
        offered = list(earlier.offered)
    ticks = Ticks(earlier.offered, walks.ticked_lines(walk, step)) if earlier else None
    return screen_prompt(step, offered, ticks, session.questionnaire)


def stepped_back(session: Session, walk: Walk) -> Walk:
    """Return the walk one question earlier; at the start, say so."""
    earlier = walks.back(walk, walks.passed_over(walk, session.questionnaire))
    if earlier == walk:
        session.prompter.say("This is the first question.", "note")
    return earlier


def record(session: Session, walk: Walk, key: str, answer: Answer | None) -> Walk:
    """Return the walk with the answer; kept in the draft, its consequences told."""
    return _resolved(session, walk, _told(session, walk, walks.record(walk, key, answer)), key)


def _told(session: Session, before: Walk, after: Walk) -> Walk:
    """Keep the draft of ``after`` and tell what changed; return it."""
    session.keep(after)
    old, new = session.decision(before), session.decision(after)
    if dropped := standing.newly_dropped(old, new):
        session.prompter.say(standing.dropped_text(dropped, session.questionnaire), "note")
    for rule_id, names in standing.newly_ruled_out(old, new).items():
        session.prompter.say(standing.ruled_out_text(names, session.rule_base.by_id[rule_id]), "warning")
    return after


def edit(session: Session, walk: Walk, key: str) -> Walk:
    """Ask one question again, out of turn; back and review leave it as it was."""
    reply = session.prompter.ask(prompt_at(session, walk, key))
    if reply in (Move.BACK, Move.REVIEW):
        return walk
    return record(session, walk, key, answer_in(reply, session.questionnaire.by_key[key]))


def _resolved(session: Session, before: Walk, after: Walk, last: str) -> Walk:
    """Show each new conflict with the answer to ``last``; let the user change an answer, or keep all."""
    known = session.conflicts(before)
    for conflict in session.conflicts(after):
        if conflict in known or conflict not in session.conflicts(after):  # or solved with the one before
            continue
        session.prompter.say(standing.conflict_text(conflict, session.questionnaire), "warning")
        reply = session.prompter.ask(_conflict_prompt(session, conflict, last))
        if isinstance(reply, Picked) and reply.ids == (KEEP.id,):
            continue
        if not isinstance(reply, Picked) and last not in conflict.answers:
            return before  # back to the screen
        after = edit(session, after, reply.ids[0] if isinstance(reply, Picked) else last)
    return after


KEEP = Row("keep", "Keep them", "The advice counts each answer as you gave it.")


def _conflict_prompt(session: Session, conflict: Conflict, last: str) -> Prompt:
    asked = session.questionnaire.by_key
    rows = [
        Row(key, f"Change: {asked[key].ask}", f"Now: {told(conflict.answers[key], asked[key])}")
        for key in sorted(conflict.keys, key=lambda key: key != last)
    ]
    return Prompt("What do you want to do?", "one", rows=(*rows, KEEP), quiet=True)
