"""Terraform's resource types in CloudFormation's words, so that one model serves both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from advisor.inspect.reading import asl
from advisor.inspect.reading.nodes import node_of
from advisor.inspect.reading.source import CannotRead, tree
from advisor.inspect.values import NOTHING, FileText, Node, Text, Unknown

Convert = Callable[[Node], Node]


def pascal(name: str) -> str:
    """Return ``maximum_retry_attempts`` as ``MaximumRetryAttempts``."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


class Kind(Struct, frozen=True):
    """A type's name in CloudFormation, properties that are called otherwise there, and further changes."""

    type: str
    names: Mapping[str, str] = {}
    convert: Convert | None = None


def document(node: Node) -> Node:
    """Return JSON in a text as values; what cannot be read is unknown."""
    if not isinstance(node.value, str | Text):
        return node
    parts = node.value.parts if isinstance(node.value, Text) else {}
    try:
        source = tree(node.template, node.place.file)
    except CannotRead:
        return Node(Unknown("JSON"), node.place, node.key)
    values = {name: Node(reference) for name, reference in parts.items()}
    found = asl.substituted(node_of(source.entry), values, node.place)
    return Node(found.value, node.place, node.key)


def changed(node: Node, **values: Node) -> Node:
    """Return a mapping with some of its values replaced; those that are not there are left out."""
    kept = {key: value for key, value in node.mapping.items() if key not in values}
    return Node(
        {**kept, **{key: value for key, value in values.items() if value.there}}, node.place, node.key
    )


def _listed(*nodes: Node) -> Node:
    return Node(tuple(node for node in nodes if node.there))


def _policy(node: Node) -> Node:
    return changed(node, PolicyDocument=document(node.get("PolicyDocument")))


def _role(node: Node) -> Node:
    policies = [
        Node({"PolicyDocument": document(item.get("Policy"))}, item.place)
        for item in node.get("InlinePolicy").items
    ]
    return changed(node, Policies=_listed(*policies), AssumeRolePolicy=NOTHING)


def _queue(node: Node) -> Node:
    return changed(node, RedrivePolicy=document(node.get("RedrivePolicy")))


def _rule(node: Node) -> Node:
    return changed(node, EventPattern=document(node.get("EventPattern")))


def _mapping(node: Node) -> Node:
    failure = node.get("DestinationConfig", "OnFailure")
    if not failure.there:
        return node
    target = failure.any("DestinationArn", "Destination")
    config = Node({"OnFailure": Node({"Destination": target}, failure.place, failure.key)}, failure.place)
    return changed(node, DestinationConfig=config)


def _notification(node: Node) -> Node:
    found = [
        changed(item, Function=item.get("LambdaFunctionArn"), LambdaFunctionArn=NOTHING)
        for item in node.get("LambdaFunction").items
    ]
    return changed(node, LambdaConfigurations=_listed(*found), LambdaFunction=NOTHING)


def _machine(node: Node) -> Node:
    written, logging = node.get("Definition"), node.get("LoggingConfiguration")
    group = Node({"CloudWatchLogsLogGroup": Node({"LogGroupArn": logging.get("LogDestination")})})
    told = (
        changed(logging, Destinations=_listed(group), LogDestination=NOTHING) if logging.mapping else logging
    )
    found = changed(node, LoggingConfiguration=told, Definition=NOTHING)
    value = written.value
    if isinstance(value, FileText):
        uri = Node(value.path, written.place, written.key, value.path)
        return changed(found, DefinitionUri=uri, DefinitionSubstitutions=Node(value.variables))
    return changed(found, **{"Definition" if written.mapping else "DefinitionString": written})


def _alarm(node: Node) -> Node:
    dimensions = [
        Node({"Name": Node(name), "Value": value}) for name, value in node.get("Dimensions").mapping.items()
    ]
    metrics = [
        Node({"MetricStat": Node({"Metric": item.get("Metric")})}) for item in node.get("MetricQuery").items
    ]
    return changed(node, Dimensions=_listed(*dimensions), Metrics=_listed(*metrics), MetricQuery=NOTHING)


def _iot(node: Node) -> Node:
    actions = [Node({"Lambda": item}) for item in node.get("Lambda").items]
    actions += [Node({"StepFunctions": item}) for item in node.get("StepFunctions").items]
    return changed(node, TopicRulePayload=Node({"Actions": _listed(*actions)}))


def _receipt(node: Node) -> Node:
    actions = [Node({"LambdaAction": item}) for item in node.get("LambdaAction").items]
    return changed(node, Rule=Node({"Actions": _listed(*actions)}))


def _data_source(node: Node) -> Node:
    return changed(node, LambdaConfig=Node({"LambdaFunctionArn": node.get("LambdaConfig", "FunctionArn")}))


def _attachment(node: Node) -> Node:
    roles = node.get("Roles").items
    return changed(node, RoleName=roles[0]) if len(roles) == 1 else node


def _open_api(node: Node) -> Node:
    return changed(node, Body=document(node.get("Body")))


