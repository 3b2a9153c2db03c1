"""What starts what: rules, schedules, pipes, subscriptions, notifications and APIs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from advisor.inspect.model import UNKNOWN, EventSource, Mode, Target
from advisor.inspect.reading.document import Resource
from advisor.inspect.values import NOTHING, Node, references_in, walk
from advisor.inspect.wiring.catalogue import MACHINES, Catalogue
from advisor.inspect.wiring.mappings import POLLED, mapping

Edge: TypeAlias = tuple[EventSource, Target]
Connector: TypeAlias = Callable[[Resource, Catalogue], Iterator[Edge]]


def rule(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the targets of an EventBridge rule."""
    properties = resource.properties
    for target in properties.get("Targets").items:
        for source in _rule_sources(resource, properties, target, catalogue):
            yield source, catalogue.target(target.get("Arn"))


def _rule_sources(
    resource: Resource, properties: Node, target: Node, catalogue: Catalogue
) -> Iterator[EventSource]:
    """Yield what a rule with ``properties`` hands to a target: on a schedule, what matches, or both."""
    schedule, pattern = properties.get("ScheduleExpression"), properties.get("EventPattern")
    kinds = (*(["schedule"] if schedule.there else []), *(["eventbridge"] if pattern.there else []))
    for kind in kinds or ("eventbridge",):
        yield EventSource(
            kind=kind,
            mode=catalogue.mode(kind),
            place=resource.place,
            source=catalogue.target(properties.get("EventBusName")),
            settings=target,
            pattern=pattern if kind == "eventbridge" else NOTHING,
            schedule=schedule.template if kind == "schedule" else "",
        )


