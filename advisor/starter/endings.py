"""What is told of a run that fails: by the machine itself, or from outside where it is to be redriven."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from advisor.starter.blueprint import FailureRoute, Queue, Ref, Route, WorkflowType
from advisor.starter.calls import MACHINE, Call
from advisor.starter.expressions import EXECUTION_ID, EXECUTION_INPUT, FAILURE
from advisor.starter.flow import Unit
from advisor.starter.names import name
from advisor.starter.outcomes import destination
from advisor.starter.parts import Brief, Parts, joined
from advisor.starter.sources import DELIVERY_AGE_S, DELIVERY_RETRIES, RULES_OF_ACCOUNT

FAILED_ALARM, TIMED_OUT_ALARM = f"{MACHINE}ExecutionsFailedAlarm", f"{MACHINE}ExecutionsTimedOutAlarm"
REDRIVE = "`aws stepfunctions redrive-execution` goes on where it stopped, for 14 days"
ENDED_BADLY = ["FAILED", "TIMED_OUT", "ABORTED"]


def report_unit(brief: Brief, workflow_type: WorkflowType) -> Unit | None:
    """Return the unit that tells of a failed run, where one is wanted or nothing else would keep it.

    A run that is to be redriven must stop where it failed, so its machine tells nothing.
    """
    target = _target(brief) or ("sqs" if workflow_type == "express" else "")
    if not target or (workflow_type == "standard" and _to_be_redriven(brief)):
        return None
    return Unit(replace(name("Report failure"), id="Failure"), target)


def _target(brief: Brief) -> str:
    """Return where the word of a failed run goes; empty where nothing is said."""
    handling = brief.wishes.chosen("failure_handling")
    asked = (item for item in brief.wishes.chosen("on_failure") if item in ("sqs", "sns", "eventbridge"))
    spoken = "sns" if "notify" in handling else "sqs" if "capture" in handling else ""
    return next(asked, spoken)


def _to_be_redriven(brief: Brief) -> bool:
    """Return whether a failed run must be able to go on: not where it was undone or is told in the flow."""
    handling = brief.wishes.chosen("failure_handling")
    told_outside = set(brief.wishes.chosen("on_failure")) <= {"sqs"}
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


def ending(brief: Brief, report: Unit | None, workflow_type: WorkflowType, *, undone: bool) -> Parts:
    """Return what keeps failed runs, and the README's lines on them."""
    if report:
        kept = Parts(destination(brief, report.service, "failure")[1].resources)
        return joined([kept, Parts(routes=_told(report, workflow_type))])
    if _to_be_redriven(brief) and _target(brief) == "sqs":
        return _from_outside(brief)
    where = "the execution history, kept 90 days"
    ends_up = f"{where}; start it anew with the same input" if undone else f"{where}; {REDRIVE}"
    return Parts(routes=(FailureRoute("a run fails", ends_up, "input, every state, error", FAILED_ALARM),))


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


def _from_outside(brief: Brief) -> Parts:
    """Return a queue for the event AWS sends of every run that ended badly.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    rules = brief.asked("on_failure", "failure_handling")
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
        retry_attempts=DELIVERY_RETRIES,
        max_event_age_s=DELIVERY_AGE_S,
    )
    line = FailureRoute(
        "a run fails or times out", f"queue `{queue.id}`; {REDRIVE}", "the run's ARN and input", FAILED_ALARM
    )
    return Parts((queue, route), routes=(line,))
