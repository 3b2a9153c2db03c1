"""``python -m tests.evaluate [--write]``: how often the rules say what public sources chose."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import advisor
from advisor.knowledge.rules import RuleBase
from advisor.knowledge.scenarios import Scenario
from advisor.loading.scenarios import load_scenarios
from tests.evaluate.core_questions import page as core_questions
from tests.evaluate.measure import measure, only_scored
from tests.evaluate.page import Page
from tests.evaluate.robustness import robustness

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "accuracy.md"
CORE_PAGE = ROOT / "docs" / "core-questions.md"
SCENARIOS = ROOT / "tests" / "scenarios" / "published.jsonl"
FIRST = ROOT / "tests" / "scenarios" / "first-set.txt"  # ids that rule base 1.0 was tuned with


def scenarios(path: Path, rule_base: RuleBase, field: str) -> tuple[Scenario, ...]:
    return load_scenarios(path.read_text(encoding="utf-8"), str(path), rule_base.questionnaire, (field,))


def evaluated(path: Path) -> str:
    """Return the page for the scenarios in ``path``."""
    rule_base = advisor.load_rule_base(advisor.rules_folder())
    blind, informed = (scenarios(path, rule_base, field) for field in ("blind_answers", "answers"))
    robust = {
        "Only scored": robustness(rule_base, [item for item in blind if only_scored(item.id)]),
        "Developed with": robustness(rule_base, [item for item in blind if not only_scored(item.id)]),
    }
    first = frozenset(FIRST.read_text(encoding="utf-8").split())
    return Page(rule_base, measure(rule_base, blind, informed), robust, first).text()


def main(arguments: list[str]) -> int:
    path = Path(os.environ.get("ADVISOR_SCENARIOS") or SCENARIOS)
    if not path.is_file():
        print(f"{path}: there is no such file; nothing was evaluated. ADVISOR_SCENARIOS names another.")
        return 0
    text = evaluated(path)
    print(text, end="")
    if "--write" in arguments:
        PAGE.parent.mkdir(exist_ok=True)
        core = core_questions(advisor.load_rule_base(advisor.rules_folder()))
        for page, content in ((PAGE, text), (CORE_PAGE, core)):
            page.write_text(content, encoding="utf-8", newline="\n")
            print(f"Written to {page.relative_to(ROOT)}.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
