"""Facts in ``rules/`` are held against what AWS publishes for machines: a drift fails here.

The models are those of AWS's own SDK (botocore), the CloudFormation schemas and tables in cfn-lint, and the
policy templates of SAM, as pinned. ``make facts`` does the same with the newest.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.decision.decide import decide
from advisor.knowledge.versions import SafeVersion
from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.resources import rules_folder
from tests.tools.facts import moved
from tests.tools.facts.holes import from_npm, from_pypi, go_modules, in_database
from tests.tools.facts.models import service_model
from tests.tools.facts.registries import client_of, go, is_newer, maven, npm, pypi
from tests.tools.facts.starters import unknown_constructs

RULES = rules_folder()
RULE_BASE = load_rule_base(RULES)
VERSIONS = load_versions(RULES)
DAY = date.fromisoformat(VERSIONS.as_of)  # the pinned models are of that day
TARGETS = [str(choice.value) for choice in RULE_BASE.questionnaire.by_key["on_failure"].choices]


def test_nothing_has_moved() -> None:
    """A starter made on the day of the versions file is not deprecated within the year after it."""
    assert [item.line(RULES) for item in moved.everything(RULE_BASE, VERSIONS, RULES, DAY)] == []


@pytest.mark.parametrize("target", TARGETS)
def test_destinations_are_ruled_out_just_where_lambda_has_none(target: str) -> None:
    success, failure = moved.asynchronous_destinations()
    assert decide(RULE_BASE, {"on_success": (target,)}).destinations.viable is (target in success)
    assert decide(RULE_BASE, {"on_failure": (target,)}).destinations.viable is (target in failure)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", ["kinesis", "dynamodb-stream"])
def test_the_failures_of_a_stream_go_where_its_mapping_can_send_them(source: str, target: str) -> None:
    viable = decide(RULE_BASE, {"event_source": source, "on_failure": (target,)}).destinations.viable
    assert viable is (target in moved.stream_destinations())


def test_durable_functions_are_in_the_model() -> None:
    """The alternative is named because Lambda has it; a model without it would make that wrong."""
    operations = service_model("lambda")["operations"]
    assert {"GetDurableExecution", "CheckpointDurableExecution"} <= operations.keys()
    assert any(item.id == "durable-functions" for item in RULE_BASE.alternatives)


def test_a_limit_that_moved_is_told_with_its_line() -> None:
    name = "lambda-timeout"
    limit = RULE_BASE.limits[name]
    (held,) = limit.held_against
    said = replace(limit, held_against=(replace(held, says="the maximum allowed value is 900 seconds"),))
    changed = replace(RULE_BASE, limits={**RULE_BASE.limits, name: said})
    (told,) = (item.line(RULES) for item in moved.limits(changed))
    lines = (RULES / "limits.yaml").read_text(encoding="utf-8").splitlines()
    assert told == (
        f"rules/limits.yaml:{lines.index(f'  - id: {name}') + 1}: lambda CreateFunctionRequest.Timeout "
        'no longer says "the maximum allowed value is 900 seconds".'
    )


def _services(**changes: Any) -> Any:
    services = {**RULE_BASE.services, **changes}
    return replace(RULE_BASE, services=services)


def test_a_destination_that_the_models_lack_is_told() -> None:
    queue = RULE_BASE.services["sqs"]
    assert queue.destination is not None
    less = _services(sqs=replace(queue, destination=replace(queue.destination, takes=("failure",))))
    told = [item.text for item in moved.destinations(less)]
    assert len(told) == 2 and all("'sqs'" in text for text in told)
    assert told[0].startswith("'success' can go to ['eventbridge', 'lambda', 'sns', 'sqs'] in the models")


def test_an_action_that_aws_does_not_list_is_told() -> None:
    queue = RULE_BASE.services["sqs"]
    access = {**queue.access, "write": replace(queue.access["write"], actions=("sqs:SendLetter",))}
    told = [item.text for item in moved.actions(_services(sqs=replace(queue, access=access)))]
    assert told == ["AWS lists no action sqs:SendLetter any more."]


def test_a_runtime_within_a_year_of_its_end_is_told() -> None:
    old = replace(VERSIONS.runtimes["nodejs"], identifier="nodejs22.x")
    unknown = replace(VERSIONS.runtimes["python"], identifier="python2.8")
    versions = replace(VERSIONS, runtimes={"nodejs": old, "python": unknown})
    assert [item.text for item in moved.runtimes(versions, date(2026, 11, 27))] == [
        "AWS deprecates nodejs22.x on 2027-04-30, within a year.",
        "botocore does not know the runtime python2.8.",
        "CloudFormation does not know the runtime python2.8.",
        "cfn-lint's table of runtimes has no python2.8.",
    ]


def test_what_is_older_than_a_year_is_told() -> None:
    assert [item.line(RULES) for item in moved.old(RULES, date(2026, 11, 28))] == []
    told = [item.line(RULES) for item in moved.old(RULES, date(2028, 1, 1))]
    assert any("facts are as of 2026-11-23, more than a year ago." in line for line in told)
    assert not any("history" in line for line in told)


def test_a_pin_with_a_hole_and_a_stale_list_of_holes_are_told() -> None:
    safe = SafeVersion(package="boto3", version="99.0", advisory="CVE-1", source="", as_of="2026-11-27")
    told = [item.text for item in moved.holes(replace(VERSIONS, safe=(safe,)), date(2027, 3, 1))]
    assert told == [
        f"boto3 {VERSIONS.packages['boto3']} has a known hole: CVE-1.",
        "The safe version of boto3 is as of 2026-11-27.",
    ]


def test_the_tables_of_inspect_are_compared(tmp_path: Path) -> None:
    text = (RULES / "inspection.yaml").read_text(encoding="utf-8")
    text = text.replace('java21: ["2029-06-30"]', 'java21: ["2029-01-01"]').replace(
        "SQSPollerPolicy", "SQSReader"
    )
    (tmp_path / "inspection.yaml").write_text(text, encoding="utf-8")
    (end,) = moved.runtime_ends(tmp_path)
    assert end.text == "cfn-lint's table ends java21 on 2029-06-30, the rules on 2029-01-01."
    assert [item.text for item in moved.policy_templates(tmp_path)] == [
        "SAM has no policy template SQSReader."
    ]


def test_constructs_that_the_cdk_lacks_or_deprecates_are_told() -> None:
    types: Mapping[str, Any] = {
        "aws-cdk-lib.aws_lambda.Function": {"docs": {"deprecated": "use\nanother"}},
        "aws-cdk-lib.aws_lambda.Runtime": {"properties": [{"name": "GO_1"}]},
    }
    code = """import * as lambda from "aws-cdk-lib/aws-lambda";
    new lambda.Function(this, "A", { runtime: lambda.Runtime.GO_2, code: lambda.Code.fromAsset("a") });
    """
    assert sorted(unknown_constructs(types, code)) == [
        "deprecates lambda.Function: use another",
        "has no lambda.Code.",
        "has no lambda.Runtime.GO_2.",
    ]


@pytest.mark.parametrize(
    ("name", "client"),
    [
        ("boto3", pypi),
        ("typescript", npm),
        ("@middy/core", npm),
        ("github.com/aws/aws-lambda-go", go),
        ("org.yaml:snakeyaml", maven),
        ("hashicorp/aws", None),
    ],
)
def test_each_pin_is_asked_for_where_it_comes_from(name: str, client: Any) -> None:
    assert client_of(name) is client


def test_only_later_versions_for_production_are_newer() -> None:
    assert is_newer("v1.10.0", "v1.9.3") and is_newer("10.0", "9.9.9")
    assert not is_newer("6.4.5", "7.9.2") and not is_newer("3.0.0-beta3", "2.25.4")


def test_a_published_hole_of_a_go_module_is_found(tmp_path: Path) -> None:
    entry = {
        "id": "GO-1",
        "summary": "A panic",
        "affected": [
            {"package": {"name": name}, "ranges": [{"events": [{"introduced": since}, {"fixed": until}]}]}
            for name, since, until in (("example.com/a", "0", "1.2.0"), ("example.com/b", "1.2.0", "1.3.0"))
        ],
    }
    (tmp_path / "GO-1.json").write_text(json.dumps(entry), encoding="utf-8")
    (tmp_path / "GO-2.json").write_text('{"affected": [{"package": {"name": "example.com/c"}}]}', "utf-8")

    def told(a: str, b: str) -> list[str]:
        return [item.text for item in in_database({"example.com/a": a, "example.com/b": b}, tmp_path)]

    assert told("v1.1.9", "v1.1.9") == ["example.com/a v1.1.9: GO-1, A panic"]
    assert told("v1.2.0", "v1.2.0") == ["example.com/b v1.2.0: GO-1, A panic"]
    assert told("v1.10.0", "v1.3.0") == []


def test_every_go_module_that_a_starter_pins_is_looked_up() -> None:
    pinned = {name: pin for name, pin in VERSIONS.packages.items() if name.startswith("github.com/")}
    assert pinned.items() <= go_modules().items()


def test_the_audits_of_npm_and_pypi_are_read() -> None:
    advisory = {"title": "Pollution", "url": "https://github.com/advisories/GHSA-1", "range": "<1.2.6"}
    npm_told = {"vulnerabilities": {"minimist": {"via": [advisory]}, "mkdirp": {"via": ["minimist"]}}}
    assert [item.text for item in from_npm(npm_told)] == [
        "minimist <1.2.6: Pollution, https://github.com/advisories/GHSA-1"
    ]
    vulns = [{"id": "PYSEC-1", "fix_versions": ["5.4"]}]
    (told,) = from_pypi(
        [
            {"name": "boto3", "version": "1.0", "vulns": []},
            {"name": "pyyaml", "version": "5.3", "vulns": vulns},
        ]
    )
    line = told.line(RULES)
    assert line.startswith("rules/versions.yaml:") and not line.startswith("rules/versions.yaml:1:")
    assert line.endswith(": pyyaml 5.3: PYSEC-1, mended in 5.4")
