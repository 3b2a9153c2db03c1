"""A CloudFormation template, translated from SAM or synthesised by CDK, as a neutral description."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.starter.checks.deployed import resolve
from tests.starter.checks.neutral import Collected, Description, allowed, listed, managed, watched

HASH = re.compile(r"[0-9A-F]{8}$")
Properties = Mapping[str, Any]


def describe(template: Mapping[str, Any], definition: Mapping[str, Any] | None = None) -> Description:
    """Return what the template deploys; ``definition`` is the state machine's, where it is an asset."""
    named = _named(template)
    found = Collected()
    roles: dict[str, list[str]] = {}
    for name, resource in named["Resources"].items():
        properties = resolve(resource.get("Properties") or {}, named)
        describer = DESCRIBERS.get(resource["Type"])
        if describer:
            describer(found, name, properties)
        _hold(roles, name, resource["Type"], properties)
    for name, resource in named["Resources"].items():
        _permit(found, roles, name, resource, named)
    for machine in found.sections.get("machines", {}).values():
        if definition is not None:
            machine["definition"] = definition
    return found.description()


def _named(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the template with the ids of the blueprint: CDK appends a digest to each."""
    names = {name: HASH.sub("", name) for name in template["Resources"]}
    if len(set(names.values())) < len(names):
        taken: set[str] = set()
        for name, short in names.items():
            names[name] = name if short in taken else short
            taken.add(short)

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"}:
            return {"Ref": names.get(value["Ref"], value["Ref"])}
        if set(value) == {"Fn::GetAtt"}:
            of = value["Fn::GetAtt"]
            parts = of.split(".", 1) if isinstance(of, str) else of
            return {"Fn::GetAtt": [names.get(parts[0], parts[0]), parts[1]]}
        return {key: renamed(item) for key, item in value.items()}

    resources = {names[name]: renamed(item) for name, item in template["Resources"].items()}
    return {**template, "Resources": resources}


# --- permissions


def _hold(roles: dict[str, list[str]], name: str, kind: str, properties: Properties) -> None:
    """Note who acts in which role."""
    for holder, role in _roles(name, kind, properties):
        roles.setdefault(str(role).rpartition("/")[2], []).append(holder)


def _roles(name: str, kind: str, properties: Properties) -> list[tuple[str, Any]]:
    if kind == "AWS::Lambda::Function":
        return [(name, properties["Role"])]
    if kind in ("AWS::StepFunctions::StateMachine", "AWS::Pipes::Pipe"):
        return [(name, properties["RoleArn"])]
    if kind == "AWS::Scheduler::Schedule":
        return [("schedule", properties["Target"]["RoleArn"])]
    if kind == "AWS::Events::Rule":
        return [("rule", target["RoleArn"]) for target in properties["Targets"] if "RoleArn" in target]
    if kind == "AWS::ApiGatewayV2::Integration":
        return [("api", properties["CredentialsArn"])] if "CredentialsArn" in properties else []
    if kind == "AWS::IoT::TopicRule":
        payload = properties["TopicRulePayload"]
        actions = [*payload["Actions"], *listed(payload.get("ErrorAction"))]
        return [
            ("iot rule", one["RoleArn"]) for action in actions for one in action.values() if "RoleArn" in one
        ]
    if kind == "AWS::ECS::TaskDefinition":
        return [("task", properties["TaskRoleArn"]), ("agent", properties["ExecutionRoleArn"])]
    return []


def _permit(
    found: Collected,
    roles: Mapping[str, list[str]],
    name: str,
    resource: Mapping[str, Any],
    template: Properties,
) -> None:
    properties = resolve(resource.get("Properties") or {}, dict(template))
    if resource["Type"] == "AWS::IAM::Role":
        lines = [line for arn in properties.get("ManagedPolicyArns", []) for line in managed(arn)]
        for policy in properties.get("Policies", []):
            lines += allowed(policy["PolicyDocument"])
        holders = roles.get(name, [f"nobody ({name})"])
    elif resource["Type"] == "AWS::IAM::Policy":
        lines = list(allowed(properties["PolicyDocument"]))
        holders = [holder for role in properties.get("Roles", []) for holder in roles.get(role, [role])]
    else:
        return
    for holder in holders:
        found.add_to("permissions", holder, lines)


# --- resources


def _function(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "functions",
        name,
        runtime=of["Runtime"],
        handler=of["Handler"],
        memory=of["MemorySize"],
        timeout=of["Timeout"],
        architectures=of["Architectures"],
        tracing=of["TracingConfig"]["Mode"],
        environment=of.get("Environment", {}).get("Variables"),
        logs="its own group" if of.get("LoggingConfig", {}).get("LogGroup") else None,
        longest_run=of.get("DurableConfig", {}).get("ExecutionTimeout"),
        history=of.get("DurableConfig", {}).get("RetentionPeriodInDays"),
        letters=of.get("DeadLetterConfig", {}).get("TargetArn"),
    )


def _policy(found: Collected, name: str, of: Properties) -> None:
    found.add_to("policies", name, allowed(of["PolicyDocument"]))


def _alias(found: Collected, name: str, of: Properties) -> None:
    found.add("functions", of["FunctionName"], alias=of["Name"])


def _asynchronous(found: Collected, name: str, of: Properties) -> None:
    config = of["DestinationConfig"]
    found.add(
        "asynchronous",
        f"{of['FunctionName']}:{of['Qualifier']}",
        retries=of["MaximumRetryAttempts"],
        age=of["MaximumEventAgeInSeconds"],
        success=config.get("OnSuccess", {}).get("Destination"),
        failure=config.get("OnFailure", {}).get("Destination"),
    )


def _mapping(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "readers",
        of["FunctionName"].rpartition(":function:")[2],
        source=of["EventSourceArn"],
        topics=of.get("Topics"),
        size=of["BatchSize"],
        window=of.get("MaximumBatchingWindowInSeconds"),
        start=of.get("StartingPosition"),
        concurrency=of.get("ScalingConfig", {}).get("MaximumConcurrency"),
        retries=of.get("MaximumRetryAttempts"),
        age=of.get("MaximumRecordAgeInSeconds"),
        bisect=of.get("BisectBatchOnFunctionError"),
        responses=of.get("FunctionResponseTypes"),
        failure=of.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        group=of.get("AmazonManagedKafkaEventSourceConfig", {}).get("ConsumerGroupId"),
        pollers=of.get("ProvisionedPollerConfig", {}).get("MaximumPollers"),
        factor=of.get("ParallelizationFactor"),
        counted=of.get("MetricsConfig", {}).get("Metrics"),
    )


def _machine(found: Collected, name: str, of: Properties) -> None:
    text = of.get("DefinitionString")
    logging = of["LoggingConfiguration"]
    found.add(
        "machines",
        name,
        type=of["StateMachineType"],
        level=logging["Level"],
        data=logging["IncludeExecutionData"],
        tracing=of["TracingConfiguration"]["Enabled"],
        substitutions=of.get("DefinitionSubstitutions"),
        definition=json.loads(text) if text else None,
    )


def _rule(found: Collected, name: str, of: Properties) -> None:
    for target in of["Targets"]:
        found.add(
            "rules",
            f"{of.get('EventBusName', 'default')} to {target['Arn']}",
            pattern=of.get("EventPattern"),
            input=target.get("InputPath"),
            **_started(target),
            retries=target.get("RetryPolicy", {}).get("MaximumRetryAttempts"),
            age=target.get("RetryPolicy", {}).get("MaximumEventAgeInSeconds"),
            undelivered=target.get("DeadLetterConfig", {}).get("Arn"),
        )


def _schedule(found: Collected, name: str, of: Properties) -> None:
    target = of["Target"]
    found.add(
        "schedules",
        target["Arn"],
        expression=of["ScheduleExpression"],
        input=json.loads(target["Input"]),
        retries=target["RetryPolicy"]["MaximumRetryAttempts"],
        age=target["RetryPolicy"]["MaximumEventAgeInSeconds"],
        undelivered=target["DeadLetterConfig"]["Arn"],
        **_started(target),
    )


def _started(target: Properties) -> Properties:
    """Return what is said of a job that a target is."""
    task, batch = target.get("EcsParameters"), target.get("BatchParameters")
    transformed = target.get("InputTransformer")
    found: dict[str, Any] = {}
    if transformed:
        found |= {"paths": transformed["InputPathsMap"], "template": json.loads(transformed["InputTemplate"])}
    if batch:
        found |= {"definition": batch["JobDefinition"], "job": batch["JobName"]}
    if "SageMakerPipelineParameters" in target:
        listed = target["SageMakerPipelineParameters"]["PipelineParameterList"]
        found |= {"parameters": {item["Name"]: item["Value"] for item in listed}}
    if task:
        network = task["NetworkConfiguration"]
        (inner,) = network.values()
        found |= {
            "task": task["TaskDefinitionArn"],
            "launch": task["LaunchType"],
            "subnets": inner["Subnets"].split(",") if isinstance(inner["Subnets"], str) else inner["Subnets"],
            "public": inner["AssignPublicIp"] == "ENABLED",
        }
    return found


def _may_publish(found: Collected, name: str, of: Properties) -> None:
    for topic in of["Topics"]:
        for statement in of["PolicyDocument"]["Statement"]:
            found.add_to("may publish", topic, [published(statement)])


def published(statement: Mapping[str, Any]) -> str:
    """Return who may publish on a topic, and for which rules."""
    (sources,) = statement["Condition"]["ArnEquals"].values()
    who = statement["Principal"]["Service"]
    return f"{listed(statement['Action'])} by {who} for {listed(sources)}"


def _subscription(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "subscriptions",
        f"{of['TopicArn']} to {of['Endpoint']}",
        protocol=of["Protocol"],
        raw=of.get("RawMessageDelivery"),
        filter=of.get("FilterPolicy"),
        undelivered=of.get("RedrivePolicy", {}).get("deadLetterTargetArn"),
    )


def _topic(found: Collected, name: str, of: Properties) -> None:
    found.add("topics", name, exists=True, fifo=of.get("FifoTopic"))
    for inside in listed(of.get("Subscription") or None):
        _subscription(found, name, {**inside, "TopicArn": _topic_arn(name)})


def _topic_arn(name: str) -> str:
    return f"arn:aws:sns:us-east-1:123456789012:{name}"


def _invoke(found: Collected, name: str, of: Properties) -> None:
    source = of.get("SourceArn") or of.get("SourceAccount") or ""
    via = "" if of["Action"] == "lambda:InvokeFunction" else f" by {of['Action']}"
    found.add_to(
        "may invoke", of["FunctionName"], [f"{of['Principal']}{via}{' for a source' if source else ''}"]
    )


def _queue(found: Collected, name: str, of: Properties) -> None:
    redrive = of.get("RedrivePolicy", {})
    found.add(
        "queues",
        name,
        retention=of["MessageRetentionPeriod"],
        encrypted=of.get("SqsManagedSseEnabled"),
        visibility=of.get("VisibilityTimeout", 30),
        undelivered=redrive.get("deadLetterTargetArn"),
        receives=redrive.get("maxReceiveCount"),
        delay=of.get("DelaySeconds"),
        fifo=of.get("FifoQueue"),
        scope=of.get("DeduplicationScope"),
        throughput=of.get("FifoThroughputLimit"),
    )


def _queue_policy(found: Collected, name: str, of: Properties) -> None:
    for statement in listed(of["PolicyDocument"]["Statement"]):
        condition = statement.get("Condition", {})
        values = [value for test in condition.values() for value in test.values()]
        # SAM and the CDK put "Source" behind the name of what a rule starts
        sources = [re.sub(r"(:rule/.*)Source$", r"\1", str(value)) for value in values]
        who = f"{statement['Principal'].get('Service', statement['Principal'])} for {sources}"
        for resource in listed(statement["Resource"]):
            found.add_to(
                "may send", resource, [f"{action} by {who}" for action in listed(statement["Action"])]
            )


def _alarm(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "alarms",
        name,
        metric=f"{of['Namespace']} {of['MetricName']}",
        of=[watched(one["Name"], one["Value"]) for one in of["Dimensions"]],
        statistic=of["Statistic"],
        period=of["Period"],
        periods=of["EvaluationPeriods"],
        threshold=of["Threshold"],
        comparison=of["ComparisonOperator"],
        missing=of["TreatMissingData"],
        tells=of["AlarmActions"],
    )


def _bucket(found: Collected, name: str, of: Properties) -> None:
    rules = of.get("LifecycleConfiguration", {}).get("Rules", [])
    events = of.get("NotificationConfiguration", {}).get("EventBridgeConfiguration", {})
    found.add(
        "buckets",
        name,
        public=not all(of.get("PublicAccessBlockConfiguration", {"none": False}).values()),
        expires=[rule["ExpirationInDays"] for rule in rules],
        events=bool(events.get("EventBridgeEnabled", bool(events))) or None,
    )


def _table(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "tables",
        name,
        billing=of["BillingMode"],
        key=[f"{one['AttributeName']} {one['KeyType']}" for one in of["KeySchema"]],
        expires=of.get("TimeToLiveSpecification", {}).get("AttributeName"),
        stream=of.get("StreamSpecification", {}).get("StreamViewType"),
        restorable=of.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"),
    )


def _stream(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "streams",
        name,
        mode=of["StreamModeDetails"]["StreamMode"],
        key=of["StreamEncryption"]["KeyId"],
        hours=of["RetentionPeriodHours"],
    )


def _logs(found: Collected, name: str, of: Properties) -> None:
    vended = str(of.get("LogGroupName", "")).startswith("/aws/vendedlogs/states/")
    found.add("log groups", name, days=of["RetentionInDays"], vended=vended or None)


def _pipe(found: Collected, name: str, of: Properties) -> None:
    given, sources = of.get("TargetParameters", {}), dict(of["SourceParameters"])
    filters = sources.pop("FilterCriteria", {}).get("Filters", [])
    ((_, reads),) = sources.items()
    found.add(
        "pipes",
        name,
        source=of["Source"],
        target=of["Target"],
        size=reads["BatchSize"],
        start=reads.get("StartingPosition"),
        retries=reads.get("MaximumRetryAttempts"),
        age=reads.get("MaximumRecordAgeInSeconds"),
        undelivered=reads.get("DeadLetterConfig", {}).get("Arn"),
        input=given.get("InputTemplate"),
        enrichment=of.get("Enrichment"),
        enriched=of.get("EnrichmentParameters", {}).get("InputTemplate"),
        bisects=reads.get("OnPartialBatchItemFailure"),
        invocation=given.get("StepFunctionStateMachineParameters", {}).get("InvocationType"),
        picks=sorted(text for text in texts(given) if text.startswith("$.")),
        task=given.get("EcsTaskParameters", {}).get("TaskDefinitionArn"),
        definition=given.get("BatchJobParameters", {}).get("JobDefinition"),
        called=given.get("LambdaFunctionParameters", {}).get("InvocationType"),
        event=given.get("EventBridgeEventBusParameters"),
        filters=[item["Pattern"] for item in filters],
        factor=reads.get("ParallelizationFactor"),
        logs=of["LogConfiguration"]["Level"],
        records=of["LogConfiguration"].get("IncludeExecutionData"),
    )


def _integration(found: Collected, name: str, of: Properties) -> None:
    if "IntegrationUri" in of:
        found.add("apis", "Api", calls=of["IntegrationUri"], format=of["PayloadFormatVersion"])
        return
    found.add("apis", "Api", does=of["IntegrationSubtype"], **of["RequestParameters"])


def _route(found: Collected, name: str, of: Properties) -> None:
    found.add("apis", "Api", route=of["RouteKey"], authorization=of["AuthorizationType"])


def _stage(found: Collected, name: str, of: Properties) -> None:
    limits = of["DefaultRouteSettings"]
    found.add(
        "apis",
        "Api",
        stage=of["StageName"],
        burst=limits["ThrottlingBurstLimit"],
        rate=limits["ThrottlingRateLimit"],
        log=json.loads(of.get("AccessLogSettings", {}).get("Format", "null")),
    )


def _iot(found: Collected, name: str, of: Properties) -> None:
    payload = of["TopicRulePayload"]
    (action,) = payload["Actions"]
    (to,) = action.values()
    found.add(
        "iot rules",
        "rule",
        sql=payload["Sql"],
        version=payload["AwsIotSqlVersion"],
        to=to.get("FunctionArn") or "the state machine",
        undelivered=payload.get("ErrorAction", {}).get("Sqs", {}).get("QueueUrl"),
    )


def _mail(found: Collected, name: str, of: Properties) -> None:
    rule = of["Rule"]
    (action,) = rule["Actions"]
    (to,) = action.values()
    found.add(
        "mail rules",
        "rule",
        recipients=rule["Recipients"],
        tls=rule["TlsPolicy"],
        scan=rule["ScanEnabled"],
        enabled=rule["Enabled"],
        to=to.get("FunctionArn") or to["TopicArn"],
        how=to.get("InvocationType") or to["Encoding"],
    )


def _filter(found: Collected, name: str, of: Properties) -> None:
    found.add("log filters", of["LogGroupName"], pattern=of["FilterPattern"], to=of["DestinationArn"])


def _url(found: Collected, name: str, of: Properties) -> None:
    qualifier = f":{of['Qualifier']}" if "Qualifier" in of else ""
    function = of["TargetFunctionArn"].rpartition(":function:")[2]
    found.add("urls", f"{function}{qualifier}", authorization=of["AuthType"])


def _pool(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "user pools",
        name,
        triggers=of["LambdaConfig"],
        verified=of["AutoVerifiedAttributes"],
        names=of["UsernameAttributes"],
    )


def _balancer(found: Collected, name: str, of: Properties) -> None:
    found.add("load balancers", "balancer", scheme=of["Scheme"])


def _listener(found: Collected, name: str, of: Properties) -> None:
    found.add("load balancers", "balancer", protocol=of["Protocol"], port=of["Port"])


def _target_group(found: Collected, name: str, of: Properties) -> None:
    found.add("load balancers", "balancer", type=of["TargetType"], to=[one["Id"] for one in of["Targets"]])


def _glue_trigger(found: Collected, name: str, of: Properties) -> None:
    (action,) = of["Actions"]
    size = of["EventBatchingCondition"]["BatchSize"]
    found.add("glue triggers", name, type=of["Type"], job=action["JobName"], size=size)


def _api_destination(found: Collected, name: str, of: Properties) -> None:
    found.add(
        "api destinations",
        name,
        connection=of["ConnectionArn"],
        method=of["HttpMethod"],
        endpoint=of["InvocationEndpoint"],
        rate=of["InvocationRateLimitPerSecond"],
    )


def texts(value: Any) -> Iterator[str]:
    """Yield every text inside plain data."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts(item)


def _connection(found: Collected, name: str, of: Properties) -> None:
    given = of["AuthParameters"]["ApiKeyAuthParameters"]
    found.add("connections", name, authorization=of["AuthorizationType"], header=given["ApiKeyName"])


def _task(found: Collected, name: str, of: Properties) -> None:
    (container,) = of["ContainerDefinitions"]
    found.add(
        "tasks",
        name,
        cpu=of["Cpu"],
        memory=of["Memory"],
        network=of["NetworkMode"],
        container=container["Name"],
        image=container["Image"],
        command=container["Command"],
        logs=container["LogConfiguration"]["LogDriver"],
    )


def _exists(section: str) -> Callable[[Collected, str, Properties], None]:
    return lambda found, name, of: found.add(section, name, exists=True)


DESCRIBERS: Mapping[str, Callable[[Collected, str, Properties], None]] = {
    "AWS::ApiGatewayV2::Integration": _integration,
    "AWS::ApiGatewayV2::Route": _route,
    "AWS::ApiGatewayV2::Stage": _stage,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::Cognito::UserPool": _pool,
    "AWS::DynamoDB::Table": _table,
    "AWS::ECS::Cluster": _exists("clusters"),
    "AWS::ECS::TaskDefinition": _task,
    "AWS::ElasticLoadBalancingV2::Listener": _listener,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _balancer,
    "AWS::ElasticLoadBalancingV2::TargetGroup": _target_group,
    "AWS::Events::Connection": _connection,
    "AWS::Glue::Trigger": _glue_trigger,
    "AWS::Events::ApiDestination": _api_destination,
    "AWS::Events::EventBus": _exists("buses"),
    "AWS::Events::Rule": _rule,
    "AWS::IAM::ManagedPolicy": _policy,
    "AWS::IoT::TopicRule": _iot,
    "AWS::Kinesis::Stream": _stream,
    "AWS::Lambda::Alias": _alias,
    "AWS::Lambda::EventInvokeConfig": _asynchronous,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::Permission": _invoke,
    "AWS::Lambda::Url": _url,
    "AWS::Logs::LogGroup": _logs,
    "AWS::Logs::SubscriptionFilter": _filter,
    "AWS::Pipes::Pipe": _pipe,
    "AWS::S3::Bucket": _bucket,
    "AWS::SES::ReceiptRule": _mail,
    "AWS::SNS::Subscription": _subscription,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::TopicPolicy": _may_publish,
    "AWS::SQS::Queue": _queue,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::Activity": _exists("activities"),
    "AWS::StepFunctions::StateMachine": _machine,
}
# What says nothing of its own: it belongs to one of the above.
PARTS = {
    "AWS::ApiGatewayV2::Api",
    "AWS::EC2::SecurityGroup",
    "AWS::Glue::Workflow",
    "AWS::IAM::Policy",
    "AWS::IAM::Role",
    "AWS::Lambda::Version",
    "AWS::SES::ReceiptRuleSet",
}
