"""The text behind ``?``: from the question and the rules that read it."""

from __future__ import annotations

import pytest

from advisor.knowledge.conditions import keys_in
from advisor.loading import load_rule_base
from advisor.resources import rules_folder
from advisor.wizard.help import help_for
from advisor.wizard.prompts import Section
from tests.wizard.small import QUESTIONNAIRE, RULE_BASE, SOURCE


def test_a_choice() -> None:
    assert help_for(QUESTIONNAIRE.by_key["invocation"], RULE_BASE) == (
        Section("Why we ask", ("Why invocation is asked.",)),
        Section("What it changes", ("What invocation changes.",)),
        Section("How to decide", ("How to decide invocation.",)),
        Section("To undo later", ("Easy.",)),
        Section(
            "Rules that read it",
            (
                "Synchronous call: A waiting caller gets no destination (rules out Destinations)",
                "Asynchronous event: Events suit Destinations (Destinations +1)",
            ),
        ),
        Section("Source", (SOURCE,)),
    )


def test_a_number_has_its_range() -> None:
    sections = help_for(QUESTIONNAIRE.by_key["duration_s"], RULE_BASE)
    assert sections[3] == Section("Range", ("From 0 to 31,536,000 seconds (365 days).",))
    assert sections[5] == Section(
        "Rules that read it",
        ("from 301 seconds (5 minutes 1 second): Express ends after five minutes (rules out Express)",),
    )


REAL = load_rule_base(rules_folder())


@pytest.mark.parametrize("key", REAL.questionnaire.by_key)
def test_every_question_explains_itself(key: str) -> None:
    question = REAL.questionnaire.by_key[key]
    headings = [section.heading for section in help_for(question, REAL)]
    assert headings[:3] == ["Why we ask", "What it changes", "How to decide"]
    products = [name for name, factors in REAL.questionnaire.derived.items() if key in factors]
    read = any({key, *products} & keys_in(rule.when) for rule in REAL.rules)
    assert headings[-3 if read else -2 :] == ["To undo later", *["Rules that read it"] * read, "Source"]
