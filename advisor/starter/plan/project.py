"""Recommendation to blueprint: what the starter project contains and why. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress

from msgspec.structs import replace

from advisor.decision.provenance import provenance
from advisor.decision.recommendation import Design, Recommendation
from advisor.knowledge.answers import REGION, Step
from advisor.knowledge.flow import units
from advisor.knowledge.names import name
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import BOTH, DESTINATIONS, EXPRESS, NEITHER, STEP_FUNCTIONS
from advisor.knowledge.versions import Versions
from advisor.starter.blueprint.ids import DURABLE, IDEMPOTENCY, NOTIFY_EMAIL, SOURCE_BUS
from advisor.starter.blueprint.jobs import JobStart
from advisor.starter.blueprint.not_supported import NotSupported
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Bus, Function, Parameter, Pipe, Resource, Table
from advisor.starter.blueprint.wiring import Permission, Ref
from advisor.starter.plan import rule_ids
from advisor.starter.plan.alarms import alarm_topic, alarms_for
from advisor.starter.plan.alternatives import ALTERNATIVES, DIRECT_INVOKE, SINGLE_FUNCTION
from advisor.starter.plan.approach import TITLES, ChosenApproach, candidates, chosen, passed_over
from advisor.starter.plan.both import STREAM_READER, TOPIC_READER, both, topic_function
from advisor.starter.plan.context import Fragment, PlanContext, PlannedFlow, merge
from advisor.starter.plan.delivery import with_objects_readable
from advisor.starter.plan.destinations.function_chain import edges
from advisor.starter.plan.durable_caller import is_called, pauses
from advisor.starter.plan.effects import effect_notes
from advisor.starter.plan.event_sources.to_function import source_of_function
from advisor.starter.plan.event_sources.to_state_machine import source_of_machine
from advisor.starter.plan.failure_routes import failure_routes
from advisor.starter.plan.large_payloads import payload_notes, with_payload_bucket
from advisor.starter.plan.load import load_notes
from advisor.starter.plan.order import order_notes
from advisor.starter.plan.reachable import one_failure_target, reachable
from advisor.starter.plan.regions import check_services
from advisor.starter.plan.sample_payload import sample_payload
from advisor.starter.plan.step_functions.state_machine import MachineOptions, core
from advisor.starter.plan.step_functions.stored_maps import (
    stored_notes,
    with_items_in_reach,
    with_stored_maps,
)
from advisor.text.markdown import one_line


def plan(recommendation: Recommendation, versions: Versions, *, approach: str = "auto") -> Blueprint:
    """Return the starter project that ``recommendation`` (or the forced ``approach``) leads to.

    Where neither option is advised and the first alternative refuses the answers, the next one is built, and
    the project says why. Raises Refused, with the nearest way that works, for what AWS or this starter
    cannot do.
    """
    _check_region(recommendation)
    first, *others = candidates(recommendation, approach)
    try:
        return _planned(recommendation, versions, chosen(recommendation, first))
    except NotSupported as refused:
        for other in others:
            with suppress(NotSupported):
                choice = chosen(recommendation, other)
                return _planned(recommendation, versions, choice, passed_over(first, other, refused))
        raise


def _reader_notes(
    approach: str, design: Design, requirements: Requirements, *, to_topic: bool
) -> tuple[str, ...]:
    """Return what reads the stream in front of a workflow, and when another reader is better."""
    if requirements.text("event_source") == "kafka" and approach in (STEP_FUNCTIONS, BOTH):
        return (topic_function(express=design.workflow_type == EXPRESS) if to_topic else TOPIC_READER,)
    return (STREAM_READER,) if approach == BOTH and not design.edge else ()


def _planned(
    recommendation: Recommendation, versions: Versions, choice: ChosenApproach, instead: str = ""
) -> Blueprint:
    """Return the project of one approach; ``instead`` says why it is not the one that was advised."""
    answered = Requirements(recommendation.decision.settled.facts.values)
    design = _design(recommendation, choice.approach)
    durable = choice.approach == DURABLE
    answering = choice.approach == DIRECT_INVOKE or (durable and is_called(answered))
    requirements, notes = reachable(
        answered, recommendation.aws, answers=answering, pauses=durable and pauses(design.core)
    )
    if choice.approach in (DESTINATIONS, BOTH, SINGLE_FUNCTION):
        requirements, more = one_failure_target(requirements)
        notes += more
    to_topic = bool(recommendation.answers.project.failure_topic)
    notes += _reader_notes(choice.approach, design, requirements, to_topic=to_topic)
    if choice.approach in (STEP_FUNCTIONS, BOTH):
        design = with_stored_maps(design, requirements, recommendation.aws)
    workload = name(recommendation.answers.name, "starter")
    context = PlanContext(
        requirements=requirements,
        asked=rule_ids.rules_behind(recommendation.decision, choice.approach, choice.workflow_type),
        name=workload,
        source=f"app.{workload.slug}",
        aws=recommendation.aws,
        design=design,
        query_language=recommendation.answers.project.query_language or "jsonata",
        failure_topic=recommendation.answers.project.failure_topic or "",
        direct=tuple(units(recommendation.designs[STEP_FUNCTIONS].core)),
        notes=(*filter(None, (instead,)), *notes),
        region=recommendation.answers.project.region or "us-east-1",
    )
    _check_failure_topic(context, choice)
    built = _build(context, choice, recommendation)
    check_services(context, built.flow, built.parts)
    made = _blueprint(recommendation, versions, context, choice, built)
    return replace(made, passed_over=instead, summary=recommendation.summary) if instead else made


def _design(recommendation: Recommendation, approach: str) -> Design:
    """Return the design that ``approach`` builds; one of an alternative goes by the alternative's name."""
    if approach not in ALTERNATIVES:
        return recommendation.designs[approach]
    return replace(recommendation.designs[ALTERNATIVES[approach].design], approach=approach)


