"""The ``Events`` of SAM functions and state machines, and those of serverless.yml in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.inspect.model import UNKNOWN, EventSource, Mode, Target
from advisor.inspect.reading.document import Resource
from advisor.inspect.values import Node
from advisor.inspect.wiring.catalogue import Catalogue
from advisor.inspect.wiring.mappings import kind_of

# SAM's type: our word, how it calls, the property that names the source
EVENTS: Mapping[str, tuple[str, Mode, str]] = {
    "S3": ("s3", "async", "Bucket"),
    "SNS": ("sns", "async", "Topic"),
    "Kinesis": ("kinesis", "poll", "Stream"),
    "DynamoDB": ("dynamodb-stream", "poll", "Stream"),
    "SQS": ("sqs", "poll", "Queue"),
    "MSK": ("kafka", "poll", "Stream"),
    "SelfManagedKafka": ("kafka", "poll", ""),
    "MQ": ("mq", "poll", "Broker"),
    "DocumentDB": ("documentdb", "poll", "Cluster"),
    "Api": ("api-gateway", "sync", ""),
    "HttpApi": ("api-gateway", "sync", ""),
    "WebSocket": ("api-gateway", "sync", ""),
    "Schedule": ("schedule", "async", ""),
    "ScheduleV2": ("schedule", "async", ""),
    "CloudWatchEvent": ("eventbridge", "async", "EventBusName"),
    "EventBridgeRule": ("eventbridge", "async", "EventBusName"),
    "CloudWatchLogs": ("cloudwatch-logs", "async", "LogGroupName"),
    "IoTRule": ("iot", "async", ""),
    "Cognito": ("cognito", "sync", "UserPool"),
    "AlexaSkill": ("alexa", "sync", ""),
    "ALB": ("alb", "sync", ""),
    "SES": ("ses", "async", ""),
    "CloudFront": ("cloudfront", "sync", ""),
}


def sam_events(events: Node, resource: Resource, catalogue: Catalogue) -> Iterator[EventSource]:
    """Yield the event sources that stand in a function or state machine."""
    for event in events.mapping.values():
        known = EVENTS.get(event.get("Type").string or "")
        if known is None:
            continue
        kind, mode, key = known
        settings = event.get("Properties")
        source = catalogue.target(settings.get(key)) if key else Target(UNKNOWN)
        if kind == "sns" and _through_queue(settings):
            kind, mode = "sqs", "poll"
            settings, source = _queued(settings, catalogue)
        elif mode == "poll":
            kind = kind if kind != UNKNOWN else kind_of(settings, source)
        yield EventSource(
            kind=kind,
            mode=mode,
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
