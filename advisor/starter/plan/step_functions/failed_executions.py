"""Reports of failed executions: by a state, or by an EventBridge rule if they must stay redrivable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from advisor.knowledge.flow import Unit
from advisor.knowledge.names import name
from advisor.starter.blueprint.ids import MACHINE, UNDELIVERED
from advisor.starter.blueprint.resources import Queue, Route
from advisor.starter.blueprint.wiring import Ref
from advisor.starter.plan.context import Fragment, PlanContext
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT, undelivered
from advisor.starter.plan.destinations.targets import destination
from advisor.starter.state_language.expressions import EXECUTION_ID, EXECUTION_INPUT, FAILURE
from advisor.starter.state_language.task import Call

FIELD = {"sqs": "MessageBody", "sns": "Message", "s3": "Body"}  # what takes a report
ENDED_BADLY = ["FAILED", "TIMED_OUT", "ABORTED"]


def report_unit(context: PlanContext) -> Unit | None:
    """Return the unit that reports a failed run, if the design has one."""
    service = context.design.failure.execution.report
    return Unit(replace(name("Report failure"), id="Failure"), service) if service else None


def telling(call: Call, service: str, source: str) -> Call:
    """Return ``call`` with the run's input and error instead of the last state's input."""
    told = {"execution": EXECUTION_ID, "input": EXECUTION_INPUT, "error": FAILURE}
    arguments: Mapping[str, Any]
    if service == "eventbridge":
        entry = {**call.arguments["Entries"][0], "DetailType": "Workflow failed", "Detail": told}
        arguments = {"Entries": [entry]}
    else:
        arguments = {**call.arguments, FIELD[service]: told}
    return replace(call, arguments=arguments)


def kept_failures(context: PlanContext, report: Unit | None) -> Fragment:
    """Return the resources that keep failed runs."""
    if report:
        return Fragment(destination(context, report.service, "failure")[1].resources)
    return _from_outside(context) if context.design.failure.execution.kept_outside else Fragment()


def _from_outside(context: PlanContext) -> Fragment:
    """Return a queue for the event AWS sends of every run that ended badly.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    rules = context.asked("on_failure", "failure_handling")
    queue = Queue(
        "FailedRuns",
        "keeps the event of every failed run",
        rules,
        senders=(("events.amazonaws.com", RULES_OF_ACCOUNT),),
        stays_empty=True,
    )
    route = Route(
        "KeepFailedRuns",
        "tells the queue of every run that ended badly, from outside, so that it can be redriven",
        rules,
        pattern={
            "source": ["aws.states"],
            "detail-type": ["Step Functions Execution Status Change"],
            "detail": {"stateMachineArn": [Ref(MACHINE)], "status": ENDED_BADLY},
        },
        target=Ref(queue.id),
        undelivered=Ref(UNDELIVERED),
        retry_attempts=context.aws.limit("eventbridge-retries"),
        max_event_age_s=context.aws.limit("eventbridge-retry-age"),
    )
    lost = undelivered(context, "EventBridge", ("events.amazonaws.com", RULES_OF_ACCOUNT))
    return Fragment((queue, route, *lost.resources))
