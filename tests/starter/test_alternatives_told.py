"""Alternatives are told like the two options: picture, comparison, cost, failure, as the starter has it."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

import pytest
from msgspec.structs import replace

from advisor.decision.failure.alternatives_timeline import alternative_story
from advisor.decision.failure.inputs import Case
from advisor.decision.recommend import recommend
from advisor.decision.recommendation import FailureStory, Recommendation
from advisor.knowledge.answers import Answers, Project, Step
from advisor.reports import FORMATS, ReportOptions
from advisor.reports.diagram.flow import flow, in_words
from advisor.reports.reasons import arguments_against, arguments_for
from advisor.starter.blueprint.resources import Container, Pipe, Queue
from tests.reports.real import RULE_BASE
from tests.starter.projects import blueprint_of

WORKLOADS: dict[str, dict[str, Any]] = {
    "single-function": {"event_source": "schedule", "steps": 1},
    "direct-invoke": {"event_source": "api-gateway", "steps": 1, "caller_waits_for": "result"},
    "messaging": {"event_source": "sns", "steps": 1, "buffering": ("pacing",), "step_duration_s": 20},
    "queue-redrive": {"event_source": "sqs", "steps": 1, "failure_handling": ("redrive",)},
    "pipes": {"event_source": "kinesis", "steps": 1, "targets": ("sqs",)},
    "durable-functions": {
        "event_source": "eventbridge",
        "steps": 3,
        "targets": ("lambda",),
        "waits": ("human-approval",),
        "priority": ("speed-to-build", "control"),
        "team_asl_experience": "none",
    },
    "managed-job": {
        "event_source": "schedule",
        "steps": 1,
        "targets": ("ecs-fargate",),
        "step_duration_s": 1200,
    },
}
STEPS = {"pipes": (Step("Hand on", "sqs"),)}


def advised(alternative: str, **more: Any) -> Recommendation:
    answers = {**WORKLOADS[alternative], "monthly_executions": 1_000_000, **more}
    found = recommend(RULE_BASE, Answers(answers, project=Project(steps=STEPS.get(alternative, ()))))
    assert found.verdict.option == "neither" and found.verdict.instead[0] == alternative
    return found


def told(alternative: str, **more: Any) -> FailureStory:
    return next(
        story for story in advised(alternative, **more).failure_stories if story.option == alternative
    )


@pytest.mark.parametrize("alternative", WORKLOADS)
def test_every_report_tells_of_the_alternative_what_it_tells_of_an_option(alternative: str) -> None:
    found = advised(alternative)
    title = RULE_BASE.alternative(alternative).title
    report = json.loads(FORMATS["json"](found, RULE_BASE))
    assert alternative in {**report["cost"]["options"], **report["cost"]["alternatives"]}
    assert alternative in report["failure_story"]
    assert all(row[alternative] for row in report["comparison"])
    record = FORMATS["markdown"](found, RULE_BASE)
    assert f"| Topic | Lambda Destinations | Step Functions | {title} |" in record
    assert f"### Failing under {title}" in record
    assert f"\n| {title} | \\$" in record
    text = FORMATS["text"](found, RULE_BASE, ReportOptions(explain=True, width=200))
    assert f"When it keeps failing: {title}" in text
    assert unescape(FORMATS["html"](found, RULE_BASE)).count(title) >= 4


@pytest.mark.parametrize(
    ("alternative", "picture"),
    [
        ("single-function", "[Validate request] (on failure: SQS queue)"),
        ("direct-invoke", "[Validate request] (on failure: The caller)"),
        ("queue-redrive", "[Validate request] (on failure: Dead-letter queue)"),
        ("pipes", "[Pipe (on failure: Dead-letter queue), then Hand on]"),
        ("managed-job", "[Run container] (on failure: SNS topic)"),
    ],
)
def test_the_picture_has_the_resources_of_the_alternative(alternative: str, picture: str) -> None:
    assert in_words(flow(advised(alternative), RULE_BASE)).endswith(picture)


def test_each_consumer_has_a_queue_in_the_picture() -> None:
    found = recommend(
        RULE_BASE,
        Answers({"event_source": "sns", "steps": 2, "consumers": "several", "coordination": "independent"}),
    )
    queue = "SQS queue (on failure: Dead-letter queue), then"
    assert in_words(flow(found, RULE_BASE)).endswith(
        f"[Each consumer [{queue} Validate request and {queue} Process request]]"
    )


@pytest.mark.parametrize("alternative", ["messaging", "queue-redrive"])
def test_the_timeline_of_a_message_is_that_of_the_starter(alternative: str) -> None:
    made = blueprint_of(WORKLOADS[alternative], alternative)
    (queue,) = (item for item in made.resources if isinstance(item, Queue) and item.dead_letters)
    events = told(alternative).events
    attempts = [event.at_s for event in events if event.title.startswith("Attempt")]
    assert attempts == [queue.visibility_s * turn for turn in range(queue.max_receives)]
    (moved,) = (event for event in events if event.title == "Dead-letter queue")
    assert moved.at_s == queue.visibility_s * queue.max_receives


def test_the_timeline_of_a_record_is_that_of_the_pipe() -> None:
    made = blueprint_of(WORKLOADS["pipes"], "pipes", steps=STEPS["pipes"])
    (pipe,) = (item for item in made.resources if isinstance(item, Pipe))
    story = told("pipes")
    assert story.attempts.startswith(f"{pipe.retry_attempts + 1} attempts")
    assert story.events[-1].at_s == pipe.max_record_age_s


def test_the_timeline_of_a_message_in_a_pipe_is_that_of_its_queue() -> None:
    answers: dict[str, Any] = {"event_source": "sqs", "steps": 1, "targets": ("sns",)}
    steps = (Step("Announce", "sns"),)
    made = blueprint_of(answers, "pipes", steps=steps)
    (queue,) = (item for item in made.resources if isinstance(item, Queue) and item.dead_letters)
    found = recommend(RULE_BASE, Answers(answers, project=Project(steps=steps)))
    case = Case(found.decision.settled.facts.values, RULE_BASE.aws, {})
    events = alternative_story(case, found.designs, "pipes").events
    assert [events[1].at_s, events[-2].at_s] == [queue.visibility_s, queue.visibility_s * queue.max_receives]


def test_a_caller_is_told_when_the_api_gives_up() -> None:
    events = told("direct-invoke", step_duration_s=2).events
    assert [(event.at_s, event.title) for event in events] == [
        (0, "Attempt 1"),
        (2, "Answer"),
        (RULE_BASE.aws.number("http-api-timeout"), "At the latest"),
    ]


@pytest.mark.parametrize(
    ("alternative", "usd"),
    [
        ("single-function", 0.0),
        ("direct-invoke", 1.0),  # a million requests
        ("messaging", 0.80),  # three million requests, one of them free
        ("queue-redrive", 0.80),
        ("pipes", 1.20),
        ("managed-job", 4_114.0),  # 1,200 s of 0.25 vCPU and 0.5 GB, a million times
    ],
)
def test_the_cost_of_an_alternative_to_the_cent(alternative: str, usd: float) -> None:
    found = advised(alternative).cost.option(alternative)
    assert found is not None
    assert found.usd == pytest.approx(usd, abs=0.5 if usd > 100 else 0.005)


def test_a_load_balancer_costs_by_the_hour_whatever_is_called() -> None:
    calls: dict[str, Any] = {**WORKLOADS["direct-invoke"], "event_source": "alb", "monthly_executions": 10}
    cost = recommend(RULE_BASE, Answers(calls)).cost.option("direct-invoke")
    assert cost is not None
    assert [line.formula for line in cost.lines] == ["730 hours a month, x $0.0225"]
    assert cost.usd == pytest.approx(730 * 0.0225)


def test_a_job_is_not_compared_with_what_leaves_compute_out() -> None:
    found = advised("managed-job").cost
    assert not any("managed-job" in (item.cheaper, item.dearer) for item in found.break_even)
    assert any("takes the place of Lambda's" in line for line in found.assumptions)


def test_the_container_that_is_priced_is_that_of_the_starter() -> None:
    assert Container.cpu / 1024 == RULE_BASE.aws.number("starter-container-vcpus")
    assert Container.memory_mb / 1024 == RULE_BASE.aws.number("starter-container-gb")


@pytest.mark.parametrize("alternative", WORKLOADS)
def test_the_readme_tells_the_cost(alternative: str) -> None:
    answers = {**WORKLOADS[alternative], "monthly_executions": 1_000_000}
    made = blueprint_of(answers, alternative, steps=STEPS.get(alternative, ()))
    assert made.cost.startswith("about ") and "1,000,000 events" in made.cost


@pytest.mark.parametrize("alternative", WORKLOADS)
def test_no_rule_speaks_for_both_sides_with_the_same_weight(alternative: str) -> None:
    found = advised(alternative)
    weights = {item.rule.id: item.points for item in arguments_for(found)}
    assert all(item.points > weights.get(item.rule.id, 0) for item in arguments_against(found))
    everything = replace(found, verdict=replace(found.verdict, option="step-functions"))
    assert {item.rule.id for item in arguments_against(everything)} >= {
        item.rule.id for item in arguments_against(found) if item.speaks_for == "destinations"
    }
