"""``python digests.py ANSWERS``: digests of what this installation makes of its rules and templates."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path

import advisor
from advisor.cli.project_builder import make, with_flags
from advisor.knowledge.answers import IACS, RUNTIMES
from advisor.loading.own_rules import own_rule_base
from advisor.resources import package_folder
from advisor.starter.templates import shared_environment


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def main() -> None:
    """Print the digests."""
    rule_base = own_rule_base()
    answers = advisor.read_answers(sys.argv[1], rule_base.questionnaire)
    projects = {}
    for iac in IACS:
        for runtime in RUNTIMES:
            made = make(rule_base, with_flags(answers, iac, runtime, None))
            projects[f"{iac} {runtime}"] = {file.path: digest(file.text) for file in made.files}
    loader = shared_environment(advisor.templates_folder(), package_folder()).loader
    rules = repr(rule_base).replace(str(Path(advisor.rules_folder())), "rules")
    found = {"loader": type(loader).__name__, "rules": digest(rules), "projects": projects}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
