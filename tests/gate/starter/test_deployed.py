"""Each option as a stack in moto's CloudFormation, as far as that goes.

moto has no aliases, event invoke configurations, alarms, queue policies, subscriptions, pipes and URLs:
they are left out, and what names them names the function or a made-up ARN. It fills no substitutions either.
"""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation.parsing import get_model_map

from tests.starter.checks.deployed import REGION, read, resolve, translate
from tests.starter.projects import files

Template = dict[str, Any]
LEFT_OUT = {
    "AWS::CloudWatch::Alarm",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Lambda::Url",
    "AWS::Pipes::Pipe",
    "AWS::SNS::Subscription",
    "AWS::SQS::QueuePolicy",
}


def deployable(template: Template) -> Template:
    """Return what moto can deploy of a translated template."""
    resources = template["Resources"]
    out = {name for name, item in resources.items() if item["Type"] not in get_model_map()}

    def named(value: dict[str, Any]) -> str | None:
        ((function, argument),) = value.items()
        if function == "Fn::GetAtt":
            return argument[0] if isinstance(argument, list) else str(argument).partition(".")[0]
        return argument if function == "Ref" else None

    def kept(value: Any) -> Any:
        if isinstance(value, list):
            return [kept(item) for item in value]
        if not isinstance(value, dict):
            return value
        name = named(value) if len(value) == 1 else None
        if name in out:
            if resources[name]["Type"] == "AWS::Lambda::Alias":
                return {"Fn::GetAtt": [resources[name]["Properties"]["FunctionName"]["Ref"], "Arn"]}
            return resolve(value, template)
        if name and resources.get(name, {}).get("Type") == "AWS::Events::EventBus" and "Ref" in value:
            return {"Fn::GetAtt": [name, "Name"]}  # moto puts the bus itself where its name is due
        return {key: kept(item) for key, item in value.items() if key != "DependsOn"}

    remaining = {name: kept(item) for name, item in resources.items() if name not in out}
    return {**kept({**template, "Resources": {}}), "Resources": remaining}


def asked_for(template: Template) -> list[str]:
    """Return the parameters without a default."""
    return [name for name, item in template.get("Parameters", {}).items() if "Default" not in item]


def deploy(template: Template) -> dict[str, str]:
    """Return the physical id of each resource of the complete stack."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("app.py", "")
    storage = boto3.client("s3", region_name=REGION)
    storage.create_bucket(Bucket="artifact-bucket")
    storage.put_object(Bucket="artifact-bucket", Key="key.zip", Body=package.getvalue())
    stacks = boto3.client("cloudformation", region_name=REGION)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a type that moto skips is a warning
        stacks.create_stack(
            StackName="stack",
            TemplateBody=json.dumps(template),
            Parameters=[{"ParameterKey": name, "ParameterValue": "x"} for name in asked_for(template)],
            Capabilities=["CAPABILITY_IAM"],
        )
    assert stacks.describe_stacks(StackName="stack")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    summaries = stacks.list_stack_resources(StackName="stack")["StackResourceSummaries"]
    assert {item["ResourceStatus"] for item in summaries} == {"CREATE_COMPLETE"}
    return {item["LogicalResourceId"]: item["PhysicalResourceId"] for item in summaries}


@pytest.mark.parametrize(
    "name",
    ["async-s3-to-bus", "async-sns-to-sns", "stream-kinesis", "standard-saga", "express-sqs", "both-branch"],
)
def test_the_stack_is_complete_and_everything_in_it_exists(name: str) -> None:
    project = dict(files(name))
    template = translate(read(project["template.yaml"]), project)
    wanted = deployable(template)
    gone = set(template["Resources"]) - set(wanted["Resources"])
    assert {template["Resources"][item]["Type"] for item in gone} <= LEFT_OUT
    with mock_aws(config={"lambda": {"use_docker": False}}):
        made = deploy(wanted)
        assert set(made) == set(wanted["Resources"])
        functions = boto3.client("lambda", region_name=REGION)
        states = boto3.client("stepfunctions", region_name=REGION)
        for logical, resource in wanted["Resources"].items():
            if resource["Type"] == "AWS::Lambda::Function":
                found = functions.get_function(FunctionName=made[logical])["Configuration"]
                assert found["Handler"] == resource["Properties"]["Handler"]
                assert found["Role"].startswith("arn:aws:iam::")
            if resource["Type"] == "AWS::StepFunctions::StateMachine":
                found = states.describe_state_machine(stateMachineArn=made[logical])
                path = "statemachine/order-pipeline.asl.json"
                assert json.loads(found["definition"]) == json.loads(project[path])
                assert found["roleArn"].startswith("arn:aws:iam::")
