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
from botocore.loaders import Loader
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

from advisor.decision.decide import decide
from advisor.knowledge.rules import WORKFLOW_TYPES
from advisor.loading import load_rule_base
from advisor.loading.versions import load_versions
from advisor.resources import rules_folder

RULE_BASE = load_rule_base(rules_folder())
LIMITS = RULE_BASE.limits
VERSIONS = load_versions(rules_folder())
TARGETS = [str(choice.value) for choice in RULE_BASE.questionnaire.by_key["on_failure"].choices]
# How AWS's texts name what our questionnaire calls by the service.
KINDS = {"function": "lambda", "queue": "sqs", "bucket": "s3", "topic": "sns", "event bus": "eventbridge"}


def schema(resource: str) -> dict[str, Any]:
    return PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource).schema


def shapes(service: str) -> dict[str, Any]:
    return Loader().load_service_model(service, "service-2")["shapes"]


@pytest.mark.parametrize(
    ("limit", "resource", "path", "bounds"),
    [
        ("async-max-retries", "Lambda::EventInvokeConfig", "MaximumRetryAttempts", ("maximum",)),
        ("async-event-age", "Lambda::EventInvokeConfig", "MaximumEventAgeInSeconds", ("minimum", "maximum")),
        ("stream-max-retries", "Lambda::EventSourceMapping", "MaximumRetryAttempts", ("minimum", "maximum")),
        ("stream-record-age", "Lambda::EventSourceMapping", "MaximumRecordAgeInSeconds", ("maximum",)),
        ("stream-parallelization", "Lambda::EventSourceMapping", "ParallelizationFactor", ("maximum",)),
        ("sfn-definition-bytes", "StepFunctions::StateMachine", "DefinitionString", ("maxLength",)),
        ("sfn-name-length", "StepFunctions::StateMachine", "StateMachineName", ("maxLength",)),
    ],
)
def test_a_limit_is_what_cloudformation_takes(
    limit: str, resource: str, path: str, bounds: tuple[str, ...]
) -> None:
    found = schema(f"AWS::{resource}")["properties"][path]
    assert LIMITS[limit].series[-len(bounds) :] == tuple(found[bound] for bound in bounds)


def test_how_long_a_durable_execution_runs() -> None:
    durable = schema("AWS::Lambda::Function")["definitions"]["DurableConfig"]["properties"]
    assert LIMITS["durable-duration"].series == (durable["ExecutionTimeout"]["maximum"],)


def test_the_least_age_of_a_record_is_the_one_the_schema_tells() -> None:
    told = schema("AWS::Lambda::EventSourceMapping")["properties"]["MaximumRecordAgeInSeconds"]["description"]
    (least,) = re.findall(r"minimum valid value for maximum record age is (\d+)s", told)
    assert LIMITS["stream-record-age"].series[0] == int(least)


@pytest.mark.parametrize(
    ("limit", "shape"),
    [("eventbridge-retries", "MaximumRetryAttempts"), ("eventbridge-retry-age", "MaximumEventAgeInSeconds")],
)
def test_how_long_a_bus_retries(limit: str, shape: str) -> None:
    assert LIMITS[limit].series == (shapes("events")[shape]["max"],)


@pytest.mark.parametrize(
    ("chosen", "limit"),
    [
        ("starter-event-age", "async-event-age"),
        ("starter-stream-retries", "stream-max-retries"),
        ("starter-stream-record-age", "stream-record-age"),
    ],
)
def test_what_the_starters_set_can_be_set(chosen: str, limit: str) -> None:
    (value,), (least, most) = LIMITS[chosen].series, LIMITS[limit].series
    assert least <= value <= most


def test_the_workflow_types_are_those_of_the_service() -> None:
    known = schema("AWS::StepFunctions::StateMachine")["properties"]["StateMachineType"]["enum"]
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
    mapping = schema("AWS::Lambda::EventSourceMapping")["definitions"]["OnFailure"]["properties"][
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
    assert identifier in schema("AWS::Lambda::Function")["properties"]["Runtime"]["enum"]
    data = Path(cfnlint.__file__).parent / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json"
    ends = json.loads(data.read_text(encoding="utf-8"))[identifier]["deprecated"]
    assert date.fromisoformat(ends) > date.fromisoformat(VERSIONS.as_of) + timedelta(days=365)


def test_durable_functions_are_in_the_model() -> None:
    """The alternative is named because Lambda has it; a model without it would make that wrong."""
    operations = Loader().load_service_model("lambda", "service-2")["operations"]
    assert {"GetDurableExecution", "CheckpointDurableExecution"} <= operations.keys()
    assert any(item.id == "durable-functions" for item in RULE_BASE.alternatives)