def _check_region(recommendation: Recommendation) -> None:
    project = recommendation.answers.project
    if project.region and not re.fullmatch(REGION, project.region):
        raise NotSupported(f"There is no AWS Region '{project.region}'; one has a code like us-east-1.")


def _check_failure_topic(context: PlanContext, choice: ChosenApproach) -> None:
    if not context.failure_topic:
        return
    reader = (DESTINATIONS, STEP_FUNCTIONS, BOTH)
    if choice.approach not in reader or context.requirements.text("event_source") != "kafka":
        raise NotSupported(
            "project.failure_topic takes what the reader of a Kafka topic keeps failing on: say "
            "event_source: kafka and use --approach destinations or step-functions, or leave failure_topic "
            "out and name a target in on_failure."
        )
    named = ", ".join(context.requirements.chosen("on_failure"))
    if named and choice.approach == DESTINATIONS:  # a run of a workflow reports to a target of its own
        raise NotSupported(
            f"Lambda takes one destination for failure, but project.failure_topic names the topic "
            f"'{context.failure_topic}' and on_failure names {named}. "
            "Leave one of them out."
        )


def _build(context: PlanContext, choice: ChosenApproach, recommendation: Recommendation) -> PlannedFlow:
    requirements, design = context.requirements, context.design
    arranged = recommendation.answers.project.steps
    if choice.approach == DESTINATIONS:
        if any(not isinstance(part, Step) for part in arranged):
            raise NotSupported(
                "Destinations join single steps to a chain; steps in parallel or for each item need a state "
                "machine: use --approach step-functions, or list the steps one by one."
            )
        source = source_of_function(context, sample_payload(()), next(units(design.edge)))
        return PlannedFlow(design.flow, edges(context, design.edge, source), source.event)
    if choice.approach in ALTERNATIVES:
        return ALTERNATIVES[choice.approach].build(context)
    if choice.approach == STEP_FUNCTIONS or not design.edge:
        waits = choice.workflow_type == EXPRESS and requirements.text("caller_waits_for") == "result"
        source = source_of_machine(
            context, sample_payload(design.core), express=choice.workflow_type == EXPRESS, waits=waits
        )
        plan_of_core = MachineOptions(
            workflow_type=choice.workflow_type or "standard",
            trigger=source.trigger,
            caller_waits=waits,
            entry=source.entry,
        )
        parts = merge([source.parts, core(context, plan_of_core)])
        return PlannedFlow(design.flow, parts, source.event)
    parts, event = both(context, choice.workflow_type or "standard", sample_payload)
    return PlannedFlow(design.flow, parts, event)


