"""Facts in ``rules/`` are held against what AWS publishes for machines: a drift fails here.

The models are those of AWS's own SDK (botocore) and the CloudFormation schemas and runtime dates in cfn-lint.
``test_limits.py`` holds the limits against the SDK's shapes; here is everything else.
"""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import cfnlint
import pytest

from advisor.decision.decide import decide
from advisor.knowledge.rules import WORKFLOW_TYPES
from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.resources import rules_folder
from tests.tools.facts.models import resource_schema, service_model

RULE_BASE = load_rule_base(rules_folder())
VERSIONS = load_versions(rules_folder())
TARGETS = [str(choice.value) for choice in RULE_BASE.questionnaire.by_key["on_failure"].choices]
# How AWS's texts name what our questionnaire calls by the service.
KINDS = {"function": "lambda", "queue": "sqs", "bucket": "s3", "topic": "sns", "event bus": "eventbridge"}


def shapes(service: str) -> Any:
    return service_model(service)["shapes"]


def test_the_workflow_types_are_those_of_the_service() -> None:
    known = resource_schema("AWS::StepFunctions::StateMachine")["properties"]["StateMachineType"]["enum"]
    assert [name.lower() for name in known] == list(WORKFLOW_TYPES)
    assert shapes("stepfunctions")["StateMachineType"]["enum"] == known


def asynchronous_destinations() -> tuple[set[str], set[str]]:
    """Return where success and where failure may go, as the SDK tells it of PutFunctionEventInvokeConfig."""
    members = shapes("lambda")["PutFunctionEventInvokeConfigRequest"]["members"]
    told = members["DestinationConfig"]["documentation"]
    failure = {KINDS[name.lower()] for name in re.findall(r"<b>([^<]+)</b> - The (?:Amazon|ARN)", told)}
    assert "S3 buckets are supported only for on-failure destinations" in told
    return failure - {"s3"}, failure


@pytest.mark.parametrize("target", TARGETS)
def test_destinations_are_ruled_out_just_where_lambda_has_none(target: str) -> None:
    success, failure = asynchronous_destinations()
    assert len(failure) == len(KINDS)
    assert decide(RULE_BASE, {"on_success": (target,)}).destinations.viable is (target in success)
    assert decide(RULE_BASE, {"on_failure": (target,)}).destinations.viable is (target in failure)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("source", ["kinesis", "dynamodb-stream"])
def test_the_failures_of_a_stream_go_where_its_mapping_can_send_them(source: str, target: str) -> None:
    mapping = resource_schema("AWS::Lambda::EventSourceMapping")["definitions"]["OnFailure"]["properties"][
        "Destination"
    ]
    told = " ".join(re.findall(r"you can configure an (.*?) as the destination", mapping["description"]))
    possible = {name for words, name in KINDS.items() if re.search(rf"Amazon \w+ {words}", told)}
    assert possible == {"sqs", "sns", "s3"}
    viable = decide(RULE_BASE, {"event_source": source, "on_failure": (target,)}).destinations.viable
    assert viable is (target in possible)


@pytest.mark.parametrize("runtime", VERSIONS.runtimes)
def test_a_runtime_is_known_and_stays_for_a_year(runtime: str) -> None:
    """A starter made on the day of the versions file is not deprecated within the year after it."""
    identifier = VERSIONS.runtimes[runtime].identifier
    assert identifier in shapes("lambda")["Runtime"]["enum"]
    assert identifier in resource_schema("AWS::Lambda::Function")["properties"]["Runtime"]["enum"]
    data = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"
    ends = json.loads(data.read_text(encoding="utf-8"))[identifier]["deprecated"]
    assert date.fromisoformat(ends) > date.fromisoformat(VERSIONS.as_of) + timedelta(days=365)


def test_durable_functions_are_in_the_model() -> None:
    """The alternative is named because Lambda has it; a model without it would make that wrong."""
    operations = service_model("lambda")["operations"]
    assert {"GetDurableExecution", "CheckpointDurableExecution"} <= operations.keys()
    assert any(item.id == "durable-functions" for item in RULE_BASE.alternatives)
