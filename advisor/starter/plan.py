"""Recommendation to blueprint: what the starter project contains and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from advisor.decision.conclude import workflow_type_of
from advisor.decision.recommendation import Recommendation
from advisor.knowledge.answers import REGION, Step
from advisor.knowledge.limits import Limit
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STANDARD, STEP_FUNCTIONS
from advisor.knowledge.versions import Versions
from advisor.starter import asked as rule_ids
from advisor.starter.alarms import alarm_topic, alarms_for
from advisor.starter.blueprint import (
    Approach,
    Blueprint,
    Function,
    Parameter,
    Permission,
    Ref,
    Table,
    WorkflowType,
)
from advisor.starter.bridge import both
from advisor.starter.calls import NOTIFY_EMAIL
from advisor.starter.core import Plan, core
from advisor.starter.derive import CHOICE_KEY, CHOICE_LIMIT, ITEMS_KEY, Wishes, flow_for, units_for
from advisor.starter.edges import edges
from advisor.starter.flavours import FLAVOURS
from advisor.starter.flow import Choose, Do, Flow, ForEach, nodes
from advisor.starter.limits import limits_from
from advisor.starter.names import name
from advisor.starter.parts import Brief, Parts, joined
from advisor.starter.prose import one_line
from advisor.starter.refusals import Refused
from advisor.starter.runtimes import LANGUAGES
from advisor.starter.starts import source_of_machine
from advisor.starter.triggers import source_of_function

TITLES = {
    DESTINATIONS: "Lambda Destinations",
    STEP_FUNCTIONS: "Step Functions",
    BOTH: "Both options together",
}
APPROACHES = ("auto", DESTINATIONS, STEP_FUNCTIONS, BOTH)
AVAILABLE = tuple((iac, runtime) for iac in FLAVOURS for runtime in LANGUAGES)
IDEMPOTENCY = "IdempotencyTable"


class Choice(Struct, frozen=True):
    """The approach to build and, where there is a state machine, its type."""

    approach: Approach
    workflow_type: WorkflowType | None


class Built(Struct, frozen=True):
    """The flow, everything it is made of, and an example of the event that starts it."""

    flow: Flow
    parts: Parts
    event: Mapping[str, Any]


def plan(
    recommendation: Recommendation,
    versions: Versions,
    *,
    approach: str = "auto",
    limits: Mapping[str, Limit] = {},
) -> Blueprint:
    """Return the starter project that ``recommendation`` (or the forced ``approach``) leads to.

    Raises Refused, with the nearest way that works, for what AWS or this starter cannot do.
    """
    choice = _choice(recommendation, approach)
    _check_region(recommendation)
    wishes = Wishes(recommendation.decision.settled.facts.values)
    workload = name(recommendation.answers.name, "starter")
    brief = Brief(
        wishes,
        rule_ids.asked_by(recommendation.decision, choice.approach, choice.workflow_type),
        workload,
        f"app.{workload.slug}",
        limits_from(limits),
        recommendation.answers.project.query_language or "jsonata",
        recommendation.answers.project.failure_topic or "",
    )
    _check_failure_topic(brief, choice)
    return _blueprint(recommendation, versions, brief, choice, _build(brief, choice, recommendation))


def _choice(recommendation: Recommendation, approach: str) -> Choice:
    if approach not in APPROACHES:
        raise Refused(f"The approach is one of {', '.join(APPROACHES)}; found '{approach}'.")
    verdict, decision = recommendation.verdict, recommendation.decision
    if approach == "auto" and verdict.option == NEITHER:
        others = ", ".join(verdict.instead) or "a plain function"
        raise Refused(
            f"Neither Lambda Destinations nor Step Functions fits; use instead: {others}. "
            "For a starter all the same, name one with --approach destinations or --approach step-functions."
        )
    option = verdict.option if approach == "auto" else approach
    for wanted in (DESTINATIONS, STEP_FUNCTIONS):
        card = decision.card(wanted)
        if option == wanted and not card.viable:
            reasons = " ".join(f"{rule.because} ({rule.id})" for rule in card.ruled_out_by)
            raise Refused(f"{TITLES[wanted]} cannot do this workload: {reasons} Leave --approach at auto.")
    return Choice(option, _workflow_type(recommendation) if option != DESTINATIONS else None)  # type: ignore[arg-type]


def _workflow_type(recommendation: Recommendation) -> WorkflowType:
    decision = recommendation.decision
    if recommendation.verdict.workflow_type in (STANDARD, EXPRESS):
        return recommendation.verdict.workflow_type  # type: ignore[return-value]
    if not decision.standard.viable and not decision.express.viable:
        reasons = " ".join(
            rule.because for rule in (*decision.standard.ruled_out_by, *decision.express.ruled_out_by)
        )
        raise Refused(f"Neither workflow type can do this workload: {reasons}")
    return "express" if workflow_type_of(decision, STEP_FUNCTIONS) == EXPRESS else "standard"


def _check_region(recommendation: Recommendation) -> None:
    project = recommendation.answers.project
    if project.region and not re.fullmatch(REGION, project.region):
        raise Refused(f"There is no AWS Region '{project.region}'; one has a code like us-east-1.")


def _check_failure_topic(brief: Brief, choice: Choice) -> None:
    if not brief.failure_topic:
        return
    if choice.approach != DESTINATIONS or brief.wishes.text("event_source") != "kafka":
        raise Refused(
            "project.failure_topic takes what the reader of a Kafka topic keeps failing on: say "
            "event_source: kafka and use --approach destinations, or leave failure_topic out and name a "
            "target in on_failure."
        )
    if brief.wishes.chosen("on_failure"):
        raise Refused(
            f"Lambda takes one destination for failure, but project.failure_topic names the topic "
            f"'{brief.failure_topic}' and on_failure names {', '.join(brief.wishes.chosen('on_failure'))}. "
            "Leave one of them out."
        )


def _build(brief: Brief, choice: Choice, recommendation: Recommendation) -> Built:
    steps, wishes = recommendation.answers.project.units, brief.wishes
    arranged = recommendation.answers.project.steps
    if choice.approach == DESTINATIONS:
        if any(not isinstance(part, Step) for part in arranged):
            raise Refused(
                "Destinations join single steps to a chain; steps in parallel or for each item need a state "
                "machine: use --approach step-functions, or list the steps one by one."
            )
        units = units_for(wishes, steps, 1, direct=False)
        source = source_of_function(brief, sample_payload(()), units[0])
        return Built(tuple(Do(unit) for unit in units), edges(brief, units, source), source.event)
    if choice.approach == STEP_FUNCTIONS:
        flow = flow_for(wishes, units_for(wishes, steps, 3, direct=True), arranged)
        waits = choice.workflow_type == EXPRESS and wishes.text("caller_waits_for") == "result"
        source = source_of_machine(
            brief, sample_payload(flow), express=choice.workflow_type == EXPRESS, waits=waits
        )
        plan_of_core = Plan(choice.workflow_type or "standard", source.trigger, waits, source.first)
        return Built(flow, joined([source.parts, core(brief, flow, plan_of_core)]), source.event)
    units = units_for(wishes, steps, 3, direct=True)
    return Built(*both(brief, units, arranged, choice.workflow_type or "standard", sample_payload))


def sample_payload(flow: Flow) -> dict[str, Any]:
    """Return a payload that takes the first way at every choice of ``flow``."""
    found = list(nodes(flow))
    payload: dict[str, Any] = {"id": "1001"}
    if any(isinstance(node, Choose) for node in found):
        payload[CHOICE_KEY] = CHOICE_LIMIT + 20
    if any(isinstance(node, ForEach) for node in found):
        payload[ITEMS_KEY] = [{"id": "1001-1"}, {"id": "1001-2"}]
    return payload


def _blueprint(
    recommendation: Recommendation,
    versions: Versions,
    brief: Brief,
    choice: Choice,
    built: Built,
) -> Blueprint:
    project = recommendation.answers.project
    kept = _idempotency(brief, built.parts)
    resources = (*built.parts.resources, *kept.resources)
    alarms = alarms_for(resources)
    email = Parameter(NOTIFY_EMAIL, "address that alarms and failure notices go to; empty for none", ())
    return Blueprint(
        title=one_line(recommendation.answers.name) or "starter",
        name=brief.name,
        approach=choice.approach,
        workflow_type=choice.workflow_type,
        iac=project.iac or "sam",
        runtime=project.runtime or "python",
        region=project.region or "us-east-1",
        versions=versions,
        source=brief.source,
        resources=(email, *resources, alarm_topic(brief.asked("failure_handling", "visibility")), *alarms),
        permissions=(*built.parts.permissions, *kept.permissions),
        flow=built.flow,
        payload=sample_payload(built.flow),
        event=built.event,
        records=built.parts.records,
        failure_routes=built.parts.routes,
        idempotency=Ref(IDEMPOTENCY, "name") if kept.resources else None,
        event_source=brief.wishes.text("event_source", "sdk"),
        summary=_summary(recommendation, choice),
        cost=_cost(recommendation, choice),
    )


def _summary(recommendation: Recommendation, choice: Choice) -> str:
    if choice.approach == recommendation.verdict.option:
        return recommendation.summary
    return f"Built with {TITLES[choice.approach]} on request. The advice was: {recommendation.summary}"


def _cost(recommendation: Recommendation, choice: Choice) -> str:
    """Return the monthly cost of the orchestration at the stated volume, where it was stated."""
    cost = recommendation.cost
    found = cost.option(choice.workflow_type or choice.approach)
    if found is None or cost.assumed:
        return ""
    return (
        f"about {found.usd:,.2f} USD a month for {cost.volume:,.0f} events ({cost.region}, prices as of "
        f"{cost.as_of}); Lambda's own price is the same either way and not in it."
    )


def _idempotency(brief: Brief, built: Parts) -> Parts:
    """Return the table that makes a repeated event harmless, unless the work already is."""
    functions = [item for item in built.resources if isinstance(item, Function) and item.does == "step"]
    if not functions or brief.wishes.flag("idempotent"):
        return Parts()
    table = Table(
        IDEMPOTENCY,
        "remembers finished work for a day, so that a repeated event does it once",
        brief.asked("idempotent", "delivery"),
        expires="expiration",
    )
    actions = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
    return Parts((table,), tuple(Permission(item.id, actions, (Ref(IDEMPOTENCY),)) for item in functions))
