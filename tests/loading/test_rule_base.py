"""Broken rule files fail loudly: every problem of every file in one go, with line and column; overlays."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import TypeAlias

import pytest

from advisor.errors import RuleBaseError
from advisor.knowledge.conditions import Test
from advisor.knowledge.rules import RuleBase
from advisor.loading.rule_base import load_rule_base
from advisor.resources import rules_folder
from tests.examples import sample

OURS = load_rule_base(rules_folder())
BRANCHING = "criteria/04-branching.yaml"
RULE = """\
criterion: branching
code: BR
title: Choices
rules:
  - id: BR01
    title: The next step depends on data
    when: {branching: content}
    favours: {step-functions: 3}
    because: A Choice state tests any field.
    source: https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
    as_of: 2026-11-23
    fires_on: [{branching: content}]
    quiet_on: [{branching: none}]
"""
Broken: TypeAlias = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of our rules, to be broken."""
    return Path(copytree(rules_folder(), tmp_path / "rules"))


def problems(folder: Path, *overlays: Path) -> list[str]:
    """Return what loading refuses, one line each, paths relative to the folder above."""
    with pytest.raises(RuleBaseError) as caught:
        load_rule_base(folder, overlays)
    assert caught.value.exit_code == 3
    first, *rest = str(caught.value).splitlines()
    assert first == f"The rule base has {len(rest)} problem{'s' * (len(rest) > 1)}."
    return [line.strip().removeprefix(str(folder.parent)).lstrip("/\\").replace("\\", "/") for line in rest]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("when: {branching: content}", "when: {brunching: content}",
         "7:12: 'brunching' is not a question. Did you mean 'branching'?"),
        ("when: {branching: content}", "when: {branching: contents}",
         "7:23: branching has no value 'contents'. Did you mean 'content'?"),
        ("when: {branching: content}", "when: {branching: {at_least: 2}}",
         "7:24: branching: 'at_least' is not a test for it; write the value or a list of values."),
        ("when: {branching: content}", "when: {steps: {at_leest: 2}}",
         "7:20: steps: 'at_leest' is not a test for it; it takes at_least, at_most."),
        ("when: {branching: content}", "when: {steps: {at_least: two}}",
         "7:30: steps: at_least takes a number; found text."),
        ("when: {branching: content}", "when: {steps: {at_least: {limit: inline-map-concurency}}}",
         "7:38: a reference to a limit: 'inline-map-concurency' is not known here. "
         "Did you mean 'inline-map-concurrency'?"),
        ("when: {branching: content}", "when: {steps: {at_least: {limit: lambda-timeout, in: KB}}}",
         "7:30: the limit 'lambda-timeout' is in s, not in KB."),
        ("when: {branching: content}", "when: {steps: {at_least: {limit: lambda-timeout, minus: 1}}}",
         "7:54: a reference to a limit: 'minus' is not a known field. Known are in, limit, plus, times."),
        ("tests any field", "tests {limit:lambda-timout}",
         "9:14: there is no limit 'lambda-timout'. Did you mean 'lambda-timeout'?"),
        ("tests any field", "tests {limit:lambda-timeout roughly}",
         "9:14: 'roughly' says nothing about a limit. Known are last, number, exact."),
        ("when: {branching: content}", "when: {targets: lambda}",
         "7:21: targets takes several answers: test it with includes, includes_any, only."),
        ("when: {branching: content}", "when: {any_of: {branching: content}}",
         "7:20: any_of is a list of conditions; found a mapping."),
        ("when: {branching: content}", "when: branching is content",
         "7:11: a condition is a mapping of answers; found text."),
        ("    when: {branching: content}\n", "", "5:5: rule BR01: 'when' is missing."),
        ("{step-functions: 3}", "{step-functions: 4}",
         "8:31: rule BR01: points are 1 (leans), 2 (favours) or 3 (strongly favours)."),
        ("{step-functions: 3}", "{step-function: 3}",
         "8:15: rule BR01: 'step-function' is no option. "
         "Known are destinations, step-functions, standard, express, single-function, direct-invoke, "
         "messaging, queue-redrive, pipes, durable-functions, managed-job."),
        ("favours: {step-functions: 3}", "names: massaging",
         "8:12: rule BR01: 'massaging' is not known here. Did you mean 'messaging'?"),
        ("    favours: {step-functions: 3}\n", "",
         "5:5: rule BR01 has no effect. Give one of favours, rules_out, names, combines, warns."),
        ("favours:", "favors:", "8:5: rule BR01: 'favors' is not a known field. Did you mean 'favours'?"),
        ("source: https:", "source: http:",
         "10:13: rule BR01: the source is an https:// address; found "
         "'http://docs.aws.amazon.com/step-functions/latest/dg/state-ch'."),
        ("as_of: 2026-11-23", "as_of: 2026-13-23",
         "11:12: rule BR01: 'as_of' is a date such as 2026-11-23; found '2026-13-23'."),
        ("    because: A Choice state tests any field.\n", "", "5:5: rule BR01: 'because' is missing."),
        ("    quiet_on: [{branching: none}]\n", "", "5:5: rule BR01: 'quiet_on' is missing."),
        ("[{branching: none}]", "[none]", "13:16: answers are a mapping such as {steps: 3}; found text."),
        ("[{branching: none}]", "[{targets: lambda}]", "13:26: targets: a list is expected; found text."),
        ("id: BR01", "id: XX01", "5:5: rule XX01: ids here are BR and two digits."),
        ("{branching: content}\n    favours", "{branching: content\n    favours",
         "8:12: not valid YAML: did not find expected ',' or '}'."),
        ("title: Choices", "title: Choices\ntitle: Ways", "4:1: 'title' is already given in line 3."),
        ("title: Choices", "title: !!python/name:os.system",
         "3:8: the tag tag:yaml.org,2002:python/name:os.system is not allowed; write plain data."),
    ],
)  # fmt: skip
def test_a_broken_rule_is_told_with_file_line_and_column(
    folder: Path, old: str, new: str, problem: str
) -> None:
    assert old in RULE
    (folder / BRANCHING).write_text(RULE.replace(old, new, 1), encoding="utf-8", newline="\n")
    assert f"rules/{BRANCHING}:{problem}" in problems(folder)


