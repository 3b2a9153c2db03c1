"""What goes wrong in projects like this one, as tests that stay when the wiring changes."""

import re

import pytest

from template import PROJECT, RESOURCES, TEMPLATE, of_type, target

FUNCTIONS = of_type("AWS::Serverless::Function")
ALARMS = of_type("AWS::CloudWatch::Alarm")


def _alarmed(name, metric):
    return [
        alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric and target(alarm["Dimensions"][0]["Value"]) == name
    ]


def _workers():
    return [
        (name, event["Properties"], RESOURCES[target(event["Properties"]["Queue"])]["Properties"])
        for name, item in FUNCTIONS.items()
        for event in item.get("Events", {}).values()
        if event["Type"] == "SQS"
    ]


@pytest.mark.parametrize(("name", "poller", "queue"), _workers())
def test_a_message_stays_hidden_for_six_timeouts(name, poller, queue):
    """Else it comes back while the function works on it, or while Lambda is throttled."""
    timeout = FUNCTIONS[name].get("Timeout", TEMPLATE["Globals"]["Function"]["Timeout"])
    assert queue["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize(("name", "poller", "queue"), _workers())
def test_one_bad_message_does_not_bring_its_batch_back(name, poller, queue):
    assert poller["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize(("name", "poller", "queue"), _workers())
def test_what_keeps_failing_is_set_aside_and_kept_longer(name, poller, queue):
    """A throttled poller receives messages as well, so that few receives lose good ones."""
    assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5
    letters = RESOURCES[target(queue["RedrivePolicy"]["deadLetterTargetArn"])]["Properties"]
    assert letters["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


@pytest.mark.parametrize(("name", "poller", "queue"), _workers())
def test_an_alarm_rings_when_messages_wait_too_long(name, poller, queue):
    letters = target(queue["RedrivePolicy"]["deadLetterTargetArn"])
    assert _alarmed(target(poller["Queue"]), "ApproximateAgeOfOldestMessage")
    assert _alarmed(letters, "ApproximateAgeOfOldestMessage")
    assert _alarmed(name, "Errors")


def test_no_queue_or_topic_is_fifo():
    every = {**of_type("AWS::SQS::Queue"), **of_type("AWS::SNS::Topic")}
    assert not any((item or {}).get("FifoQueue") or (item or {}).get("FifoTopic") for item in every.values())


@pytest.mark.parametrize("name", ["DeadLetterQueue"])
def test_an_alarm_rings_when_a_queue_does_not_stay_empty(name):
    assert _alarmed(name, "ApproximateNumberOfMessagesVisible")


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
