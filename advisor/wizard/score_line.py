"""Scores of the two options, and the change by the last answer, in words."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.decision.contradictions import Conflict
from advisor.decision.decide import Decision, Scorecard
from advisor.knowledge.questions import Dropped, Questionnaire
from advisor.knowledge.rules import DESTINATIONS, EXPRESS, STANDARD, STEP_FUNCTIONS, Rule
from advisor.wizard.question_prompts import told

NAMES = {
    DESTINATIONS: "Destinations",
    STEP_FUNCTIONS: "Step Functions",
    STANDARD: "Standard workflows",
    EXPRESS: "Express workflows",
}


def status_line(decision: Decision, number: int, left: int) -> str:
    """Return the running line: which question, how many follow at about, and the points so far."""
    more = f"about {left} more" if left > 0 else "the last one"
    return f"Question {number}, {more}. So far: {standing(decision)}"


def standing(decision: Decision) -> str:
    """Return where the two options stand, such as ``Destinations 2, Step Functions 5``."""
    cards = (decision.destinations, decision.step_functions)
    if not any(card.findings or card.ruled_out_by for card in cards):
        return "both open"
    return ", ".join(_stands(card) for card in cards)


def _stands(card: Scorecard) -> str:
    return f"{NAMES[card.option]} {'out' if card.ruled_out_by else card.score}"


def newly_ruled_out(before: Decision, after: Decision) -> Mapping[str, tuple[str, ...]]:
    """Return the ids of rules that ended what was possible before, each with the names of what it ended.

    Workflow types are left out where Step Functions as a whole is out.
    """
    options = [DESTINATIONS, STEP_FUNCTIONS]
    if after.step_functions.viable:
        options += [STANDARD, EXPRESS]
    ended: dict[str, tuple[str, ...]] = {}
    for option in options:
        if before.card(option).viable and not after.card(option).viable:
            rule_id = after.card(option).ruled_out_by[0].id
            ended[rule_id] = (*ended.get(rule_id, ()), NAMES[option])
    return ended


def ruled_out_text(names: tuple[str, ...], rule: Rule) -> str:
    """Return the notice for options that the last answer ruled out."""
    return f"{' and '.join(names)} can no longer be used: {rule.title}. {rule.because}"


def conflict_text(conflict: Conflict, questionnaire: Questionnaire) -> str:
    """Return the answers that exclude each other, each with its question, and why."""
    said = " ".join(
        f"{questionnaire.by_key[key].ask} {told(value, questionnaire.by_key[key]).rstrip('.')}."
        for key, value in conflict.answers.items()
        if key in conflict.keys
    )
    return f"These answers exclude each other. {said} {conflict.because}"


def newly_dropped(before: Decision, after: Decision) -> tuple[Dropped, ...]:
    """Return the answers that the last one left without a question."""
    return tuple(item for item in after.settled.dropped if item not in before.settled.dropped)


def dropped_text(items: tuple[Dropped, ...], questionnaire: Questionnaire) -> str:
    """Return which answers do not count any more."""
    named = "; ".join(f"{item.key}: {told(item.value, questionnaire.by_key[item.key])}" for item in items)
    return f"Left out, because the question no longer arises: {named}."
