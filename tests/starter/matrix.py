"""What is made, refused and gated: ``python -m tests.starter.matrix [--write] [--quick | --share N]``.

What is made is counted in whole_matrix.py. Of a set that has every pair of values of all factors, one in N by
a fixed seed goes through the whole gate. The tests of test_combinations.py hold that set to no finding.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from advisor.starter import Blueprint, NotSupported, render
from advisor.starter.runtimes.languages import LANGUAGES
from tests.starter import whole_matrix
from tests.starter.checks.behaviour import misbehaviour
from tests.starter.checks.machine import check_machines
from tests.starter.checks.template import check_template
from tests.starter.combinations import FACTORS, Combination, pairwise, requirements
from tests.starter.flavours import reasons, tables
from tests.starter.lacking import lacking
from tests.starter.projects import blueprint_of

SEED, SHARE = 1, 6
DOCS = Path(__file__).parents[2] / "docs"
PAGE, SECURITY = DOCS / "starters.md", DOCS / "security.md"
SOURCES = tuple(dict.fromkeys(source for factors in FACTORS.values() for source in factors["event_source"]))
OUTCOMES: dict[str, dict[str, tuple[Any, ...]]] = {
    "destinations": {
        "on_success": FACTORS["destinations"]["on_success"],
        "on_failure": FACTORS["destinations"]["on_failure"],
    },
    "step-functions": {
        "failure_handling": FACTORS["step-functions"]["failure_handling"],
        "total_duration_s": (5, 7200),
    },
    "both": {"on_failure": FACTORS["both"]["on_failure"]},
    "durable-functions": {"failure_handling": FACTORS["durable-functions"]["failure_handling"]},
    "managed-job": {"targets": FACTORS["managed-job"]["targets"]},
    "direct-invoke": {"step_duration_s": FACTORS["direct-invoke"]["step_duration_s"]},
    "messaging": {"buffering": FACTORS["messaging"]["buffering"]},
    "queue-redrive": {"failure_handling": FACTORS["queue-redrive"]["failure_handling"]},
    "pipes": {"targets": FACTORS["pipes"]["targets"]},
    "single-function": {"failure_handling": FACTORS["single-function"]["failure_handling"]},
}


@dataclass(frozen=True)
class Gated:
    """What became of one combination: refused with a reason, or its project and what was found in it."""

    approach: str
    refused: str = ""
    findings: tuple[str, ...] = ()
    files: tuple[tuple[str, str], ...] = ()


def every(approach: str, source: str | None) -> Iterator[Combination]:
    """Yield each combination of runtime and outcome for one event source."""
    factors = OUTCOMES[approach]
    for runtime, *outcome in product(LANGUAGES, *factors.values()):
        yield {"event_source": source, "runtime": runtime, **dict(zip(factors, outcome, strict=True))}


def covering(approach: str) -> list[Combination]:
    """Return the combinations that have every pair of values."""
    return list(pairwise(approach, SEED))


def planned(approach: str, combination: Combination) -> Blueprint:
    """Return the blueprint of ``combination``; raises Refused."""
    how = {key: combination[key] for key in ("runtime", "query_language", "iac") if combination.get(key)}
    answers = {key: value for key, value in requirements(combination).items() if key not in how}
    return blueprint_of(answers, approach, **how)


def rendered(approach: str, combination: Combination) -> Gated:
    """Return the project of ``combination``, or why there is none."""
    try:
        made = render(planned(approach, combination))
    except NotSupported as refused:
        return Gated(approach, str(refused))
    return Gated(approach, files=tuple((file.path, file.text) for file in made))


def gated(approach: str, combination: Combination, *, as_written: bool = True) -> Gated:
    """Return what the whole gate says of ``combination``; ``as_written``: of SAM's own words, too."""
    result = rendered(approach, combination)
    if result.refused:
        return result
    files, blueprint = dict(result.files), planned(approach, combination)
    found = check_template(files, as_written=as_written) + check_machines(files)
    if blueprint.machine:
        found += misbehaviour(blueprint, files)
    return Gated(approach, findings=tuple(found), files=result.files)


def table(share: int = SHARE) -> str:
    """Return the matrix and what public examples lack, as Markdown."""
    chance = random.Random(SEED)
    drawn = {a: chance.sample(covering(a), len(covering(a)) // share) for a in FACTORS}
    through = [gated(a, item) for a in FACTORS for item in drawn[a]]
    lines = [
        "| | combinations | refused | made | findings |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += _rows(f"one in {share} through the whole gate", through)
    reasons = Counter(_reason(item.refused) for item in through if item.refused)
    lines += ["", "| refused because | combinations |", "| --- | --- |"]
    lines += [f"| {reason} | {count:,} |" for reason, count in reasons.most_common()]
    projects = [dict(item.files) for item in through if item.files]
    approaches = [item.approach for item in through if item.files]
    return "\n".join([*lines, "", *lacking(approaches, projects), ""])


def _rows(what: str, results: list[Gated]) -> list[str]:
    rows = []
    for approach in FACTORS:
        of = [item for item in results if item.approach == approach]
        rows.append(f"| {what}: {approach} | {_counts(of)} |")
    return [*rows, f"| **{what}** | {_counts(results)} |"]


def _counts(results: list[Gated]) -> str:
    refused, findings = sum(bool(item.refused) for item in results), sum(len(i.findings) for i in results)
    return f"{len(results):,} | {refused:,} | {len(results) - refused:,} | {findings}"


def _reason(told: str) -> str:
    """Return the first reason without what was named in it, so that equal ones count as one."""
    because = re.search(r"cannot do this workload: (.+?\.) \(", told)
    first = because[1] if because else re.split(r"(?<=[.:]) ", told)[0]
    return re.sub(r"'[^']+'", "…", first.rstrip(".:"))


def between(page: str, mark: str, text: str) -> str:
    """Return ``page`` with ``text`` between two comments that hold ``mark``."""
    head, began, rest = page.partition(f"<!-- {mark} -->\n")
    _, ended, tail = rest.partition(f"<!-- /{mark} -->\n")
    assert began and ended, f"the page has no marks for {mark}"
    return f"{head}{began}{text}{ended}{tail}"


def main() -> None:
    """Print the tables, or write them into their pages between the marks."""
    pages = {"flavours": (PAGE, tables()), "reasons": (SECURITY, reasons())}
    pages["whole"] = (PAGE, whole_matrix.table())
    if "--quick" not in sys.argv:
        asked = sys.argv.index("--share") + 1 if "--share" in sys.argv else 0
        pages["matrix"] = (PAGE, table(int(sys.argv[asked]) if asked else SHARE))
    for mark, (page, text) in pages.items():
        if "--write" in sys.argv:
            made = between(page.read_text(encoding="utf-8"), mark, text)
            page.write_text(made, encoding="utf-8", newline="\n")
        else:
            print(text)


if __name__ == "__main__":
    main()
