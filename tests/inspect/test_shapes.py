"""Shapes that public templates have, each as small as it gets: what is read, and what is not claimed."""

from __future__ import annotations

from pathlib import Path

import pytest

from advisor.inspect.inspection import Inspection, SystemReport
from advisor.inspect.model import System
from tests.inspect.shop import inspected

SAM = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
FUNCTION = "Type: AWS::Serverless::Function, Properties: {Runtime: python3.14, Handler: a.b, CodeUri: s"


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(files: dict[str, str], folder: Path) -> tuple[SystemReport, set[str]]:
    """Return the only system in ``files``, and the rules that find something in it."""
    found: Inspection = inspected(files, folder)
    (system,) = found.systems
    return system, {finding.rule for finding in found.findings}


def integrations(system: System) -> list[str]:
    """Return what the Task states of the machines call."""
    definitions = [machine.definition for machine in system.machines if machine.definition]
    return [
        state.integration + (f".{state.pattern}" if state.pattern else "")
        for definition in definitions
        for state in definition.of_type("Task")
    ]


MACHINE = """
resource "aws_sfn_state_machine" "m" {
  type     = "EXPRESS"
  role_arn = "arn:aws:iam::123456789012:role/r"
  definition = <<EOF
  {"StartAt": "A", "TimeoutSeconds": 60, "States": {"A": {"Type": "Task", "End": true,
    "Resource": "${aws_lambda_function.a.arn}", "Parameters": {"id.$": "$.id"}}}}
EOF
  logging_configuration {
    level           = "ALL"
    log_destination = "${aws_cloudwatch_log_group.g.arn}:*"
  }
}
resource "aws_cloudwatch_log_group" "g" {
  name_prefix = "PREFIX"
}
"""


def test_the_parameters_of_a_task_that_names_a_function_are_its_payload(tmp_path: Path) -> None:
    _, rules = report({"main.tf": MACHINE.replace("PREFIX", "/aws/vendedlogs/m-")}, tmp_path)
    assert rules == {"IN54", "IN83"}


def test_a_log_group_may_have_a_prefix_for_a_name(tmp_path: Path) -> None:
    _, rules = report({"main.tf": MACHINE.replace("PREFIX", "/states/m-")}, tmp_path)
    assert rules == {"IN54", "IN71", "IN83"}


def test_a_module_may_be_told_to_make_no_function(tmp_path: Path) -> None:
    layer = 'module "layer" {\n  source = "terraform-aws-modules/lambda/aws"\n  create_function = false\n}\n'
    queue = 'resource "aws_lambda_function" "a" {\n  runtime = "python3.14"\n}\n'
    found, _ = report({"main.tf": layer + queue}, tmp_path)
    assert [function.id for function in found.system.functions] == ["aws_lambda_function.a"]


HASHES = """
service: s
provider: {name: aws, runtime: nodejs24.x}
plugins: [serverless-step-functions, PLUGIN]
functions: {check: {handler: a.b}}
stepFunctions:
  stateMachines:
    m:
      definition:
        StartAt: A
        TimeoutSeconds: 60
        States:
          A: {Type: Task, Resource: "arn:aws:states:#{AWS::Region}:#{AWS::AccountId}:activity:a", Next: B}
          B: {Type: Task, Resource: "#{CheckLambdaFunction.Arn}", End: true}
resources:
  Resources:
    n:
      Type: AWS::StepFunctions::StateMachine
      Properties:
        DefinitionString: !Sub
          - '{"StartAt": "C", "States": {"C": {"Type": "Task", "Resource": "#{check}", "End": true}}}'
          - {check: !GetAtt CheckLambdaFunction.Arn}
"""


@pytest.mark.parametrize("plugin", ["serverless-pseudo-parameters", "serverless-cf-vars"])
def test_plugins_fill_in_hashes(plugin: str, tmp_path: Path) -> None:
    found, _ = report({"serverless.yml": HASHES.replace("PLUGIN", plugin)}, tmp_path)
    assert integrations(found.system) == ["states:activity", "lambda:invoke", "lambda:invoke"]
    assert [one.callers for one in found.system.functions] == [(("step-functions", "sync"),)]


