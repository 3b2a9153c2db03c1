"""What is made and what is refused for every approach, event source, runtime and flavour, as planned."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from msgspec.structs import replace

from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import IACS, RUNTIMES, Step
from advisor.starter import NotSupported, plan
from advisor.starter.plan.approach import APPROACHES
from tests.starter.projects import recommendation, versions

MADE = APPROACHES[1:]
SOURCES: tuple[str, ...] = (
    "s3", "eventbridge", "schedule", "sns", "ses", "iot", "cloudwatch-logs", "sdk", "other", "api-gateway",
    "alb", "function-url", "cognito", "sqs", "dynamodb-stream", "kinesis", "kafka",
)  # fmt: skip
HAND_ON = (Step("Hand on", "sqs"),)
# what a workload needs, in words: its answers, and its steps where they are named
NEEDS: Mapping[str, tuple[dict[str, Any], tuple[Step, ...]]] = {
    "one step": ({"steps": 1}, ()),
    "three steps": ({"steps": 3}, ()),
    "an answer": ({"steps": 1, "caller_waits_for": "result"}, ()),
    "an approval": ({"steps": 3, "waits": ("human-approval",)}, ()),
    "bursts": ({"steps": 1, "buffering": ("bursts",)}, ()),
    "several consumers": ({"steps": 2, "consumers": "several", "coordination": "independent"}, ()),
    "order": ({"steps": 1, "ordering": "required"}, ()),
    "a job": ({"steps": 1, "targets": ("ecs-fargate",)}, ()),
    "a message handed on": ({"steps": 1, "targets": ("sqs",)}, HAND_ON),
}
CASES = len(NEEDS) * len(RUNTIMES) * len(IACS)


@dataclass(frozen=True)
class Case:
    """One project that was asked for; ``refused`` is empty where it is made."""

    approach: str
    source: str
    runtime: str
    iac: str
    refused: str


@cache
def advice(source: str, need: str, runtime: str) -> Recommendation:
    answers, steps = NEEDS[need]
    return recommendation({"event_source": source, **answers}, steps=steps, runtime=runtime)


def cases(approach: str, source: str) -> Iterator[Case]:
    """Yield what becomes of each need, runtime and flavour of one approach behind one event source."""
    for need, runtime, iac in product(NEEDS, RUNTIMES, IACS):
        given = advice(source, need, runtime)
        project = replace(given.answers.project, iac=iac)
        asked = replace(given, answers=replace(given.answers, project=project))
        try:
            plan(asked, versions(), approach=approach)
        except NotSupported as refused:
            yield Case(approach, source, runtime, iac, _reason(str(refused)))
        else:
            yield Case(approach, source, runtime, iac, "")


def _reason(told: str) -> str:
    """Return the first sentence of a refusal without what it names, so that equal ones count as one."""
    because = re.search(r"cannot do this workload: (.+?\.) \(", told)
    first = because[1] if because else re.split(r"(?<=[.:]) (?=[A-Z])", told)[0]
    plain = re.sub(r"'[^']+'|(?<=behind )an? [\w ]+(?=: it)|(?<=workload has )\d+", "…", first.rstrip(".:"))
    return re.sub(r"  +", " ", plain)


def cell(found: list[Case]) -> str:
    """Return how many of ``found`` are made."""
    made = sum(not case.refused for case in found)
    return "–" if not made else "all" if made == len(found) else str(made)


def table() -> str:
    """Return the matrix, its sums by runtime and flavour, and every reason, as Markdown."""
    every = {(a, source): list(cases(a, source)) for source in SOURCES for a in MADE}
    flat = [case for found in every.values() for case in found]
    made = sum(not case.refused for case in flat)
    lines = [
        f"{len(flat):,} projects are asked for ({len(MADE)} approaches, {len(SOURCES)} event sources, "
        f"{len(NEEDS)} needs, {len(RUNTIMES)} runtimes, {len(IACS)} flavours): {made:,} are made, "
        f"{len(flat) - made:,} refused with a reason. Of the {CASES} of each cell are made:",
        "",
        f"| event source | {' | '.join(MADE)} |",
        f"| --- |{' ---: |' * len(MADE)}",
    ]
    lines += [
        f"| `{source}` | {' | '.join(cell(every[approach, source]) for approach in MADE)} |"
        for source in SOURCES
    ]
    lines += ["", *_sums(flat), "", *_reasons(flat)]
    return "\n".join([*lines, ""])


def _sums(flat: list[Case]) -> Iterator[str]:
    yield f"| made in | {' | '.join(MADE)} |"
    yield f"| --- |{' ---: |' * len(MADE)}"
    for word in (*RUNTIMES, *IACS):
        counts = Counter(
            case.approach for case in flat if not case.refused and word in (case.runtime, case.iac)
        )
        yield f"| {word} | {' | '.join(f'{counts[approach]:,}' for approach in MADE)} |"


def _reasons(flat: list[Case]) -> Iterator[str]:
    yield "| approach | refused because | event sources | projects |"
    yield "| --- | --- | --- | ---: |"
    found: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in flat:
        if case.refused:
            found[case.approach, case.refused].append(case)
    for (approach, reason), of in sorted(found.items(), key=_by_weight):
        sources = dict.fromkeys(case.source for case in of)
        named = "all" if len(sources) == len(SOURCES) else ", ".join(sources)
        yield f"| {approach} | {reason} | {named} | {len(of):,} |"


def _by_weight(item: tuple[tuple[str, str], list[Case]]) -> tuple[int, int]:
    (approach, _), of = item
    return MADE.index(approach), -len(of)
