"""A queue in front of a function: what is planned, what is refused, and a poison message under emulation."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import boto3
import pytest
from moto import mock_aws

from advisor.starter import Blueprint, NotSupported, render
from advisor.starter.blueprint.resources import Bus, Function, MailRule, Queue, Route, Subscription, Topic
from advisor.starter.blueprint.wiring import QueueBatch, Ref
from tests.starter.checks.deployed import REGION, read
from tests.starter.projects import blueprint_of, files
from tests.starter.typed.laws import FLAVOURS

SOURCES = ("sqs", "sns", "eventbridge", "s3", "sdk", "other", None)


def worker(made: Blueprint) -> tuple[Function, QueueBatch, Queue, Queue]:
    """Return the function, its batch, the queue that it reads, and the dead-letter queue."""
    (function,) = made.functions
    assert function.trigger and function.trigger.worker and function.trigger.source
    queue = made.by_id[function.trigger.source.to]
    assert isinstance(queue, Queue) and queue.dead_letters
    letters = made.by_id[queue.dead_letters.to]
    assert isinstance(letters, Queue)
    return function, function.trigger.worker, queue, letters


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("step_s", [None, 1, 20, 100, 450, 900])
def test_a_batch_ends_before_its_timeout_and_its_messages_stay_hidden(
    source: str | None, step_s: int | None
) -> None:
    answers = {"event_source": source, "steps": 1, "step_duration_s": step_s}
    made = blueprint_of({key: value for key, value in answers.items() if value is not None}, "messaging")
    function, batch, queue, letters = worker(made)
    assert 1 <= batch.size <= 10
    assert function.timeout_s <= 900
    assert batch.size == 1 or function.timeout_s >= 2 * (step_s or 1) * batch.size
    assert queue.visibility_s >= 6 * function.timeout_s
    assert queue.retention_s < letters.retention_s
    assert queue.oldest_s >= queue.visibility_s * queue.max_receives
    assert queue.max_receives >= 5 and letters.stays_empty
    assert function.asynchronous is None, "a poller knows no destinations"


@pytest.mark.parametrize(("buffering", "concurrency"), [(("pacing",), 2), (("bursts",), 0), ((), 0)])
def test_only_a_service_that_allows_so_much_limits_the_poller(
    buffering: tuple[str, ...], concurrency: int
) -> None:
    made = blueprint_of({"event_source": "sqs", "steps": 1, "buffering": buffering}, "messaging")
    assert worker(made)[1].concurrency == concurrency


@pytest.mark.parametrize(
    ("answers", "approach"),
    [
        ({"event_source": "sqs", "steps": 1, "failure_handling": ("redrive",)}, "queue-redrive"),
        ({"event_source": "s3", "steps": 1, "buffering": ("bursts",)}, "messaging"),
    ],
)
def test_auto_builds_what_the_advice_says(answers: dict[str, Any], approach: str) -> None:
    assert blueprint_of(answers).approach == approach


@pytest.mark.parametrize(
    ("answers", "approach", "told"),
    [
        ({"event_source": "s3", "steps": 1}, "queue-redrive", "Only a queue has a redrive policy"),
        ({"steps": 3, "step_duration_s": 400}, "messaging", "may take 1,200"),
        ({"event_source": "sqs", "steps": 3, "consumers": "several"}, "messaging", "goes to one consumer"),
        ({"event_source": "s3", "steps": 1, "ordering": "required"}, "messaging", "in no order"),
        ({"event_source": "kinesis", "steps": 1}, "messaging", "A pipe can hand on"),
        ({"event_source": "alb", "steps": 1}, "messaging", "none of them writes to a queue"),
        ({"event_source": "cloudwatch-logs", "steps": 1}, "messaging", "none of them writes to a queue"),
        ({"event_source": "sqs", "steps": 1, "step_duration_s": 1000}, "messaging", "ends after 900 seconds"),
        (
            {"caller_waits_for": "result", "total_duration_s": 60, "step_duration_s": 9, "steps": 1},
            "messaging",
            "does not come back",
        ),
        ({"event_source": "sqs", "waits": ("callback",)}, "queue-redrive", "remembers where it stands"),
    ],
)
def test_what_a_queue_cannot_do_is_refused_with_a_way_out(
    answers: dict[str, Any], approach: str, told: str
) -> None:
    with pytest.raises(NotSupported, match=re.escape(told)) as refused:
        blueprint_of(answers, approach)
    assert re.search(r"--approach|say ", str(refused.value))


def test_steps_that_follow_one_another_are_one_function_s() -> None:
    made = blueprint_of({"event_source": "sqs", "steps": 3, "step_duration_s": 10}, "queue-redrive")
    (function,) = made.functions
    assert (function.name.words, function.timeout_s) == ("Validate request", 300), "five messages of a minute"
    assert "does all 3 steps, one after another: 'Validate request', " in made.notes[0]


def test_where_the_first_alternative_refuses_the_next_one_is_built_and_says_why() -> None:
    answers = {"event_source": "sqs", "steps": 2, "targets": ("s3",), "coordination": "independent"}
    made = blueprint_of(answers)
    assert (made.approach, made.notes[0]) == ("queue-redrive", made.passed_over)
    assert made.passed_over.startswith(
        "The advice names a pipe first, but the answers cannot be built with it"
    )
    with pytest.raises(NotSupported):
        blueprint_of(answers, "pipes")


def test_mail_reaches_queues_through_a_topic() -> None:
    answers = {"event_source": "ses", "invocation": "async", "steps": 2, "consumers": "several"}
    made = blueprint_of(answers, "messaging")
    (rule,) = (item for item in made.resources if isinstance(item, MailRule))
    assert rule.topic == Ref("SourceTopic") and rule.function is None
    links = [item for item in made.resources if isinstance(item, Subscription)]
    assert {link.queue.to for link in links} == set(made.worked_on)
    assert all(link.topic == rule.topic and link.undelivered for link in links)
    assert "150 KiB" in rule.purpose


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"ordering": "required"}, "publishes to no FIFO topic"),
        ({"branching": "content", "coordination": "independent"}, "says no type"),
    ],
)
def test_mail_has_neither_order_nor_type(answers: dict[str, Any], told: str) -> None:
    mail = {"event_source": "ses", "invocation": "async", "steps": 2, "consumers": "several"}
    with pytest.raises(NotSupported, match=told):
        blueprint_of({**mail, **answers}, "messaging")


@pytest.mark.parametrize("source", ["sns", "iot", "s3", "eventbridge", "api-gateway", "sdk", "other"])
@pytest.mark.parametrize("consumers", ["several", "open"])
@pytest.mark.parametrize("content", [False, True])
def test_each_consumer_has_a_queue_and_a_dead_letter_queue(
    source: str, consumers: str, content: bool
) -> None:
    answers = {"event_source": source, "invocation": "async", "steps": 3, "consumers": consumers}
    more = {"branching": "content", "coordination": "independent"} if content else {}
    made = blueprint_of({**answers, **more}, "messaging")
    assert len(made.worked_on) == 3
    letters = {queue.dead_letters for queue in made.resources if isinstance(queue, Queue)} - {None}
    assert len(letters) == 3
    links = [item for item in made.resources if isinstance(item, Route | Subscription)]
    assert {_filled(link) for link in links} == set(made.worked_on)
    assert all(link.undelivered for link in links)
    assert len({repr(_taken(link)) for link in links}) == (3 if content else 1)


def _filled(link: Route | Subscription) -> str:
    return (link.target if isinstance(link, Route) else link.queue).to


def _taken(link: Route | Subscription) -> object:
    return link.pattern if isinstance(link, Route) else link.filter


@pytest.mark.parametrize("source", ["sqs", "sns", "sdk"])
def test_where_order_is_required_all_on_the_way_keeps_it(source: str) -> None:
    steps = {"steps": 1} if source == "sqs" else {"steps": 2, "consumers": "several"}
    made = blueprint_of({"event_source": source, "ordering": "required", **steps}, "messaging")
    queues = [item for item in made.resources if isinstance(item, Queue | Topic) and item.id != "AlarmTopic"]
    assert queues and all(item.fifo for item in queues)
    assert all(f.trigger and f.trigger.worker and f.trigger.worker.order for f in made.functions)


def test_a_delay_is_the_queue_s() -> None:
    made = blueprint_of({"event_source": "sqs", "steps": 1, "waits": ("timer",)}, "messaging")
    assert worker(made)[2].delay_s == 60


def test_every_way_to_lose_a_message_has_a_line_and_an_alarm() -> None:
    made = blueprint_of({"event_source": "sns", "steps": 1}, "messaging")
    told = [(str(route.failure), str(route.ends_up), route.alarms[0].to) for route in made.failure_routes]
    assert told == [
        ("SNS cannot deliver an event", "queue `UndeliveredEvents`", "UndeliveredEventsAlarm"),
        (
            "a message that `ValidateRequestFunction` failed on 5 times",
            "queue `DeadLetterQueue`, until somebody sends it back",
            "DeadLetterQueueAlarm",
        ),
        (
            "`ValidateRequestFunction` is too slow, or a service it calls is away",
            "messages wait in queue `SourceQueue` for 7 days, then they are gone",
            "SourceQueueAgeAlarm",
        ),
    ]


def settings(template: dict[str, Any], name: str) -> dict[str, str]:
    """Return the attributes of a queue of a template as SQS takes them; no message is hidden for long."""
    of = template["Resources"][name]["Properties"]
    return {"MessageRetentionPeriod": str(of["MessageRetentionPeriod"]), "VisibilityTimeout": "0"}


@mock_aws  # type: ignore[untyped-decorator]
def test_a_poison_message_ends_in_the_dead_letter_queue_and_comes_back() -> None:
    template = read(files("queue-redrive")["template.yaml"])
    client = boto3.client("sqs", region_name=REGION)
    urls = {
        name: client.create_queue(QueueName=name, Attributes=settings(template, name))["QueueUrl"]
        for name in ("DeadLetterQueue", "SourceQueue")
    }
    arn = f"arn:aws:sqs:{REGION}:123456789012:DeadLetterQueue"
    receives = template["Resources"]["SourceQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": receives})
    client.set_queue_attributes(QueueUrl=urls["SourceQueue"], Attributes={"RedrivePolicy": policy})
    client.send_message(QueueUrl=urls["SourceQueue"], MessageBody="{}")
    received = [bool(client.receive_message(QueueUrl=urls["SourceQueue"]).get("Messages")) for _ in range(7)]
    assert received == [True] * receives + [False] * (7 - receives)
    (letter,) = client.receive_message(QueueUrl=urls["DeadLetterQueue"])["Messages"]
    assert letter["Body"] == "{}"


def test_the_commands_of_a_redrive_are_the_service_s_own() -> None:
    """No emulator of ours moves messages back, so the words are held against the service's model."""
    text = files("queue-redrive")["README.md"].replace("\\\n", " ")
    model = boto3.client("sqs", region_name=REGION).meta
    found = re.findall(r"aws sqs ((?:start|list|get)-[\w-]+) (.*?)\)?$", text, re.MULTILINE)
    assert [name for name, _ in found] == ["get-queue-attributes", "start-message-move-task"]
    for name, arguments in found:
        operation = "".join(part.capitalize() for part in name.split("-"))
        shape = model.service_model.operation_model(operation).input_shape
        known = {re.sub(r"(?<!^)(?=[A-Z])", "-", key).lower() for key in shape.members}
        options = {word[2:] for word in shlex.split(arguments) if word.startswith("--")}
        assert options - {"query", "output"} <= known
        assert {re.sub(r"(?<!^)(?=[A-Z])", "-", key).lower() for key in shape.required_members} <= options