def test_without_a_plugin_hashes_are_plain_text(tmp_path: Path) -> None:
    found, _ = report({"serverless.yml": HASHES.replace("PLUGIN", "other")}, tmp_path)
    assert integrations(found.system)[1:] == ["", ""]


SETTINGS = """
resource "aws_lambda_function_event_invoke_config" "c" {
  function_name          = aws_lambda_function.elsewhere.function_name
  maximum_retry_attempts = 1
  destination_config {
    on_failure {
      destination = aws_sqs_queue.lost.arn
    }
  }
}
resource "aws_sqs_queue" "lost" {}
resource "aws_s3_bucket_notification" "n" {
  bucket = "b"
  lambda_function {
    lambda_function_arn = aws_lambda_function.elsewhere.arn
    events              = ["s3:ObjectCreated:*"]
  }
}
"""


def test_settings_of_a_function_of_another_file_are_read(tmp_path: Path) -> None:
    found, rules = report({"main.tf": SETTINGS}, tmp_path)
    (function,) = found.system.functions
    assert (function.id, function.runtime) == ("aws_lambda_function.elsewhere", None)
    assert [source.kind for source in function.sources] == ["s3"]
    assert [(item.outcome, item.target.service) for item in function.destinations] == [("failure", "sqs")]
    assert found.system.approach == "destinations"
    assert rules == {"IN40"}  # nothing about what the other file may say


OFFERED = """
resource "aws_lambda_function" "main" {
  dynamic "dead_letter_config" {
    for_each = var.queue == null ? [] : [var.queue]
    content {
      target_arn = dead_letter_config.value
    }
  }
}
resource "aws_lambda_function_event_invoke_config" "main" {
  function_name = aws_lambda_function.main.function_name
  dynamic "destination_config" {
    for_each = var.target == null ? [] : [var.target]
    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }
}
"""


def test_a_module_that_offers_two_failure_paths_does_not_use_both(tmp_path: Path) -> None:
    _, rules = report({"main.tf": OFFERED}, tmp_path)
    assert rules == set()


POLLED = SAM + (
    f"  F: {{{FUNCTION}, EventInvokeConfig: {{DestinationConfig: {{OnFailure: {{Type: SQS,\n"
    "    Destination: !GetAtt Lost.Arn}}}, Events: {Q: {Type: SQS, Properties: {BatchSize: 1,\n"
    "    Queue: 'arn:aws:sqs:eu-west-1:123456789012:in'}}}}}\n"
    "  Lost: {Type: AWS::SQS::Queue}\n"
)


def test_nobody_waits_for_deliveries_that_never_happen(tmp_path: Path) -> None:
    _, rules = report({"template.yaml": POLLED}, tmp_path)
    assert rules == {"IN01", "IN40"}


def test_who_answers_a_callback_does_not_start_the_machine(tmp_path: Path) -> None:
    definition = '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}'
    machine = "  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.asl.json}}\n"
    answer = f"  F: {{{FUNCTION}, Events: {{A: {{Type: HttpApi}}}}, ENVIRONMENT}}}}\n"
    for environment, source in (
        ("Timeout: 3", None),
        ("Environment: {Variables: {M: !Ref M}}", "api-gateway"),
    ):
        template = SAM + machine + answer.replace("ENVIRONMENT", environment)
        found, _ = report({"template.yaml": template, "m.asl.json": definition}, tmp_path)
        assert found.answers.requirements.get("event_source") == source


def test_a_handler_of_failures_is_no_step(tmp_path: Path) -> None:
    config = "{Type: Lambda, Destination: !GetAtt"
    template = SAM + (
        f"  F: {{{FUNCTION}, EventInvokeConfig: {{DestinationConfig: {{OnSuccess: {config} G.Arn}},\n"
        f"    OnFailure: {config} H.Arn}}}}}}}}}}\n  G: {{{FUNCTION}}}}}\n  H: {{{FUNCTION}}}}}\n"
    )
    found, _ = report({"template.yaml": template}, tmp_path)
    assert found.answers.requirements["steps"] == 2


