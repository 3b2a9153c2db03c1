"""Every pair of answers that exclude each other; ``python -m tests.rules.contradictory`` writes the page."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

import advisor
from advisor.decision.contradictions import Conflict, conflicts
from advisor.decision.explain.condition_text import in_words
from advisor.decision.explain.what_if import candidates
from advisor.knowledge.answers import Answers
from advisor.knowledge.conditions import ALWAYS, Answer
from advisor.knowledge.contradictions import Contradiction
from advisor.reports.labels import answer_code
from advisor.reports.markdown.escaping import link, literal, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contradictions.md"
RULES = advisor.load_rule_base(advisor.rules_folder())
_HEAD = """\
# Answers that exclude each other

AWS does not do it, or the numbers exclude each other. The wizard says so at once and offers to change one.
`recommend` and `generate` say so beside the advice, which is never "clear" then; the JSON report has it in
`contradictions` and `warnings`. Kept in [rules/contradictions.yaml](../rules/contradictions.yaml); what a
choice settles about another question (`implies`) in [rules/questionnaire.yaml](../rules/questionnaire.yaml).

This page is written by `python -m tests.rules.contradictory`, and a test compares it.
"""


@cache
def telling() -> dict[str, list[Answer]]:
    """Return the answers to each question that rules or contradictions can tell apart."""
    cases = [case for item in RULES.contradictions for case in (*item.holds_on, *item.quiet_on)]
    found: dict[str, list[Answer]] = {}
    for question in RULES.questionnaire.questions:
        values: list[Answer] = [item.value for item in candidates(RULES, question.key, None)]
        values += [case[question.key] for case in cases if question.key in case]
        found[question.key] = list(dict.fromkeys(values))
    return found


def excluding_pairs() -> Iterator[tuple[dict[str, Answer], tuple[Conflict, ...]]]:
    """Yield every pair of answers that exclude each other, with why."""
    for one, other in combinations(telling(), 2):
        for first in telling()[one]:
            for second in telling()[other]:
                answers = {one: first, other: second}
                if found := conflicts(RULES, Answers(answers)):
                    yield answers, found


def page() -> str:
    """Return the page."""
    pairs = list(excluding_pairs())
    rows = [_row(item, sum(c.id == item.id for _, cs in pairs for c in cs)) for item in RULES.contradictions]
    heads = ("Id", "Excluded", "Why", "Source", "Pairs")
    parts = [
        _HEAD,
        "## What excludes what\n",
        "\n".join(table(heads, rows)),
        f"\n## All {len(pairs)} pairs\n",
    ]
    return "\n".join([*parts, *_grouped(pairs)]) + "\n"


def _row(item: Contradiction, pairs: int) -> tuple[str, ...]:
    words = [in_words(item.when, RULES.questionnaire)] if item.when != ALWAYS else []
    if item.compares:
        times = f"{item.compares.times:,} x " if item.compares.times != 1 else ""
        kind = "is more than" if item.compares.kind == "more" else "differs from"
        words.append(f"{item.compares.answer} {kind} {times}{item.compares.other}")
    unless = f", unless {in_words(item.unless, RULES.questionnaire)}" if item.unless else ""
    source = link("AWS", item.source)
    return (
        item.id,
        literal(f"{', and '.join(words)}{unless}"),
        item.because,
        source,
        str(pairs or "more than two"),
    )


def _grouped(pairs: list[tuple[dict[str, Answer], tuple[Conflict, ...]]]) -> Iterator[str]:
    groups: dict[tuple[str, str, str], list[str]] = {}
    for answers, found in pairs:
        (one, first), (other, second) = answers.items()
        names = ", ".join(item.id or "implied" for item in found)
        groups.setdefault((f"{one}={answer_code(first)}", other, names), []).append(answer_code(second))
    for (first, other, names), values in groups.items():
        yield f"- `{first}` with `{other}` {', '.join(f'`{value}`' for value in values)} ({names})"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
