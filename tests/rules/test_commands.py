"""``advisor rules`` as a user sees it: what is printed, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import advisor
from advisor.text.address import is_address
from tests.cli.conftest import Advise, advise
from tests.examples import FULL
from tests.rules.conftest import Overlay, rule

__all__ = ["advise"]  # the fixture of the command line's own tests

ALTERNATIVES = {item.id for item in advisor.load_rule_base(advisor.rules_folder()).alternatives}
LIST = """\
Choices (branching)
  BR01  The next step depends on data
          step-functions +3, durable-functions +3
  BR02  Success and failure go separate ways          destinations +2

2 rules. advisor rules show ID tells more.
"""
PAGE = """\
RT05  A stream mapping bounds its own attempts

When       retry is attempts, and invocation is stream
Unless     event_source is sqs
Effect     favours Lambda Destinations by 2
           favours single-function (one function behind its event) by 2
Because    Event source mappings of streams take from 0 to 10,000 retries, a
           maximum record age and bisection, and then hand the batch to the
           on-failure destination. Kafka mappings take these settings in
           provisioned mode only, whose pollers are billed by the hour.
Source     https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
As of      2026-11-27
Criterion  Retries (retries)
Looks at   invocation, event_source, retry
Fires on   retry=attempts event_source=kinesis
Quiet on   retry=attempts invocation=async
           retry=attempts event_source=sqs
Stands at  """


def test_list(advise: Advise) -> None:
    assert advise("rules", "list", "--criterion", "branching").out == LIST
    assert advise("rules", "list").err == ""


def test_list_by_option(advise: Advise) -> None:
    def ids(option: str) -> set[str]:
        outcome = advise("rules", "list", "--option", option, "--format", "json")
        return {rule["id"] for rule in json.loads(outcome.out)["rules"]}

    assert ids("both") == {"AL16"}
    assert "AL05" in ids("neither") & ids("queue-redrive")
    assert "IV04" in ids("destinations") - ids("step-functions")


def test_every_line_fits_80_columns(advise: Advise) -> None:
    for arguments in (["list"], ["show", "AL04"], ["lint"], ["test"], *([["weights"]] if FULL else [])):
        outcome = advise("rules", *arguments)
        foldable = [line for line in outcome.out.splitlines() if not any(map(is_address, line.split()))]
        assert max(map(len, foldable)) <= 80, arguments


def test_show(advise: Advise) -> None:
    text = advise("rules", "show", "rt05").out
    assert text.startswith(PAGE)
    assert text[len(PAGE) :].strip().rpartition(":")[0].rpartition(":")[0].endswith("05-retries.yaml")


def test_show_as_json(advise: Advise) -> None:
    shown = json.loads(advise("rules", "show", "GU01", "--format", "json").out)["rule"]
    assert (shown["when"], shown["unless"]) == ("delivery is exactly-once", "idempotent is true")
    assert shown["rules_out"] == ["destinations", "express", "single-function"]
    one = "single-function (one function behind its event)"
    assert shown["effects"] == [f"rules out Lambda Destinations, Step Functions Express and {one}"]


def test_lint_without_findings(advise: Advise) -> None:
    outcome = advise("rules", "lint")
    assert (outcome.exit_code, outcome.err) == (0, "")
    assert outcome.out.endswith(" rules checked: no findings.\n")


def test_lint_with_a_finding_names_its_place_and_ends_with_1(advise: Advise, overlay: Overlay) -> None:
    folder = overlay("rules:\n" + rule("OW01", "{event_source: s3, invocation: sync}"))
    outcome = advise("rules", "lint", "--rules", str(folder))
    first = outcome.out.splitlines()[0]
    text = "no answers make OW01 fire: its condition excludes itself. [never-fires]"
    assert (outcome.exit_code, first) == (1, f"{folder / 'ours.yaml'}:2:5: {text}")
    found = json.loads(advise("rules", "lint", "--rules", str(folder), "--format", "json").out)["findings"]
    assert [(item["check"], item["subject"]) for item in found] == [("never-fires", "OW01")]


def test_an_organisation_accepts_findings_with_a_reason(advise: Advise, overlay: Overlay) -> None:
    folder = overlay("rules:\n" + rule("OW01", "{event_source: s3, invocation: sync}"))
    (folder / "lint.yaml").write_text(
        "accepted: [{about: OW01, reason: Kept for later.}]\n", encoding="utf-8"
    )
    assert advise("rules", "lint", "--rules", str(folder)).exit_code == 0
    (folder / "lint.yaml").write_text("accepted: [{about: OW01}]\n", encoding="utf-8")
    outcome = advise("rules", "lint", "--rules", str(folder))
    assert outcome.exit_code == 3
    assert f"{folder / 'lint.yaml'}:1:12: an exemption: 'reason' is missing." in outcome.err


def test_lint_takes_the_day_as_a_flag(advise: Advise) -> None:
    assert advise("rules", "lint", "--today", "2028-01-01").exit_code == 1
    outcome = advise("rules", "lint", "--today", "next year")
    message = "--today: a date such as 2026-11-23 is expected; found 'next year'.\n"
    assert (outcome.exit_code, outcome.err) == (2, message)


def test_own_cases(advise: Advise, overlay: Overlay) -> None:
    assert advise("rules", "test").exit_code == 0
    wrong = overlay("rules:\n" + rule("OW01", "{steps: {at_least: 3}}", fires_on="{steps: 2}"))
    outcome = advise("rules", "test", "--rules", str(wrong))
    assert outcome.exit_code == 1
    assert outcome.out.startswith(
        "OW01 should fire and stays quiet on steps=2\nOW01 should stay quiet and fires on steps=9999\n"
    )
    assert ": 2 failed.\n" in outcome.out


def test_scenarios_of_ones_own(advise: Advise, tmp_path: Path) -> None:
    lines = [
        {
            "id": "one",
            "recommended": "destinations",
            "requirements": {"event_source": "s3", "on_failure": ["sqs"]},
        },
        {"id": "two", "recommended": "step-functions-express", "requirements": {"coordination": "central"}},
        {"id": "three", "recommended": "both", "ambiguous": True, "requirements": {"steps": 5}},
    ]
    file = tmp_path / "ours.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    outcome = advise("rules", "test", "--scenarios", str(file))
    assert outcome.exit_code == 1
    assert outcome.out.splitlines()[2:6] == [
        "two: step-functions express is wanted, the rules say step-functions standard",
        "three: both is wanted, the rules say step-functions standard (ambiguous)",
        f"{file}: 1 of 3 scenarios as wanted; of the unambiguous 1 of 2.",
        "",
    ]
    assert advise("rules", "test", "--scenarios", str(file), "--at-least", "50").exit_code == 0
    found = json.loads(advise("rules", "test", "--scenarios", str(file), "--format", "json").out)
    assert [item["right"] for item in found["scenarios"]] == [True, False, False]
    assert found["fired"]["FL05"] == 1


def test_broken_scenarios_are_told_with_their_place(advise: Advise, tmp_path: Path) -> None:
    file = tmp_path / "ours.jsonl"
    file.write_text(
        '{"id": "one", "recommended": "neither", "requirements": {"step": 1}}\n\n'
        '{"id": "one", "recommended": "lambda"}\n{"id"\n',
        encoding="utf-8",
    )
    outcome = advise("rules", "test", "--scenarios", str(file))
    assert outcome.exit_code == 2
    assert (
        outcome.err
        == f"""\
{file}: 5 problems in the scenarios.
  {file}:1:58: 'step' is not a question. Did you mean 'steps'?
  {file}:3:1: a scenario needs answers: requirements or blind_answers or answers.
  {file}:3:1: the scenario 'one' is there twice.
  {file}:3:30: a scenario: 'lambda' is not known here. Known are destinations, step-functions, \
