"""What goes wrong in projects like this one, as tests that stay when the wiring changes."""

import re

import pytest

from template import PROJECT, RESOURCES, of_type, target

FUNCTIONS = of_type("AWS::Serverless::Function")
ALARMS = of_type("AWS::CloudWatch::Alarm")
WORKFLOW = RESOURCES["Workflow"]["Properties"]
WITHOUT_RESOURCE = {
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
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


@pytest.mark.parametrize("name", ["FailureQueue", "UndeliveredEvents"])
def test_an_alarm_rings_when_a_queue_does_not_stay_empty(name):
    assert _alarmed(name, "ApproximateNumberOfMessagesVisible")


@pytest.mark.parametrize("name", ["FailureQueue", "UndeliveredEvents"])
def test_who_sends_to_a_queue_may_do_so(name):
    policies = of_type("AWS::SQS::QueuePolicy").values()
    assert any({"Ref": name} in policy["Queues"] for policy in policies)


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
    handler = FUNCTIONS[name]["Handler"]
    assert handler.endswith(".handler")
    path = handler.removesuffix(".handler").replace(".", "/")
    source = (PROJECT / f"functions/{path}.py").read_text(encoding="utf-8")
    assert re.search(r"^(def handler\(|handler = )", source, re.MULTILINE)


def test_every_placeholder_is_filled_and_every_filling_used():
    definition = PROJECT / WORKFLOW["DefinitionUri"]
    used = set(re.findall(r"\$\{(\w+)\}", definition.read_text(encoding="utf-8")))
    assert used == set(WORKFLOW["DefinitionSubstitutions"])


def test_runs_are_logged_where_the_log_policy_has_room():
    assert WORKFLOW["Logging"]["Level"] != "OFF"
    group = of_type("AWS::Logs::LogGroup")["WorkflowLogs"]
    assert group["LogGroupName"]["Sub"].startswith("/aws/vendedlogs/states/")


def test_the_machine_may_call_its_functions_by_the_name_it_uses():
    """A policy for the bare function does not cover its alias."""
    statements = WORKFLOW["Policies"][0]["Statement"]
    allowed = [s["Resource"] for s in statements if s["Action"] == "lambda:InvokeFunction"]
    allowed = allowed[0] if isinstance(allowed[0], list) else allowed
    filled = [value.get("Ref", "") for value in WORKFLOW["DefinitionSubstitutions"].values()]
    assert {item["Ref"] for item in allowed} == {name for name in filled if name.endswith(".Alias")}
