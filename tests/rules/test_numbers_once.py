"""A number of AWS stands in the rule base once, and everything that is written follows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from advisor.decision.recommend import recommend
from advisor.knowledge.answers import Answers
from advisor.knowledge.limits import Limit, exactly, figure, in_words
from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.reports import FORMATS, ReportOptions
from advisor.resources import rules_folder
from advisor.starter import plan
from advisor.starter.blueprint.resources import Queue
from advisor.starter.render import render

RULES = rules_folder()
RULE_BASE = load_rule_base(RULES)
VERSIONS = load_versions(RULES)


def written(requirements: dict[str, Any], **limits: float) -> tuple[str, str, dict[str, Any]]:
    """Return decision record, README and state machine with other values of ``limits``."""
    changed = {
        **RULE_BASE.limits,
        **{
            key.replace("_", "-"): replace(RULE_BASE.limits[key.replace("_", "-")], value=value)
            for key, value in limits.items()
        },
    }
    rule_base = replace(RULE_BASE, limits=changed)
    recommendation = recommend(rule_base, Answers(requirements))
    record = FORMATS["markdown"](recommendation, rule_base, ReportOptions(explain=True))
    files = {file.path: file.text for file in render(plan(recommendation, VERSIONS))}
    (machine,) = (text for path, text in files.items() if path.startswith("statemachine/"))
    return record, files["README.md"], json.loads(machine)


def attempts(machine: dict[str, Any]) -> set[int]:
    retriers = [retrier for state in machine["States"].values() for retrier in state.get("Retry", ())]
    return {retrier["MaxAttempts"] for retrier in retriers if "States.TaskFailed" in retrier["ErrorEquals"]}


def test_a_changed_retry_changes_record_readme_and_state_machine() -> None:
    answers = {"retry": "backoff", "steps": 3, "event_source": "eventbridge"}
    record, readme, machine = written(answers)
    assert (
        "6 attempts" in record and "6 attempts on errors of the work" in readme and attempts(machine) == {5}
    )
    record, readme, machine = written(answers, starter_retries_backoff=9)
    assert "10 attempts" in record and "10 attempts on errors of the work" in readme
    assert attempts(machine) == {9}


# Files of sentences and conditions; the others hold the numbers themselves, or what earlier versions said.
WRITTEN = [
    path.relative_to(RULES).as_posix()
    for path in sorted(RULES.rglob("*.yaml"))
    if path.name not in ("inspection.yaml", "lint.yaml", "versions.yaml") and path.parent.name != "history"
]
# Examples, the bounds of what may be answered, and words of AWS's models.
CASES = {
    "fires_on",
    "quiet_on",
    "holds_on",
    "help",
    "plausible",
    "minimum",
    "maximum",
    "examples",
    "tiers",
    "says",
}
WORDS = (
    "no",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
PER_UNIT = {"s": "s", "bytes": "kb"}
# Judgements of ours that happen to be as large as some limit: the place, and the number.
OURS = {
    ("contradictions.yaml", 30): "longer than an interactive run, whatever its source",
    ("contradictions.yaml", 5): "what a person needs to read and approve",
    ("findings/3-state-machines.yaml", 86400): "a day",
    ("findings/3-state-machines.yaml", 86401): "more than a day",
}


def spellings(limit: Limit) -> Iterator[str]:
    """Yield the ways to write the numbers of a limit into a sentence."""
    for number in limit.series:
        said = in_words(number, limit.unit)
        amount, _, unit = said.partition(" ")
        yield from (said, exactly(number, limit.unit), said.replace("KB", "KiB").replace("MB", "MiB"))
        if amount.isdecimal() and int(amount) < len(WORDS):
            yield f"{WORDS[int(amount)]} {unit}"
        if number >= 1_000:
            yield from (figure(number), f"{number:.0f}")


def texts(node: Any) -> Iterator[str]:
    """Yield the sentences of a YAML node."""
    if isinstance(node, dict):
        yield from (text for key, item in node.items() if key not in CASES for text in texts(item))
    elif isinstance(node, list):
        yield from (text for item in node for text in texts(item))
    elif isinstance(node, str) and " " in node:
        yield node


def compared(node: Any, key: str = "") -> Iterator[tuple[str, float]]:
    """Yield the numbers of conditions, each with the question that is compared with it."""
    if isinstance(node, dict):
        for name, item in node.items():
            if name in ("at_least", "at_most") and isinstance(item, int | float):
                yield key, item
            elif name not in CASES:
                yield from compared(item, name)
    elif isinstance(node, list):
        for item in node:
            yield from compared(item, key)


def thresholds(limit: Limit) -> Iterator[tuple[str, float]]:
    """Yield the numbers around a limit, each with the end of the key of the question about it."""
    for number in limit.series:
        if limit.unit in PER_UNIT and number >= 5:
            size = number / 1024 if limit.unit == "bytes" else number
            yield from ((f"_{PER_UNIT[limit.unit]}", size + more) for more in (-1, 0, 1))


# What the estimates take where nothing was answered is no number of AWS.
LIMITS = [limit for limit in RULE_BASE.limits.values() if not limit.id.startswith("assumed-")]
BY_SPELLING = {way.lower(): limit.id for limit in reversed(LIMITS) for way in spellings(limit)}
BY_THRESHOLD = {found: limit.id for limit in reversed(LIMITS) for found in thresholds(limit)}
LONGEST_FIRST = sorted(map(re.escape, BY_SPELLING), key=len, reverse=True)
REPEATED = re.compile(rf"(?<![\w.,$])({'|'.join(LONGEST_FIRST)})(?![\w-]|[.,]\d| dollars)", re.IGNORECASE)


def repeated(name: str, source: str) -> list[str]:
    """Return the numbers of limits that a file of the rule base repeats."""
    found, node = [], yaml.load(source, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for text in texts(node):
        for hit in REPEATED.finditer(re.sub(r"\{limit:[^}]*\}|https?://\S+", "", text)):
            found.append(f"{name}: '{hit[0]}' is {BY_SPELLING[hit[0].lower()]}, in: {text.strip()[:80]}")
    for key, number in compared(node):
        limit = BY_THRESHOLD.get((key[key.rfind("_") :], number))
        if limit and (name, number) not in OURS:
            found.append(f"{name}: {key} {number} is {limit}")
    return found


@pytest.mark.parametrize("name", WRITTEN)
def test_no_sentence_and_no_condition_repeats_a_limit(name: str) -> None:
    assert repeated(name, (RULES / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "said",
    [
        "because: It ends after 30 minutes.",
        "because: It ends after 1,800 s.",
        "because: Express runs stop after five minutes.",
        "because: A state fails above 256 KiB of data.",
        "when: {step_duration_s: {at_least: 1801}}",
        "when: {any_of: [{payload_kb: {at_most: 256}}]}",
    ],
)
def test_a_repeated_limit_is_found(said: str) -> None:
    assert len(repeated("a file", said)) == 1


def test_a_queue_of_a_starter_keeps_messages_as_long_as_sqs_can() -> None:
    assert Queue("Queue", "keeps", ()).retention_s == RULE_BASE.aws.limit("sqs-retention")


def test_the_volumes_of_the_rules_are_what_their_sentences_say_they_cost() -> None:
    (reference,) = (found for found in RULE_BASE.prices if found.region == "us-east-1")
    (tier,) = reference.prices["sfn-standard-transition"].tiers
    assert tier.price * 1_000_000 == pytest.approx(25)
    for rule_id, transitions, dollars in (("VO02", 40_000_000, 1_000), ("VO03", 4_000_000, 100)):
        rule = RULE_BASE.by_id[rule_id]
        assert f"{dollars:,} dollars a month" in f"{rule.title} {rule.because}"
        assert str(transitions) in str(rule.when) and tier.price * transitions == pytest.approx(dollars)