def rule_target(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield a target that is a resource by itself, as in Terraform."""
    owner = catalogue.resource(resource.properties.get("Rule"))
    properties = owner.properties if owner else resource.properties
    for source in _rule_sources(resource, properties, resource.properties, catalogue):
        yield source, catalogue.target(resource.properties.get("Arn"))


def schedule(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the target of an EventBridge Scheduler schedule."""
    target = resource.properties.get("Target")
    found = EventSource(
        kind="schedule",
        mode=catalogue.mode("schedule"),
        place=resource.place,
        settings=target,
        schedule=resource.properties.get("ScheduleExpression").template,
    )
    yield found, catalogue.target(target.get("Arn"))


def pipe(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the target of a pipe: its source is what the pipe reads."""
    properties = resource.properties
    source = catalogue.target(properties.get("Source"))
    written = _piped(properties.get("SourceParameters"))
    target = catalogue.target(properties.get("Target"))
    parameters = properties.get("TargetParameters").any(
        "LambdaFunctionParameters", "StepFunctionStateMachineParameters"
    )
    waits = (parameters.get("InvocationType").string or "REQUEST_RESPONSE") != "FIRE_AND_FORGET"
    found = EventSource(
        kind=written if written != UNKNOWN else POLLED.get(source.service, source.service),
        mode="sync" if waits else "async",
        place=resource.place,
        source=source,
        settings=properties,
        filtered=properties.get("SourceParameters", "FilterCriteria").there,
        through="pipes",
    )
    yield found, target
    enrichment = catalogue.target(properties.get("Enrichment"))
    if enrichment.service in ("lambda", "step-functions"):
        yield EventSource(kind="pipes", mode="sync", place=resource.place, through="enrichment"), enrichment


def _piped(parameters: Node) -> str:
    words = {
        "SqsQueueParameters": "sqs",
        "KinesisStreamParameters": "kinesis",
        "DynamoDBStreamParameters": "dynamodb-stream",
        "ManagedStreamingKafkaParameters": "kafka",
        "SelfManagedKafkaParameters": "kafka",
        "ActiveMQBrokerParameters": "mq",
        "RabbitMQBrokerParameters": "mq",
    }
    return next((word for key, word in words.items() if parameters.get(key).there), UNKNOWN)


def subscription(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the function that subscribes to a topic."""
    properties = resource.properties
    if properties.get("Protocol").string == "lambda":
        source = catalogue.target(properties.get("TopicArn"))
        yield _topic(resource, properties, source, catalogue), catalogue.target(properties.get("Endpoint"))


def topic(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the functions among the subscriptions that stand in the topic itself."""
    for item in resource.properties.get("Subscription").items:
        if item.get("Protocol").string == "lambda":
            own = Target("sns", resource.key, resource.id, None, True)
            yield _topic(resource, item, own, catalogue), catalogue.target(item.get("Endpoint"))


def _topic(resource: Resource, settings: Node, source: Target, catalogue: Catalogue) -> EventSource:
    return EventSource(
        kind="sns",
        mode=catalogue.mode("sns"),
        place=resource.place,
        source=source,
        settings=settings,
        filtered=settings.get("FilterPolicy").there,
    )


def bucket(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the functions that a bucket notifies."""
    notifications = resource.properties.get("NotificationConfiguration")
    source = Target("s3", resource.key, resource.id)
    if resource.type == "AWS::S3::BucketNotification":
        notifications, source = resource.properties, catalogue.target(resource.properties.get("Bucket"))
    for item in notifications.get("LambdaConfigurations").items:
        found = EventSource(
            kind="s3",
            mode=catalogue.mode("s3"),
            place=resource.place,
            source=source,
            settings=item,
            filtered=item.any("Filter", "FilterPrefix", "FilterSuffix").there,
        )
        yield found, catalogue.target(item.get("Function"))


def _single(kind: str, *path: str) -> Connector:
    """Return a connector for types that name one function in one place."""

    def connect(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
        node = resource.properties.get(*path)
        if node.there:
            mode = catalogue.mode(kind)
            found = EventSource(kind=kind, mode=mode, place=resource.place, settings=resource.properties)
            yield found, catalogue.function(node)

    return connect


def log_subscription(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the function that a log group's subscription filter feeds."""
    target = catalogue.target(resource.properties.get("DestinationArn"))
    if target.service in ("lambda", UNKNOWN):
        mode = catalogue.mode("cloudwatch-logs")
        yield EventSource(kind="cloudwatch-logs", mode=mode, place=resource.place), target


def iot_rule(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the functions and state machines among the actions of an IoT rule."""
    for action in resource.properties.get("TopicRulePayload", "Actions").items:
        function = action.get("Lambda", "FunctionArn")
        machine = action.get("StepFunctions", "StateMachineName")
        mode = catalogue.mode("iot")
        found = EventSource(kind="iot", mode=mode, place=resource.place, settings=resource.properties)
        if function.there:
            yield found, catalogue.function(function)
        if machine.there:
            yield found, catalogue.target(machine)


def receipt_rule(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the functions that an SES receipt rule calls."""
    for action in resource.properties.get("Rule", "Actions").items:
        called = action.get("LambdaAction")
        if called.there:
            waits = called.get("InvocationType").string == "RequestResponse"
            mode: Mode = "sync" if waits else catalogue.mode("ses")
            found = EventSource(kind="ses", mode=mode, place=resource.place)
            yield found, catalogue.function(called.get("FunctionArn"))


def user_pool(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the functions that a user pool calls."""
    for node in resource.properties.get("LambdaConfig").mapping.values():
        arn = node.get("LambdaArn") if node.mapping else node
        if arn.there:
            found = EventSource(kind="cognito", mode=catalogue.mode("cognito"), place=resource.place)
            yield found, catalogue.function(arn)


def target_group(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the function behind a load balancer."""
    nodes = [item.get("Id") for item in resource.properties.get("Targets").items]
    for node in (*nodes, resource.properties.get("TargetId")):
        target = catalogue.target(node)
        if target.service == "lambda":
            yield EventSource(kind="alb", mode=catalogue.mode("alb"), place=resource.place), target


def integration(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield what an API calls: functions by their URI, state machines by anything that names them."""
    properties = resource.properties
    yield from api_targets(properties, resource, catalogue)


def api_targets(node: Node, resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield the functions and state machines that an integration, or a whole OpenAPI document, refers to."""
    seen = set()
    for reference in references_in(node):
        found = catalogue.by_key.get(reference.key)
        if found is None or reference.key in seen:
            continue
        seen.add(reference.key)
        target = catalogue.target(Node(reference))
        if target.service == "lambda":
            mode: Mode = "async" if _forced_async(node) else "sync"
            yield EventSource(kind="api-gateway", mode=mode, place=resource.place), target
        elif found.type in MACHINES:
            waits = any("StartSyncExecution" in item.template for item in walk(node))
            found_mode: Mode = "sync" if waits else "async"
            yield EventSource(kind="api-gateway", mode=found_mode, place=resource.place), target


def _forced_async(integration: Node) -> bool:
    header = integration.get(
        "Integration", "RequestParameters", "integration.request.header.X-Amz-Invocation-Type"
    )
    return (header.string or "").strip("'\"") == "Event"


def open_api(resource: Resource, catalogue: Catalogue) -> Iterator[Edge]:
    """Yield what the OpenAPI document of an API integrates with."""
    yield from api_targets(resource.properties.any("DefinitionBody", "Body"), resource, catalogue)


CONNECTORS: Mapping[str, Connector] = {
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Events::Rule": rule,
    "Advisor::Events::RuleTarget": rule_target,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::Pipes::Pipe": pipe,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::S3::Bucket": bucket,
    "AWS::S3::BucketNotification": bucket,
    "AWS::Lambda::Url": _single("function-url", "TargetFunctionArn"),
    "AWS::Logs::SubscriptionFilter": log_subscription,
    "AWS::IoT::TopicRule": iot_rule,
    "AWS::SES::ReceiptRule": receipt_rule,
    "AWS::Cognito::UserPool": user_pool,
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::ApiGateway::Method": integration,
    "AWS::ApiGatewayV2::Integration": integration,
    "AWS::ApiGateway::RestApi": open_api,
    "AWS::ApiGatewayV2::Api": open_api,
    "AWS::Serverless::Api": open_api,
    "AWS::Serverless::HttpApi": open_api,
    "AWS::AppSync::DataSource": _single("appsync", "LambdaConfig", "LambdaFunctionArn"),
    "AWS::Config::ConfigRule": _single("config", "Source", "SourceIdentifier"),
}