TYPES: Mapping[str, Kind] = {
    "aws_lambda_function": Kind("AWS::Lambda::Function"),
    "aws_lambda_alias": Kind("AWS::Lambda::Alias"),
    "aws_lambda_permission": Kind("AWS::Lambda::Permission"),
    "aws_lambda_function_event_invoke_config": Kind("AWS::Lambda::EventInvokeConfig"),
    "aws_lambda_event_source_mapping": Kind(
        "AWS::Lambda::EventSourceMapping",
        {"DocumentDbEventSourceConfig": "DocumentDBEventSourceConfig"},
        _mapping,
    ),
    "aws_lambda_function_url": Kind("AWS::Lambda::Url", {"FunctionName": "TargetFunctionArn"}),
    "aws_sqs_queue": Kind(
        "AWS::SQS::Queue",
        {
            "Name": "QueueName",
            "VisibilityTimeoutSeconds": "VisibilityTimeout",
            "MessageRetentionSeconds": "MessageRetentionPeriod",
        },
        _queue,
    ),
    "aws_sqs_queue_redrive_policy": Kind("Advisor::SQS::RedrivePolicy", {}, _queue),
    "aws_sns_topic": Kind("AWS::SNS::Topic", {"Name": "TopicName"}),
    "aws_sns_topic_subscription": Kind("AWS::SNS::Subscription", {}, _queue),
    "aws_cloudwatch_event_rule": Kind("AWS::Events::Rule", {}, _rule),
    "aws_cloudwatch_event_target": Kind("Advisor::Events::RuleTarget"),
    "aws_cloudwatch_event_bus": Kind("AWS::Events::EventBus"),
    "aws_scheduler_schedule": Kind("AWS::Scheduler::Schedule"),
    "aws_pipes_pipe": Kind("AWS::Pipes::Pipe"),
    "aws_s3_bucket": Kind("AWS::S3::Bucket", {"Bucket": "BucketName"}),
    "aws_s3_bucket_notification": Kind("AWS::S3::BucketNotification", {}, _notification),
    "aws_dynamodb_table": Kind("AWS::DynamoDB::Table", {"Name": "TableName"}),
    "aws_kinesis_stream": Kind("AWS::Kinesis::Stream", {"Name": "StreamName"}),
    "aws_kinesis_stream_consumer": Kind("AWS::Kinesis::StreamConsumer"),
    "aws_msk_cluster": Kind("AWS::MSK::Cluster"),
    "aws_msk_serverless_cluster": Kind("AWS::MSK::ServerlessCluster"),
    "aws_mq_broker": Kind("AWS::AmazonMQ::Broker"),
    "aws_docdb_cluster": Kind("AWS::DocDB::DBCluster"),
    "aws_kinesis_firehose_delivery_stream": Kind("AWS::KinesisFirehose::DeliveryStream"),
    "aws_cloudwatch_log_group": Kind(
        "AWS::Logs::LogGroup", {"Name": "LogGroupName", "NamePrefix": "LogGroupName"}
    ),
    "aws_cloudwatch_log_subscription_filter": Kind("AWS::Logs::SubscriptionFilter"),
    "aws_sfn_state_machine": Kind(
        "AWS::StepFunctions::StateMachine", {"Name": "StateMachineName", "Type": "StateMachineType"}, _machine
    ),
    "aws_sfn_activity": Kind("AWS::StepFunctions::Activity"),
    "aws_cloudwatch_metric_alarm": Kind("AWS::CloudWatch::Alarm", {}, _alarm),
    "aws_iam_role": Kind("AWS::IAM::Role", {}, _role),
    "aws_iam_role_policy": Kind(
        "AWS::IAM::RolePolicy", {"Role": "RoleName", "Policy": "PolicyDocument"}, _policy
    ),
    "aws_iam_policy": Kind("AWS::IAM::ManagedPolicy", {"Policy": "PolicyDocument"}, _policy),
    "aws_iam_role_policy_attachment": Kind("Advisor::IAM::RolePolicyAttachment", {"Role": "RoleName"}),
    "aws_iam_policy_attachment": Kind("Advisor::IAM::RolePolicyAttachment", {}, _attachment),
    "aws_apigatewayv2_integration": Kind("AWS::ApiGatewayV2::Integration"),
    "aws_apigatewayv2_api": Kind("AWS::ApiGatewayV2::Api", {}, _open_api),
    "aws_api_gateway_integration": Kind("AWS::ApiGateway::Method"),
    "aws_api_gateway_rest_api": Kind("AWS::ApiGateway::RestApi", {}, _open_api),
    "aws_iot_topic_rule": Kind("AWS::IoT::TopicRule", {}, _iot),
    "aws_ses_receipt_rule": Kind("AWS::SES::ReceiptRule", {}, _receipt),
    "aws_cognito_user_pool": Kind("AWS::Cognito::UserPool"),
    "aws_lb_target_group_attachment": Kind("AWS::ElasticLoadBalancingV2::TargetGroup"),
    "aws_appsync_datasource": Kind("AWS::AppSync::DataSource", {}, _data_source),
}
_ARN_IDS = ("aws_sns_topic", "aws_sfn_state_machine", "aws_sfn_activity", "aws_msk_cluster")
_ATTRIBUTES = {
    "arn": "Arn", "invoke_arn": "Arn", "qualified_arn": "Version", "stream_arn": "StreamArn", "name": "Name",
    "function_name": "FunctionName", "url": "QueueUrl", "bucket": "Name", "json": "json",
    "qualified_invoke_arn": "Version", "response_streaming_invoke_arn": "Arn",
}  # fmt: skip


def converted(kind: str, properties: Node) -> tuple[str, Node]:
    """Return the type and properties of a resource in CloudFormation's words; others stay as they are."""
    known = TYPES.get(kind)
    if known is None:
        return kind, properties
    renamed = {known.names.get(key, key): value for key, value in properties.mapping.items()}
    found = Node(renamed, properties.place, properties.key)
    return known.type, known.convert(found) if known.convert else found


def attribute_word(kind: str, attribute: str) -> str:
    """Return the attribute of a Terraform resource in CloudFormation's word."""
    if attribute == "id":
        return "Arn" if kind in _ARN_IDS else "QueueUrl" if kind == "aws_sqs_queue" else "Name"
    return _ATTRIBUTES.get(attribute, attribute)
