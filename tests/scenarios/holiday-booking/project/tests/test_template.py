"""What goes wrong in projects like this one, as tests that stay when the wiring changes."""

import importlib

import pytest

from template import RESOURCES, of_type, target

FUNCTIONS = of_type("AWS::Serverless::Function")
ALARMS = of_type("AWS::CloudWatch::Alarm")
WITHOUT_RESOURCE = {
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
}


def _alarmed(name, metric):
    return [
        alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric and target(alarm["Dimensions"][0]["Value"]) == name
    ]


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
                assert statement["Resource"] != "*" or set(actions) <= WITHOUT_RESOURCE


def test_every_log_group_has_an_end():
    groups = of_type("AWS::Logs::LogGroup")
    assert groups
    assert all(group["RetentionInDays"] for group in groups.values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_handler_exists(name):
    module, _, handler = FUNCTIONS[name]["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), handler))
