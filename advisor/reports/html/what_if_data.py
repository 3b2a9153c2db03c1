"""The what-if table as the page's script reads it: plain values, every word ready to show."""

from __future__ import annotations

from itertools import groupby

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import SCORED, RuleBase
from advisor.reports.answers import NOT_ANSWERED
from advisor.reports.html.what_if import Change, Outcome, every_change, outcome
from advisor.reports.json.report import Json
from advisor.reports.labels import NAMES, answer_code, answer_words, money, verdict_name


def what_if(recommendation: Recommendation, rule_base: RuleBase) -> Json:
    """Return today's outcome and, question by question, the outcome after each single change."""
    known = recommendation.decision.settled.facts.values
    asked = rule_base.questionnaire.by_key
    changes = every_change(recommendation, rule_base)
    now = outcome(rule_base, recommendation.answers)
    costs = dict.fromkeys(option for item in (now, *(c.outcome for c in changes)) for option in item.cost)
    return {
        "scored": [[option, NAMES[option]] for option in SCORED],
        "costs": [[option, NAMES.get(option, option)] for option in costs],
        "now": _outcome(now, rule_base),
        "questions": [
            {
                "key": key,
                "ask": asked[key].ask,
                "now": answer_words(asked[key], known[key]) if key in known else NOT_ANSWERED,
                "changes": [_change(asked[key], known.get(key), change, rule_base) for change in group],
            }
            for key, group in groupby(changes, key=lambda change: change.key)
        ],
    }


def _change(question: Question, current: Answer | None, change: Change, rule_base: RuleBase) -> Json:
    return {
        "set": f"{change.key}={'unknown' if change.value is None else answer_code(change.value)}",
        "label": _label(question, current, change),
        **_outcome(change.outcome, rule_base),
    }


def _label(question: Question, current: Answer | None, change: Change) -> str:
    if change.value is None:
        return NOT_ANSWERED
    if isinstance(change.value, tuple) and isinstance(current, tuple) and change.value:
        more = tuple(item for item in change.value if item not in current)
        less = tuple(item for item in current if item not in change.value)
        return f"and {answer_words(question, more)}" if more else f"without {answer_words(question, less)}"
    words = answer_words(question, change.value)
    return f"{words} ({change.threshold})" if change.threshold else words


def _outcome(found: Outcome, rule_base: RuleBase) -> dict[str, Json]:
    return {
        "verdict": verdict_name(found.option, found.workflow_type, found.instead, rule_base),
        "option": found.option,
        "workflow_type": found.workflow_type,
        "instead": list(found.instead),
        "scores": dict(found.scores),
        "cost": {option: money(usd) for option, usd in found.cost.items()},
    }