@pytest.mark.parametrize(("answers", "sent"), [({"steps": 1}, 1), ({"steps": 2, "consumers": "several"}, 2)])
@pytest.mark.parametrize("ordering", ["none", "required"])
def test_a_schedule_sends_to_each_queue_in_a_role_that_may_do_nothing_else(
    answers: dict[str, Any], sent: int, ordering: str
) -> None:
    made = blueprint_of({"event_source": "schedule", "ordering": ordering, **answers}, "messaging")
    routes = [item for item in made.resources if isinstance(item, Route)]
    assert [bool(route.schedule) for route in routes] == [True] * sent
    for route in routes:
        (allowed,) = made.permissions_of(route.id)
        assert allowed.actions == ("sqs:SendMessage",)
        assert allowed.resources == (route.target, route.undelivered)
        assert bool(route.group) == (ordering == "required"), "a FIFO queue takes no message without a group"
    told = next(line for line in made.failure_routes if "EventBridge Scheduler" in str(line.failure))
    assert "UndeliveredEvents" in str(told.ends_up)


@pytest.mark.parametrize("ordering", ["none", "required"])
def test_the_readme_sends_to_each_queue_what_its_schedule_sends(ordering: str) -> None:
    answers = {"event_source": "schedule", "steps": 2, "branching": "content", "coordination": "independent"}
    made = blueprint_of({**answers, "ordering": ordering}, "messaging")
    readme = next(file.text for file in render(made) if file.path == "README.md")
    sent = re.findall(r"aws sqs send-message .*?(\w+Queue)Url.* --message-body '(.*)'", readme)
    routes = [item for item in made.resources if isinstance(item, Route)]
    assert {queue: json.loads(body)["type"] for queue, body in sent} == {
        route.target.to: (route.input or {})["type"] for route in routes
    }
    assert (len(sent), "--message-group-id" in readme) == (2, ordering == "required")


@pytest.mark.parametrize("iac", FLAVOURS)
def test_an_api_puts_each_request_straight_into_the_only_queue(iac: str) -> None:
    answers = {"event_source": "api-gateway", "steps": 1, "buffering": ("bursts",)}
    made = blueprint_of(answers, "messaging", iac=iac)
    assert not any(isinstance(item, Bus | Route) for item in made.resources)
    texts = "\n".join(file.text for file in render(made))
    assert "EventBridge-PutEvents" not in texts and "HttpEventBridgeIntegration" not in texts
    assert "SQS-SendMessage" in texts or "HttpSqsIntegration" in texts
    (sending,) = (item for item in made.permissions if item.holder == "Api")
    assert (sending.actions, sending.resources) == (("sqs:SendMessage",), (Ref("SourceQueue"),))


def test_only_a_bus_behind_an_api_refuses_a_body_with_status_200() -> None:
    answers = {"event_source": "api-gateway", "steps": 2, "buffering": ("bursts",)}
    one = blueprint_of({**answers, "steps": 1}, "messaging")
    several = blueprint_of({**answers, "consumers": "several"}, "messaging")
    told = [any("FailedEntryCount" in file.text for file in render(made)) for made in (one, several)]
    assert told == [False, True]
