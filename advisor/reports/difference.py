"""Two sets of answers side by side: what another answer changes in advice, cost, failures and project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from advisor.decision.recommendation import FailureStory, OptionCost, Recommendation
from advisor.json_text import json_text
from advisor.knowledge.conditions import Answer
from advisor.knowledge.rules import DESTINATIONS, STEP_FUNCTIONS, RuleBase
from advisor.reports.json.report import Json
from advisor.reports.labels import answer_code, money, title
from advisor.reports.markdown.escaping import escaped, literal, table
from advisor.text.printable import printable

SCHEMA = 1


class Side(Struct, frozen=True, kw_only=True):
    """One set of answers: where it came from, the advice, and the resources of its starter by id.

    ``refused`` says why there is no starter.
    """

    name: str
    recommendation: Recommendation
    resources: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""


class Change(Struct, frozen=True):
    """One thing that differs; empty where a side does not have it."""

    what: str
    before: str
    after: str


class Difference(Struct, frozen=True, kw_only=True):
    """All that differs between two sides, by topic. ``come`` and ``go`` are resources, with what they do."""

    answers: tuple[Change, ...]
    advice: tuple[Change, ...]
    cost: tuple[Change, ...]
    failures: tuple[Change, ...]
    come: Mapping[str, str]
    go: Mapping[str, str]
    stay: int


def difference(before: Side, after: Side, rule_base: RuleBase) -> Difference:
    """Return what differs between ``before`` and ``after``."""
    return Difference(
        answers=_changes(_answers(before), _answers(after)),
        advice=_changes(_advice(before, rule_base), _advice(after, rule_base)),
        cost=_changes(_cost(before), _cost(after)),
        failures=_changes(_failures(before), _failures(after)),
        come={key: what for key, what in after.resources.items() if key not in before.resources},
        go={key: what for key, what in before.resources.items() if key not in after.resources},
        stay=len(before.resources.keys() & after.resources.keys()),
    )


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    keys = dict.fromkeys((*before, *after))
    found = (Change(key, before.get(key, ""), after.get(key, "")) for key in keys)
    return tuple(change for change in found if change.before != change.after)


def _answers(side: Side) -> dict[str, str]:
    given: Mapping[str, Answer] = side.recommendation.answers.requirements
    return {key: answer_code(value) for key, value in given.items()}


def _advice(side: Side, rule_base: RuleBase) -> dict[str, str]:
    recommendation = side.recommendation
    found = {
        "recommendation": title(recommendation, rule_base),
        "strength": recommendation.verdict.strength,
    }
    for option in (DESTINATIONS, STEP_FUNCTIONS):
        card = recommendation.decision.card(option)
        points = "point" if card.score == 1 else "points"
        found[option] = f"{card.score} {points}" if card.viable else "ruled out"
    if side.refused:
        found["starter project"] = side.refused
    return found


def _cost(side: Side) -> dict[str, str]:
    options: tuple[OptionCost, ...] = side.recommendation.cost.options
    return {f"{option.option} a month": money(option.usd) for option in options}


def _failures(side: Side) -> dict[str, str]:
    stories: tuple[FailureStory, ...] = side.recommendation.failure_stories
    return {f"{story.option}: {part}": text for story in stories for part, text in _story(story)}


def _story(story: FailureStory) -> Iterator[tuple[str, str]]:
    yield "attempts", story.attempts
    yield "ends up", story.ends_up
    yield "lost", story.lost
    yield "alarm", story.alarm


_TOPICS = (("answers", "Answers"), ("advice", "Advice"), ("cost", "Cost"), ("failures", "Failures"))


def as_text(before: Side, after: Side, rule_base: RuleBase) -> str:
    """Return the difference for a terminal."""
    found = difference(before, after, rule_base)
    lines = [f"From {printable(before.name)} to {printable(after.name)}"]
    for key, heading in _TOPICS:
        changes: tuple[Change, ...] = getattr(found, key)
        lines += ["", heading, *(line for change in changes for line in _lines(change))]
        lines += [] if changes else ["  no difference"]
    lines += ["", f"Resources of the starter project ({found.stay} stay)"]
    lines += [f"  + {key}: {what}" for key, what in found.come.items()]
    lines += [f"  - {key}: {what}" for key, what in found.go.items()]
    return "\n".join(lines) + "\n"


def _lines(change: Change) -> Iterator[str]:
    yield f"  {change.what}"
    yield f"    - {printable(change.before) or '(none)'}"
    yield f"    + {printable(change.after) or '(none)'}"


def as_markdown(before: Side, after: Side, rule_base: RuleBase) -> str:
    """Return the difference as a comment for a pull request."""
    found = difference(before, after, rule_base)
    lines = [f"## From {literal(before.name)} to {literal(after.name)}"]
    for key, heading in _TOPICS:
        changes: tuple[Change, ...] = getattr(found, key)
        if changes:
            rows = [tuple(map(escaped, (change.what, change.before, change.after))) for change in changes]
            lines += ["", f"### {heading}", "", *table(("what", "before", "after"), rows)]
    if found.come or found.go:
        lines += ["", "### Resources of the starter project", ""]
        lines += [f"* comes: {literal(key)} {escaped(what)}" for key, what in found.come.items()]
        lines += [f"* goes: {literal(key)} {escaped(what)}" for key, what in found.go.items()]
    return "\n".join(lines) + "\n"


def as_json(before: Side, after: Side, rule_base: RuleBase) -> str:
    """Return the difference for scripts."""
    found = difference(before, after, rule_base)
    topics: dict[str, Json] = {
        key: [
            {"what": c.what, "before": c.before or None, "after": c.after or None}
            for c in getattr(found, key)
        ]
        for key, _ in _TOPICS
    }
    resources: Json = {"come": dict(found.come), "go": dict(found.go), "stay": found.stay}
    stamp: Json = {"version": rule_base.version, "as_of": rule_base.as_of}
    head: dict[str, Json] = {
        "schema": SCHEMA,
        "rule_base": stamp,
        "before": before.name,
        "after": after.name,
    }
    return json_text({**head, **topics, "resources": resources})
