"""All resources of a system by name, and what a reference or an ARN points to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from advisor.inspect.model import UNKNOWN, Mode, Target
from advisor.inspect.reading.document import Document, Resource
from advisor.inspect.values import NOTHING, PLACEHOLDER, Node, Reference, Text

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
MACHINES = (
    "AWS::Serverless::StateMachine",
    "AWS::StepFunctions::StateMachine",
    "Advisor::StateMachine::File",
)
ALIASES = ("AWS::Lambda::Alias", "AWS::Lambda::Version")
LATEST = "$LATEST"

SERVICES: Mapping[str, str] = {
    **dict.fromkeys(FUNCTIONS, "lambda"),
    **dict.fromkeys(ALIASES, "lambda"),
    **dict.fromkeys(MACHINES, "step-functions"),
    "AWS::SQS::Queue": "sqs",
    "AWS::SNS::Topic": "sns",
    "AWS::Events::EventBus": "eventbridge",
    "AWS::EventsV2::EventBus": "eventbridge",
    "AWS::S3::Bucket": "s3",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::DynamoDB::GlobalTable": "dynamodb",
    "AWS::Serverless::SimpleTable": "dynamodb",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::Kinesis::StreamConsumer": "kinesis",
    "AWS::MSK::Cluster": "kafka",
    "AWS::MSK::ServerlessCluster": "kafka",
    "AWS::AmazonMQ::Broker": "mq",
    "AWS::DocDB::DBCluster": "documentdb",
    "AWS::KinesisFirehose::DeliveryStream": "firehose",
    "AWS::Logs::LogGroup": "cloudwatch-logs",
    "AWS::StepFunctions::Activity": "activity-worker",
}
_ARN_SERVICES = {
    "sqs": "sqs", "sns": "sns", "lambda": "lambda", "events": "eventbridge", "s3": "s3",
    "dynamodb": "dynamodb", "kinesis": "kinesis", "states": "step-functions", "kafka": "kafka",
    "mq": "mq", "firehose": "firehose", "logs": "cloudwatch-logs", "rds": "documentdb",
}  # fmt: skip
# Types whose Ref is an ARN already
_REF_IS_ARN = (
    *MACHINES, *ALIASES, "AWS::SNS::Topic", "AWS::MSK::Cluster", "AWS::MSK::ServerlessCluster",
    "AWS::Kinesis::StreamConsumer", "AWS::StepFunctions::Activity",
)  # fmt: skip
_NAMES = (
    "QueueName",
    "TopicName",
    "FunctionName",
    "StateMachineName",
    "BucketName",
    "Name",
    "StreamName",
    "TableName",
)
_ARN = re.compile(r"arn:[^:]*:(?P<service>[a-z0-9-]+):[^:]*:[^:]*:(?P<name>.*)", re.DOTALL)
_MAX_HOPS = 8


class Catalogue(Struct, frozen=True, dict=True):
    """The documents of one system, and the templates they use by the key of the resource that does.

    ``modes`` is how each kind of source calls a function.
    """

    documents: tuple[Document, ...]
    children: Mapping[str, str]
    modes: Mapping[str, Mode]

    def mode(self, kind: str) -> Mode:
        """Return how a source of this kind calls a function."""
        return self.modes.get(kind, "unknown")

    @cached_property
    def by_key(self) -> Mapping[str, Resource]:
        """Return every resource by its key."""
        return {resource.key: resource for document in self.documents for resource in document.resources}

    @cached_property
    def by_scope(self) -> Mapping[str, Document]:
        """Return the documents by their scope."""
        return {document.scope: document for document in self.documents}

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], str]:
        found: dict[tuple[str, str], str] = {}
        for resource in self.by_key.values():
            service = SERVICES.get(resource.type)
            name = resource.properties.any(*_NAMES)
            if service and name.template and resource.type not in ALIASES:
                found.setdefault((service, name.template), resource.key)
        return found

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Yield the resources of these types."""
        return (resource for resource in self.by_key.values() if resource.type in types)

    def resource(self, node: Node) -> Resource | None:
        """Return the resource that ``node`` refers to."""
        reference = node.reference
        return self.by_key.get(reference.key) if reference else None

    def followed(self, node: Node, hops: int = 0) -> Node:
        """Return what an output of another template or module stands for."""
        reference = node.value
        if not isinstance(reference, Reference) or hops > _MAX_HOPS:
            return node
        document = self.by_scope.get(self.children.get(reference.key, ""))
        if document is None:
            return node
        output = document.outputs.get(reference.attribute.removeprefix("Outputs."), NOTHING)
        return self.followed(output, hops + 1) if output.there else node

    def target(self, node: Node) -> Target:
        """Return what ``node`` points to."""
        found = self.followed(node)
        value = found.value
        if isinstance(value, Reference):
            return self._referred(value, "")
        if isinstance(value, Text):
            return self._in_text(value)
        if isinstance(value, str):
            return self._arn(value)
        return Target(UNKNOWN)

    def function(self, node: Node) -> Target:
        """Return the function that ``node`` names, by reference, ARN or name."""
        found = self.target(node)
        if found.service != UNKNOWN or not node.template:
            return found
        name, _, qualifier = node.template.partition(":")
        key = self._by_name.get(("lambda", name), "")
        return Target("lambda", key, node.template, qualifier or LATEST, False) if key else found

    def machine(self, node: Node) -> Target:
        """Return the state machine that ``node`` names."""
        return self.target(node)

    def _referred(self, reference: Reference, rest: str) -> Target:
        resource = self.by_key.get(reference.key)
        if resource is None:
            return Target(_foreign_service(reference.id), "", reference.id)
        service = SERVICES.get(resource.type, UNKNOWN)
        text = f"{reference.id}.{reference.attribute}"
        if resource.type in ALIASES:
            function = self.function(resource.properties.get("FunctionName"))
            name = resource.properties.get("Name").string if resource.type == ALIASES[0] else None
            return Target("lambda", function.key, text, name or resource.id, True)
        qualifier = self._qualifier(resource, reference, rest) if service == "lambda" else None
        fifo = _fifo(resource) if service in ("sqs", "sns") else None
        return Target(service, resource.key, text, qualifier, gives_arn(resource, reference), fifo)

    def alias(self, resource: Resource) -> Node:
        """Return the alias that SAM publishes for a function."""
        defaults = self.by_scope[resource.scope].globals.get("Function", "AutoPublishAlias")
        own = resource.properties.get("AutoPublishAlias")
        return own if own.there else defaults

    def _qualifier(self, resource: Resource, reference: Reference, rest: str) -> str | None:
        """Return the alias or version that a reference to a function names."""
        if reference.attribute in ("Alias", "Version"):
            return self.alias(resource).string
        if rest.startswith(":"):
            return rest[1:] if "${" not in rest else None
        return LATEST if not rest or "/" in rest else None

    def _in_text(self, value: Text) -> Target:
        """Return what a text with references points to: an ARN of pieces, or a reference and a qualifier."""
        for name, reference in value.parts.items():
            mark = f"${{{name}}}"
            if value.text.startswith(mark):
                return self._referred(reference, value.text[len(mark) :])
        return self._arn(value.text, value.parts)

    def _arn(self, text: str, parts: Mapping[str, Reference] | None = None) -> Target:
        match = _ARN.fullmatch(PLACEHOLDER.sub(lambda found: found[0].replace(":", "\x1f"), text))
        if match is None:
            return Target(UNKNOWN, "", text, None, False if text and "${" not in text else None)
        service = _ARN_SERVICES.get(match["service"], match["service"])
        name = match["name"].replace("\x1f", ":")
        qualifier = None
        if service == "lambda":
            name, _, rest = name.removeprefix("function:").partition(":")
            qualifier = rest or LATEST
        elif service in ("step-functions", "eventbridge"):
            name = re.sub(r"^(stateMachine:|event-bus/|rule/)", "", name)
        key = self._by_name.get((service, name), "")
        for part, reference in (parts or {}).items():
            resource = self.by_key.get(reference.key)
            if resource and name == f"${{{part}}}" and SERVICES.get(resource.type) == service:
                key = resource.key
        fifo = name.endswith(".fifo") if service in ("sqs", "sns") and "${" not in name else None
        if key and fifo is None:
            fifo = _fifo(self.by_key[key])
        return Target(service, key, text, qualifier, True, fifo)


