"""A translated template as it would look deployed: every reference resolved to a made-up name or ARN."""

from __future__ import annotations

import copy
import json
import os
import re
from typing import Any

import yaml

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
from samtranslator.translator.transform import transform

REGION, ACCOUNT = "us-east-1", "123456789012"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": "stack",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NoValue": "",
}
ARNS = {
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{id}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{id}",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{id}",
    "AWS::Lambda::Alias": "arn:aws:lambda:{region}:{account}:function:{id}:live",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{id}",
    "AWS::Events::Rule": "arn:aws:events:{region}:{account}:rule/{id}",
    "AWS::S3::Bucket": "arn:aws:s3:::{low}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "AWS::Kinesis::Stream": "arn:aws:kinesis:{region}:{account}:stream/{id}",
    "AWS::StepFunctions::StateMachine": "arn:aws:states:{region}:{account}:stateMachine:{id}",
    "AWS::ECS::Cluster": "arn:aws:ecs:{region}:{account}:cluster/{id}",
    "AWS::ECS::TaskDefinition": "arn:aws:ecs:{region}:{account}:task-definition/{id}:1",
    "AWS::Events::ApiDestination": "arn:aws:events:{region}:{account}:api-destination/{id}/1",
    "AWS::Events::Connection": "arn:aws:events:{region}:{account}:connection/{id}/1",
    "AWS::StepFunctions::Activity": "arn:aws:states:{region}:{account}:activity:{id}",
    "AWS::Cognito::UserPool": "arn:aws:cognito-idp:{region}:{account}:userpool/{id}",
    "AWS::IoT::TopicRule": "arn:aws:iot:{region}:{account}:rule/{id}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{id}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{id}:*",
}
KAFKA_CLUSTER = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/orders/2f1d-5"
REF_IS_ARN = {
    "AWS::ECS::TaskDefinition",
    "AWS::StepFunctions::Activity",
    "AWS::SNS::Topic",
    "AWS::Lambda::Alias",
    "AWS::StepFunctions::StateMachine",
}


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    pass


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    assert isinstance(node, yaml.SequenceNode)
    return {name: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


def read(text: str) -> dict[str, Any]:
    """Return a template as plain data with long-form intrinsics."""
    found: dict[str, Any] = yaml.load(text, _Loader)
    return found


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def translate(source: dict[str, Any], files: dict[str, str]) -> dict[str, Any]:
    """Return what SAM makes of ``source``; ``files`` hold the definitions of its state machines."""
    template = copy.deepcopy(source)
    for resource in template["Resources"].values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties["Definition"] = json.loads(files[properties.pop("DefinitionUri")])
        if resource["Type"] == "AWS::Serverless::Function":
            properties["CodeUri"] = "s3://artifact-bucket/key.zip"
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    translated: dict[str, Any] = transform(template, {}, _NoManagedPolicies())
    return translated


def resolve(value: Any, template: dict[str, Any]) -> Any:
    """Return ``value`` with every intrinsic replaced by what it would be."""
    if isinstance(value, list):
        return [resolve(item, template) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        (name, argument), *_ = value.items()
        if name == "Ref":
            return _ref(argument, template)
        if name == "Fn::GetAtt":
            owner, attribute = argument if isinstance(argument, list) else argument.split(".", 1)
            return _attribute(owner, attribute, template)
        if name == "Fn::Sub":
            return _sub(argument, template)
        if name == "Fn::Join":
            parts = resolve(argument[1], template)
            return argument[0].join(str(item) for item in parts)
        if name == "Fn::Select":
            return resolve(argument[1], template)[int(argument[0])]
        if name == "Fn::Split":
            return str(resolve(argument[1], template)).split(argument[0])
        if name == "Fn::If":
            return resolve(argument[1], template)
    return {key: resolve(item, template) for key, item in value.items()}


def arn(logical_id: str, template: dict[str, Any]) -> str:
    """Return the made-up ARN of a resource."""
    resource = template["Resources"][logical_id]
    name = logical_id
    if resource["Type"] == "AWS::Lambda::Alias":
        name = resource["Properties"]["FunctionName"]["Ref"]
    return ARNS[resource["Type"]].format(region=REGION, account=ACCOUNT, id=name, low=name.lower())


def _ref(name: str, template: dict[str, Any]) -> Any:
    if name in PSEUDO:
        return PSEUDO[name]
    if name in template.get("Parameters", {}):
        given = KAFKA_CLUSTER if name == "KafkaClusterArn" else f"{name.lower()}-given"
        return template["Parameters"][name].get("Default") or given
    kind = template["Resources"][name]["Type"]
    if kind == "AWS::SQS::Queue":
        return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
    if kind in REF_IS_ARN:
        return arn(name, template)
    return name.lower() if kind == "AWS::S3::Bucket" else name


def _attribute(name: str, attribute: str, template: dict[str, Any]) -> str:
    if attribute == "Arn":
        return arn(name, template)
    if attribute == "SecretArn":
        return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"
    if attribute == "StreamArn":
        return f"{arn(name, template)}/stream/2026-11-23T00:00:00.000"
    return name


def _sub(argument: Any, template: dict[str, Any]) -> str:
    text, given = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in given:
            return str(resolve(given[name], template))
        owner, dot, attribute = name.partition(".")
        if dot:
            return _attribute(owner, attribute, template)
        return str(_ref(name, template))

    return re.sub(r"\$\{([^}!]+)\}", fill, text)
