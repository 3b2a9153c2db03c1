"""What goes wrong in projects like this one, as tests that stay when the wiring changes."""

import re

import pytest

from template import PROJECT, RESOURCES, TEMPLATE, of_type, target

FUNCTIONS = of_type("AWS::Serverless::Function")
ALARMS = of_type("AWS::CloudWatch::Alarm")
ASYNCHRONOUS = {
    name: item["EventInvokeConfig"] for name, item in FUNCTIONS.items() if "EventInvokeConfig" in item
}
OUTCOMES = [(name, when) for name, item in ASYNCHRONOUS.items() for when in item["DestinationConfig"]]
KINDS = {
    "SQS": ("GetAtt", "AWS::SQS::Queue"),
    "SNS": ("Ref", "AWS::SNS::Topic"),
    "Lambda": ("Ref", "AWS::Serverless::Function"),
    "EventBridge": ("GetAtt", "AWS::Events::EventBus"),
    "S3Bucket": ("GetAtt", "AWS::S3::Bucket"),
}


def _alarmed(name, metric):
    return [
        alarm
        for alarm in ALARMS.values()
        if alarm["MetricName"] == metric and target(alarm["Dimensions"][0]["Value"]) == name
    ]


@pytest.mark.parametrize("name", ASYNCHRONOUS)
def test_every_asynchronous_function_has_a_failure_destination(name):
    assert "OnFailure" in ASYNCHRONOUS[name]["DestinationConfig"]


@pytest.mark.parametrize("name", ASYNCHRONOUS)
def test_retries_and_event_age_are_written_out(name):
    assert 0 <= ASYNCHRONOUS[name]["MaximumRetryAttempts"] <= 2
    assert 60 <= ASYNCHRONOUS[name]["MaximumEventAgeInSeconds"] <= 21_600


@pytest.mark.parametrize(("name", "when"), OUTCOMES)
def test_a_destination_is_an_arn_of_the_kind_it_says(name, when):
    """A queue's Ref is a URL, not an ARN; AWS notices such a mix-up only at run time."""
    destination = ASYNCHRONOUS[name]["DestinationConfig"][when]
    function, kind = KINDS[destination["Type"]]
    assert function in destination["Destination"]
    assert RESOURCES[target(destination["Destination"])]["Type"] == kind


@pytest.mark.parametrize(("name", "when"), OUTCOMES)
def test_no_destination_leads_back_to_its_own_function(name, when):
    assert target(ASYNCHRONOUS[name]["DestinationConfig"][when]["Destination"]) != name


def test_s3_takes_failures_only():
    for item in ASYNCHRONOUS.values():
        assert item["DestinationConfig"].get("OnSuccess", {}).get("Type") != "S3Bucket"


@pytest.mark.parametrize("metric", ["DestinationDeliveryFailures", "AsyncEventsDropped", "AsyncEventAge"])
@pytest.mark.parametrize("name", ASYNCHRONOUS)
def test_an_alarm_rings_when_an_outcome_is_lost(name, metric):
    assert _alarmed(name, metric)


def test_the_alias_that_is_invoked_is_the_one_configured():
    """Settings on an alias do not apply to calls of the bare function, nor the other way round."""
    assert TEMPLATE["Globals"]["Function"]["AutoPublishAlias"]
    for item in ASYNCHRONOUS.values():
        for destination in item["DestinationConfig"].values():
            if destination["Type"] == "Lambda":
                assert destination["Destination"]["Ref"].endswith(".Alias")


def test_no_queue_or_topic_is_fifo():
    every = {**of_type("AWS::SQS::Queue"), **of_type("AWS::SNS::Topic")}
    assert not any((item or {}).get("FifoQueue") or (item or {}).get("FifoTopic") for item in every.values())


@pytest.mark.parametrize("name", ["UndeliveredEvents"])
def test_an_alarm_rings_when_a_queue_does_not_stay_empty(name):
    assert _alarmed(name, "ApproximateNumberOfMessagesVisible")


@pytest.mark.parametrize("name", ["UndeliveredEvents"])
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
