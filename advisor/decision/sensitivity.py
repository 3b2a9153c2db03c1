"""What other answers would change: flips, open questions, and how firm the verdict is. By search, not guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from advisor.decision.conclude import margin, option_of, workflow_type_of
from advisor.decision.decide import Decision, decide
from advisor.decision.recommendation import Flip, Strength
from advisor.knowledge.conditions import Answer, Test, tests_in
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import BOTH, NEITHER, RuleBase

Outcome = tuple[str, str | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question without an answer that could still change the verdict.

    ``turns``: how many of its answers change option or workflow type at once; ``swing``: by how many
    points its answers move the two options apart at most; ``weight`` orders questions.
    """

    key: str
    turns: int
    swing: int
    weight: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer worth trying: ``threshold`` says in words what it stands for."""

    key: str
    value: Answer
    threshold: str = ""


def outcome_of(decision: Decision) -> Outcome:
    """Return option, workflow type and, for ``neither``, what to use instead."""
    option, instead = option_of(decision)
    return option, workflow_type_of(decision, option), instead if option == NEITHER else ()


def candidates(rule_base: RuleBase, key: str, current: Answer | None) -> tuple[Candidate, ...]:
    """Return the other answers to ``key`` that a rule could tell apart from ``current``."""
    question = rule_base.questionnaire.by_key[key]
    if question.kind in ("choice", "flag"):
        return tuple(Candidate(key, c.value) for c in question.choices if c.value != current)
    if question.kind == "list":
        return _list_candidates(question, current if isinstance(current, tuple) else None)
    return _number_candidates(rule_base, question, current)


def _list_candidates(question: Question, current: tuple[str, ...] | None) -> tuple[Candidate, ...]:
    values = [str(choice.value) for choice in question.choices]
    given = current or ()
    tried: dict[tuple[str, ...], None] = {}
    for value in values:
        changed = tuple(v for v in given if v != value) if value in given else (*given, value)
        tried.setdefault(changed)
    tried.setdefault(())
    return tuple(Candidate(question.key, value) for value in tried if value != current)


def _number_candidates(
    rule_base: RuleBase, question: Question, current: Answer | None
) -> tuple[Candidate, ...]:
    step = 1 if question.kind == "whole" else 0.001
    found: dict[float, Candidate] = {}
    for test in _number_tests(rule_base, question.key):
        limit = test.operand[0]
        assert isinstance(limit, int | float)
        unit = f" {question.unit}" if question.unit == "s" else ""
        upper = limit if test.kind == "at_least" else limit + step
        lower = limit - step if test.kind == "at_least" else limit
        above = f"from {limit:,.10g}{unit} on" if test.kind == "at_least" else f"above {limit:,.10g}{unit}"
        below = f"below {limit:,.10g}{unit}" if test.kind == "at_least" else f"up to {limit:,.10g}{unit}"
        for value, words in ((upper, above), (lower, below)):
            if question.minimum <= value <= question.maximum:
                found.setdefault(value, Candidate(question.key, value, words))
    given = current if isinstance(current, int | float) else None
    ordered = sorted(found.values(), key=lambda c: abs(float(c.value) - float(given or 0)))  # type: ignore[arg-type]
    return tuple(c for c in ordered if c.value != given)


def _number_tests(rule_base: RuleBase, key: str) -> list[Test]:
    return [
        test
        for rule in rule_base.rules
        for test in tests_in(rule.when)
        if test.key == key and test.kind in ("at_least", "at_most")
    ]


def _tried(rule_base: RuleBase, requirements: Mapping[str, Answer], *changes: Candidate) -> Decision:
    return decide(rule_base, {**requirements, **{c.key: c.value for c in changes}})


def find_flips(rule_base: RuleBase, decision: Decision) -> tuple[Flip, ...]:
    """Return the smallest changes that turn the recommendation: one answer, or two where one cannot.

    Changes of given answers come before answers to open questions. For a number only the nearest
    value that turns it to an outcome is listed.
    """
    given = decision.settled.answers
    before = outcome_of(decision)
    options = list(_all_candidates(rule_base, decision))
    flips = list(_turning(rule_base, given, before, ((c,) for c in options)))
    if not any(flip.option != before[0] for flip in flips):
        pairs = ((a, b) for a, b in combinations(options, 2) if a.key in given and b.key in given and a.key != b.key)
        flips += _turning(rule_base, given, before, pairs)
    return tuple(sorted(flips, key=lambda flip: (flip.option == before[0], flip.open)))


def _all_candidates(rule_base: RuleBase, decision: Decision) -> Iterator[Candidate]:
    settled = decision.settled
    for question in rule_base.questionnaire.questions:
        if question.key in settled.answers or question.key not in settled.facts.inapplicable:
            yield from candidates(rule_base, question.key, settled.facts.values.get(question.key))


def _turning(
    rule_base: RuleBase,
    given: Mapping[str, Answer],
    before: Outcome,
    changes: Iterator[tuple[Candidate, ...]],
) -> Iterator[Flip]:
    seen: set[tuple[object, ...]] = set()
    for change in changes:
        after = outcome_of(_tried(rule_base, given, *change))
        if after[:2] == before[:2]:
            continue
        numeric = tuple(c.key for c in change if c.threshold)
        mark = (numeric, tuple((c.key, c.value) for c in change if not c.threshold), after[:2])
        if numeric and mark in seen:
            continue
        seen.add(mark)
        yield Flip(
            change={c.key: c.value for c in change},
            option=after[0],
            workflow_type=after[1],
            instead=after[2],
            threshold=", ".join(c.threshold for c in change if c.threshold),
            open=any(c.key not in given for c in change),
        )


def open_questions(rule_base: RuleBase, requirements: Mapping[str, Answer]) -> tuple[OpenQuestion, ...]:
    """Return the unanswered questions that could still change the verdict, most decisive first.

    A question counts where one of its answers changes option or workflow type on its own, or where
    its points together with those of other open questions could. Empty: nothing can change it any more.
    """
    decision = decide(rule_base, requirements)
    before = outcome_of(decision)[:2]
    found = []
    for question in rule_base.questionnaire.questions:
        facts = decision.settled.facts
        if question.key in facts.values or question.key in facts.inapplicable:
            continue
        item = _weighed(rule_base, decision, question, before)
        if item.turns or item.swing:
            found.append(item)
    reach = sum(item.swing for item in found)
    matters = [item for item in found if item.turns or reach > margin(decision)]
    return tuple(sorted(matters, key=lambda item: (-item.weight, item.key)))


def _weighed(
    rule_base: RuleBase, decision: Decision, question: Question, before: tuple[str, str | None]
) -> OpenQuestion:
    tried = candidates(rule_base, question.key, None)
    gap = decision.step_functions.score - decision.destinations.score
    turns, swing = 0, 0
    for candidate in tried:
        after = _tried(rule_base, decision.settled.answers, candidate)
        turns += outcome_of(after)[:2] != before
        swing = max(swing, abs(after.step_functions.score - after.destinations.score - gap))
    share = turns / len(tried) if tried else 0.0
    return OpenQuestion(question.key, turns, swing, round(10 * share + swing, 3))


def strength_of(decision: Decision, option: str, still_open: tuple[OpenQuestion, ...]) -> Strength:
    """Return how firm the verdict is.

    ``clear``: the other option cannot be had, or no single open answer outweighs the lead.
    ``tied``: equal points. ``close``: everything else.
    """
    if option in (NEITHER, BOTH):
        return "clear" if decision.instead or decision.combines or not decision.step_functions.viable else "close"
    if not (decision.destinations.viable and decision.step_functions.viable):
        return "clear" if margin(decision) or decision.step_functions.score else "close"
    lead = margin(decision)
    if lead == 0:
        return "tied"
    return "clear" if lead > max((item.swing for item in still_open), default=0) and lead > 1 else "close"
