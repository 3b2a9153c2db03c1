"""Shapes of real events that are easily forgotten, with the real handlers in Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from advisor.knowledge.answers import Choice, FieldCondition, ForEach, Parallel, Step
from advisor.starter import render, write_project
from advisor.starter.blueprint.items import typed
from advisor.starter.blueprint.wiring import Ref
from advisor.starter.state_language.levels import inner_levels
from tests.starter.checks.running import run_machine
from tests.starter.played.in_process import context, loaded
from tests.starter.played.order import reader
from tests.starter.played.probes import ENVIRONMENT
from tests.starter.played.shapes import (
    check_groups,
    check_others_are_done,
    check_tombstones,
    check_whole_numbers,
    direct,
    unordered,
    worker,
)
from tests.starter.played.stack import matches
from tests.starter.projects import blueprint_of


def test_a_message_that_fails_holds_up_its_own_group_only(tmp_path: Path) -> None:
    with worker("python", tmp_path) as handler:
        check_groups(handler)


def test_a_tombstone_blocks_no_partition(tmp_path: Path) -> None:
    with reader("kafka", "python", tmp_path) as handler:
        check_tombstones(handler)


@pytest.mark.parametrize(
    ("change", "images"),
    [
        ("INSERT", {"NewImage": {"amount": {"N": "3"}}}),
        ("MODIFY", {"NewImage": {"amount": {"N": "3"}}, "OldImage": {"amount": {"N": "2"}}}),
        ("REMOVE", {"OldImage": {"amount": {"N": "3"}}}),
    ],
)
def test_a_function_can_tell_an_item_that_is_removed(
    change: str, images: dict[str, Any], tmp_path: Path
) -> None:
    made = blueprint_of(
        {"event_source": "dynamodb-stream", "steps": 1, "on_failure": ("sqs",)}, "destinations"
    )
    write_project(render(made), tmp_path / "project")
    with loaded(tmp_path / "project" / "functions", ("shared.unwrap",), ENVIRONMENT) as (unwrap,):
        payload = unwrap.payload_of({"eventName": change, "dynamodb": {"Keys": {"id": {"S": "1"}}, **images}})
    assert payload == {"amount": 3, "eventName": change}


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize(("change", "image"), [("INSERT", "NewImage"), ("REMOVE", "OldImage")])
def test_conditions_and_lists_read_the_item_of_a_table(change: str, image: str, language: str) -> None:
    steps = (Choice(FieldCondition("amount", "at_least", 100), (Step("Charge"),)), ForEach((Step("Pack"),)))
    made = blueprint_of(
        {"event_source": "dynamodb-stream"}, "step-functions", steps=steps, query_language=language
    )
    item = typed({"id": "1", "amount": 120, "items": [{"id": "a"}, {"id": "b"}]})["M"]
    record = {"event": "e1", "change": change, "record": {"Keys": {"id": item["id"]}, image: item}}
    calls: list[tuple[str, Any]] = []

    def work(function: str, event: dict[str, Any]) -> Any:
        calls.append((function.split(":")[-2], event["payload"].get("eventName")))
        return event["payload"]

    run = run_machine({file.path: file.text for file in render(made)}, [record], work)
    assert (run.status, run.error) == ("SUCCEEDED", "None: None")
    assert calls == [("ChargeFunction", change), ("PackFunction", None), ("PackFunction", None)]


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
def test_each_item_of_a_list_is_written_to_an_object_of_its_own(language: str) -> None:
    steps = (Step("Split"), ForEach((Step("Check"), Step("Keep", "s3"))), Step("Archive", "s3"))
    answers = {"event_source": "eventbridge", "targets": ("lambda", "s3")}
    made = blueprint_of(answers, "step-functions", steps=steps, query_language=language)
    files = {file.path: file.text for file in render(made)}
    payload = {"id": "1", "items": [{"id": "a"}, {"id": "a"}, {"id": "b"}]}
    run = run_machine(files, {"id": "e", "detail": payload}, lambda function, event: event["payload"])
    assert run.status == "SUCCEEDED"
    keys = [json.loads(text)["Key"] for text in run.sent if '"Key"' in text]
    assert sorted(keys) == ["archive/e.json", "keep/e/0.json", "keep/e/1.json", "keep/e/2.json"]


def test_a_bad_record_takes_no_other_with_it_where_order_does_not_matter(tmp_path: Path) -> None:
    with unordered("python", tmp_path) as handler:
        check_others_are_done(handler)


@pytest.mark.parametrize(("order", "rest"), [("required", True), ("none", False)])
def test_the_table_says_what_a_bad_record_of_kafka_takes_with_it(order: str, rest: bool) -> None:
    answers = {"event_source": "kafka", "steps": 1, "ordering": order, "on_failure": ("sqs",)}
    (row, *_) = blueprint_of(answers, "destinations").failure_routes
    assert row.failure.pattern.startswith("a batch with a record")
    assert ("what follows it in its partition is not worked on" in row.failure.pattern) is rest


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize("failure", [(), ("compensate",)])
def test_no_state_inside_a_list_reads_the_place_of_its_item(failure: tuple[str, ...], language: str) -> None:
    """Only the ItemSelector of the Map state may, and each state of a machine has a name of its own."""
    steps = (
        ForEach((Step("Pick"), ForEach((Step("Pack"),)))),
        ForEach((Parallel(((Step("Weigh"),), (ForEach((Step("Label"),)),))),)),
    )
    answers = {"event_source": "eventbridge", "failure_handling": failure, "idempotent": False}
    made = blueprint_of(answers, "step-functions", steps=steps, query_language=language)
    assert made.machine
    names, read = [], []

    def look(level: Any) -> None:
        for name, state in level["States"].items():
            names.append(name)
            for inner in inner_levels(state):
                look(inner)
            kept = ("Branches", "ItemProcessor", "ItemSelector")
            own = {key: value for key, value in state.items() if key not in kept}
            read.extend([name] if "Map.Item" in json.dumps(own) else [])

    look(made.machine.definition)
    assert read == []
    assert len(set(names)) == len(names)
    assert sum(name.startswith("Note the item") for name in names) >= 4


@pytest.mark.parametrize(
    ("record", "payload"),
    [
        ({"key": "1001", "payload": {"id": "7", "amount": 1}}, {"id": "7", "amount": 1}),
        ({"key": "1001", "payload": None}, {"id": "1001", "deleted": True}),
        ({"key": "1001", "payload": ""}, {"id": "1001", "deleted": True}),
        ({"key": 1001}, {"id": "1001", "deleted": True}),
        ({"key": None}, {"id": "orders-0-15", "deleted": True}),
        ({}, {"id": "orders-0-15", "deleted": True}),
    ],
)
def test_a_pipe_hands_a_tombstone_on_as_a_deletion(record: dict[str, Any], payload: dict[str, Any]) -> None:
    made = blueprint_of({"event_source": "kafka", "steps": 1}, "step-functions")
    calls: list[Any] = []

    def work(function: str, event: dict[str, Any]) -> Any:
        calls.append(event["payload"])
        return event["payload"]

    start = [{"topic": "orders", "partition": 0, "offset": 15, **record}]
    run = run_machine({file.path: file.text for file in render(made)}, start, work)
    assert (run.status, calls) == ("SUCCEEDED", [payload])


@pytest.mark.parametrize(
    ("approach", "more"),
    [
        ("destinations", {}),
        ("step-functions", {}),
        ("step-functions", {"parallelism": "dynamic", "max_parallel_items": 5_000}),
        ("both", {"failure_handling": ("capture",), "steps": 4}),
        ("single-function", {"steps": 1}),
        ("messaging", {"steps": 1}),
        ("durable-functions", {}),
        ("managed-job", {"steps": 1, "targets": ("ecs-fargate",)}),
    ],
)
def test_the_marker_of_a_folder_starts_no_work(approach: str, more: dict[str, Any]) -> None:
    made = blueprint_of({"event_source": "s3", "steps": 2, **more}, approach)
    bucket = Ref("SourceBucket", "name")
    found = [getattr(item, "trigger", None) or item for item in made.resources]
    patterns = [pattern for item in found if (pattern := getattr(item, "pattern", None))]
    (pattern,) = [item for item in patterns if item["detail"].get("bucket", {}).get("name") == [bucket]]
    marked = {"incoming/": False, "incoming/empty.json": True, "a/b/": False, "a": True}
    for key, taken in marked.items():
        thing = {"bucket": {"name": bucket}, "object": {"key": key, "size": 0}}
        event = {"source": "aws.s3", "detail-type": "Object Created", "detail": thing}
        assert matches(pattern, event) is taken, key


@pytest.mark.parametrize(
    ("source", "waits"),
    [("function-url", "result"), ("alb", "acknowledgement"), ("api-gateway", "result")],
)
def test_a_caller_hears_that_a_body_is_too_large_for_a_run(source: str, waits: str, tmp_path: Path) -> None:
    made = blueprint_of({"event_source": source, "steps": 2, "caller_waits_for": waits}, "step-functions")
    write_project(render(made), tmp_path / "project")
    arn = "arn:aws:states:us-east-1:123456789012:stateMachine:none"
    environment = {**ENVIRONMENT, "STATE_MACHINE_ARN": arn}
    room = 262_144 - len(json.dumps({"id": "1", "text": ""}))
    with loaded(tmp_path / "project" / "functions", ("start_workflow.app",), environment) as (app,):
        body = json.dumps({"id": "1", "text": "x" * (room + 1)})
        answer = app.handler({"body": body}, context(1_000))
        assert (answer["statusCode"], "256 KiB" in answer["body"]) == (413, True)
        with pytest.raises(ClientError, match="when calling the Start"):
            app.handler({"body": json.dumps({"id": "1", "text": "x" * room})}, context(1_000))


def test_a_large_whole_number_keeps_its_digits(tmp_path: Path) -> None:
    with direct("python", tmp_path) as handler:
        check_whole_numbers(handler)


@pytest.mark.parametrize("source", ["sqs", "dynamodb-stream", "kafka", "function-url", "cloudwatch-logs"])
def test_go_reads_no_number_as_a_float(source: str) -> None:
    made = blueprint_of(
        {"event_source": source, "steps": 1, "on_failure": ("sqs",)}, "step-functions", runtime="go"
    )
    text = "\n".join(file.text for file in render(made) if file.path.endswith(".go"))
    code = "\n".join(part for part in text.split("// Package") if "testing" not in part)
    assert "float64" not in code.replace(".(float64)", "")
    starts = [line for line in text.splitlines() if "lambda.Start" in line]
    assert starts
    assert all("lambda.WithUseNumber(true)" in line for line in starts)


def test_the_readme_says_what_javascript_does_to_large_numbers() -> None:
    for runtime in ("nodejs", "python", "go", "java"):
        made = blueprint_of({"event_source": "s3", "steps": 2}, "destinations", runtime=runtime)
        (readme,) = [file.text for file in render(made) if file.path == "README.md"]
        assert ("Send whole numbers above 2^53 as text" in readme) is (runtime == "nodejs")


def test_where_a_prefix_chooses_the_readme_says_that_markers_of_folders_come_too() -> None:
    answers = {"event_source": "s3", "steps": 2, "branching": "content", "coordination": "independent"}
    made = blueprint_of({**answers, "consumers": "several"}, "messaging")
    (readme,) = [file.text for file in render(made) if file.path == "README.md"]
    assert "the markers of folders (keys that end with `/`)" in readme
