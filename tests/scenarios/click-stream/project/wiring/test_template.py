"""What goes wrong in projects like this one, as tests that stay when the wiring changes."""

import re

import pytest

from template import PROJECT, RESOURCES, of_type, target

FUNCTIONS = of_type("AWS::Serverless::Function")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def _alarmed(name, metric):
    return [
        alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric and target(alarm["Dimensions"][0]["Value"]) == name
    ]


def _readers():
    return [
        (name, event["Properties"])
        for name, item in FUNCTIONS.items()
        for event in item.get("Events", {}).values()
        if event["Type"] in ("Kinesis", "DynamoDB", "MSK")
    ]


@pytest.mark.parametrize(("name", "reader"), _readers())
def test_a_poison_record_cannot_hold_its_shard(name, reader):
    assert 0 <= reader["MaximumRetryAttempts"] <= 100
    assert 60 <= reader["MaximumRecordAgeInSeconds"] <= 604_800
    assert reader["BisectBatchOnFunctionError"]
    assert reader["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(("name", "reader"), _readers())
def test_a_failed_batch_goes_to_an_arn(name, reader):
    failure = reader["DestinationConfig"]["OnFailure"]
    wanted = {"SQS": "GetAtt", "SNS": "Ref", "S3": "GetAtt", "Kafka": "Sub"}[failure["Type"]]
    assert wanted in failure["Destination"]


@pytest.mark.parametrize(("name", "reader"), _readers())
def test_function_level_destinations_are_not_used(name, reader):
    """They never fire for a poller, which calls the function synchronously."""
    assert "EventInvokeConfig" not in FUNCTIONS[name]


@pytest.mark.parametrize("metric", ["DestinationDeliveryFailures", "IteratorAge", "Errors"])
@pytest.mark.parametrize(("name", "reader"), _readers())
def test_an_alarm_rings_when_the_stream_falls_behind(name, reader, metric):
    assert _alarmed(name, metric)


def test_no_queue_or_topic_is_fifo():
    every = {**of_type("AWS::SQS::Queue"), **of_type("AWS::SNS::Topic")}
    assert not any((item or {}).get("FifoQueue") or (item or {}).get("FifoTopic") for item in every.values())


def test_every_alarm_tells_somebody():
    assert ALARMS
    assert all(target(alarm["AlarmActions"][0]) == "AlarmTopic" for alarm in ALARMS.values())


def test_permissions_name_actions_and_resources():
    """`*` stands only where AWS knows no resource for the action."""
    for item in RESOURCES.values():
        for policy in item.get("Properties", {}).get("Policies", []):
            for statement in policy.get("Statement", policy.get("PolicyDocument", {}).get("Statement", [])):
                named = statement["Action"]
                actions = [named] if isinstance(named, str) else named
                assert not any("*" in action for action in actions)
                assert statement["Resource"] != "*"


def test_every_log_group_has_an_end():
    groups = of_type("AWS::Logs::LogGroup")
    assert groups
    assert all(group["RetentionInDays"] for group in groups.values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_handler_exists(name):
    handler = FUNCTIONS[name]["Handler"]
    assert handler.endswith(".handler")
    path = handler.removesuffix(".handler").replace(".", "/")
    source = (PROJECT / f"functions/{path}.py").read_text(encoding="utf-8")
    assert re.search(r"^(def handler\(|handler = )", source, re.MULTILINE)
