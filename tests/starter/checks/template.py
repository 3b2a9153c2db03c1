"""Checks of a SAM template: cfn-lint before and after translation, and what no linter sees."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.core import get_rules
from cfnlint.decode import decode_str
from cfnlint.runner.template import run_template_by_data
from moto.iam.access_control import IAMPolicy, PermissionResult

from tests.starter.checks.deployed import read, resolve, translate
from tests.starter.checks.neutral import listed

DESTINATION_ACTIONS = {
    "sqs": ("sqs:SendMessage",),
    "sns": ("sns:Publish",),
    "lambda": ("lambda:InvokeFunction",),
    "events": ("events:PutEvents",),
    "s3": ("s3:PutObject", "s3:ListBucket"),
}
# The network of a Kafka cluster is found by who reads it, so its interfaces have no names beforehand.
UNNAMED = re.compile(
    r"logs:.*|xray:.*|dynamodb:ListStreams|batch:DescribeJobs|ecr:GetAuthorizationToken"
    r"|ec2:(Create|Delete|Describe)NetworkInterfaces?|ec2:Describe(SecurityGroups|Subnets|Vpcs)"
)
# What the CDK's own destination for a bucket grants on it, which no statement of ours does.
OF_S3_DESTINATION = ("s3:GetObject*", "s3:GetBucket*", "s3:List*", "s3:DeleteObject*", "s3:Abort*")
# What reads in order, and the property that names what it reads
POLLED = {"AWS::Lambda::EventSourceMapping": "EventSourceArn", "AWS::Pipes::Pipe": "Source"}
STREAM_DESTINATIONS = ("sqs", "sns", "s3")
S3_EVENTS = {  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html
    "Object Created",
    "Object Deleted",
    "Object Restore Initiated",
    "Object Restore Completed",
    "Object Restore Expired",
    "Object Storage Class Changed",
    "Object Access Tier Changed",
    "Object ACL Updated",
    "Object Tags Added",
    "Object Tags Deleted",
}


@cache
def _rules() -> Any:
    return get_rules([], [], [], {}, False), ConfigMixIn(regions=["us-east-1"])


def lint(text: str) -> list[str]:
    """Return what cfn-lint says of a template."""
    rules, config = _rules()
    template, errors = decode_str(text)
    found = errors if template is None else run_template_by_data(template, config, rules)
    return [f"{item.rule.id} line {item.linenumber}: {item.message}" for item in found]


def check_template(files: dict[str, str], *, as_written: bool = True) -> list[str]:
    """Return every fault of the project's template: of what SAM makes of it, and of it ``as_written``."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    problems = [f"source: {item}" for item in lint(files["template.yaml"])] if as_written else []
    source = read(files["template.yaml"])
    try:
        result = translate(source, files)
    except Exception as error:
        return [*problems, f"SAM: {error}"]
    problems += [f"translated: {item}" for item in lint(json.dumps(result, indent=1, ensure_ascii=False))]
    for name, resource in source["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = {**source["Globals"]["Function"], **resource["Properties"]}
            problems += handler_faults(name, properties, files)
    return [*problems, *result_faults(result)]


def result_faults(result: dict[str, Any]) -> Iterator[str]:
    """Yield what no linter sees in a template of plain CloudFormation."""
    for name, resource in result["Resources"].items():
        properties = resource.get("Properties", {})
        if (properties.get("FifoQueue") or properties.get("FifoTopic")) and not _in_order(name, result):
            yield f"{name}: FIFO cannot be a destination"
        if resource["Type"] == "AWS::Scheduler::Schedule" and "Name" in properties:
            yield f"{name}: a fixed name, so that two stacks clash"
        pattern = properties.get("EventPattern", {})
        if pattern.get("source") == ["aws.s3"] and not S3_EVENTS.issuperset(pattern.get("detail-type", [])):
            yield f"{name}: S3 sends no event called {pattern['detail-type']}"
        if resource["Type"] == "AWS::Lambda::EventInvokeConfig":
            yield from _asynchronous(name, properties, result)
        if resource["Type"] == "AWS::Lambda::EventSourceMapping":
            yield from _mapping(name, properties, result)
    yield from _stars(result)


def _in_order(name: str, result: dict[str, Any]) -> bool:
    """Return whether ``name`` is on a way in order: read by a poller, or leading there, or kept there."""
    resources = [item for item in result["Resources"].values() if "Properties" in item]
    polled = {
        item["Properties"][POLLED[item["Type"]]].get("Fn::GetAtt", [""])[0]
        for item in resources
        if item["Type"] in POLLED
    }
    links = [item["Properties"] for item in resources if item["Type"] == "AWS::SNS::Subscription"]
    rests = [result["Resources"][queue]["Properties"] for queue in polled if queue] + links
    leading = {link["TopicArn"].get("Ref") for link in links}
    kept = {
        item.get("RedrivePolicy", {}).get("deadLetterTargetArn", {}).get("Fn::GetAtt", [""])[0]
        for item in rests
    }
    return name in polled | leading | kept


def _entry(properties: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """Return the file that must hold a function's handler, and the texts one of which defines it."""
    runtime, handler = properties["Runtime"], properties["Handler"]
    module, _, function = handler.rpartition(".")
    if runtime.startswith("nodejs"):
        return f"functions/{module}.js", (f"export const {function} =",)
    if runtime.startswith("java"):
        of_class = handler.partition("::")[0].replace(".", "/")
        return f"src/main/java/{of_class}.java", (f"class {of_class.rpartition('/')[2]} ",)
    if runtime.startswith("provided"):
        return f"{properties['CodeUri']}main.go", ("lambda.StartWithOptions(", "lambda.WithUseNumber(true)")
    return f"functions/{module.replace('.', '/')}.py", (f"{function} =", f"def {function}(")


def handler_faults(name: str, properties: dict[str, Any], files: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with a function's handler."""
    path, wanted = _entry(properties)
    if path not in files:
        yield f"{name}: {path} does not exist"
    elif not any(text in files[path] for text in wanted):
        yield f"{name}: {path} has no {wanted[0]}"


def _asynchronous(name: str, properties: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    config = properties.get("DestinationConfig", {})
    if "OnFailure" not in config:
        yield f"{name}: an asynchronous edge without a failure destination"
    for field in ("MaximumRetryAttempts", "MaximumEventAgeInSeconds"):
        if field not in properties:
            yield f"{name}: {field} is left to its default"
    function = properties["FunctionName"]["Ref"]
    for when, destination in config.items():
        target = resolve(destination["Destination"], result)
        service = _service(target)
        if service not in DESTINATION_ACTIONS or (service == "s3" and when == "OnSuccess"):
            yield f"{name}: {when} cannot go to {target}"
            continue
        if target.startswith(f"arn:aws:lambda:us-east-1:123456789012:function:{function}:"):
            yield f"{name}: a function is its own destination"
        yield from _may(function, service, target, result)


def _mapping(name: str, properties: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    if _service(resolve(properties["EventSourceArn"], result)) == "sqs":
        yield from _worker(name, properties, result)
        return
    destination = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if destination is None:
        yield f"{name}: a stream without a failure destination"
        return
    target = resolve(destination, result)
    if target.startswith("kafka://"):
        yield from _to_topic(name, properties, target.removeprefix("kafka://"), result)
        return
    if _service(target) not in STREAM_DESTINATIONS:
        yield f"{name}: a failed batch cannot go to {target}"
        return
    for field in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
        if properties.get(field, -1) < 0 and "Topics" not in properties:  # Kafka stops after ten retries
            yield f"{name}: {field} has no bound"
    yield from _may(_called(properties["FunctionName"], result), _service(target), target, result)


def _worker(name: str, properties: dict[str, Any], result: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong between a queue and the function that reads it."""
    function = _called(properties["FunctionName"], result)
    queue = properties["EventSourceArn"]["Fn::GetAtt"][0]
    settings, timeout = (result["Resources"][of]["Properties"] for of in (queue, function))
    if settings.get("VisibilityTimeout", 30) < 6 * timeout.get("Timeout", 3):
        yield f"{queue}: a visibility timeout of less than six times the timeout of {function}"
    if settings.get("RedrivePolicy", {}).get("maxReceiveCount", 0) < 5:
        yield f"{queue}: no dead-letter queue after five receives"
    if properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield f"{name}: one bad message brings its whole batch back"


def _called(reference: Any, result: dict[str, Any]) -> str:
    """Return the logical id of the function that a reference to it or to its alias names."""
    named = str(resolve(reference, result)).rpartition(":function:")[2]
    return named.partition(":")[0]


def _to_topic(name: str, properties: dict[str, Any], topic: str, result: dict[str, Any]) -> Iterator[str]:
    if topic in resolve(properties.get("Topics", [topic]), result):
        yield f"{name}: failed records can only go to another topic of a Kafka cluster that is read"
    if "ProvisionedPollerConfig" not in properties:
        yield f"{name}: a topic as destination needs provisioned pollers"
    for field in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
        if properties.get(field, -1) < 0:
            yield f"{name}: {field} has no bound"
    function = _called(properties["FunctionName"], result)
    role = result["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
    cluster = resolve(properties["EventSourceArn"], result)
    target = f"{cluster.replace(':cluster/', ':topic/')}/{topic}"
    for action in ("kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"):
        if not allowed(role, action, target, result):
            yield f"{function}: its role may not {action} on {target}"


def _service(target: str) -> str:
    parts = target.split(":")
    kinds = {"sqs": "sqs", "sns": "sns", "lambda": "lambda", "events": "events", "s3": "s3"}
    return kinds.get(parts[2], parts[2]) if target.startswith("arn:") else "not an ARN"


def _may(function: str, service: str, target: str, result: dict[str, Any]) -> Iterator[str]:
    role = result["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
    for action in DESTINATION_ACTIONS[service]:
        resource = f"{target}/record.json" if action == "s3:PutObject" else target
        if not allowed(role, action, resource, result):
            yield f"{function}: its role may not {action} on {resource}"


def allowed(role: str, action: str, resource: str, result: dict[str, Any]) -> bool:
    """Return whether an inline policy of ``role`` permits ``action`` on ``resource``."""
    apart = [
        item["Properties"]
        for item in result["Resources"].values()
        if item["Type"] == "AWS::IAM::Policy" and {"Ref": role} in item["Properties"]["Roles"]
    ]
    for policy in (*result["Resources"][role]["Properties"].get("Policies", []), *apart):
        document = resolve(policy["PolicyDocument"], result)
        document = {"Version": "2012-10-17", **document}
        for statement in document["Statement"]:  # IAM reads actions in any case, moto does not
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            statement["Action"] = [item.lower() for item in actions]
        policy_of_moto = IAMPolicy({"policy_document": json.dumps(document)})
        decision = policy_of_moto.is_action_permitted(action.lower(), resource)
        if decision == PermissionResult.PERMITTED:
            return True
    return False


def _stars(result: dict[str, Any]) -> Iterator[str]:
    for name, resource in result["Resources"].items():
        properties = resource.get("Properties", {})
        policies = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        if resource["Type"] == "AWS::IAM::Policy":
            policies.append(properties["PolicyDocument"])
        for statement in (statement for policy in policies for statement in policy["Statement"]):
            actions = listed(statement["Action"])
            starred = [action for action in actions if "*" in action and action not in OF_S3_DESTINATION]
            if starred:
                yield f"{name}: an action with a star: {starred}"
            if "*" in listed(statement["Resource"]):
                named = [action for action in actions if not UNNAMED.fullmatch(action)]
                yield from (f"{name}: {action} on every resource" for action in named)
