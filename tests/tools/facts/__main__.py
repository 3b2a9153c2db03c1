"""Hold ``rules/`` against the newest packages that are installed and served: ``make facts``.

The exit code is 1 if a fact moved, so that a scheduled job can open an issue. A newer version is no fault.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.resources import rules_folder
from tests.tools.facts.holes import holes
from tests.tools.facts.moved import Moved, everything
from tests.tools.facts.registries import newer
from tests.tools.facts.starters import constructs, linted

HELD_AGAINST = ("botocore", "cfn-lint", "aws-sam-translator")


def main() -> int:
    """Print what moved and what is newer; return 1 if something moved."""
    rules = rules_folder()
    rule_base, versions = load_rule_base(rules), load_versions(rules)
    day = datetime.now(UTC).date()
    packages = ", ".join(f"{name} {version(name)}" for name in HELD_AGAINST)
    print(f"# Facts on {day}, held against {packages}\n")
    facts = _section("Facts", (item.line(rules) for item in everything(rule_base, versions, rules, day)))
    findings = _section("Starters in the newest cfn-lint and SAM translator", linted())
    built = _section("Starters in the newest CDK", constructs())
    unsafe = list(holes(versions))
    _section("Published holes in what starters bring", _lines(unsafe, rules))
    _section("Newer versions of what starters pin", _lines(newer(versions), rules))
    return 1 if facts or findings or built or any(isinstance(item, Moved) for item in unsafe) else 0


def _lines(found: Iterable[Moved | str], rules: Path) -> Iterable[str]:
    return (item.line(rules) if isinstance(item, Moved) else item for item in found)


def _section(title: str, lines: Iterable[str]) -> int:
    """Print a heading and its lines as they are found; return how many there are."""
    print(f"## {title}\n", flush=True)
    count = 0
    for line in lines:
        count += 1
        print(f"- {line}", flush=True)
    print("nothing\n" if not count else "", flush=True)
    return count


if __name__ == "__main__":
    sys.exit(main())
