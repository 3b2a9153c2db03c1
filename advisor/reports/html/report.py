"""The recommendation as one page that needs nothing else: no script to read it, no request to any host."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct

from advisor.decision.provenance import provenance
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.rules import (
    BOTH,
    DESTINATIONS,
    EXPRESS,
    OPTIONS,
    SCORED,
    STANDARD,
    STEP_FUNCTIONS,
    Rule,
    RuleBase,
)
from advisor.reports import ReportOptions
from advisor.reports.answers import answered, turned_to, turns
from advisor.reports.diagram.flow import flow, in_words
from advisor.reports.html.charts import HEIGHT, WIDTH, cost_chart, timelines
from advisor.reports.html.flow_drawing import draw
from advisor.reports.html.what_if_data import what_if
from advisor.reports.labels import (
    NAMES,
    break_evens,
    change_code,
    compared,
    compared_names,
    cost_remarks,
    count,
    moment,
    money,
    option_name,
    options_words,
    priced,
    reason_headings,
    standing_words,
    strength_words,
    title,
)
from advisor.reports.reasons import arguments_for, exclusions
from advisor.resources import templates_folder
from advisor.text.printable import printable


def render(recommendation: Recommendation, rule_base: RuleBase, options: ReportOptions, /) -> str:
    """Return the page; the same answers, rule base and date give the same bytes."""
    environment = _environment(templates_folder() / "reports")
    style, script = (_part(environment, name) for name in ("page.css", "what-if.js"))
    page = _Page(recommendation, rule_base)
    return environment.get_template("page.html.jinja").render(
        **page.values(),
        date=options.date,
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


@lru_cache(maxsize=4)
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters |= {
        "money": money,
        "count": count,
        "moment": moment,
        "x": lambda number: f"{number:g}",
    }
    return environment


def _shown(value: object) -> object:
    """Return text with control characters spelt out: none may turn the order of what stands beside it."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _part(environment: Environment, name: str) -> str:
    """Return style or script as it stands: ours, without a place for anybody's text."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]


def _hash(text: str) -> str:
    """Return the source expression of a Content Security Policy that allows exactly ``text``."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


class Bar(Struct, frozen=True):
    """One rule in the picture of what speaks for which side: ``points`` to the left are negative."""

    rule: Rule
    points: int
    speaks_for: str


class _Page(Struct, frozen=True):
    """Input of the template, section by section."""

    recommendation: Recommendation
    rule_base: RuleBase

    def values(self) -> Mapping[str, object]:
        recommendation, decision = self.recommendation, self.recommendation.decision
        parts = flow(recommendation, self.rule_base)
        return {
            "recommendation": recommendation,
            "verdict": recommendation.verdict,
            "decision": decision,
            "name": printable(recommendation.answers.name),  # not there where only blanks were given
            "title": title(recommendation, self.rule_base),
            "rules": provenance(recommendation.rule_base),
            "strength": strength_words(recommendation, self.rule_base),
            "headings": reason_headings(recommendation, self.rule_base),
            "names": NAMES,
            "scored": [self._scored(option) for option in SCORED],
            "other_reasons": [item for item in arguments_for(recommendation) if not item.points],
            "groups": self._groups(DESTINATIONS, STEP_FUNCTIONS),
            "type_groups": self._groups(STANDARD, EXPRESS) if recommendation.verdict.workflow_type else [],
            "exclusions": [(item, options_words(item.options)) for item in exclusions(recommendation)],
            "drawing": draw(parts),
            "in_words": in_words(parts),
            "flips": [
                (
                    flip,
                    change_code(flip),
                    turns(flip, recommendation, self.rule_base),
                    turned_to(flip, self.rule_base),
                )
                for flip in recommendation.flips
            ],
            "questions": [self.rule_base.questionnaire.by_key[key] for key in recommendation.open_questions],
            "cost": recommendation.cost,
            "remarks": lambda item: cost_remarks(item, recommendation),
            "compared": lambda row: compared(row, recommendation),
            "priced": priced(recommendation),
            "compared_names": compared_names,
            "option_name": lambda option: option_name(option, self.rule_base),
            "chart": cost_chart(recommendation, self.rule_base),
            "sheet": (WIDTH, HEIGHT),
            "break_even": break_evens(recommendation),
            "stories": list(
                zip(recommendation.failure_stories, timelines(recommendation.failure_stories), strict=True)
            ),
            "answers": list(answered(recommendation, self.rule_base)),
            "what_if": what_if(recommendation, self.rule_base),
        }

    def _scored(self, option: str) -> tuple[str, str, str, bool]:
        """Return an option with its name, its score, and whether it is (part of) the advice."""
        verdict, card = self.recommendation.verdict, self.recommendation.decision.card(option)
        together = verdict.option == BOTH and option in OPTIONS
        decision = self.recommendation.decision
        score = "only together" if together and not card.viable else standing_words(decision, option)
        chosen = together or option in (verdict.option, verdict.workflow_type)
        return option, NAMES[option], score, chosen

    def _groups(self, left: str, right: str) -> list[tuple[str, list[Bar]]]:
        """Return the findings of both sides by criterion, in the order of the rule base."""
        bars: dict[str, list[Bar]] = {criterion.id: [] for criterion in self.rule_base.criteria}
        for option, sign in ((left, -1), (right, 1)):
            for finding in self.recommendation.decision.card(option).findings:
                bar = Bar(finding.rule, sign * finding.points, NAMES[option])
                bars.setdefault(finding.rule.criterion, []).append(bar)
        titles = {criterion.id: criterion.title for criterion in self.rule_base.criteria}
        return [(titles.get(key, key), found) for key, found in bars.items() if found]
