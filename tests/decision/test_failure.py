"""The failure story: whole timelines for typical workloads, and laws for all the others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from advisor.decision.design import designs_for
from advisor.decision.failure.stories import failure_stories
from advisor.decision.recommendation import FailureEvent, FailureStory
from advisor.decision.workflow import Setting
from advisor.knowledge.answers import Project
from advisor.knowledge.conditions import Answer
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import RuleBase
from advisor.loading import load_rule_base
from advisor.resources import rules_folder

RULE_BASE = load_rule_base(rules_folder())
UNDELIVERED = "; DestinationDeliveryFailures if the record cannot be delivered."
STANDARD_ALARM = "ExecutionsFailed and ExecutionsTimedOut of the state machine."


def stories(
    answers: dict[str, Answer], workflow_type: str | None = None, project: Project | None = None
) -> tuple[FailureStory, FailureStory]:
    return _stories(RULE_BASE, answers, workflow_type or "standard", project or Project())


def _stories(
    rule_base: RuleBase, answers: dict[str, Answer], workflow_type: str, project: Project
) -> tuple[FailureStory, FailureStory]:
    settled = rule_base.questionnaire.settle(answers)
    setting = Setting(Requirements(settled.facts.values), rule_base.aws)
    handed_over, executed = failure_stories(rule_base, settled, designs_for(setting, project, workflow_type))
    return handed_over, executed


def times(story: FailureStory) -> list[tuple[float | None, str]]:
    return [(event.at_s, event.title) for event in story.events]


def test_asynchronous_event_under_destinations() -> None:
    story, _ = stories({"invocation": "async", "on_failure": ("s3",), "step_duration_s": 5, "steps": 2})
    assert story == FailureStory(
        option="destinations",
        attempts="3 attempts, at about 0, 65, 190 s, each running 5 s.",
        events=(
            FailureEvent(0, "Attempt 1", "Lambda's queue invokes the function and it fails."),
            FailureEvent(65, "Attempt 2", "Tried again 60 s after the failure."),
            FailureEvent(190, "Attempt 3", "Tried again 120 s after the failure."),
            FailureEvent(
                195,
                "On-failure destination",
                "The record of event, error and 3 attempts goes to an S3 bucket.",
            ),
            FailureEvent(
                21600,
                "If Lambda throttles instead",
                "Throttled events are tried again after 1 to 300 s until they are this old, then go to an "
                "S3 bucket. Attempts are not counted.",
            ),
        ),
        ends_up="In an S3 bucket, with event, error and number of attempts.",
        lost="Nothing, as long as the record can be delivered. What earlier steps did is not undone.",
        alarm=f"AsyncEventsDropped of the function{UNDELIVERED}",
    )


def test_without_an_on_failure_destination_the_event_is_lost() -> None:
    story, _ = stories({"invocation": "async", "on_failure": (), "retry": "none"})
    dropped = "The event: without an on-failure destination it is dropped after the last attempt."
    assert times(story) == [(0, "Attempt 1"), (0, "Dropped"), (21600, "If Lambda throttles instead")]
    assert story.attempts == "1 attempt, plus the time the work itself takes."
    assert story.ends_up == "Nowhere, as answered; the starter project adds a queue all the same."
    assert story.lost == dropped
    assert story.alarm == "AsyncEventsDropped of the function."


@pytest.mark.parametrize(
    ("answers", "ends_up"),
    [
        ({}, "In an SQS queue"),
        ({"failure_handling": ("notify",)}, "With the subscribers of an SNS topic"),
        ({"failure_handling": ("notify", "capture")}, "In an SQS queue"),
        ({"on_failure": ("lambda",)}, "With another function"),
        ({"on_failure": ("eventbridge",)}, "With the rules of an EventBridge bus"),
        ({"on_failure": ("dynamodb",)}, "Behind an EventBridge bus, where a rule leads on to DynamoDB"),
        (
            {"on_failure": ("sqs", "lambda")},
            "Behind an SNS topic or EventBridge bus that passes it on to SQS, Lambda",
        ),
    ],
)
def test_where_the_failed_event_ends_up(answers: dict[str, Answer], ends_up: str) -> None:
    story, _ = stories({"invocation": "async", **answers})
    assert story.ends_up == f"{ends_up}, with event, error and number of attempts."


def test_a_topic_loses_a_large_payload() -> None:
    story, _ = stories({"invocation": "async", "on_failure": ("sns",), "payload_kb": 300})
    assert story.lost == "The payload: the record is above what a topic takes, so use SQS or S3."


def test_a_wish_for_backoff_is_answered() -> None:
    story, _ = stories({"invocation": "async", "retry": "backoff"})
    assert story.attempts.endswith("More retries, other waits or rules per error cannot be set.")


def test_stream_batch_with_its_payload_kept() -> None:
    story, _ = stories({"event_source": "kinesis", "replay_payload": True})
    assert story == FailureStory(
        option="destinations",
        attempts="6 at most, as the starter bounds them. "
        "Unbounded, one bad record can block its shard for 7 days.",
        events=(
            FailureEvent(0, "Attempt 1", "The function gets the batch and fails."),
            FailureEvent(
                None,
                "Attempts 2 to 6",
                "The batch is tried again, in halves, so that the bad record is found, with no wait that "
                "can be set. The shard waits behind it.",
            ),
            FailureEvent(
                None,
                "On-failure destination",
                "A record goes to an S3 bucket; the shard goes on with the next batch.",
            ),
            FailureEvent(
                43200, "At the latest", "Records of this age are given up even if attempts are left."
            ),
        ),
        ends_up="In an S3 bucket, the whole batch.",
        lost="Nothing, as long as the record can be delivered.",
        alarm=f"Errors of the function, IteratorAge while the shard waits{UNDELIVERED}",
    )


def test_kafka_knows_only_the_bounds_of_lambda() -> None:
    story, _ = stories({"event_source": "kafka", "on_failure": ("s3",)})
    assert story == FailureStory(
        option="destinations",
        attempts="11 at most, as Lambda bounds them. A Kafka mapping takes other bounds in provisioned mode "
        "only; without them Lambda stops after 10 retries where there is a destination, "
        "and never where there is none.",
        events=(
            FailureEvent(0, "Attempt 1", "The function gets the batch and fails."),
            FailureEvent(
                None,
                "Attempts 2 to 11",
                "The batch is tried again, with no wait that can be set. The partition waits behind it.",
            ),
            FailureEvent(
                None,
                "On-failure destination",
                "A record goes to an S3 bucket; the partition goes on with the next batch.",
            ),
        ),
        ends_up="In an S3 bucket, the whole batch.",
        lost="Nothing, as long as the record can be delivered.",
        alarm=f"Errors of the function, OffsetLag while the partition waits{UNDELIVERED}",
    )


def test_kafka_with_a_failure_topic_is_bounded_by_the_starter() -> None:
    story, _ = stories({"event_source": "kafka"}, project=Project(failure_topic="orders-failed"))
    assert story.attempts.startswith("6 at most, as the starter bounds them.")
    assert times(story)[1:] == [
        (None, "Attempts 2 to 6"),
        (None, "On-failure destination"),
        (43200, "At the latest"),
    ]
    assert story.ends_up == "In another topic of the cluster, the records."


@pytest.mark.parametrize(
    ("answers", "ends_up", "lost"),
    [
        ({}, "In an SQS queue, positions in the stream only.", "The records themselves"),
        (
            {"on_failure": ("lambda",)},
            "In an SQS queue, positions in the stream only.",
            "The records themselves",
        ),
        ({"on_failure": ("sns", "s3")}, "In an S3 bucket, the whole batch.", "Nothing"),
        ({"on_failure": ()}, "Nowhere, as answered", "The batch"),
    ],
)
def test_what_a_stream_keeps(answers: dict[str, Answer], ends_up: str, lost: str) -> None:
    for source in ("dynamodb-stream", "kafka"):
        story, _ = stories({"event_source": source, **answers})
        assert story.ends_up.startswith(ends_up)
        assert story.lost.startswith(lost)


@pytest.mark.parametrize(
    "answers", [{"invocation": "sync"}, {"event_source": "alb"}, {"event_source": "sqs"}], ids=str
)
def test_where_destinations_cannot_take_part_one_event_says_so(answers: dict[str, Answer]) -> None:
    story, _ = stories(answers)
    assert times(story) == [(0, "Not possible here")]
    assert story.attempts == "None: this option cannot do it here."


def test_standard_execution() -> None:
    _, story = stories({"retry": "default", "failure_handling": ("compensate", "notify")}, "standard")
    assert story == FailureStory(
        option="step-functions",
        attempts="3 attempts, at about 0, 2, 6 s, plus the time the work itself takes.",
        events=(
            FailureEvent(0, "Attempt 1", "The state calls the work and it fails."),
            FailureEvent(2, "Attempt 2", "Tried again 2 s after the failure."),
            FailureEvent(6, "Attempt 3", "Tried again 4 s after the failure."),
            FailureEvent(
                6,
                "Catch",
                "The state machine goes on with steps that undo what was done, last first; then a state that "
                "sends error and input to an SNS topic.",
            ),
            FailureEvent(6, "Execution failed", "EventBridge gets the status change."),
        ),
        ends_up="With the subscribers of an SNS topic, with error and input, and in the history of the "
        "execution, step by step with input and error, for 90 days.",
        lost="Nothing within 90 days; the run must be started anew with its input.",
        alarm=STANDARD_ALARM,
    )


def test_an_execution_that_is_to_be_redriven_is_not_caught() -> None:
    _, story = stories({"failure_handling": ("capture", "redrive")}, "standard")
    stops = "It stops at the failed state. EventBridge gets the status change, and a rule sends it to"
    assert story.events[-2:] == (
        FailureEvent(6, "Execution failed", f"{stops} an SQS queue."),
        FailureEvent(
            6 + 14 * 86400,
            "Last redrive",
            "Until now it can go on from the failed step; done steps stay done.",
        ),
    )
    assert story.ends_up.endswith("for 90 days, and its event in an SQS queue.")
    assert "ApproximateNumberOfMessagesVisible" in story.alarm


def test_express_is_stopped_in_the_middle_of_its_retries() -> None:
    _, story = stories({"retry": "backoff", "step_duration_s": 120, "on_failure": ("sqs",)}, "express")
    assert times(story) == [
        (0, "Attempt 1"),
        (122, "Attempt 2"),
        (246, "Attempt 3"),
        (300, "Execution stopped"),
    ]
    assert story.ends_up == "In CloudWatch Logs, best effort."
    assert story.lost == "The run and its input, unless the event is sent again."


def test_a_waiting_client_is_gone_before_the_retries_end() -> None:
    answers: dict[str, Answer] = {
        "invocation": "sync",
        "event_source": "api-gateway",
        "caller_waits_for": "result",
        "retry": "backoff",
    }
    _, story = stories({**answers, "step_duration_s": 20}, "express")
    assert times(story) == [
        (0, "Attempt 1"),
        (22, "Attempt 2"),
        (30, "API gives up"),
        (42, "Catch"),
        (42, "Execution failed"),
    ]
    assert story.ends_up == "In an SQS queue, with error and input, and in CloudWatch Logs, best effort."


@pytest.mark.parametrize("workflow_type", ["standard", "express"])
def test_a_fallback_is_for_the_step_that_has_one(workflow_type: str) -> None:
    _, story = stories({"retry": "none", "failure_handling": ("fallback",)}, workflow_type)
    assert times(story)[:2] == [(0, "Attempt 1"), (0, "Fallback")]
    assert "Execution failed" in [event.title for event in story.events]


def test_longer_than_a_year_is_no_execution() -> None:
    _, story = stories({"total_duration_s": 40_000_000})
    assert times(story) == [(0, "Not possible here")]


def test_figures_come_from_the_limits() -> None:
    limits = dict(RULE_BASE.limits)
    limits["async-retry-waits"] = replace(limits["async-retry-waits"], value=(7.0, 11.0))
    limits["starter-retry-interval"] = replace(limits["starter-retry-interval"], value=3.0)
    changed = replace(RULE_BASE, limits=limits)
    handed_over, executed = _stories(changed, {"invocation": "async"}, "standard", Project())
    assert [at for at, _ in times(handed_over)[:3]] == [0, 7, 18]
    assert [at for at, _ in times(executed)[:3]] == [0, 3, 9]


def _some(key: str) -> st.SearchStrategy[object]:
    values = [choice.value for choice in RULE_BASE.questionnaire.by_key[key].choices]
    if RULE_BASE.questionnaire.by_key[key].kind == "list":
        return st.lists(st.sampled_from(values), unique=True).map(tuple)
    return st.sampled_from(values)


KEYS = ("invocation", "event_source", "caller_waits_for", "retry", "failure_handling", "replay_payload")
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        **{key: _some(key) for key in (*KEYS, "on_failure")},
        "steps": st.integers(1, 9),
        "payload_kb": st.integers(0, 1000),
        "step_duration_s": st.floats(0, 1000, allow_nan=False),
        "total_duration_s": st.integers(0, 10**8),
    },
)


@given(ANSWERS, st.sampled_from([None, "standard", "express"]))
def test_every_story_is_whole_and_in_order(answers: dict[str, Answer], workflow_type: str | None) -> None:
    both = stories(answers, workflow_type)
    assert [story.option for story in both] == ["destinations", "step-functions"]
    for story in both:
        fixed = [event.at_s for event in story.events if event.at_s is not None]
        assert fixed and fixed[0] == 0 and fixed == sorted(fixed)
        texts = (story.attempts, story.ends_up, story.lost, story.alarm, *(e.text for e in story.events))
        assert all(text.endswith(".") for text in texts)
        attempts = [event for event in story.events if event.title.startswith("Attempt ")]
        if story.attempts[:1].isdigit() and "at most" not in story.attempts:
            assert int(story.attempts.split()[0]) == len(attempts)
    if workflow_type == "express" and both[1].events[0].title == "Attempt 1":
        assert all(event.at_s <= 300 for event in both[1].events if event.at_s is not None)
