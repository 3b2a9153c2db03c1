"""The ``Events`` of SAM functions and state machines, and those of serverless.yml in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.inspect.model import UNKNOWN, EventSource, Target
from advisor.inspect.reading.document import Resource
from advisor.inspect.values import Node
from advisor.inspect.wiring.catalogue import Catalogue

# SAM's type: our word, and the property that names the source
EVENTS: Mapping[str, tuple[str, str]] = {
    "S3": ("s3", "Bucket"),
    "SNS": ("sns", "Topic"),
    "Kinesis": ("kinesis", "Stream"),
    "DynamoDB": ("dynamodb-stream", "Stream"),
    "SQS": ("sqs", "Queue"),
    "MSK": ("kafka", "Stream"),
    "SelfManagedKafka": ("kafka", ""),
    "MQ": ("mq", "Broker"),
    "DocumentDB": ("documentdb", "Cluster"),
    "Api": ("api-gateway", ""),
    "HttpApi": ("api-gateway", ""),
    "WebSocket": ("api-gateway", ""),
    "Schedule": ("schedule", ""),
    "ScheduleV2": ("schedule", ""),
    "CloudWatchEvent": ("eventbridge", "EventBusName"),
    "EventBridgeRule": ("eventbridge", "EventBusName"),
    "CloudWatchLogs": ("cloudwatch-logs", "LogGroupName"),
    "IoTRule": ("iot", ""),
    "Cognito": ("cognito", "UserPool"),
    "AlexaSkill": ("alexa", ""),
    "ALB": ("alb", ""),
    "SES": ("ses", ""),
    "CloudFront": ("cloudfront", ""),
}


def sam_events(events: Node, resource: Resource, catalogue: Catalogue) -> Iterator[EventSource]:
    """Yield the event sources that stand in a function or state machine."""
    for event in events.mapping.values():
        known = EVENTS.get(event.get("Type").string or "")
        if known is None:
            continue
        kind, key = known
        settings = event.get("Properties")
        source = catalogue.target(settings.get(key)) if key else Target(UNKNOWN)
        if kind == "sns" and _through_queue(settings):
            kind = "sqs"
            settings, source = _queued(settings, catalogue)
        yield EventSource(
            kind=kind,
            mode=catalogue.mode(kind),
            place=event.key if event.key.line else resource.place,
            source=source,
            settings=settings,
            pattern=settings.any("Pattern", "EventPattern"),
            schedule=settings.any("Schedule", "ScheduleExpression").template,
            filtered=settings.any("Filter", "FilterCriteria", "FilterPolicy").there,
        )


def _through_queue(settings: Node) -> bool:
    given = settings.get("SqsSubscription")
    return bool(given.mapping) or given.flag is True


def _queued(settings: Node, catalogue: Catalogue) -> tuple[Node, Target]:
    given = settings.get("SqsSubscription")
    return given, catalogue.target(given.get("QueueArn"))
