"""Well-known modules of the Terraform registry, as the resource that each of them makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from advisor.inspect.reading.terraform_types import converted, pascal
from advisor.inspect.values import NOTHING, Node

Given = Mapping[str, Node]


def resource_of(source: str, given: Given) -> tuple[str, Node] | None:
    """Return type and properties of what a module makes; None for a module that is not known."""
    name = source.removeprefix("registry.terraform.io/").partition("//")[0]
    convert = _MODULES.get(name)
    return convert(given) if convert else None


def makes_nothing(given: Given) -> bool:
    """Return whether a module of the registry is told to make no function, machine, queue or topic."""
    return any(given.get(name, NOTHING).flag is False for name in ("create", "create_function"))


def _properties(given: Given, *left_out: str) -> Node:
    return Node({pascal(key): value for key, value in given.items() if key not in left_out})


def _mapping(**values: Node) -> Node:
    found = {key: value for key, value in values.items() if value.there}
    return Node(found) if found else NOTHING


def _function(given: Given) -> tuple[str, Node]:
    def of(name: str) -> Node:
        return given.get(name, NOTHING)

    config = _mapping(
        MaximumRetryAttempts=of("maximum_retry_attempts"),
        MaximumEventAgeInSeconds=of("maximum_event_age_in_seconds"),
        DestinationConfig=_mapping(
            OnSuccess=_mapping(Destination=of("destination_on_success")),
            OnFailure=_mapping(Destination=of("destination_on_failure")),
        ),
    )
    kind, found = converted("aws_lambda_function", _properties(given))
    more = {
        "Role": of("lambda_role"),
        "EventInvokeConfig": Node(config.value, of("destination_on_failure").place),
        "DeadLetterConfig": _mapping(TargetArn=of("dead_letter_target_arn")),
        "Events": _events(of("event_source_mapping"), of("allowed_triggers")),
    }
    return kind, Node({**found.mapping, **{key: node for key, node in more.items() if node.there}})


_TRIGGERS = {
    "events": "EventBridgeRule", "apigateway": "HttpApi", "s3": "S3", "sns": "SNS", "scheduler": "ScheduleV2",
    "logs": "CloudWatchLogs", "elasticloadbalancing": "ALB", "cognito-idp": "Cognito", "iot": "IoTRule",
}  # fmt: skip
_POLLED = {"sqs": "SQS", "kinesis": "Kinesis", "dynamodb": "DynamoDB", "kafka": "MSK", "mq": "MQ"}


def _events(mappings: Node, triggers: Node) -> Node:
    found: dict[str, Node] = {}
    for name, item in mappings.mapping.items():
        text = _text(item.get("event_source_arn"))
        kind = next((word for service, word in _POLLED.items() if service in text), "")
        key = "Queue" if kind == "SQS" else "Broker" if kind == "MQ" else "Stream"
        properties = {pascal(part): value for part, value in item.mapping.items()}
        failure = item.get("destination_arn_on_failure")
        config = _mapping(DestinationConfig=_mapping(OnFailure=_mapping(Destination=failure)))
        settings = Node({**properties, key: item.get("event_source_arn"), **config.mapping}, item.place)
        found[name] = Node({"Type": Node(kind), "Properties": settings}, item.place, item.key)
    for name, item in triggers.mapping.items():
        principal = (item.any("service", "principal").string or "").removesuffix(".amazonaws.com")
        event = {"Type": Node(_TRIGGERS.get(principal, "")), "Properties": Node({}, item.place)}
        found.setdefault(name, Node(event, item.place, item.key))
    return Node(found) if found else NOTHING


def _text(node: Node) -> str:
    return (node.reference.id if node.reference else node.template).lower()


def _machine(given: Given) -> tuple[str, Node]:
    left_out = ("role_arn",) if not given.get("role_arn", NOTHING).there else ()
    return converted("aws_sfn_state_machine", _properties(given, "logging_configuration", *left_out))


def _queue(given: Given) -> tuple[str, Node]:
    return converted("aws_sqs_queue", _properties(given))


def _topic(given: Given) -> tuple[str, Node]:
    return converted("aws_sns_topic", _properties(given))


_MODULES: Mapping[str, Callable[[Given], tuple[str, Node]]] = {
    "terraform-aws-modules/lambda/aws": _function,
    "terraform-aws-modules/step-functions/aws": _machine,
    "terraform-aws-modules/sqs/aws": _queue,
    "terraform-aws-modules/sns/aws": _topic,
}
