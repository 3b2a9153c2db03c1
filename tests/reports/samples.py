"""A small rule base and recommendations made by hand: whole reports stay the same while the rules grow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from advisor.decision.contradictions import Conflict
from advisor.decision.decide import decide
from advisor.decision.recommend import designs_of, speaking_for
from advisor.decision.recommendation import (
    BreakEven,
    ComparisonRow,
    Cost,
    CostLine,
    FailureEvent,
    FailureStory,
    Flip,
    OptionCost,
    Recommendation,
    RuleBaseStamp,
    Verdict,
)
from advisor.knowledge.answers import Answers, Project, Step
from advisor.knowledge.conditions import AllOf, Answer, Condition, Test
from advisor.knowledge.questions import Choice, Question, Questionnaire
from advisor.knowledge.rules import Alternative, Criterion, Rule, RuleBase, SwitchedOff
from tests.reports.real import RULE_BASE as REAL

DOCS = "https://docs.aws.amazon.com/step-functions/latest/dg/"


def _question(key: str, kind: str, topic: str, ask: str, **more: object) -> Question:
    words = {"why": f"Why {key}.", "changes": f"What {key} changes.", "help": "", "undo": "", "source": DOCS}
    return Question(key=key, kind=kind, topic=topic, ask=ask, **{**words, **more})  # type: ignore[arg-type]


def _choices(*values: str | bool) -> tuple[Choice, ...]:
    return tuple(Choice(v, str(v).replace("-", " ").capitalize(), f"About {v}.") for v in values)


QUESTIONNAIRE = Questionnaire(
    questions=(
        _question(
            "invocation",
            "choice",
            "invocation",
            "How is the work started?",
            choices=_choices("sync", "async", "stream"),
        ),
        _question(
            "event_source",
            "choice",
            "invocation",
            "What starts it?",
            choices=(
                Choice("s3", "Amazon S3", "An object was made.", {"invocation": "async"}),
                Choice("sqs", "SQS queue", "A message.", {"invocation": "stream"}),
            ),
        ),
        _question(
            "steps", "whole", "flow", "How many units of work?", unit="steps", minimum=1, maximum=10_000
        ),
        _question(
            "parallelism",
            "choice",
            "parallelism",
            "Does anything run at the same time?",
            choices=_choices("none", "static", "dynamic"),
        ),
        _question(
            "max_parallel_items",
            "whole",
            "parallelism",
            "How many items at most?",
            unit="items",
            minimum=1,
            maximum=100_000_000,
            applies_when=Test("parallelism", "is", ("dynamic",)),
        ),
        _question(
            "branching",
            "choice",
            "branching",
            "What decides on the next step?",
            choices=_choices("none", "success-failure", "content"),
        ),
        _question(
            "retry",
            "choice",
            "retries",
            "Which retries?",
            choices=_choices("none", "default", "attempts", "backoff", "per-error"),
        ),
        _question(
            "targets",
            "list",
            "targets",
            "Which services?",
            choices=_choices("lambda", "sns", "sqs", "http-api"),
        ),
        _question("idempotent", "flag", "guarantees", "May a step run twice?", choices=_choices(True, False)),
        _question(
            "monthly_executions",
            "number",
            "volume",
            "How many executions a month?",
            unit="executions",
            minimum=0,
            maximum=1e12,
        ),
    )
)


def _is(key: str, *values: Answer) -> Test:
    return Test(key, "is", values)


def _rule(rule_id: str, title: str, when: Condition, because: str, **effects: Any) -> Rule:
    return Rule(
        id=rule_id,
        title=title,
        criterion="flow",
        when=when,
        because=because,
        source=f"{DOCS}{rule_id.lower()}.html",
        as_of="2026-11-23",
        **effects,
    )


RULES = (
    _rule(
        "IN01",
        "Destinations never fire for synchronous calls",
        _is("invocation", "sync"),
        "The feature belongs to the asynchronous queue – a synchronous caller gets the result itself.",
        rules_out=("destinations",),
    ),
    _rule(
        "PA01",
        "Results of parallel work need a join",
        _is("parallelism", "static", "dynamic"),
        "A Parallel or Map state waits for all branches and collects their results; a destination "
        "hands on and forgets.",
        favours={"step-functions": 3},
    ),
    _rule(
        "RT03",
        "Retries need a backoff rate",
        _is("retry", "backoff", "per-error"),
        "Each state declares its own retriers with interval, rate and cap; the asynchronous queue "
        "waits a fixed minute or two.",
        favours={"step-functions": 3},
    ),
    _rule(
        "FL01",
        "One or two steps need no orchestrator",
        Test("steps", "at_most", (2,)),
        "With few functions and plain error handling a state machine is one more thing to run.",
        favours={"destinations": 2},
    ),
    _rule(
        "FL02",
        "Many steps want one place that shows the flow",
        Test("steps", "at_least", (5,)),
        "Order, state and errors of each run stand in one execution history.",
        favours={"step-functions": 2},
    ),
    _rule(
        "BR01",
        "Success or failure is all that decides",
        _is("branching", "success-failure"),
        "On-success and on-failure destinations say exactly this.",
        favours={"destinations": 2},
    ),
    _rule(
        "TG01",
        "All targets are destination types",
        Test("targets", "only", ("lambda", "sns", "sqs")),
        "Lambda delivers to them without code.",
        favours={"destinations": 1},
    ),
    _rule(
        "WT01",
        "Express repeats whole executions",
        _is("idempotent", False),
        "Express is at least once; a step that must not run twice belongs in Standard.",
        rules_out=("express",),
    ),
    _rule(
        "WT02",
        "Standard keeps the history",
        Test("steps", "at_least", (1,)),
        "Execution history stays queryable for 90 days.",
        favours={"standard": 1},
    ),
    _rule(
        "AL01",
        "A queue keeps what failed by itself",
        _is("event_source", "sqs"),
        "Failed messages return to the queue and move to its dead-letter queue.",
        favours={"queue-redrive": 3},
    ),
    _rule(
        "AL02",
        "Code-first teams have a third choice",
        AllOf((_is("retry", "per-error"), Test("steps", "at_least", (3,)))),
        "Durable functions keep the flow in the function's own code.",
        names="durable-functions",
    ),
)

RULE_BASE = RuleBase(
    version="1.2.3",
    as_of="2026-11-23",
    questionnaire=QUESTIONNAIRE,
    criteria=(Criterion(id="flow", code="FL", title="Flow"),),
    rules=RULES,
    alternatives=(
        Alternative(
            id="queue-redrive",
            title="Queue redrive",
            sketch="Queue → function;\ndead-letter queue + redrive.",
            source=f"{DOCS}sqs.html",
        ),
        Alternative(
            id="durable-functions",
            title="Lambda durable functions",
            sketch="Steps and waits in code.",
            source=f"{DOCS}durable.html",
        ),
    ),
    switched_off=(SwitchedOff("FL09", "Our platform team runs every state machine."),),
)

ROWS = tuple(
    ComparisonRow(
        topic=key,
        title=title,
        destinations=destinations,
        step_functions=step_functions,
        source=f"{DOCS}{key}.html",
    )
    for key, title, destinations, step_functions in (
        ("invocation", "Invocation", "Fires: the call is asynchronous.", "Started by an EventBridge rule."),
        (
            "targets",
            "Services",
            "Five target types, an HTTP API is none of them.",
            "220+ services directly; an HTTP Task calls the API.",
        ),
        (
            "parallelism",
            "Parallel branches",
            "None; nothing joins results.",
            "Map state over the items, results collected.",
        ),
        ("branching", "Choice", "Success or failure only.", "Any condition on the data."),
        (
            "retries",
            "Retries",
            "0 to 2, after about 1 and 2 minutes.",
            "Per error: interval, backoff rate, cap ≥ 1 s.",
        ),
    )
)

COST = Cost(
    region="eu-south-2",
    price_region="us-east-1",
    volume=10_000,
    assumed=True,
    as_of="2026-11-20",
    options=(
        OptionCost(
            option="destinations",
            usd=0.0,
            usd_without_free_tier=0.012,
            lines=(
                CostLine(
                    price_id="sqs",
                    title="SQS requests",
                    units=30_000,
                    unit="requests",
                    usd=0.0,
                    formula="30,000 requests, 1,000,000 free",
                    source="https://aws.amazon.com/sqs/pricing/",
                    as_of="2026-11-20",
                    verified=False,
                ),
            ),
        ),
        OptionCost(
            option="standard",
            usd=0.4,
            usd_without_free_tier=0.5,
            lines=(
                CostLine(
                    price_id="transitions",
                    title="State transitions",
                    units=20_000,
                    unit="transitions",
                    usd=0.4,
                    formula="(20,000 - 4,000 free) x $0.000025",
                    source="https://aws.amazon.com/step-functions/pricing/",
                    as_of="2026-11-20",
                    verified=True,
                ),
            ),
        ),
        OptionCost(option="express", usd=0.017, usd_without_free_tier=0.017, lines=()),
    ),
    break_even=(BreakEven("express", "standard", 4_200), BreakEven("destinations", "express", None)),
    assumptions=("eu-south-2 has no prices of its own here; those of us-east-1 are used.",),
)

STORIES = (
    FailureStory(
        option="destinations",
        attempts="3",
        events=(
            FailureEvent(0, "First attempt", "The function raises an error."),
            FailureEvent(60, "Second attempt", "About a minute later."),
            FailureEvent(180, "Third attempt", "About two minutes after that."),
            FailureEvent(180, "Delivery", "The record goes to the on-failure destination."),
        ),
        ends_up="the on-failure queue, with the event and the error",
        lost="nothing, as long as the queue keeps it",
        alarm="DestinationDeliveryFailures, should the delivery fail",
    ),
    FailureStory(
        option="standard",
        attempts="4",
        events=(
            FailureEvent(0, "First attempt", "The task fails."),
            FailureEvent(2, "Retry", "Interval 2 s, rate 2."),
            FailureEvent(None, "Redrive", "Within 14 days, from the failed state."),
        ),
        ends_up="the execution history",
        lost="nothing for 90 days",
        alarm="ExecutionsFailed",
    ),
)

ORDERS: Mapping[str, Answer] = {
    "event_source": "s3",
    "steps": 6,
    "parallelism": "dynamic",
    "branching": "success-failure",
    "retry": "per-error",
    "targets": ("lambda", "http-api"),
    "idempotent": False,
}


STANDARD = Verdict(
    option="step-functions", workflow_type="standard", strength="clear", instead=("durable-functions",)
)
STEPS = (Step("ValidateOrder"), Step("ChargeCard", "http-api"))


def advice(
    requirements: Mapping[str, Answer] = ORDERS,
    verdict: Verdict = STANDARD,
    name: str = "order-pipeline",
) -> Recommendation:
    """Return a recommendation by hand around what the small rule base decides."""
    decision = decide(RULE_BASE, requirements)
    answers = Answers(requirements, name, Project(region="eu-south-2", steps=STEPS))
    return Recommendation(
        rule_base=RuleBaseStamp("1.2.3", "2026-11-23"),
        aws=REAL.aws,
        answers=answers,
        verdict=verdict,
        summary=(
            "Use Step Functions (Standard): results of parallel work need a join; "
            "retries need a backoff rate."
        ),
        decision=decision,
        comparison=ROWS,
        flips=(
            Flip(change={"parallelism": "none"}, option="destinations", workflow_type=None),
            Flip(change={"steps": 4}, option="destinations", workflow_type=None, threshold="below 5"),
            Flip(
                change={"targets": ("lambda",), "retry": "default"}, option="destinations", workflow_type=None
            ),
            Flip(
                change={"invocation": "sync"},
                option="neither",
                workflow_type=None,
                instead=("queue-redrive",),
                open=True,
            ),
        ),
        open_questions=("max_parallel_items", "monthly_executions"),
        cost=COST,
        failure_stories=STORIES,
        alternatives=tuple(RULE_BASE.alternative(key) for key in verdict.instead),
        alternative_rules={key: speaking_for(decision, key) for key in verdict.instead},
        warnings=(
            "The type of a state machine cannot be changed later. [WT09]",
            "Rule FL09 is switched off by your rules: Our platform team runs every state machine.",
        ),
        designs=designs_of(REAL, answers, decision),
    )


def neither() -> Recommendation:
    """Return advice against both options."""
    verdict = Verdict(option="neither", workflow_type=None, strength="clear", instead=("queue-redrive",))
    found = advice(
        {"event_source": "sqs", "steps": 1, "parallelism": "none", "max_parallel_items": 3}, verdict
    )
    summary = "Use neither, but queue redrive: a queue keeps what failed by itself."
    return replace(found, summary=summary, flips=(), open_questions=())


def destinations() -> Recommendation:
    """Return advice for the simpler option, close."""
    verdict = Verdict(option="destinations", workflow_type=None, strength="close", instead=())
    found = advice({"event_source": "s3", "steps": 2, "branching": "success-failure"}, verdict)
    found = replace(found, deciding_questions=("max_parallel_items", "monthly_executions"))
    return replace(found, summary="Use Lambda Destinations: one or two steps need no orchestrator.")


def both() -> Recommendation:
    """Return advice for both options together."""
    found = advice(verdict=Verdict(option="both", workflow_type="standard", strength="close", instead=()))
    conflict = Conflict(
        id="CO05",
        answers={"step_duration_s": 600, "total_duration_s": 10},
        because="A run cannot be shorter than its longest step.",
        source=f"{DOCS}choosing-workflow-type.html",
    )
    found = replace(found, conflicts=(conflict,))
    return replace(found, summary="Use both, Step Functions (Standard) for the core and Lambda Destinations.")


def stream() -> Recommendation:
    """Return advice for a stream, whose event source mapping has an on-failure destination only."""
    verdict = Verdict(option="destinations", workflow_type=None, strength="tied", instead=())
    found = advice({"invocation": "stream", "steps": 2}, verdict)
    return replace(found, summary="Use Lambda Destinations: one or two steps need no orchestrator.")


CASES = {
    "step-functions": advice,
    "destinations": destinations,
    "stream": stream,
    "neither": neither,
    "both": both,
}


def with_prices() -> tuple[Recommendation, RuleBase]:
    """Return advice and a rule base that can also work out other volumes, as the page does."""
    priced = replace(RULE_BASE, limits=REAL.limits, services=REAL.services, prices=REAL.prices)
    return advice(), priced