def _foreign_service(address: str) -> str:
    """Return the service of a resource of another file, where its address says so (Terraform)."""
    kind = address.removeprefix("data.").partition(".")[0]
    words = {
        "aws_sqs_queue": "sqs", "aws_sns_topic": "sns", "aws_lambda_function": "lambda",
        "aws_s3_bucket": "s3", "aws_cloudwatch_event_bus": "eventbridge", "aws_kinesis_stream": "kinesis",
        "aws_dynamodb_table": "dynamodb", "aws_sfn_state_machine": "step-functions",
        "aws_msk_cluster": "kafka",
        "aws_lambda_alias": "lambda", "aws_kinesis_stream_consumer": "kinesis", "aws_mq_broker": "mq",
        "aws_docdb_cluster": "documentdb", "aws_sfn_activity": "activity-worker",
    }  # fmt: skip
    return words.get(kind, UNKNOWN)


def _fifo(resource: Resource) -> bool | None:
    flag = resource.properties.any("FifoQueue", "FifoTopic")
    name = resource.properties.any("QueueName", "TopicName").string
    if flag.there:
        return flag.flag
    return bool(name and name.endswith(".fifo"))


def gives_arn(resource: Resource, reference: Reference) -> bool | None:
    """Return whether a reference to a resource is an ARN; None where its attribute is not known."""
    attribute = reference.attribute
    if attribute == "Ref":
        return resource.type in _REF_IS_ARN
    if attribute.lower().endswith("arn") or attribute in ("Alias", "Version"):
        return True
    if attribute in ("QueueUrl", "QueueName", "TopicName", "FunctionName", "Name", "Url", "url", "name"):
        return False
    return None
