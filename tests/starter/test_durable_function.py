"""The whole flow as one durable function: what is planned, what is refused, and the code in its order."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from advisor.inspect.run import inspect
from advisor.knowledge.answers import PlacedWait, Step
from advisor.reports.inspection.words import advice
from advisor.starter import NotSupported, render
from advisor.starter.blueprint.resources import Policy, Queue
from tests.examples import sample
from tests.inspect.shop import DAY
from tests.inspect.starters import rendered, write
from tests.starter.durable import SHAPES, durable
from tests.starter.projects import blueprint_of, rule_base


def files(name: str) -> dict[str, str]:
    return {file.path: file.text for file in render(durable(name))}


def test_one_function_that_runs_all_and_a_queue_for_what_fails() -> None:
    blueprint = durable("approval")
    (function,) = blueprint.functions
    assert function.durable and function.durable.timeout_s == 8 * 86_400, (
        "a day of work, a week for the answer"
    )
    assert function.durable.retention_days == 14
    assert function.dead_letters and function.dead_letters.to == "FailedRuns"
    assert function.asynchronous is None, "durable functions have no destinations"
    kept = {item.id for item in blueprint.resources if isinstance(item, Queue) and item.stays_empty}
    assert kept == {"FailedRuns", "UndeliveredEvents"}
    assert [item.name.module for item in blueprint.inner] == [
        "validate_order",
        "undo_validate_order",
        "charge_card",
        "undo_charge_card",
        "ship_order",
        "undo_ship_order",
    ]
    metrics = {alarm.metric for alarm in blueprint.alarms if alarm.of.to == function.id}
    assert metrics >= {"DurableExecutionFailed", "DurableExecutionTimedOut", "DeadLetterErrors"}


def test_who_approves_may_answer_and_nothing_else() -> None:
    blueprint = durable("approval")
    (policy,) = (item for item in blueprint.resources if isinstance(item, Policy))
    (permission,) = blueprint.permissions_of(policy.id)
    assert all(action.startswith("lambda:SendDurableExecutionCallback") for action in permission.actions)
    assert not any(isinstance(item, Policy) for item in durable("plain").resources)


APPROVAL = '''\
def run(context: DurableContext, payload: dict[str, Any], done: durable.Done) -> dict[str, Any]:
    """Return the result of a run: this is the workflow."""
    payload = durable.step(context, "Validate order", validate_order, payload, done)
    payload = durable.step(context, "Charge card", charge_card, payload, done)
    payload = durable.ask(
        context,
        "Await approval",
        durable.to_topic("AWAIT_APPROVAL_TOPIC_ARN"),
        payload,
        TIMEOUTS["Await approval"],
    )
    durable.must_be_approved(payload["answer"])
    payload = durable.step(context, "Ship order", ship_order, payload, done)
    return payload
'''


def test_the_code_has_the_steps_in_the_order_of_the_answers() -> None:
    assert files("approval")["functions/workflow/app.py"].endswith(APPROVAL)


@pytest.mark.parametrize("name", sample(SHAPES, 3))
def test_every_file_is_python(name: str) -> None:
    for path, text in files(name).items():
        if path.endswith(".py"):
            ast.parse(text)


@pytest.mark.parametrize("name", SHAPES)
def test_business_code_is_the_file_that_step_functions_have(name: str) -> None:
    requirements, steps = SHAPES[name]
    requirements = {**requirements, "caller_waits_for": "acknowledgement"}  # else only Express answers
    machine = {f.path: f.text for f in render(blueprint_of(requirements, "step-functions", steps=steps))}
    handlers = [f"functions/{item.name.module}/app.py" for item in durable(name).inner if not item.outside]
    assert handlers and all(files(name)[path] == machine[path] for path in handlers)


@pytest.mark.parametrize("iac", ["sam", "terraform"])
@pytest.mark.parametrize("name", sample(SHAPES, 2))
def test_inspect_finds_nothing_and_does_not_advise_on_code_that_it_cannot_read(
    name: str, iac: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(rendered(durable(name), iac), tmp_path)
    found = inspect(["."], rule_base(), DAY)
    assert (found.findings, found.not_read) == ((), ())
    (report,) = found.systems
    assert report.agrees and "steps" not in report.answers.requirements
    told = advice(report, rule_base())
    known = report.answers.requirements
    assert told.startswith("What a durable function does is in its code" if known else "The files answer no")


REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "go": ({"steps": 3}, {"runtime": "go"}, "no durable execution SDK for Go"),
    "java": ({"steps": 3}, {"runtime": "java"}, "could not be had from Maven"),
    "a sign-up": ({"event_source": "cognito", "steps": 3}, {}, "--approach direct-invoke"),
    "nobody waits": (
        {"event_source": "s3", "caller_waits_for": "result", "steps": 3},
        {},
        "Nobody waits behind an S3 bucket",
    ),
    "an acknowledgement that no URL gives": (
        {"event_source": "function-url", "caller_waits_for": "acknowledgement", "steps": 3},
        {},
        "caller_waits_for: result",
    ),
    "a timer longer than a caller waits": (
        {"caller_waits_for": "result", "total_duration_s": 850},
        {"steps": (Step("Check"), PlacedWait("timer"))},
        "910 seconds, which is too long",
    ),
    "a stream": ({"event_source": "kinesis", "steps": 3}, {}, "a pipe starts once"),
    "a queue": ({"event_source": "sqs", "steps": 3}, {}, "a pipe starts once"),
    "only services": ({}, {"steps": (Step("Tell", "sns"),)}, "nothing for a durable function to do"),
    "too many items": (
        {"steps": 3, "parallelism": "dynamic", "max_parallel_items": 4000},
        {},
        "3,000 operations",
    ),
    "undo of very many": (
        {"steps": 3, "parallelism": "dynamic", "max_parallel_items": 60, "failure_handling": ("compensate",)},
        {},
        "max_parallel_items: 40",
    ),
    "destinations": ({"steps": 3, "on_success": ("sqs",)}, {}, "AL50"),
    "more than a year": ({"steps": 3, "total_duration_s": 40_000_000}, {}, "AL51"),
    "a step of half an hour": ({"steps": 3, "step_duration_s": 1700}, {}, "ends with its invocation"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_a_durable_function_cannot_do_is_refused_with_the_nearest_way(why: str) -> None:
    requirements, how, message = REFUSED[why]
    with pytest.raises(NotSupported, match=message):
        blueprint_of(requirements, "durable-functions", **how)


@pytest.mark.parametrize(
    ("approach", "command"),
    [
        ("durable-functions", "lambda send-durable-execution-callback-success"),
        ("step-functions", "stepfunctions send-task-success"),
    ],
)
def test_the_readme_says_how_long_an_approval_may_take_and_how_to_give_it(
    approach: str, command: str
) -> None:
    made = blueprint_of(
        {
            "event_source": "eventbridge",
            "steps": 3,
            "waits": ("human-approval",),
            "total_duration_s": 259_200,
        },
        approach,
    )
    readme = next(file.text for file in render(made) if file.path == "README.md")
    normal = readme.partition("Look for it:")[2].partition("### ")[0]
    assert "'Await approval' waits 3 days at most for its answer, then it fails." in normal
    assert command in normal and '{"approved": true}' in normal
