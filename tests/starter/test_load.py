"""Load and size are honoured: throttles, batches, time-outs, addresses for what is too large, permissions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from advisor.knowledge.answers import ForEach, Step
from advisor.knowledge.requirements import Requirements
from advisor.starter import render
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import (
    Function,
    HttpApi,
    IotRule,
    LoadBalancer,
    Pipe,
    Queue,
    UserPool,
)
from advisor.starter.blueprint.wiring import Arn, Ref
from advisor.starter.flavours.table import FLAVOURS
from advisor.starter.plan.effects import ADVICE_ONLY, effect_notes
from advisor.starter.state_language.levels import every_state
from tests.starter.projects import PROJECTS, WITH_MACHINE, blueprint, blueprint_of, rule_base

SLOW = {"step_duration_s": 100, "total_duration_s": 290}


def in_flavour(requirements: Mapping[str, Any], approach: str, iac: str) -> str:
    """Return the deployed part of a project as one text."""
    made = render(blueprint_of(requirements, approach, iac=iac))
    wanted = ("template.yaml", "infra/stack.py", "infra/lib/stack.ts", ".tf")
    return "\n".join(file.text for file in made if file.path.endswith(wanted))


def definition(**asked: Any) -> dict[str, Any]:
    """Return the rendered state machine of a project."""
    how = {key: asked.pop(key) for key in ("steps_named", "query_language") if key in asked}
    made = blueprint_of(asked, "step-functions", steps=how.pop("steps_named", ()), **how)
    text = next(file.text for file in render(made) if file.path.endswith(".asl.json"))
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.mark.parametrize("iac", FLAVOURS)
@pytest.mark.parametrize(("peak", "rate", "burst"), [(5, 50, 100), (300, 300, 600), (20_000, 10_000, 5_000)])
def test_an_api_takes_the_busiest_second(peak: int, rate: int, burst: int, iac: str) -> None:
    text = in_flavour(
        {"event_source": "api-gateway", "steps": 2, "peak_per_second": peak}, "step-functions", iac
    )
    assert re.search(rf"[rR]ate_?[lL]imit\W+{rate}\b", text)
    assert re.search(rf"[bB]urst_?[lL]imit\W+{burst}\b", text)


def _states(made: Blueprint) -> Iterator[dict[str, Any]]:
    assert made.machine
    yield from every_state(dict(made.machine.definition))


def assert_inner_is_shorter(made: Blueprint) -> None:
    """Hold each time-out against the one around it."""
    assert made.machine
    whole = made.machine.definition["TimeoutSeconds"]
    longest = max((function.timeout_s for function in made.functions if function.does == "step"), default=0)
    for state in _states(made):
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"] < whole
            if str(state["Resource"]).endswith("lambda:invoke"):
                assert longest < state["TimeoutSeconds"]
        if state["Type"] == "Wait":
            assert state["Seconds"] < whole
    start = next((item for item in made.functions if item.does == "start"), None)
    waited = made.by_id.get("LoadBalancer")
    if start and any(isinstance(item, UserPool) for item in made.resources):
        assert start.timeout_s < 5
    if start and any(isinstance(item, HttpApi) for item in made.resources):
        assert whole < start.timeout_s < made.aws.limit("http-api-timeout")
    if start and isinstance(waited, LoadBalancer):
        assert start.timeout_s < waited.idle_s
    for item in made.resources:
        if isinstance(item, Pipe) and item.waits and item.service == "sqs":
            queue = made.by_id[item.source.to]
            assert isinstance(queue, Queue)
            assert queue.visibility_s >= 6 * whole


@pytest.mark.parametrize("name", WITH_MACHINE)
def test_a_time_out_inside_is_shorter_than_the_one_outside(name: str) -> None:
    assert_inner_is_shorter(blueprint(name))


TIMES = [
    {"step_duration_s": 20, "total_duration_s": 80},
    SLOW,
    {"step_duration_s": 200},
    {"total_duration_s": 5},
    {"total_duration_s": 2, "waits": ("timer",)},
    {"step_duration_s": 1, "total_duration_s": 3, "caller_waits_for": "result"},
    {"caller_waits_for": "result", "waits": ("timer",)},
    {"step_duration_s": 90_000, "targets": ("lambda", "glue")},
    {"total_duration_s": 172_800, "waits": ("human-approval", "callback")},
]


@pytest.mark.parametrize("source", ["api-gateway", "alb", "function-url", "sqs", "kinesis", "cognito", "s3"])
@pytest.mark.parametrize("times", TIMES)
def test_it_is_for_every_source_and_duration(source: str, times: dict[str, Any]) -> None:
    try:
        made = blueprint_of({"event_source": source, "steps": 3, **times}, "step-functions")
    except NotSupported:
        return
    assert_inner_is_shorter(made)


@pytest.mark.parametrize("source", ["function-url", "alb"])
def test_a_caller_that_can_wait_is_not_cut_off(source: str) -> None:
    asked = {"event_source": source, "invocation": "sync", "caller_waits_for": "result", "steps": 3, **SLOW}
    made = blueprint_of(asked, "step-functions")
    assert made.machine
    assert made.machine.definition["TimeoutSeconds"] >= 290
    assert all(item.timeout_s >= 100 for item in made.functions)


def test_a_wait_for_a_person_ends_within_the_whole() -> None:
    made = definition(event_source="s3", steps=3, total_duration_s=172_800, waits=("human-approval",))
    (waits,) = [state for name, state in made["States"].items() if name.startswith("Await")]
    assert waits["TimeoutSeconds"] == 172_800
    assert made["TimeoutSeconds"] == 345_600


@pytest.mark.parametrize("step_s", [0.05, 0.5, 3, 10, 120, 450])
@pytest.mark.parametrize("source", ["kinesis", "dynamodb-stream", "kafka"])
def test_a_batch_fits_into_the_time_of_its_function(source: str, step_s: float) -> None:
    made = blueprint_of({"event_source": source, "steps": 1, "step_duration_s": step_s}, "destinations")
    (reader,) = made.functions
    assert reader.trigger
    assert reader.trigger.batch
    assert reader.trigger.batch.size * step_s <= reader.timeout_s
    assert reader.timeout_s <= (840 if source == "kafka" else 900)


@pytest.mark.parametrize("iac", FLAVOURS)
def test_more_records_are_worked_on_at_once_where_the_load_asks_for_it(iac: str) -> None:
    load = {"peak_per_second": 3, "step_duration_s": 10, "total_duration_s": 10, "idempotent": True}
    for approach, steps in (("destinations", 1), ("step-functions", 2)):
        text = in_flavour({"event_source": "kinesis", "steps": steps, **load}, approach, iac)
        assert re.search(r"arallelization_?[fF]actor\W+8\b", text)


def test_a_pipe_waits_only_for_what_its_readers_can_carry() -> None:
    asked = {"event_source": "kinesis", "steps": 2, "total_duration_s": 10, "idempotent": True}
    pipes = {}
    for load in (9_000_000, 90_000_000):
        for order in ("none", "required"):
            made = blueprint_of({**asked, "monthly_executions": load, "ordering": order}, "step-functions")
            pipe = made.by_id["SourcePipe"]
            assert isinstance(pipe, Pipe)
            pipes[load, order] = (pipe.waits, " ".join(made.notes))
    assert pipes[9_000_000, "none"] == (True, "")
    waits, note = pipes[90_000_000, "none"]
    assert not waits
    assert "34.72 records a second of 10 s each keep 348 readers busy" in note
    waits, note = pipes[90_000_000, "required"]
    assert waits
    assert "4 records a second. The rest waits until it is too old" in note


def test_a_map_over_jobs_starts_few_at_once() -> None:
    named = (ForEach((Step("Crunch", "ecs-fargate"),)),)
    made = definition(event_source="s3", steps=1, max_parallel_items=5_000, steps_named=named)
    assert [state["MaxConcurrency"] for state in made["States"].values() if state["Type"] == "Map"] == [10]


@pytest.mark.parametrize("language", ["jsonata", "jsonpath"])
@pytest.mark.parametrize("service", ["ecs-fargate", "batch", "emr", "codebuild"])
def test_what_is_too_large_for_a_service_goes_as_an_address(service: str, language: str) -> None:
    named = (Step("Load"), Step("Run job", service))
    asked = {"event_source": "schedule", "steps": 2, "steps_named": named, "query_language": language}
    small, large = (json.dumps(definition(**asked, payload_kb=size)) for size in (1, 26))
    assert "s3://" not in small
    assert "s3://${PayloadBucketName}/run-job/" in large
    assert '"Keep payload of Run job"' in large
    made = blueprint_of({"event_source": "schedule", "payload_kb": 26}, "step-functions", steps=named)
    assert any("is its address in `PayloadBucket`" in note for note in made.notes)


def allowed(made: Blueprint, holder: str) -> dict[str, tuple[Any, ...]]:
    return {action: item.resources for item in made.permissions_of(holder) for action in item.actions}


@pytest.mark.parametrize("approach", ["destinations", "step-functions", "both", "single-function"])
def test_work_on_an_object_may_read_it(approach: str) -> None:
    steps = 1 if approach == "single-function" else 3
    made = blueprint_of({"event_source": "s3", "steps": steps}, approach)
    for function in made.functions:
        assert Ref("SourceBucket", "contents") in allowed(made, function.id)["s3:GetObject"]


@pytest.mark.parametrize("iac", FLAVOURS)
def test_a_container_may_pull_from_the_accounts_own_registry(iac: str) -> None:
    text = in_flavour({"event_source": "schedule", "targets": ("ecs-fargate",)}, "step-functions", iac)
    for action in ("ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"):
        assert action in text


def test_the_items_of_a_map_may_be_redriven() -> None:
    made = blueprint("standard-distributed")
    assert made.machine
    actions = allowed(made, made.machine.id)
    assert "/*" in str(actions["states:RedriveExecution"])
    assert Ref(made.machine.id) not in actions["states:DescribeExecution"]  # no such resource type


@pytest.mark.parametrize("iac", FLAVOURS)
def test_only_the_runs_of_the_child_may_be_watched_and_stopped(iac: str) -> None:
    asked = {"event_source": "schedule", "steps": 2, "targets": ("step-functions", "lambda")}
    made = blueprint_of(asked, "step-functions")
    (name,) = [item.id for item in made.parameters if item.id.endswith("StateMachineName")]
    runs = Arn("arn:{partition}:states:{region}:{account}:execution:{0}:*", (Ref(name, "name"),))
    actions = allowed(made, "Workflow")
    assert actions["states:DescribeExecution"] == actions["states:StopExecution"] == (runs,)
    text = in_flavour(asked, "step-functions", iac)
    assert ":execution:" in text and ":execution:*" not in text


@pytest.mark.parametrize("name", WITH_MACHINE)
def test_a_star_stands_only_where_no_resource_is_known(name: str) -> None:
    made = blueprint(name)
    assert made.machine
    assert not {"logs:CreateLogStream", "logs:PutLogEvents"} & set(allowed(made, made.machine.id))


# --- every answer shapes the starter, or is named as one that does not

BASES: list[tuple[dict[str, Any], str]] = [
    ({"event_source": "s3", "steps": 3}, "destinations"),
    ({"event_source": "api-gateway", "steps": 3}, "step-functions"),
    ({"event_source": "sqs", "steps": 3, "parallelism": "dynamic"}, "step-functions"),
    ({"event_source": "kinesis", "steps": 1, "step_duration_s": 3}, "destinations"),
    (
        {"event_source": "kinesis", "steps": 2, "total_duration_s": 20, "peak_per_second": 30},
        "step-functions",
    ),
    ({"event_source": "sqs", "steps": 1}, "queue-redrive"),
]


def shape(requirements: Mapping[str, Any], approach: str) -> str:
    """Return what is deployed, without the ids of rules; empty where that is refused."""
    try:
        made = blueprint_of(requirements, approach)
    except NotSupported:
        return ""
    return repr(_without_rules(msgspec.to_builtins((made.resources, made.permissions), enc_hook=repr)))


def _without_rules(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_rules(item) for key, item in value.items() if key != "rules"}
    return [_without_rules(item) for item in value] if isinstance(value, list | tuple) else value


def _values(key: str) -> list[Any]:
    question = rule_base().questionnaire.by_key[key]
    if question.kind in ("whole", "number"):
        return [1, 7, 300, 5_000, 9_000_000]
    if question.kind == "flag":
        return [True, False]
    values = [choice.value for choice in question.choices]
    return [(), *((value,) for value in values)] if question.kind == "list" else list(values)


def _shapes(key: str) -> bool:
    for requirements, approach in BASES:
        base = shape(requirements, approach)
        for value in _values(key):
            found = shape({**requirements, key: value}, approach)
            if base and found and found != base:
                return True
    return False


@pytest.mark.parametrize("key", rule_base().questionnaire.by_key)
def test_each_answer_shapes_the_starter_or_is_named_as_having_no_effect(key: str) -> None:
    assert _shapes(key) is (key not in ADVICE_ONLY)


def test_the_readme_names_the_answers_without_effect() -> None:
    made = blueprint_of({"event_source": "s3", "steps": 2, "team_asl_experience": "some"}, "destinations")
    text = next(file.text for file in render(made) if file.path == "README.md")
    assert "`team_asl_experience` only led to the advice" in text
    assert "only led to the advice" not in _readme({"event_source": "s3", "steps": 2})


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [("consumers", "one", "several"), ("coordination", "central", "independent"), ("code", "none", "given")],
)
def test_what_shapes_messaging_is_not_named_there_as_having_no_effect(key: str, one: str, other: str) -> None:
    more: dict[str, Any] = {
        "consumers": {},
        "coordination": {"branching": "content"},
        "code": {"targets": ("sqs",)},
    }
    base = {"event_source": "eventbridge", "steps": 2, **more[key]}
    assert shape({**base, key: one}, "messaging") != shape({**base, key: other}, "messaging")
    for value in (one, other):
        assert not effect_notes(Requirements({**base, key: value}), "messaging")
        assert effect_notes(Requirements({**base, key: value}), "destinations")


def _readme(requirements: Mapping[str, Any]) -> str:
    made = blueprint_of(requirements, "destinations")
    return next(file.text for file in render(made) if file.path == "README.md")


def test_what_is_named_is_asked() -> None:
    assert set(ADVICE_ONLY) <= set(rule_base().questionnaire.by_key)


def test_every_project_with_an_api_says_what_it_takes() -> None:
    for name in PROJECTS:
        made = blueprint(name)
        if any(isinstance(item, HttpApi) and not item.function for item in made.resources):
            assert any("requests a second" in note for note in made.notes)


def test_readers_have_the_time_of_their_batch() -> None:
    for name in PROJECTS:
        for item in blueprint(name).functions:
            if isinstance(item, Function) and item.trigger and item.trigger.batch:
                assert item.timeout_s >= 30


@pytest.mark.parametrize("workflow", ["standard", "express"])
@pytest.mark.parametrize("source", ["kinesis", "dynamodb-stream"])
def test_a_pipe_that_only_starts_runs_starts_as_many_as_come(source: str, workflow: str) -> None:
    asked = {"event_source": source, "steps": 2, "peak_per_second": 1_500, "total_duration_s": 20}
    waits = {"waits": ("timer",), "delivery": "exactly-once"} if workflow == "standard" else {}
    made = blueprint_of({**asked, "ordering": "none", **waits}, "step-functions")
    assert made.workflow_type == workflow
    pipe = made.by_id["SourcePipe"]
    assert isinstance(pipe, Pipe)
    assert (pipe.waits, pipe.at_once) == (False, 10)
    notes = " ".join(made.notes)
    assert "a new stream starts 400 runs a second, but 1,500 are to be started." in notes
    assert ("Give it 15 shards." in notes) == (source == "kinesis")
    few = blueprint_of({**asked, "peak_per_second": 30, "ordering": "none", **waits}, "step-functions")
    assert "runs a second" not in " ".join(few.notes)


def test_a_thing_may_have_a_field_named_event() -> None:
    for approach in ("destinations", "step-functions"):
        made = blueprint_of({"event_source": "iot", "steps": 2, "on_failure": ("sqs",)}, approach)
        rule = made.by_id["SourceRule"]
        assert isinstance(rule, IotRule)
        (name,) = re.findall(r" AS (\w+) ", rule.sql)
        assert name == "mqttMessageId"
        assert name in made.event


def test_a_long_step_that_can_be_the_job_is_no_function_s() -> None:
    asked = {"event_source": "schedule", "steps": 2, "step_duration_s": 9_000, "total_duration_s": 10_000}
    job = blueprint_of({**asked, "targets": ("lambda", "ecs-fargate")}, "step-functions")
    assert not any("a function here stops" in note for note in job.notes)
    assert any("a function here stops" in note for note in blueprint_of(asked, "step-functions").notes)


@pytest.mark.parametrize(("asked", "tried"), [(30, 60), (300, 300), (None, None)])
@pytest.mark.parametrize("source", ["s3", "eventbridge", "schedule", "kinesis", "ses", "cloudwatch-logs"])
def test_nothing_tries_an_event_that_is_of_no_use_any_more(
    source: str, asked: int | None, tried: int | None
) -> None:
    answers = {"event_source": source, "steps": 2, **({"max_age_s": asked} if asked else {})}
    ages = []
    for item in blueprint_of(answers, "step-functions").resources:
        trigger = getattr(item, "trigger", None)
        ages += [trigger.max_event_age_s] if trigger and trigger.max_event_age_s else []
        ages += (
            [item.asynchronous.max_event_age_s] if isinstance(item, Function) and item.asynchronous else []
        )
        ages += [item.max_record_age_s] if isinstance(item, Pipe) else []
    assert ages
    assert all(age == tried for age in ages) if tried else min(ages) > 300


def test_the_table_says_how_long_in_words() -> None:
    made = blueprint_of({"event_source": "s3", "steps": 1, "max_age_s": 300}, "destinations")
    assert any("is throttled for 5 minutes" in route.failure.pattern for route in made.failure_routes)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"parallelism": "dynamic", "max_parallel_items": 40, "payload_kb": 8},
            "`Work on each item` brings 40 results of 8 KB together: 320 KB, and a state holds 256 KB.",
        ),
        (
            {"parallelism": "static", "steps": 6, "payload_kb": 100},
            "`Work in parallel` brings 4 results of 100 KB together: 400 KB, and a state holds 256 KB.",
        ),
        ({"parallelism": "dynamic", "max_parallel_items": 40, "payload_kb": 6}, ""),
        ({"parallelism": "static", "steps": 6, "payload_kb": 60}, ""),
        ({"parallelism": "dynamic", "max_parallel_items": 40, "payload_kb": 300}, ""),
    ],
)
def test_results_that_outgrow_the_state_they_meet_in_are_named(asked: dict[str, Any], told: str) -> None:
    notes = " ".join(blueprint_of({"event_source": "schedule", "steps": 3, **asked}, "step-functions").notes)
    assert ("brings" in notes) is bool(told)
    assert told in notes


@pytest.mark.parametrize("asked", [20, 3_600, 5_000_000, None])
@pytest.mark.parametrize(
    ("source", "approach", "more"),
    [
        ("sqs", "messaging", {"steps": 1}),
        ("s3", "messaging", {"steps": 1}),
        ("sqs", "step-functions", {"steps": 2}),
        ("sns", "step-functions", {"steps": 2, "delivery": "exactly-once"}),
    ],
)
def test_a_queue_keeps_no_work_that_is_of_no_use_any_more(
    source: str, approach: str, more: dict[str, Any], asked: int | None
) -> None:
    answers = {"event_source": source, **more, **({"max_age_s": asked} if asked else {})}
    made = blueprint_of(answers, approach)
    queue = made.by_id["SourceQueue"]
    assert isinstance(queue, Queue) and queue.dead_letters
    letters = made.by_id[queue.dead_letters.to]
    assert isinstance(letters, Queue)
    until_the_last_try = queue.visibility_s * queue.max_receives
    assert queue.retention_s == min(604_800, max(asked, until_the_last_try)) if asked else 604_800
    assert 60 <= queue.oldest_s < queue.retention_s, "the alarm rings before messages are gone"
    assert letters.retention_s == 1_209_600, "what failed is kept to be looked at"
    told = [
        str(item.ends_up.pattern) for item in made.failure_routes if "messages wait" in item.ends_up.pattern
    ]
    assert all(" 0 " not in text and "then they are gone" in text for text in told)
    assert bool(told) is (approach == "messaging")
