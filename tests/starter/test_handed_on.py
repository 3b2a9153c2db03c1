"""Rules that hand events straight on to queues and topics, with no function between."""

from __future__ import annotations

from typing import Any

import pytest

from advisor.knowledge.answers import Step
from advisor.starter import NotSupported, render
from advisor.starter.blueprint.resources import Queue, Topic
from tests.starter.projects import blueprint_of, files


@pytest.mark.parametrize("target", ["sqs", "sns"])
@pytest.mark.parametrize("source", ["eventbridge", "s3"])
def test_what_the_advice_names_is_built_without_a_function(source: str, target: str) -> None:
    made = blueprint_of({"event_source": source, "steps": 1, "targets": (target,)})
    assert (made.approach, made.functions, made.idempotency) == ("messaging", (), None)
    (rule,) = made.handed_on
    assert isinstance(made.by_id[rule.target.to], Topic if target == "sns" else Queue)
    assert rule.target_service == target
    assert rule.retry_attempts == 185 and rule.max_event_age_s == 86_400
    kept = made.by_id[rule.undelivered.to] if rule.undelivered else None
    assert isinstance(kept, Queue) and kept.stays_empty


def test_each_target_has_a_rule_of_its_own() -> None:
    steps = (Step("Keep for billing", "sqs"), Step("Tell others", "sns"))
    answers = {"event_source": "eventbridge", "steps": 2, "targets": ("sqs", "sns")}
    made = blueprint_of(answers, "messaging", steps=steps)
    told = [(rule.id, rule.target.to) for rule in made.handed_on]
    assert told == [("KeepForBillingRule", "KeepForBillingQueue"), ("TellOthersRule", "TellOthersTopic")]


@pytest.mark.parametrize(
    ("more", "steps"),
    [
        ({"targets": ("lambda", "sqs")}, ()),
        ({"targets": ()}, ()),
        ({"steps": 2}, ()),
        ({"code": "given"}, ()),
        ({"buffering": ("pacing",)}, ()),
        ({"waits": ("timer",)}, ()),
        ({"event_source": "sns"}, ()),
        ({}, (Step("Resize image"),)),
    ],
)
def test_where_there_is_something_to_compute_a_function_does_it(
    more: dict[str, Any], steps: tuple[Step, ...]
) -> None:
    answers = {"event_source": "eventbridge", "steps": 1, "targets": ("sqs",), **more}
    made = blueprint_of(answers, "messaging", steps=steps)
    assert made.functions and made.handed_on == ()


def test_a_rule_keeps_no_order() -> None:
    answers = {"event_source": "eventbridge", "steps": 1, "targets": ("sqs",), "ordering": "required"}
    with pytest.raises(NotSupported, match="EventBridge delivers events in no order"):
        blueprint_of(answers, "messaging")


def test_every_way_to_lose_an_event_has_a_line() -> None:
    answers = {"event_source": "eventbridge", "steps": 2, "targets": ("sqs", "sns"), "code": "none"}
    made = blueprint_of(answers, "messaging")
    told = [(str(line.failure), [ref.to for ref in line.alarms], line.unseen) for line in made.failure_routes]
    assert told == [
        ("EventBridge cannot deliver an event", ["UndeliveredEventsAlarm"], ""),
        ("nobody subscribes to `NotifyPeopleTopic`", [], "nothing: subscribe before the first event"),
        ("nobody takes the messages of `QueueResultQueue`", ["QueueResultQueueAgeAlarm"], ""),
    ]


def test_the_readme_sends_an_event_looks_for_it_and_hands_a_kept_one_on() -> None:
    text = files("route-to-queue")["README.md"]
    assert 'receive-message --queue-url "$(output QueueResultQueueUrl)"' in text
    assert "| aws sqs send-message" in text and "No code runs here: a rule hands each event on" in text
    assert "function gets first" not in text


def test_there_is_no_file_of_a_language() -> None:
    made = blueprint_of({"event_source": "eventbridge", "steps": 1, "targets": ("sqs",)})
    assert not any(file.path.startswith(("functions/", "tests/")) for file in render(made))
