"""The recommendation as JSON, for scripts; its shape is fixed and described by ``schema.report_schema``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from advisor.decision.contradictions import Conflict
from advisor.decision.decide import Finding, Scorecard
from advisor.decision.recommendation import (
    CostLine,
    FailureStory,
    Flip,
    OptionCost,
    Recommendation,
    RuleBaseStamp,
)
from advisor.json_text import json_text
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import (
    DESTINATIONS,
    EXPRESS,
    STANDARD,
    STEP_FUNCTIONS,
    Rule,
    RuleBase,
)
from advisor.reports import ReportOptions

SCHEMA = 1
Json: TypeAlias = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def render(recommendation: Recommendation, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the recommendation as one JSON document, indented, in UTF-8."""
    return json_text(report(recommendation, rule_base))


def report(recommendation: Recommendation, rule_base: RuleBase) -> dict[str, Json]:
    """Return the document as plain values."""
    decision, verdict = recommendation.decision, recommendation.verdict
    return {
        "schema": SCHEMA,
        "rule_base": {
            **stamp(recommendation.rule_base),
            "switched_off": [{"rule": item.rule, "reason": item.reason} for item in rule_base.switched_off],
        },
        "name": recommendation.answers.name,
        "requirements": {key: _plain(value) for key, value in decision.settled.answers.items()},
        **_settling(recommendation),
        "recommendation": {
            "option": verdict.option,
            "workflow_type": verdict.workflow_type,
            "strength": verdict.strength,
            "summary": recommendation.summary,
            "instead": list(verdict.instead),
        },
        "options": {
            DESTINATIONS: _card(decision.destinations),
            STEP_FUNCTIONS: {
                **_card(decision.step_functions),
                "workflow_types": {STANDARD: _card(decision.standard), EXPRESS: _card(decision.express)},
            },
        },
        "comparison": [
            {
                "topic": row.topic,
                "title": row.title,
                DESTINATIONS: row.destinations,
                STEP_FUNCTIONS: row.step_functions,
                **row.alternatives,
                "source": row.source,
            }
            for row in recommendation.comparison
        ],
        "flips": [_flip(flip) for flip in recommendation.flips],
        "open_questions": list(recommendation.open_questions),
        "cost": _cost(recommendation),
        "failure_story": {story.option: _story(story) for story in recommendation.failure_stories},
        "alternatives": _alternatives(recommendation),
        "warnings": [*(conflict.words for conflict in recommendation.conflicts), *recommendation.warnings],
    }


def stamp(rule_base: RuleBaseStamp) -> dict[str, Json]:
    """Return which rules spoke, with what each overlay changes."""
    return {
        "version": rule_base.version,
        "as_of": rule_base.as_of,
        "overlays": [
            {
                "name": item.name,
                "digest": item.digest,
                "added": list(item.added),
                "changed": list(item.changed),
                "switched_off": list(item.switched_off),
                "prices": list(item.prices),
            }
            for item in rule_base.overlays
        ],
    }


def _settling(recommendation: Recommendation) -> dict[str, Json]:
    settled = recommendation.decision.settled
    return {
        "assumed": [
            {"key": item.key, "value": _plain(item.value), "follows_from": item.by}
            for item in settled.implied
        ],
        "dropped": [{"key": item.key, "value": _plain(item.value)} for item in settled.dropped],
        "contradictions": [_conflict(item) for item in recommendation.conflicts],
    }


def _conflict(conflict: Conflict) -> Json:
    return {
        "id": conflict.id or None,
        "answers": {key: _plain(value) for key, value in conflict.answers.items()},
        "because": conflict.because,
        "source": conflict.source,
    }


def _plain(value: Answer) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _card(card: Scorecard) -> dict[str, Json]:
    return {
        "viable": card.viable,
        "score": card.score,
        "ruled_out_by": _rules(card.ruled_out_by),
        "findings": [_finding(finding) for finding in card.findings],
    }


def _finding(finding: Finding) -> Json:
    rule = finding.rule
    return {
        "rule": rule.id,
        "points": finding.points,
        "title": rule.title,
        "because": rule.because,
        "source": rule.source,
    }


def _rules(rules: Iterable[Rule]) -> Json:
    """A rule that speaks without giving points, in the shape of a finding."""
    return [_finding(Finding(rule, 0)) for rule in rules]


def _flip(flip: Flip) -> Json:
    return {
        "change": {key: _plain(value) for key, value in flip.change.items()},
        "option": flip.option,
        "workflow_type": flip.workflow_type,
        "instead": list(flip.instead),
        "threshold": flip.threshold,
        "open": flip.open,
        "likely": flip.likely,
    }


def _cost(recommendation: Recommendation) -> Json:
    cost = recommendation.cost
    return {
        "currency": "USD",
        "per": "month",
        "region": cost.region,
        "price_region": cost.price_region,
        "as_of": cost.as_of,
        "volume": cost.volume,
        "assumed": cost.assumed,
        "options": {item.option: _option_cost(item) for item in cost.options},
        "alternatives": {
            item.option: _option_cost(item)
            for item in cost.alternatives
            if item.option in recommendation.verdict.instead
        },
        "break_even": [
            {"cheaper": item.cheaper, "dearer": item.dearer, "executions": item.executions}
            for item in cost.break_even
        ],
        "assumptions": list(cost.assumptions),
    }


def _option_cost(item: OptionCost) -> Json:
    return {
        "usd": round(item.usd, 6),
        "usd_without_free_tier": round(item.usd_without_free_tier, 6),
        "lines": [_cost_line(line) for line in item.lines],
    }


def _cost_line(line: CostLine) -> Json:
    return {
        "price": line.price_id,
        "title": line.title,
        "units": line.units,
        "unit": line.unit,
        "usd": round(line.usd, 6),
        "formula": line.formula,
        "source": line.source,
        "as_of": line.as_of,
        "verified": line.verified,
    }


def _story(story: FailureStory) -> Json:
    return {
        "attempts": story.attempts,
        "events": [{"at_s": event.at_s, "title": event.title, "text": event.text} for event in story.events],
        "ends_up": story.ends_up,
        "lost": story.lost,
        "alarm": story.alarm,
    }


def _alternatives(recommendation: Recommendation) -> Json:
    return [
        {
            "id": item.id,
            "title": item.title,
            "sketch": item.sketch,
            "source": item.source,
            "because": _rules(recommendation.alternative_rules.get(item.id, ())),
        }
        for item in recommendation.alternatives
    ]