step-functions-standard, step-functions-express, both, neither.
  {file}:4:6: not valid JSON: Expecting ':' delimiter.
"""
    )


def test_weights(advise: Advise) -> None:
    outcome = advise("rules", "weights", "--format", "json")
    found = json.loads(outcome.out)
    assert set(found["options"]) == {"destinations", "step-functions", "standard", "express"} | ALTERNATIVES
    for option, weight in found["options"].items():
        assert weight["together"] <= weight["points"]
        most = [item["most"].get(option) for item in found["criteria"].values()]
        assert option in ALTERNATIVES or weight["together"] <= sum(most)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "PA1"], "There is no rule 'PA1'. Did you mean 'pa01'?"),
        (["show", "what"], "There is no rule 'what'. advisor rules list shows all ids."),
        (["list", "--option", "expres"], "Did you mean 'express'?"),
        (["list", "--criterion", "brunching"], "Did you mean 'branching'?"),
        (["list", "--format", "xml"], "one of text, json, markdown is expected; found 'xml'."),
        (["test", "--scenarios", "nowhere.jsonl"], "--scenarios nowhere.jsonl cannot be read: No such file"),
        (["lint", "--rules", "nowhere"], "--rules nowhere: there is no such folder."),
    ],
    ids=" ".join,
)
def test_flags_that_do_not_fit(advise: Advise, arguments: list[str], message: str) -> None:
    outcome = advise("rules", *arguments)
    assert (outcome.exit_code, outcome.out) == (2, "")
    assert message in outcome.err


def test_an_organisation_sees_what_it_switched_off(advise: Advise, overlay: Overlay) -> None:
    folder = str(overlay("switch_off:\n  - {rule: PE02, reason: Everyone here knows the language.}\n"))
    assert (
        "Switched off by your rules\n  PE02  Everyone here knows"
        in advise("rules", "list", "--rules", folder).out
    )
    outcome = advise("rules", "show", "PE02", "--rules", folder)
    assert outcome.err == "Rule PE02 is switched off by your rules: Everyone here knows the language.\n"


@pytest.mark.parametrize("command", ["list", "lint", "test", "weights"])
def test_a_broken_rule_base_ends_with_3(advise: Advise, overlay: Overlay, command: str) -> None:
    folder = overlay("rules:\n" + rule("OW01", "{step: 1}"))
    outcome = advise("rules", command, "--rules", str(folder))
    assert (outcome.exit_code, outcome.out) == (3, "")
    assert f"{folder / 'ours.yaml'}:4:12: 'step' is not a question. Did you mean 'steps'?" in outcome.err