def test_functions_beside_several_machines_settle_no_answers(tmp_path: Path) -> None:
    machine = "{Type: AWS::Serverless::StateMachine, Properties: {Definition: {StartAt: A,\n"
    machine += "    States: {A: {Type: Task, Resource: !GetAtt F.Arn, End: true}}}}}\n"
    template = SAM + f"  M: {machine}  N: {machine}  F: {{{FUNCTION}}}}}\n"
    found, _ = report({"template.yaml": template}, tmp_path)
    assert found.answers.requirements == {}


JOB = """{"StartAt": "A", "States": {
  "A": {"Type": "Task", "Resource": "arn:aws:states:::sagemaker:createProcessingJob.sync", "Next": "B",
    "Parameters": {"StoppingCondition": {"MaxRuntimeInSeconds": 1800}}},
  "B": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true,
    "Retry": [{"ErrorEquals": ["States.ALL"], "BackoffRate": 2}],
    "Parameters": {"FunctionName": "f", "InvocationType": "Event", "Payload.$": "$"}}}}"""


def test_a_job_may_have_a_limit_of_its_own_and_an_event_needs_none(tmp_path: Path) -> None:
    _, rules = report({"m.asl.json": JOB}, tmp_path)
    assert rules == {"IN80"}


@pytest.mark.parametrize(
    ("properties", "rules"),
    [
        ("", {"IN87"}),
        (", DefinitionSubstitutions: {Other: x}", {"IN87"}),
        (", DefinitionSubstitutions: {Where: !Ref 'AWS::Region'}", set()),
        (", DefinitionSubstitutions: {Fn::Transform: {Name: AWS::Include}}", set()),
    ],
)
def test_a_placeholder_needs_a_value(properties: str, rules: set[str], tmp_path: Path) -> None:
    definition = """{"StartAt": "A", "TimeoutSeconds": 60, "States": {"A": {"Type": "Task", "End": true,
      "Resource": "arn:aws:states:::ecs:runTask",
      "Parameters": {"Cluster": "${Where}", "Run": ["${HOME}"]}}}}"""
    machine = "  M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.asl.json"
    files = {"template.yaml": f"{SAM}{machine}{properties}}}}}\n", "m.asl.json": definition}
    assert report(files, tmp_path)[1] == rules


@pytest.mark.parametrize(("action", "mode"), [("", "async"), (", action: StartSyncExecution", "sync")])
def test_an_api_starts_a_machine_and_does_not_wait(action: str, mode: str, tmp_path: Path) -> None:
    service = f"""
service: s
provider: {{name: aws, runtime: nodejs24.x}}
plugins: [serverless-step-functions]
stepFunctions:
  stateMachines:
    m:
      type: EXPRESS
      events: [http: {{path: orders, method: POST{action}}}]
      definition: {{StartAt: A, States: {{A: {{Type: Pass, End: true}}}}}}
"""
    found, _ = report({"serverless.yml": service}, tmp_path)
    assert [(one.kind, one.mode) for one in found.system.machines[0].sources] == [("api-gateway", mode)]
    assert found.answers.requirements["caller_waits_for"] == (
        "acknowledgement" if mode == "async" else "result"
    )


def test_a_task_of_an_unknown_kind_may_wait(tmp_path: Path) -> None:
    definition = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${Where}", "End": true}}}'
    found, _ = report({"m.asl.json": definition}, tmp_path)
    assert "waits" not in found.answers.requirements


def test_settings_for_asynchronous_calls_say_nothing_about_a_poller(tmp_path: Path) -> None:
    polled = POLLED.replace("{DestinationConfig", "{MaximumRetryAttempts: 0, DestinationConfig")
    found, _ = report({"template.yaml": polled}, tmp_path)
    assert "retry" not in found.answers.requirements


@pytest.mark.parametrize(("kind", "rules"), [("EXPRESS", set()), ("STANDARD", {"IN50"})])
def test_an_express_run_ends_by_itself(kind: str, rules: set[str], tmp_path: Path) -> None:
    definition = """{"StartAt": "A", "States": {"A": {"Type": "Map", "End": true, "ResultPath": null,
      "MaxConcurrency": 5, "ItemProcessor": {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "KIND"}, "StartAt": "B", "States": {
          "B": {"Type": "Task", "End": true, "Resource": "arn:aws:states:::sns:publish"}}}}}}"""
    found = report({"m.asl.json": definition.replace("KIND", kind)}, tmp_path)
    assert found[1] == rules
