"""What is told of a run that fails: by the machine itself, or from outside where it is to be redriven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from advisor.knowledge.flow import Unit
from advisor.knowledge.names import name
from advisor.starter.blueprint.ids import MACHINE
from advisor.starter.blueprint.project import FailureRoute
from advisor.starter.blueprint.resources import Queue, Route
from advisor.starter.blueprint.wiring import Ref, WorkflowType
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import RULES_OF_ACCOUNT
from advisor.starter.plan.destinations.targets import destination
from advisor.starter.state_language.expressions import EXECUTION_ID, EXECUTION_INPUT, FAILURE
from advisor.starter.state_language.task import Call

FAILED_ALARM, TIMED_OUT_ALARM = f"{MACHINE}ExecutionsFailedAlarm", f"{MACHINE}ExecutionsTimedOutAlarm"
REDRIVE = "`aws stepfunctions redrive-execution` goes on where it stopped, for 14 days"
ENDED_BADLY = ["FAILED", "TIMED_OUT", "ABORTED"]


def report_unit(context: PlanContext, workflow_type: WorkflowType) -> Unit | None:
    """Return the unit that tells of a failed run, where one is wanted or nothing else would keep it.

    A run that is to be redriven must stop where it failed, so its machine tells nothing.
    """
    target = _target(context) or ("sqs" if workflow_type == "express" else "")
    if not target or (workflow_type == "standard" and _to_be_redriven(context)):
        return None
    return Unit(replace(name("Report failure"), id="Failure"), target)


def _target(context: PlanContext) -> str:
    """Return where the word of a failed run goes; empty where nothing is said."""
    handling = context.requirements.chosen("failure_handling")
    asked = (
        item for item in context.requirements.chosen("on_failure") if item in ("sqs", "sns", "eventbridge")
    )
    spoken = "sns" if "notify" in handling else "sqs" if "capture" in handling else ""
    return next(asked, spoken)


def _to_be_redriven(context: PlanContext) -> bool:
    """Return whether a failed run must be able to go on: not where it was undone or is told in the flow."""
    handling = context.requirements.chosen("failure_handling")
    told_outside = set(context.requirements.chosen("on_failure")) <= {"sqs"}
    return "redrive" in handling and "compensate" not in handling and told_outside


def telling(call: Call, service: str, source: str) -> Call:
    """Return ``call`` with the run's input and error instead of the last state's input."""
    told = {"execution": EXECUTION_ID, "input": EXECUTION_INPUT, "error": FAILURE}
    arguments: Mapping[str, Any]
    if service == "eventbridge":
        entry = {**call.arguments["Entries"][0], "DetailType": "Workflow failed", "Detail": told}
        arguments = {"Entries": [entry]}
    else:
        arguments = {**call.arguments, "MessageBody" if service == "sqs" else "Message": told}
    return replace(call, arguments=arguments)


def ending(
    context: PlanContext, report: Unit | None, workflow_type: WorkflowType, *, undone: bool
) -> Fragment:
    """Return what keeps failed runs, and the README's lines on them."""
    if report:
        kept = Fragment(destination(context, report.service, "failure")[1].resources)
        return merge([kept, Fragment(routes=_told(report, workflow_type))])
    if _to_be_redriven(context) and _target(context) == "sqs":
        return _from_outside(context)
    where = "the execution history, kept 90 days"
    ends_up = f"{where}; start it anew with the same input" if undone else f"{where}; {REDRIVE}"
    return Fragment(routes=(FailureRoute("a run fails", ends_up, "input, every state, error", FAILED_ALARM),))


def _told(report: Unit, workflow_type: WorkflowType) -> tuple[FailureRoute, ...]:
    places = {"sqs": "queue `FailureQueue`", "sns": "topic `FailureTopic`", "eventbridge": "bus `FailureBus`"}
    history = f"the execution history; {REDRIVE}"
    return (
        FailureRoute(
            "a run fails",
            f"{places[report.service]}; start it anew with the input that is told there",
            "the run's input and the error",
            FAILED_ALARM,
        ),
        FailureRoute(
            "a run times out as a whole",
            history if workflow_type == "standard" else "the workflow's log group",
            "input and every state",
            TIMED_OUT_ALARM,
        ),
    )


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
        retry_attempts=context.aws.limit("eventbridge-retries"),
        max_event_age_s=context.aws.limit("eventbridge-retry-age"),
    )
    line = FailureRoute(
        "a run fails or times out", f"queue `{queue.id}`; {REDRIVE}", "the run's ARN and input", FAILED_ALARM
    )
    return Fragment((queue, route), routes=(line,))