def _blueprint(
    recommendation: Recommendation,
    versions: Versions,
    context: PlanContext,
    choice: ChosenApproach,
    built: PlannedFlow,
) -> Blueprint:
    project = recommendation.answers.project
    parts = with_payload_bucket(context, with_objects_readable(context, built.parts))
    parts = with_items_in_reach(context, parts)
    kept = _idempotency(context, parts)
    resources = (*parts.resources, *kept.resources)
    alarms = alarms_for(context, resources)
    email = Parameter(NOTIFY_EMAIL, "address that alarms and notices go to", (), default=None)
    return Blueprint(
        title=one_line(recommendation.answers.name) or "starter",
        name=context.name,
        approach=choice.approach,
        workflow_type=choice.workflow_type,
        aws=context.aws,
        iac=project.iac or "sam",
        runtime=project.runtime or "python",
        region=context.region,
        versions=versions,
        source=context.source,
        resources=(email, *resources, alarm_topic(context.asked("failure_handling", "visibility")), *alarms),
        permissions=(*parts.permissions, *kept.permissions),
        flow=built.flow,
        payload=built.payload or sample_payload(built.flow),
        event=built.event,
        records=parts.records,
        failure_routes=failure_routes(context, (*resources, *alarms)),
        idempotency=Ref(IDEMPOTENCY, "name") if kept.permissions else None,
        event_source=_carrier(context, resources),
        summary=_summary(recommendation, choice),
        cost=_cost(recommendation, choice),
        made_with=provenance(recommendation.rule_base),
        notes=(
            *context.notes,
            *built.notes,
            *payload_notes(context),
            *stored_notes(context),
            *load_notes(context, waited=_waited(resources)),
            *order_notes(context, resources),
            *effect_notes(Requirements(recommendation.answers.requirements), choice.approach),
        ),
        inner=built.inner,
    )


def _waited(resources: Iterable[Resource]) -> bool:
    """Return whether what reads a stream is done with each record before it takes the next."""
    return any(
        item.waits if isinstance(item, Pipe) else item.trigger is not None and item.trigger.batch is not None
        for item in resources
        if isinstance(item, Pipe | Function)
    )


def _carrier(context: PlanContext, resources: Iterable[Resource]) -> str:
    """Return what brings an event to the work: where an API or a caller puts it on a bus, the bus."""
    every = tuple(resources)
    on_bus = any(isinstance(item, Bus) and item.id == SOURCE_BUS for item in every)
    on_bus |= any(isinstance(item, JobStart) for item in every) and context.requirements.text(
        "event_source", "sdk"
    ) in ("sdk", "other")
    return "eventbridge" if on_bus else context.requirements.text("event_source", "sdk")


def _summary(recommendation: Recommendation, choice: ChosenApproach) -> str:
    verdict = recommendation.verdict
    if choice.approach in (verdict.option, *(verdict.instead if verdict.option == NEITHER else ())):
        return recommendation.summary
    return f"Built with {TITLES[choice.approach]} on request. The advice was: {recommendation.summary}"


def _cost(recommendation: Recommendation, choice: ChosenApproach) -> str:
    """Return the monthly cost of the orchestration at the stated volume, where it was stated."""
    cost = recommendation.cost
    found = cost.option(choice.workflow_type or choice.approach)
    words = ALTERNATIVES[choice.approach].cost if choice.approach in ALTERNATIVES else ""
    if found is None or cost.assumed:
        return words
    left_out = "" if words else "; Lambda's own price is the same either way and not in it"
    return " ".join(
        (
            f"about {found.usd:,.2f} USD a month for {cost.volume:,.0f} events ({cost.region}, prices as of "
            f"{min((line.as_of for line in found.lines), default=cost.as_of)}){left_out}.",
            *([f"It is {words}"] if words else []),
        )
    )


def _idempotency(context: PlanContext, built: Fragment) -> Fragment:
    """Return the table that makes a repeated event harmless, unless the work already is."""
    functions = [item for item in built.resources if isinstance(item, Function) and item.does == "step"]
    claims = any(Ref(IDEMPOTENCY) in item.resources for item in built.permissions)
    if not (functions or claims) or context.requirements.flag("idempotent"):
        return Fragment()
    table = Table(
        IDEMPOTENCY,
        "remembers finished work for a day, so that a repeated event does it once",
        context.asked("idempotent", "delivery"),
        expires="expiration",
    )
    actions = context.aws.services["dynamodb"].actions("remember")
    return Fragment((table,), tuple(Permission(item.id, actions, (Ref(IDEMPOTENCY),)) for item in functions))
