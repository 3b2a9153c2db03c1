"""The events of serverless.yml in SAM's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from advisor.inspect.values import NOTHING, Node

ARN = "Arn"
Event = tuple[str, Node]
Convert = Callable[[Node], Iterator[Event]]


def mapping(like: Node, **values: Node) -> Node:
    """Return a mapping of the values that are there, at the place of ``like``; nothing for none of them."""
    found = {key: value for key, value in values.items() if value.there}
    return Node(found, like.place, like.key) if found else NOTHING


def events(listed: Node) -> Node:
    """Return the events of a function or state machine as a mapping, as SAM has them."""
    found: dict[str, Node] = {}
    for number, item in enumerate(listed.items):
        named = item.mapping or ({item.string: Node({}, item.place)} if item.string else {})
        for name, settings in named.items():
            place = settings.key if settings.key.line else item.place
            for kind, properties in _EVENTS.get(name, _unknown)(settings):
                event = {"Type": Node(kind), "Properties": properties}
                found[f"{name}{number}-{len(found)}"] = Node(event, place, place)
    return Node(found, listed.place, listed.key) if found else NOTHING


def _unknown(settings: Node) -> Iterator[Event]:
    return iter(())


def _plain(kind: str) -> Convert:
    def convert(settings: Node) -> Iterator[Event]:
        yield kind, settings if settings.mapping else Node({}, settings.place)

    return convert


def _source(kind: str, key: str, *names: str) -> Convert:
    """Return a conversion for events that are the ARN or name of their source, or a mapping that has it."""

    def convert(settings: Node) -> Iterator[Event]:
        source = settings.any(*names) if settings.mapping else settings
        yield kind, _with(settings, **{key: source})

    return convert


def _with(settings: Node, **values: Node) -> Node:
    """Return the settings that are the same in CloudFormation, but for the first letter, with ``values``."""
    found = {name[:1].upper() + name[1:]: value for name, value in settings.mapping.items()}
    renamed = {_RENAMED.get(name, name): value for name, value in found.items()}
    return Node({**renamed, **{key: value for key, value in values.items() if value.there}}, settings.place)


_RENAMED = {
    "FunctionResponseType": "FunctionResponseTypes",
    "MaximumBatchingWindow": "MaximumBatchingWindowInSeconds",
    "BatchWindow": "MaximumBatchingWindowInSeconds",
    "FilterPatterns": "FilterCriteria",
    "ConsumerGroupId": "ConsumerGroupId",
    "Topic": "Topics",
    "Queue": "Queues",
}


def _stream(settings: Node) -> Iterator[Event]:
    arn = settings.get("arn") if settings.mapping else settings
    kind = settings.get("type").string or _streamed(arn)
    failure = settings.get("destinations", "onFailure")
    target = failure.get("arn") if failure.get("arn").there else failure
    config = mapping(
        failure,
        OnFailure=mapping(failure, Destination=target, Type=failure.get("type")),
    )
    properties = _with(settings, Stream=arn, DestinationConfig=config)
    yield {"kinesis": "Kinesis", "dynamodb": "DynamoDB"}.get(kind, ""), properties


def _streamed(arn: Node) -> str:
    reference = arn.reference
    if reference is not None and reference.attribute == "StreamArn":
        return "dynamodb"
    text = arn.template or (reference.id.lower() if reference else "")
    return "dynamodb" if "dynamodb" in text or "/stream/" in text else "kinesis" if "kinesis" in text else ""


def _schedule(settings: Node) -> Iterator[Event]:
    if not settings.mapping:
        yield "Schedule", mapping(settings, Schedule=settings)
        return
    for rate in settings.get("rate").items or (NOTHING,):
        yield "Schedule", mapping(settings, Schedule=rate, Input=settings.get("input"))


def _bus(settings: Node) -> Iterator[Event]:
    queue = settings.any("deadLetterQueueArn", "deadLetterConfig")
    retries = settings.get("retryPolicy")
    common = {
        "EventBusName": settings.get("eventBus"),
        "DeadLetterConfig": mapping(queue, Arn=queue),
        "RetryPolicy": mapping(
            retries,
            MaximumRetryAttempts=retries.get("maximumRetryAttempts"),
            MaximumEventAgeInSeconds=retries.get("maximumEventAge"),
        ),
    }
    pattern, schedule = settings.any("pattern", "event"), settings.get("schedule")
    if schedule.there:
        yield "Schedule", mapping(settings, Schedule=schedule, **common)
    if pattern.there or not schedule.there:
        yield "EventBridgeRule", mapping(settings, Pattern=pattern, **common)


_EVENTS: Mapping[str, Convert] = {
    "http": _plain("Api"),
    "httpApi": _plain("HttpApi"),
    "websocket": _plain("WebSocket"),
    "s3": _source("S3", "Bucket", "bucket"),
    "schedule": _schedule,
    "sns": _source("SNS", "Topic", "arn", "topicName"),
    "sqs": _source("SQS", "Queue", "arn"),
    "stream": _stream,
    "msk": _source("MSK", "Stream", "arn"),
    "kafka": _plain("SelfManagedKafka"),
    "activemq": _source("MQ", "Broker", "arn"),
    "rabbitmq": _source("MQ", "Broker", "arn"),
    "eventBridge": _bus,
    "cloudwatchEvent": _bus,
    "cloudwatchLog": _source("CloudWatchLogs", "LogGroupName", "logGroup"),
    "iot": _plain("IoTRule"),
    "iotFleetProvisioning": _plain("IoTRule"),
    "alexaSkill": _plain("AlexaSkill"),
    "alexaSmartHome": _plain("AlexaSkill"),
    "alb": _plain("ALB"),
    "cognitoUserPool": _source("Cognito", "UserPool", "pool"),
    "cloudFront": _plain("CloudFront"),
    "documentDb": _source("DocumentDB", "Cluster", "cluster"),
}
