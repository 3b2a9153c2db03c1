"""Distributed maps over more than a state holds: list and results in S3, executed in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.events.models import EventPattern

from advisor.starter import render
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Bucket, Route
from tests.starter.checks.behaviour import first_input
from tests.starter.checks.running import Run, Work, create_machine, finished, interpreter
from tests.starter.projects import blueprint_of
from tests.starter.typed.typist import type_readme

LARGE = {"steps": 3, "parallelism": "dynamic", "max_parallel_items": 5_000}
Objects = dict[str, Any]


def built(language: str = "jsonata", **more: Any) -> Blueprint:
    asked = {"event_source": "schedule", **LARGE, **more}
    return blueprint_of(asked, "step-functions", query_language=language)


def files_of(made: Blueprint) -> dict[str, str]:
    return {file.path: file.text for file in render(made)}


def map_state(made: Blueprint) -> dict[str, Any]:
    assert made.machine
    states = made.machine.definition["States"].values()
    return next(state for state in states if state["Type"] == "Map")


def run(made: Blueprint, work: Work) -> tuple[Run, Objects]:
    """Return what a run did with its sample event, and every object that it left in S3."""
    files = files_of(made)
    with interpreter(work) as waited:
        states, s3 = (boto3.client(name, region_name="us-east-1") for name in ("stepfunctions", "s3"))
        machine, given = create_machine(files), json.dumps(first_input(made, files))
        started = states.start_execution(stateMachineArn=machine, input=given)
        ended = finished(started["executionArn"], waited, None)
        left: Objects = {}
        for bucket in s3.list_buckets()["Buckets"]:
            for item in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", ()):
                body = s3.get_object(Bucket=bucket["Name"], Key=item["Key"])["Body"].read()
                left[f"{bucket['Name']}/{item['Key']}"] = json.loads(body)
    return ended, left


def worker(seen: list[tuple[str, Any]], fails: str = "") -> Work:
    def work(function: str, event: dict[str, Any]) -> Any:
        name, payload = function.split(":")[6], event["payload"]
        seen.append((name, payload))
        if payload["id"] == fails:
            raise type("InvalidInput", (Exception,), {})("no such order")
        return {**payload, "by": name}

    return work


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize("source", ["schedule", "s3", "sqs"])
def test_a_list_in_s3_is_worked_through_and_its_results_are_named(source: str, language: str) -> None:
    seen: list[tuple[str, Any]] = []
    ended, left = run(built(language, event_source=source), worker(seen))
    assert (ended.status, ended.error) == ("SUCCEEDED", "None: None")
    items = [payload["id"] for name, payload in seen if name == "ProcessRequestFunction"]
    assert sorted(items) == ["1001-1", "1001-2"]
    (after,) = [payload for name, payload in seen if name == "RecordResultFunction"]
    manifest = left[f"{after['results']['bucket']}/{after['results']['key']}"]
    (done,) = manifest["ResultFiles"]["SUCCEEDED"]
    rows = left[f"{manifest['DestinationBucket']}/{done['Key']}"]
    assert [json.loads(row["Output"])["by"] for row in rows] == ["ProcessRequestFunction"] * 2


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
def test_an_item_that_fails_does_not_stop_the_others_where_that_was_asked_for(language: str) -> None:
    seen: list[tuple[str, Any]] = []
    made = built(language, failure_handling=("continue",))
    ended, left = run(made, worker(seen, fails="1001-1"))
    assert ended.status == "SUCCEEDED"
    (key,) = [key for key in left if key.endswith("/FAILED_0.json")]
    assert [json.loads(row["Input"])["id"] for row in left[key]] == ["1001-1"]
    bucket, _, name = key.partition("/")
    event = {
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {"bucket": {"name": bucket}, "object": {"key": name}},
    }
    route = made.by_id["KeepFailedItems"]
    assert isinstance(route, Route)
    pattern = json.dumps(route.pattern, default=lambda ref: ref.to.lower())
    assert EventPattern.load(pattern).matches_event(event)
    assert any("Alarm" in alarm.to for item in made.failure_routes for alarm in item.alarms)
    (line,) = [item for item in made.failure_routes if "others go on" in str(item.failure)]
    assert "FailedItems" in str(line.ends_up)
    assert [alarm.to for alarm in line.alarms] == ["FailedItemsAlarm"]


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
def test_an_item_that_fails_ends_the_run_where_nothing_else_was_asked_for(language: str) -> None:
    ended, left = run(built(language), worker([], fails="1001-2"))
    assert ended.status == "FAILED"
    assert "States.ExceedToleratedFailureThreshold" in ended.error
    assert not [key for key in left if "SUCCEEDED" in key]


@pytest.mark.parametrize(
    ("answers", "listed", "kept"),
    [
        ({"max_parallel_items": 20}, False, False),
        ({"max_parallel_items": 500}, False, False),
        ({"max_parallel_items": 500, "payload_kb": 0.5}, False, False),
        ({"max_parallel_items": 500, "payload_kb": 0.6}, True, True),
        ({"max_parallel_items": 60, "payload_kb": 8}, True, True),
        ({"max_parallel_items": 500, "payload_kb": 5_000}, False, False),  # items hold the keys of these
        ({"max_parallel_items": 2_621}, False, False),
        ({"max_parallel_items": 2_622}, True, True),
        ({"max_parallel_items": 500, "failure_handling": ("continue",)}, False, True),
    ],
)
def test_the_load_decides_where_list_and_results_are(
    answers: dict[str, Any], listed: bool, kept: bool
) -> None:
    made = built(**answers)
    state = map_state(made)
    assert ("ItemReader" in state, "ResultWriter" in state) == (listed, kept)
    assert ("Items" in state) is not listed
    assert isinstance(made.by_id.get("MapItemsBucket"), Bucket) is kept
    assert ("events/list.json" in files_of(made)) is listed


def test_the_arithmetic_is_in_the_readme() -> None:
    text = files_of(built(max_parallel_items=500, payload_kb=0.6))["README.md"]
    assert "500 items of 0.6 KB are 300 KB, and a state holds 256 KB." in text
    assert (
        "A state holds 2,621 results of a hundred bytes. 5,000 items are more."
        in files_of(built())["README.md"]
    )
    assert 'aws s3 cp events/list.json s3://"$(output MapItemsBucketName)"/lists/1001.json' in text


@pytest.mark.parametrize("source", ["schedule", "s3"])
def test_the_readme_may_be_typed_from_top_to_bottom(source: str, tmp_path: Path) -> None:
    typed = type_readme(built(event_source=source), tmp_path)
    assert typed.faults == ()
    assert any("events/list.json" in call for call in typed.of("aws", "s3", "cp"))


def test_who_touches_list_and_results_may_do_so_and_no_more() -> None:
    made = built()
    named = {
        (item.holder, action, str(target.pattern if hasattr(target, "pattern") else target.attribute))
        for item in made.permissions
        for action in item.actions
        if action.startswith("s3:")
        for target in item.resources
        if not isinstance(target, str)
    }
    assert named == {
        ("Workflow", "s3:GetObject", "{0}/lists/*"),
        ("Workflow", "s3:GetObject", "{0}/results/*"),
        ("Workflow", "s3:PutObject", "{0}/results/*"),
        ("Workflow", "s3:ListMultipartUploadParts", "{0}/results/*"),
        ("Workflow", "s3:AbortMultipartUpload", "{0}/results/*"),
        ("ValidateRequestFunction", "s3:PutObject", "{0}/lists/*"),
        ("RecordResultFunction", "s3:GetObject", "{0}/results/*"),
    }


def test_the_object_of_a_bucket_is_the_list() -> None:
    made = built(event_source="s3")
    assert made.machine
    assert dict(made.machine.substitutions)["ListBucketName"].to == "SourceBucket"  # type: ignore[union-attr]
    assert (
        'aws s3 cp events/list.json s3://"$(output SourceBucketName)"/incoming/1001.json'
        in files_of(made)["README.md"]
    )


@pytest.mark.parametrize(("items", "told"), [(20, True), (500, False)])
def test_an_inline_map_that_tolerates_no_failed_item_is_named(items: int, told: bool) -> None:
    notes = " ".join(built(max_parallel_items=items, failure_handling=("continue",)).notes)
    assert ("an inline Map tolerates no failed item" in notes) is told
    assert "inline Map" not in " ".join(built(max_parallel_items=items).notes)