def test_every_problem_of_every_file_is_told_at_once(folder: Path) -> None:
    (folder / BRANCHING).write_text(RULE.replace("content}", "contents}"), encoding="utf-8", newline="\n")
    (folder / "limits.yaml").write_text("limits: 3\n", encoding="utf-8", newline="\n")
    (folder / "contradictions.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "comparison.yaml").unlink()
    told = problems(folder)
    assert f"rules/{BRANCHING}:7:23: branching has no value 'contents'. Did you mean 'content'?" in told
    assert f"rules/{BRANCHING}:12:28: branching has no value 'contents'. Did you mean 'content'?" in told
    assert "rules/limits.yaml:1:9: the limits: 'limits' is a list; found a number." in told
    assert any(line.startswith("rules/contradictions.yaml") for line in told)
    assert "rules/comparison.yaml: cannot be read: No such file or directory." in told


def test_a_limit_is_read_where_a_rule_names_it(folder: Path) -> None:
    named = RULE.replace(
        "{branching: content}", "{step_duration_s: {at_most: {limit: async-event-age last, plus: 1}}}", 1
    )
    named = named.replace(
        "any field", "{limit:sfn-payload-bytes}, {limit:async-event-age last}, {limit:lambda-timeout exact}"
    )
    for case in ("{branching: content}", "{branching: none}"):
        named = named.replace(case, "{payload_kb: {limit: sfn-payload-bytes, in: KB, times: 0.5}}")
    (folder / BRANCHING).write_text(named, encoding="utf-8", newline="\n")
    rule = load_rule_base(folder).by_id["BR01"]
    assert rule.when == Test("step_duration_s", "at_most", (21601,))
    assert rule.because == "A Choice state tests 256 KB, 6 hours, 1,800 s."
    assert rule.fires_on == rule.quiet_on == ({"payload_kb": 128},)


@pytest.mark.parametrize(
    ("limit", "value", "problem"),
    [
        ("starter-event-age", "21601", "'starter-event-age' is not within 'async-event-age'"),
        ("starter-event-age", "59", "'starter-event-age' is not within 'async-event-age'"),
        ("starter-function-timeout", "1801", "'starter-function-timeout' is not within 'lambda-timeout'"),
    ],
)
def test_a_choice_of_ours_keeps_within_its_limit(folder: Path, limit: str, value: str, problem: str) -> None:
    path = folder / "limits.yaml"
    text = re.sub(rf"(id: {limit}\n    value: )\S+", rf"\g<1>{value}", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8", newline="\n")
    (line,) = problems(folder)
    assert problem in line


def test_an_id_is_there_once(folder: Path) -> None:
    (folder / "criteria" / "99-more.yaml").write_text(
        RULE.replace("criterion: branching", "criterion: more"), encoding="utf-8", newline="\n"
    )
    first = folder / BRANCHING
    assert problems(folder) == [
        f"rules/criteria/99-more.yaml:5:5: rule BR01 is already there, at {first}:6:5."
    ]


NEW = """\
rules:
  - id: OW01
    title: We run queues already
    when: {steps: {at_most: 2}}
    favours: {destinations: 2}
    because: Every team has runbooks for them.
    source: https://example.com/queues
    as_of: 2026-11-23
    fires_on: [{steps: 1}]
    quiet_on: [{steps: 5}]
"""


def laid_over(tmp_path: Path, text: str, name: str = "ours.yaml") -> Path:
    overlay = tmp_path / "overlay"
    overlay.mkdir(exist_ok=True)
    (overlay / name).write_text(text, encoding="utf-8", newline="\n")
    return overlay


def test_an_overlay_adds_changes_and_switches_off(tmp_path: Path) -> None:
    laid_over(tmp_path, NEW)
    overlay = laid_over(
        tmp_path,
        "change:\n  - {rule: FL04, favours: {step-functions: 2}, reason: Our tracing shows long chains.}\n"
        "switch_off:\n  - {rule: PE02, reason: Everyone here knows the language.}\n",
        "more.yaml",
    )
    found = load_rule_base(rules_folder(), [overlay])
    assert set(found.by_id) == {*OURS.by_id, "OW01"} - {"PE02"}
    assert found.by_id["OW01"].place.file == str(overlay / "ours.yaml")
    assert found.by_id["FL04"].favours == {"step-functions": 2}
    assert found.by_id["FL04"].because.endswith("(Points changed: Our tracing shows long chains.)")
    assert [(off.rule, off.reason, off.place.line) for off in found.switched_off] == [
        ("PE02", "Everyone here knows the language.", 4)
    ]
    assert [c.title for c in found.criteria if c.id == "own"] == ["Rules of your organisation"]
    assert unchanged(found) == unchanged(OURS)


def unchanged(rule_base: RuleBase) -> list[object]:
    touched = {"OW01", "FL04", "PE02"}
    return [rule for rule in rule_base.rules if rule.id not in touched]


@pytest.mark.parametrize(
    "rule", sample([rule for rule in OURS.rules if rule.rules_out], 6), ids=lambda rule: rule.id
)
def test_what_aws_cannot_do_cannot_be_switched_off(tmp_path: Path, rule: object) -> None:
    rule_id = getattr(rule, "id", "")
    overlay = laid_over(tmp_path, f"switch_off:\n  - {{rule: {rule_id}, reason: We wish it could.}}\n")
    text = f"2:5: rule {rule_id} says what cannot be done; it cannot be switched off."
    with pytest.raises(RuleBaseError, match=text):
        load_rule_base(rules_folder(), [overlay])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (NEW.replace("OW01", "BR01"),
         "2:5: rule BR01 is already there. Use 'change' to give it other points."),
        ("switch_off:\n  - {rule: BR01}\n", "2:5: a rule to switch off: 'reason' is missing."),
        ("switch_off:\n  - {rule: BR99, reason: So.}\n",
         "2:12: a rule to switch off: 'BR99' is not known here."),
        ("change:\n  - {rule: BR01, favours: {step-functions: 9}, reason: So.}\n",
         "2:44: a change: points are 1 (leans), 2 (favours) or 3 (strongly favours)."),
        ("change:\n  - {rule: BR01, favours: {step-functions: 1}}\n", "2:5: a change: 'reason' is missing."),
        ("switch-off:\n  - {rule: BR01, reason: So.}\n",
         "1:1: an overlay: 'switch-off' is not a known field. Did you mean 'switch_off'?"),
        ("- BR01\n", "1:1: an overlay is a mapping; found a list."),
    ],
)  # fmt: skip
def test_a_broken_overlay_is_told_with_file_line_and_column(tmp_path: Path, text: str, problem: str) -> None:
    overlay = laid_over(tmp_path, text)
    with pytest.raises(RuleBaseError) as caught:
        load_rule_base(rules_folder(), [overlay])
    assert f"{overlay / 'ours.yaml'}:{problem}" in str(caught.value)


def test_an_overlay_without_a_file_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(RuleBaseError, match="there is no YAML file in this folder"):
        load_rule_base(rules_folder(), [tmp_path])


def test_overlays_are_laid_one_over_the_other(tmp_path: Path) -> None:
    first = laid_over(tmp_path, NEW)
    second = tmp_path / "second"
    second.mkdir()
    text = "change:\n  - {rule: OW01, favours: {destinations: 1}, reason: Not that much.}\n"
    (second / "theirs.yaml").write_text(text, encoding="utf-8")
    assert load_rule_base(rules_folder(), [first, second]).by_id["OW01"].favours == {"destinations": 1}
