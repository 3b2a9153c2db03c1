"""Event source mappings: what a poller reads for a function."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.inspect.model import UNKNOWN, Destination, EventSource, Target
from advisor.inspect.reading.document import Resource
from advisor.inspect.values import Node
from advisor.inspect.wiring.catalogue import Catalogue

POLLED = {"dynamodb": "dynamodb-stream"}


def kind_of(settings: Node, source: Target) -> str:
    """Return what kind of source a mapping reads."""
    if settings.any(
        "SelfManagedEventSource", "KafkaBootstrapServers", "SelfManagedKafkaEventSourceConfig"
    ).there:
        return "kafka"
    if settings.get("DocumentDBEventSourceConfig").there:
        return "documentdb"
    if settings.get("Topics").there or settings.get("AmazonManagedKafkaEventSourceConfig").there:
        return "kafka"
    if settings.get("Queues").there:
        return "mq"
    return POLLED.get(source.service, source.service)


def mapping(resource: Resource, catalogue: Catalogue) -> Iterator[tuple[EventSource, Target]]:
    """Yield the source of an ``AWS::Lambda::EventSourceMapping``."""
    settings = resource.properties
    source = catalogue.target(settings.get("EventSourceArn"))
    found = EventSource(
        kind=kind_of(settings, source),
        mode="poll",
        place=resource.place,
        source=source,
        settings=settings,
        filtered=settings.get("FilterCriteria").there,
    )
    yield found, catalogue.function(settings.get("FunctionName"))


def mapping_outcomes(source: EventSource, catalogue: Catalogue) -> Iterator[Destination]:
    """Yield the destinations that a mapping configures."""
    config = source.settings.get("DestinationConfig")
    for key, outcome in (("OnFailure", "stream-failure"), ("OnSuccess", "stream-success")):
        written = config.get(key)
        node = written.get("Destination")
        declared = written.get("Type").string or ""
        if not written.there or not (node.there or declared):
            continue
        yield Destination(
            outcome="stream-failure" if outcome == "stream-failure" else "stream-success",
            target=polled_target(node, declared, catalogue),
            place=node.key if node.key.line else written.key,
            declared=declared,
        )


def polled_target(node: Node, declared: str, catalogue: Catalogue) -> Target:
    """Return the target of a mapping's destination; Kafka topics are written as ``kafka://topic``."""
    if node.template.startswith("kafka://"):
        return Target("kafka", "", node.template, None, True)
    return declared_target(catalogue.target(node), declared)


DECLARED = {
    "sqs": "sqs", "sns": "sns", "eventbridge": "eventbridge", "lambda": "lambda", "s3bucket": "s3",
    "s3": "s3", "kafka": "kafka",
}  # fmt: skip


def declared_target(target: Target, declared: str) -> Target:
    """Return ``target``; of the kind that SAM's ``Type`` names where the files do not show the real one."""
    service = DECLARED.get(declared.lower(), UNKNOWN)
    if target.service != UNKNOWN or service == UNKNOWN:
        return target
    return Target(service, target.key, target.text, target.qualifier, target.is_arn, target.fifo)
