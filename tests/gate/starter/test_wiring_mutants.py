"""Faults put into the template of each alternative: its own tests of the wiring must see every one."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from advisor.starter import Blueprint, render, write_project
from tests.gate.share import share
from tests.starter.checks.toolchains import run
from tests.starter.durable import PREFIX, durable
from tests.starter.projects import blueprint

# what is wrong: (project, what the template says as a pattern, what it says instead)
FAULTS = {
    "messages without a dead-letter queue": ("messaging-topic", r"\n +RedrivePolicy: \{.*\}", ""),
    "few receives": ("messaging-topic", "maxReceiveCount: 5", "maxReceiveCount: 1"),
    "a message comes back too early": ("messaging-topic", r"VisibilityTimeout: \d+", "VisibilityTimeout: 30"),
    "no visibility timeout": ("messaging-topic", r"\n +VisibilityTimeout: \d+", ""),
    "the whole batch comes back": ("messaging-topic", r"\n +FunctionResponseTypes: .*", ""),
    "the topic may not write to the queue": (
        "messaging-topic",
        r"  SourceQueuePolicy:\n(    .*\n)+",
        "",
    ),
    "nobody looks at the dead letters": (
        "messaging-topic",
        r"  DeadLetterQueueAlarm:\n(    .*\n)+",
        "",
    ),
    "an alarm watches another queue": (
        "messaging-topic",
        r"(  DeadLetterQueueAlarm:\n(?:    .*\n)*      Dimensions: .*)DeadLetterQueue\.",
        r"\1SourceQueue.",
    ),
    "a topic is read, and no topic takes what fails": (
        "standard-kafka-reader",
        r"\n +DestinationConfig:\n(?: +OnFailure:\n)(?: +(?:Type|Destination): .*\n)+",
        "\n",
    ),
    "nobody sees that the topic is read too slowly": ("standard-kafka-reader", "OffsetLag\n", "Duration\n"),
    "one consumer without a dead-letter queue": ("messaging-fan-out", r"\n +RedrivePolicy: \{.*maxR.*\}", ""),
    "dead letters out of order": (
        "queue-in-order",
        r"(  DeadLetterQueue:\n(?:    .*\n)*?)      FifoQueue: true\n",
        r"\1",
    ),
    "letters expire with the messages": (
        "queue-redrive",
        r"MessageRetentionPeriod: 604800",
        "MessageRetentionPeriod: 1209600",
    ),
    "one function without a failure destination": ("single-schedule", "OnFailure:", "OnSuccess:"),
    "one function for ever": ("single-schedule", r"\n +MaximumEventAgeInSeconds: .*", ""),
    "nobody hears of dropped events": ("single-schedule", "AsyncEventsDropped", "Invocations"),
    "the API may not call the function": ("answer-api", r"  ApiPermission:\n(    .*\n)+", ""),
    "the API may call another version": (
        "answer-api",
        r"(  ApiPermission:\n(?:    .*\n)*?      FunctionName: !Ref \w+)\.Alias",
        r"\1",
    ),
    "the function outlasts the API": ("answer-api", "    Timeout: 8", "    Timeout: 60"),
    "an alarm on another metric": ("answer-api", "MetricName: 5xx", "MetricName: 4xx"),
    "an alarm on another API": ("answer-api", r"ApiId, Value: !Ref Api\}", "ApiId, Value: !Ref Other}"),
    "a log that never ends": ("answer-url", r"RetentionInDays: 30", "RetentionInDays: 0"),
    "the balancer may not call the function": ("answer-balancer", r"  \w+Permission:\n(    .*\n)+", ""),
    "no time-out for the user pool": ("answer-sign-up", r"    Timeout: 4", "    Timeout: 30"),
    "a start that fails is gone": ("job-container", r"\n +DeadLetterConfig: .*", ""),
    "a start is tried once": ("job-container", "MaximumRetryAttempts: 185", "MaximumRetryAttempts: 0"),
    "the schedule may not start the task": ("job-container", r"Action: ecs:RunTask", "Action: ecs:StopTask"),
    "the schedule may not keep what failed": (
        "job-container",
        r"\n +- Effect: Allow\n +Action: sqs:SendMessage\n.*",
        "",
    ),
    "the schedule may not start the query": (
        "job-query",
        r"Action: athena:StartQueryExecution",
        "Action: athena:StopQueryExecution",
    ),
    "nobody hears of a failed query": ("job-query", r"  \w+WatchPolicy:\n(    .*\n)+", ""),
    "the pipeline's failed start is gone": ("job-pipeline", r"\n +DeadLetterConfig: .*", ""),
    "mail does not reach the queue": ("messaging-mail", r"  SourceQueuePolicy:\n(    .*\n)+", ""),
    "nobody hears of a failed job": ("job-objects", "MetricName: TriggeredRules", "MetricName: Invocations"),
    "the rule may not tell people": ("job-objects", r"  \w+WatchPolicy:\n(    .*\n)+", ""),
    "the rule may not keep what failed": ("job-objects", r"  UndeliveredEventsPolicy:\n(    .*\n)+", ""),
    "a record of a pipe is gone": ("pipe-stream-to-queue", r"\n +DeadLetterConfig: .*", ""),
    "a record is tried for ever": (
        "pipe-stream-to-queue",
        "MaximumRetryAttempts: 5",
        "MaximumRetryAttempts: -1",
    ),
    "the pipe may not write to its target": (
        "pipe-stream-to-queue",
        r"\n +- Effect: Allow\n +Action: sqs:SendMessage\n +Resource: !GetAtt TargetQueue.Arn",
        "",
    ),
    "the pipe may not set a record aside": (
        "pipe-stream-to-queue",
        r"\n +- Effect: Allow\n +Action: sqs:SendMessage\n +Resource: !GetAtt UndeliveredEvents.Arn",
        "",
    ),
    "a message of a pipe is tried for ever": ("pipe-queue-to-topic", r"\n +RedrivePolicy: \{.*\}", ""),
    "nobody hears of a pipe": (
        "pipe-topic-to-machine",
        "MetricName: ExecutionFailed",
        "MetricName: Invocations",
    ),
    "a run may last too long": ("durable-answers-url", r"ExecutionTimeout: \d+", "ExecutionTimeout: 86400"),
    "no end of a run": ("durable-approval", r"\n +DurableConfig: .*", ""),
    "the event of a failed run is gone": ("durable-approval", r"\n +DeadLetterQueue: .*", ""),
    "no version is called": ("durable-approval", r"\n    AutoPublishAlias: live", ""),
    "nobody hears of a failed run": ("durable-approval", "DurableExecutionFailed", "Invocations"),
    "nobody may answer": (
        "durable-approval",
        r"lambda:SendDurableExecutionCallback\w+",
        "lambda:GetFunction",
    ),
}
SHARED = share(FAULTS, 4)


def planned(name: str) -> Blueprint:
    return durable(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else blueprint(name)


def own_tests(folder: Path) -> tuple[int, str]:
    done = run([sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "wiring"], folder)
    return done.code, done.output


@pytest.mark.parametrize("name", sorted({FAULTS[fault][0] for fault in SHARED}))
def test_the_wiring_is_sound(name: str, tmp_path: Path) -> None:
    write_project(render(planned(name)), tmp_path / "project")
    code, told = own_tests(tmp_path / "project")
    assert code == 0, told


@pytest.mark.parametrize("fault", SHARED)
def test_the_own_tests_of_the_wiring_see_a_fault(fault: str, tmp_path: Path) -> None:
    name, old, new = FAULTS[fault]
    write_project(render(planned(name)), tmp_path / "project")
    template = tmp_path / "project" / "template.yaml"
    text = template.read_text(encoding="utf-8")
    assert re.search(old, text)
    template.write_text(re.sub(old, new, text), encoding="utf-8")
    code, told = own_tests(tmp_path / "project")
    assert code == 1, told
    assert "Error" in told
