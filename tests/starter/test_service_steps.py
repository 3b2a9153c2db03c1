"""Steps of a durable function on services without an integration: business code, permissions, wait loops."""

from __future__ import annotations

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import render
from advisor.starter.blueprint.ids import MACHINE
from advisor.starter.blueprint.resources import Parameter
from tests.starter.durable import durable
from tests.starter.projects import blueprint_of

JOBS = ("ecs-fargate", "batch", "glue", "athena", "emr", "sagemaker", "codebuild", "step-functions")


def files(name: str, runtime: str = "python") -> dict[str, str]:
    return {file.path: file.text for file in render(durable(name, runtime))}


def test_a_call_is_a_step_with_a_place_for_the_code() -> None:
    made = files("calls")
    assert 'durable.step(context, "Ask model", ask_model, payload)' in made["functions/workflow/app.py"]
    code = made["functions/ask_model/app.py"]
    assert "    # Call a foundation model here, and put its answer into the result\n" in code
    assert '    # os.environ["ASK_MODEL_MODEL_ID"] names what to use\n' in code


def test_a_job_is_started_and_asked_until_it_has_ended() -> None:
    made = files("jobs", "nodejs")
    started = 'payload = await durable.step(context, "Run glue job", steps.runGlueJob, payload, done);'
    asked = 'payload = await durable.poll(context, "Check run glue job", steps.checkRunGlueJob, payload, 30);'
    assert f"  {started}\n  {asked}\n" in made["functions/workflow/app.js"]
    assert "// Start a Glue job here" in made["functions/run-glue-job/app.js"]
    assert '{ ...payload, status: "RUNNING" }' in made["functions/check-run-glue-job/app.js"]


@pytest.mark.parametrize("service", JOBS)
def test_the_function_may_start_and_watch_the_job_and_nothing_of_a_state_machine(service: str) -> None:
    made = blueprint_of({}, "durable-functions", steps=(Step("Prepare"), Step("Do it", service)))
    actions = {action for item in made.permissions_of("WorkflowFunction") for action in item.actions}
    assert any(
        ":Start" in one or ":Create" in one or ":Run" in one or ":Submit" in one or ":Add" in one
        for one in actions
    )
    assert not any(action.startswith("events:") for action in actions)
    assert made.permissions_of(MACHINE) == ()


def test_a_call_of_an_endpoint_takes_its_address_and_no_permission() -> None:
    made = blueprint_of({}, "durable-functions", steps=(Step("Call API", "http-api"),))
    assert [item.id for item in made.parameters if isinstance(item, Parameter)][1:] == ["CallApiEndpoint"]
    actions = {action for item in made.permissions_of("WorkflowFunction") for action in item.actions}
    assert {action.partition(":")[0] for action in actions} == {"lambda", "sqs"}


def test_the_query_of_athena_is_code_and_no_parameter() -> None:
    assert not any(item.id.endswith("Query") for item in durable("jobs").parameters)


def test_the_readme_says_what_is_yours_to_write() -> None:
    made = durable("calls")
    assert "'Ask model' (a foundation model), 'Call api' (an HTTPS API)" in made.notes[-1]
    assert "`AskModelModelId` is the id of a Bedrock model" in files("calls")["README.md"]


def test_a_job_may_take_longer_than_a_function() -> None:
    steps = (Step("Prepare"), Step("Run job", "batch"))
    asked = {"step_duration_s": 7200, "targets": ("lambda", "batch")}
    made = blueprint_of(asked, "durable-functions", steps=steps)
    assert made.durable and made.durable.timeout_s == 900


def test_a_caller_waits_for_a_job_through_a_function_url() -> None:
    asked = {"event_source": "api-gateway", "caller_waits_for": "result"}
    made = blueprint_of(asked, "durable-functions", steps=(Step("Prepare"), Step("Run job", "glue")))
    assert made.durable and made.durable.trigger and made.durable.trigger.kind == "function-url"
    assert made.durable.timeout_s == 900
