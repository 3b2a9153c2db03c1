"""The smallest changes of answers that turn the recommendation, by search over the rule base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from advisor.decision.contradictions import excluded
from advisor.decision.decide import Decision
from advisor.decision.explain.what_if import Candidate, Judge, candidates
from advisor.decision.fast.compile import tables_of
from advisor.decision.recommendation import Flip
from advisor.decision.verdict import Outcome, advice_in, outcome_of
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import RuleBase


def find_flips(rule_base: RuleBase, decision: Decision, judge: Judge | None = None) -> tuple[Flip, ...]:
    """Return the smallest changes that turn the recommendation: one answer, or two where one cannot.

    Likely changes come first, then those to another option, then those of given answers. What contradicts
    another answer is no change. For a number only the nearest value that turns it to an outcome is listed,
    for a list the first. ``judge``: made once, used again.
    """
    judge = judge or Judge(rule_base, tables_of(rule_base))
    given = decision.settled.answers
    before = advice_in(outcome_of(decision))
    options = list(_all_candidates(rule_base, decision))
    flips = list(_turning(judge, given, before, ((c,) for c in options)))
    if not any(flip.option != before[0] for flip in flips):
        answered = [c for c in options if c.key in given]
        pairs = ((a, b) for a, b in combinations(answered, 2) if a.key != b.key)
        flips += _turning(judge, given, before, pairs)
    return tuple(sorted(flips, key=lambda flip: (not flip.likely, flip.option == before[0], flip.open)))


def _turning(
    judge: Judge,
    given: Mapping[str, Answer],
    before: Outcome,
    changes: Iterator[tuple[Candidate, ...]],
) -> Iterator[Flip]:
    seen: set[tuple[object, ...]] = set()
    for change in changes:
        after = judge.outcome(given, change)
        if advice_in(after) == before:
            continue
        mark = (*(_mark(c) for c in change), advice_in(after))
        changed = {c.key: c.value for c in change}
        if mark in seen or excluded(judge.rule_base, given, changed):
            continue
        seen.add(mark)
        yield Flip(
            change=changed,
            option=after[0],
            workflow_type=after[1],
            instead=after[2],
            threshold=", ".join(c.threshold for c in change if c.threshold),
            open=any(c.key not in given for c in change),
            likely=all(c.likely for c in change),
        )


def _mark(candidate: Candidate) -> object:
    """Return what makes a change a new one: of a number or a list, only the first that turns counts."""
    single = isinstance(candidate.value, str | bool)
    return (candidate.key, candidate.value) if single else candidate.key


def _all_candidates(rule_base: RuleBase, decision: Decision) -> Iterator[Candidate]:
    settled = decision.settled
    for question in rule_base.questionnaire.questions:
        if question.key in settled.answers or question.key not in settled.facts.inapplicable:
            known = settled.facts.values
            yield from candidates(rule_base, question.key, known.get(question.key), known)
