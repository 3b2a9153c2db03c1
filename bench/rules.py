"""Rule tables of any size over our own questions, the same for every engine."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

import advisor
from advisor.knowledge.conditions import ALWAYS
from advisor.knowledge.questions import Question
from advisor.knowledge.rules import RuleBase

SEED = 20261123
A_FILE = 500  # rules a file, so that no file passes the limit of 1 MB


def table(count: int, questions: tuple[Question, ...]) -> list[dict[str, Any]]:
    """Return ``count`` rules as a rule file holds them: two or three answers, points for one option."""
    chance = random.Random(SEED)
    return [_rule(number, chance, questions) for number in range(count)]


def _rule(number: int, chance: random.Random, questions: tuple[Question, ...]) -> dict[str, Any]:
    asked = chance.sample(questions, chance.choice((2, 2, 3)))
    return {
        "id": f"ZZ{number:05}",
        "title": f"Rule {number}",
        "when": {question.key: _test(chance, question) for question in asked},
        "favours": {chance.choice(("destinations", "step-functions")): chance.randint(1, 3)},
        "because": "It is measured.",
        "source": "https://example.com/",
        "as_of": "2026-11-23",
        "fires_on": [{"steps": 1}],
        "quiet_on": [{"steps": 2}],
    }


def _test(chance: random.Random, question: Question) -> Any:
    values = [choice.value for choice in question.choices]
    if question.kind == "list":
        return {"includes_any": chance.sample(values, 2)}
    if question.kind in ("whole", "number"):
        return {chance.choice(("at_least", "at_most")): chance.choice((1, 2, 5, 10, 60, 300, 900))}
    return chance.sample(values, min(len(values), chance.choice((1, 2))))


def answers(count: int, questions: tuple[Question, ...], answered: int = 15) -> list[dict[str, Any]]:
    """Return ``count`` sets of ``answered`` answers each, as JSON has them."""
    chance = random.Random(SEED + 1)
    return [
        {question.key: _answer(chance, question) for question in chance.sample(questions, answered)}
        for _ in range(count)
    ]


def _answer(chance: random.Random, question: Question) -> Any:
    values = [choice.value for choice in question.choices]
    if question.kind == "list":
        return chance.sample(values, chance.randint(0, 2))
    if question.kind in ("whole", "number"):
        value = chance.choice((1, 2, 3, 10, 59, 300, 600, 901))
        return int(min(max(value, question.minimum), question.maximum))
    return chance.choice(values)


def write_overlay(rules: list[dict[str, Any]], folder: Path) -> Path:
    """Write ``rules`` as an organisation's folder and return it."""
    folder.mkdir(parents=True)
    for start in range(0, len(rules), A_FILE):
        text = json.dumps({"rules": rules[start : start + A_FILE]})
        (folder / f"rules-{start:05}.yaml").write_text(text, encoding="utf-8", newline="\n")
    return folder


def only(rules: list[dict[str, Any]], folder: Path) -> RuleBase:
    """Return a rule base with our questions and no other rules than ``rules``."""
    loaded = advisor.load_rule_base(advisor.rules_folder(), [write_overlay(rules, folder)])
    own = {rule["id"] for rule in rules}
    plain = tuple(replace(q, applies_when=ALWAYS) for q in loaded.questionnaire.questions)
    questionnaire = replace(loaded.questionnaire, questions=_without_implied(plain), derived={})
    found = tuple(rule for rule in loaded.rules if rule.id in own)
    return replace(loaded, questionnaire=questionnaire, rules=found)


def _without_implied(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Return ``questions`` as other engines know them: every answer stands for itself."""
    return tuple(
        replace(question, choices=tuple(replace(choice, implies={}) for choice in question.choices))
        for question in questions
    )


def known(requirements: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers from JSON as the advisor has them."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in requirements.items()}
