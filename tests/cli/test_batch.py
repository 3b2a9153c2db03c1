"""``advisor recommend --batch``: the verdicts of the reference, in order, and bad lines by number."""

from __future__ import annotations

import io
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

import advisor
from advisor.cli.batch import numbered
from advisor.decision.decide import decide
from advisor.decision.fast.bit_tables import Tables
from advisor.decision.fast.compile import tables_of
from advisor.decision.verdict import option_of, workflow_type_of
from advisor.knowledge.conditions import AllOf, Answer, AnyOf, Test
from advisor.knowledge.rules import SCORED, Rule
from advisor.loading.yaml_nodes import MAX_BYTES
from advisor.reports.json.batch import tails

RULES = advisor.load_rule_base(advisor.rules_folder())


def answer_sets(count: int, seed: int = 20261123) -> list[dict[str, Any]]:
    """Return random requirements as JSON has them, the same for the same seed."""
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        requirements: dict[str, Any] = {}
        asked = RULES.questionnaire.questions
        for question in chance.sample(asked, chance.randint(0, len(asked))):
            values = [choice.value for choice in question.choices]
            if question.kind == "list":
                requirements[question.key] = chance.sample(values, chance.randint(0, 3))
            elif values:
                requirements[question.key] = chance.choice([*values, None, "unknown"])
            else:
                value = min(
                    max(chance.choice([0, 1, 3, 5, 250, 900, 901, 2.5]), question.minimum), question.maximum
                )
                requirements[question.key] = int(value) if question.kind == "whole" else value
        found.append(requirements)
    return found


def run(arguments: list[str], given: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "advisor", "recommend", *arguments]
    return subprocess.run(command, input=given, capture_output=True, env={**os.environ, **environment})


def expected(number: int, name: str, requirements: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on one line, by the reference."""
    known: dict[str, Answer] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in requirements.items()
        if value not in (None, "unknown")
    }
    decision = decide(RULES, known)
    option, instead = option_of(decision)
    cards = {name: decision.card(name) for name in SCORED}
    return {
        "line": number,
        **({"name": name} if name else {}),
        "option": option,
        "workflow_type": workflow_type_of(decision, option),
        "instead": list(instead),
        "scores": {name: card.score for name, card in cards.items()},
        "ruled_out": [name for name, card in cards.items() if not card.viable],
        "rule_base": {"version": RULES.version, "as_of": RULES.as_of, "overlays": []},
    }


def test_every_line_gets_the_verdict_of_the_reference(tmp_path: Path) -> None:
    sets = answer_sets(700)
    names = ["", "plain", 'quo"ted: {', "zwölf 🎈"]
    file = tmp_path / "many.jsonl"
    with file.open("w", encoding="utf-8") as stream:
        for index, requirements in enumerate(sets):
            name = names[index % 4]
            line = {"schema": 1, "name": name, "requirements": requirements}
            stream.write(
                json.dumps(line if name else {"requirements": requirements}, ensure_ascii=index % 3 == 0)
            )
            stream.write("\r\n" if index % 5 == 0 else "\n")
    result = run(["--batch", str(file)])
    assert (result.returncode, result.stderr) == (0, b"")
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        expected(number, names[(number - 1) % 4], requirements)
        for number, requirements in enumerate(sets, start=1)
    ]


def test_the_page_shows_a_line_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs" / "at-scale.md").read_text(encoding="utf-8")
    given, shown = re.findall(r"```json\n(.*)\n```", page)
    (line,) = run(["--batch", "-"], given.encode()).stdout.splitlines()
    assert list(json.loads(line)) == list(json.loads(shown))


def test_bad_lines_are_named_by_number_and_skipped() -> None:
    lines = [
        b'\xef\xbb\xbf{"requirements": {"steps": 3}}',
        b"",
        b'{"requirements": {"stepz": 3}}',
        b'{"requirements": {"steps": 3, "steps": 4}}',
        b"{oops",
        b'{"requirements": {"targets": ["sqs", {}], "steps": true}}',
        b'{"requirements": {"steps": 3.0, "retry": "unknown"}, "project": {"iac": "sam"}}',
        b"[]",
        b'{"requirements": {"steps": "\xff"}}',
        b"[" * 5000,
        b'{"name": "' + b"x" * MAX_BYTES + b'"}',
        b'{"requirements": {"steps": NaN}}',
        b'{"requirements": {"steps": 3}}',
    ]
    result = run(["--batch", "-"], b"\n".join(lines))
    assert result.returncode == 1
    assert [json.loads(line)["line"] for line in result.stdout.splitlines()] == [1, 7, 13]
    told = result.stderr.decode().splitlines()
    assert [line.split(": ")[0] for line in told] == [
        "<stdin>:3:19", "<stdin>:4:31", "<stdin>:5:2", "<stdin>:6:38", "<stdin>:6:52", "<stdin>:8:1",
        "<stdin>:9:1", "<stdin>:10:42", "<stdin>:11:1", "<stdin>:12:28", "<stdin>",
    ]  # fmt: skip
    assert told[0] == "<stdin>:3:19: 'stepz' is not a known key. Did you mean 'steps'?"
    assert told[-1] == "<stdin>: 9 of 12 lines do not fit and were skipped."


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--batch", "nowhere.jsonl"], "nowhere.jsonl: there is no such file."),
        (["--batch", "."], ". cannot be read"),
        (["--batch", "-", "--set", "steps=3"], "--batch takes no FILE"),
        (["answers.yaml", "--batch", "-"], "--batch takes no FILE"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments: list[str], said: str) -> None:
    result = run(arguments)
    assert (result.returncode, result.stdout) == (2, b"")
    assert result.stderr.decode().startswith(said)


def test_the_refusal_is_json_where_json_is_asked_for() -> None:
    result = run(["--batch", "-", "--format", "json"])
    assert result.returncode == 2
    assert json.loads(result.stdout)["error"]["message"].startswith("--batch takes no FILE")


def test_nothing_in_nothing_out() -> None:
    result = run(["--batch", "-"])
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_a_line_without_end_is_read_in_pieces() -> None:
    stream = io.BytesIO(b"1\n" + b"x" * (3 * MAX_BYTES) + b"\n  \n3")
    assert [(number, len(data)) for number, data in numbered(stream)] == [(1, 2), (2, MAX_BYTES + 1), (4, 1)]


def test_rules_too_wide_for_tables_are_left_to_the_reference() -> None:
    either = AnyOf((Test("steps", "at_least", (3,)), Test("retry", "is", ("backoff",))))
    wide = Rule(
        id="OW01",
        title="",
        criterion="own",
        when=AllOf((either,) * 20),
        because="",
        source="",
        as_of="",
        favours={"step-functions": 3},
    )
    rule_base = replace(RULES, rules=(*RULES.rules, wide))
    assert isinstance(tables_of(RULES), Tables)
    assert tables_of(rule_base) is None
    plain, slow = tails(RULES), tails(rule_base)
    assert json.loads("{" + plain({"steps": 2})) == json.loads("{" + slow({"steps": 2}))
    more = {json.loads("{" + tail({"steps": 4}))["scores"]["step-functions"] for tail in (plain, slow)}
    assert max(more) - min(more) == 3
