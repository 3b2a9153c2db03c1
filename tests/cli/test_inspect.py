"""``advisor inspect`` as its user sees it: every format whole, the answers, the exit codes, suppression."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.cli.conftest import Advise
from tests.inspect.shop import SHOP

ONE = """\
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Resources:
  Parcels:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 180
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Lost.Arn, maxReceiveCount: 5}
  Lost:
    Type: AWS::SQS::Queue
  Deliver:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.14
      Handler: app.handler
      EventInvokeConfig:
        DestinationConfig:
          OnFailure: {Type: SQS, Destination: !GetAtt Lost.Arn}
      Events:
        Parcel:
          Type: SQS
          Properties:
            Queue: !GetAtt Parcels.Arn
            FunctionResponseTypes: [ReportBatchItemFailures]
  Bell:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: ApproximateNumberOfMessagesVisible
      Dimensions: [{Name: QueueName, Value: !GetAtt Lost.QueueName}]
  Delivery:
    Type: AWS::CloudWatch::Alarm
    Properties:
      MetricName: DestinationDeliveryFailures
      Dimensions: [{Name: FunctionName, Value: !Ref Deliver}]
"""
PLACE = {"file": "template.yaml", "line": 11, "column": 3, "resource": "Deliver"}


def write(files: dict[str, str]) -> None:
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def told(advise: Advise, *arguments: str) -> tuple[int, Any]:
    done = advise("inspect", *arguments, "--format", "json")
    assert done.err == ""
    return done.exit_code, json.loads(done.out)


def test_the_whole_json(advise: Advise) -> None:
    write({"template.yaml": ONE})
    code, found = told(advise, "template.yaml")
    (finding,) = found.pop("findings")
    (system,) = found.pop("systems")
    assert code == 1
    assert found.pop("rule_base").keys() == {"version", "as_of"}
    assert found == {
        "schema": 1,
        "files": [{"path": "template.yaml", "kind": "sam", "read": True}],
        "suppressed": [],
        "not_read": [],
    }
    assert finding.pop("source").startswith("https://docs.aws.amazon.com/")
    assert (finding.pop("title"), finding.pop("because"), finding.pop("fix")) > ("", "", "")
    assert finding == {"rule": "IN01", "level": "error", **PLACE}
    assert system.pop("functions") == [
        {
            "id": "Deliver",
            "runtime": "python3.14",
            "event_sources": ["sqs"],
            "called_by": [],
            "on_success": [],
            "on_failure": ["sqs"],
            "stream_on_failure": [],
            "dead_letter": [],
            "durable": False,
            "file": "template.yaml",
            "line": 11,
        }
    ]
    answers = system.pop("answers")
    assert answers["requirements"]["event_source"] == "sqs"
    assert {item["key"] for item in answers["evidence"]} == answers["requirements"].keys()
    assert {"file", "line", "because", "key"} == set(answers["evidence"][0])
    assert system.pop("recommendation").keys() >= {"option", "workflow_type", "strength", "instead"}
    assert set(system.pop("move")) == {"goes", "comes", "stays", "pays"}
    assert system == {
        "files": ["template.yaml"],
        "approach": "destinations",
        "state_machines": [],
        "agrees": False,
    }


def test_the_json_fits_its_schema(advise: Advise) -> None:
    schema = json.loads(advise("schema", "--of", "inspection").out)
    validator = jsonschema.Draft202012Validator(schema)
    broken = {"wrong.json": '{"Resources": {"A": {"Type": "AWS::X::Y"'}
    for files in ({"template.yaml": ONE}, SHOP, broken):
        write(files)
        done = advise("inspect", ".", "--format", "json", "--fail-on", "none")
        assert [error.message for error in validator.iter_errors(json.loads(done.out))] == []
    assert list(validator.iter_errors({"schema": 1}))


def test_sarif_as_code_scanning_reads_it(advise: Advise) -> None:
    suppressed = ONE.replace("  Deliver:", "  # advisor: ignore IN01 moved next week\n  Deliver:")
    write(
        {
            "a b/template.yaml": ONE,
            "c/template.yaml": suppressed,
            "wrong.json": '{"Resources": {"Type": "AWS::',
        }
    )
    done = advise("inspect", ".", "--output", "found.sarif", "--fail-on", "none")
    assert (done.exit_code, done.out) == (0, "")
    log = json.loads(Path("found.sarif").read_text(encoding="utf-8"))
    assert (log["version"], log["$schema"]) == ("2.1.0", "https://json.schemastore.org/sarif-2.1.0.json")
    (run,) = log["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["id"] == "IN01" and rule["helpUri"].startswith("https://")
    assert rule["defaultConfiguration"] == {"level": "error"} and rule["help"]["text"]
    first, second = run["results"]
    region = {"startLine": 11, "startColumn": 3}
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "a%20b/template.yaml", "uriBaseId": "%SRCROOT%"},
                "region": region,
            }
        }
    ]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("IN01", 0, "error")
    assert "suppressions" not in first
    assert second["suppressions"] == [{"kind": "inSource", "justification": "moved next week"}]
    assert first["partialFingerprints"] != second["partialFingerprints"]
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "wrong.json"


def test_fingerprints_stay_when_lines_move(advise: Advise) -> None:
    marks = []
    for text in (ONE, f"# a comment\n\n{ONE}"):
        write({"template.yaml": text})
        run = json.loads(advise("inspect", ".", "--format", "sarif").out)["runs"][0]
        marks.append(run["results"][0]["partialFingerprints"])
    assert marks[0] == marks[1]


def test_text_for_people_and_markdown_for_a_pull_request(advise: Advise) -> None:
    write({"template.yaml": ONE})
    text = advise("inspect", ".").out
    assert text.startswith("template.yaml: Lambda Destinations\nWe would say: ")
    assert "template.yaml:11: error IN01: " in text and "    Fix: " in text
    assert "1 file read, 1 system with functions or state machines: 1 error." in " ".join(text.split())
    markdown = advise("inspect", ".", "--format", "markdown").out
    assert markdown.startswith("# What advisor found\n\n1 error.\n\n## Findings\n\n| Level | Place |")
    assert "| error | `template.yaml:11` | [IN01](https://" in markdown


@pytest.mark.parametrize(
    ("limit", "files", "code"),
    [
        ("error", {"template.yaml": ONE}, 1),
        ("none", {"template.yaml": ONE}, 0),
        ("error", {"template.yaml": ONE.replace("python3.14", "python3.9").replace("EventInvoke", "X")}, 0),
        ("warning", {"template.yaml": ONE.replace("python3.14", "python3.9").replace("EventInvoke", "X")}, 1),
        ("note", SHOP, 0),
        ("note", {"template.yaml": "Resources: {A: {Type: AWS::SQS::Queue}"}, 2),
        ("note", {"notes.txt": ""}, 2),
    ],
)
def test_exit_codes(advise: Advise, limit: str, files: dict[str, str], code: int) -> None:
    write(files)
    assert advise("inspect", ".", "--fail-on", limit).exit_code == code


def test_what_cannot_be_asked(advise: Advise) -> None:
    assert advise("inspect").err == "Name a template or a folder, such as: advisor inspect .\n"
    missing = advise("inspect", "nowhere.yaml")
    assert (missing.exit_code, missing.err) == (2, "nowhere.yaml: there is no such file or folder.\n")
    assert "Did you mean 'sarif'?" in advise("inspect", ".", "--format", "sarf").err
    assert "Did you mean 'warning'?" in advise("inspect", ".", "--fail-on", "warn").err
    write({"a.txt": "hello"})
    nothing = advise("inspect", "a.txt")
    assert nothing.exit_code == 2
    assert "a.txt: this is no template or definition that advisor knows." in nothing.err


def test_the_answers_are_where_the_questions_go_on(advise: Advise) -> None:
    write({"template.yaml": ONE})
    done = advise("inspect", "template.yaml", "--answers", "answers.yaml", "--fail-on", "none")
    assert "advisor --answers answers.yaml" in done.err
    text = Path("answers.yaml").read_text(encoding="utf-8")
    assert "# event_source: template.yaml:20:" in text
    report = json.loads(advise("recommend", "answers.yaml", "--format", "json").out)
    assert report["requirements"]["event_source"] == "sqs"
    again = advise("inspect", "template.yaml", "--answers", "answers.yaml", "--fail-on", "none")
    assert again.exit_code == 1 and "--force" in again.err
    write({"b/template.yaml": ONE})
    several = advise("inspect", ".", "--answers", "more.yaml", "--fail-on", "none")
    assert several.exit_code == 2 and "one system is expected, 2 were found" in several.err
    assert not Path("more.yaml").exists()


IGNORED = {
    "comment above": ("  Deliver:\n", "  # advisor: ignore IN01 moved\n  Deliver:\n"),
    "comment beside": ("  Deliver:\n", "  Deliver:  # advisor: ignore IN01 moved\n"),
    "resource": ("  Deliver:\n", "  Deliver:\n    Metadata: {advisor: {ignore: {IN01: moved}}}\n"),
    "template": ("Resources:\n", "Metadata: {advisor: {ignore: {IN01: moved}}}\nResources:\n"),
}


@pytest.mark.parametrize("where", IGNORED)
def test_a_finding_is_suppressed_with_a_reason(advise: Advise, where: str) -> None:
    old, new = IGNORED[where]
    write({"template.yaml": ONE.replace(old, new, 1)})
    code, found = told(advise, ".")
    assert (code, found["findings"]) == (0, [])
    assert [(one["rule"], one["reason"]) for one in found["suppressed"]] == [("IN01", "moved")]
    assert "no findings (1 suppressed)." in " ".join(advise("inspect", ".").out.split())
    write(
        {
            "template.yaml": ONE.replace(
                old, new.replace("IN01 moved", "IN01").replace("IN01: moved", "IN01: ''"), 1
            )
        }
    )
    code, found = told(advise, ".")
    assert code == 1 and "IN01" in [one["rule"] for one in found["findings"]]


OWN = """\
switch_off:
  - {rule: IN01, reason: our pollers are moved next quarter}
change:
  - {rule: IN90, level: error, reason: we patch at once}
findings:
  - id: OURS01
    about: function
    level: warning
    title: A poller calls the function
    when: {invoked: {includes: poll}}
    because: We say so.
    source: https://example.com/
    as_of: 2026-11-23
    fix: Ask us.
    fires_on: [{invoked: [poll]}]
    quiet_on: [{invoked: [async]}]
"""


def test_own_rules_change_what_is_found(advise: Advise) -> None:
    write({"template.yaml": ONE, "own/own.yaml": OWN})
    done = advise("inspect", "template.yaml", "--rules", "own", "--format", "json", "--fail-on", "none")
    assert [one["rule"] for one in json.loads(done.out)["findings"]] == ["OURS01"], done
