"""Work that keeps failing in a state machine: retried by the state, caught, or the end of the execution."""

from __future__ import annotations

from advisor.decision.failure.inputs import Case, attempts, attempts_words, impossible
from advisor.decision.recommendation import FailureEvent, FailureStory
from advisor.knowledge.failure_plan import ExecutionPlan
from advisor.knowledge.rules import EXPRESS, STEP_FUNCTIONS

_DAY_S = 86_400


def execution_story(case: Case, plan: ExecutionPlan, workflow_type: str) -> FailureStory:
    """Return what a state machine of ``workflow_type`` does with work that keeps failing.

    Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    total = case.number("total_duration_s") or 0
    if total > case.limit("standard-duration"):
        return impossible(
            STEP_FUNCTIONS,
            f"A run of {total:,.0f} s outlives an execution ({case.limit('standard-duration'):,.0f} s).",
            ends_up="In the history of an execution that timed out.",
            lost="What the run had not yet done.",
            alarm="ExecutionsTimedOut.",
        )
    waits = list(plan.retrier.waits) if plan.retrier else []
    starts = case.attempts_at(waits)
    end = starts[-1] + case.run_s
    bound = case.limit("express-duration")
    stopped = workflow_type == EXPRESS and end >= bound
    if stopped:
        starts, end = [at for at in starts if at < bound], bound
    events = (
        *attempts(starts, waits, "The state calls the work and it fails."),
        *(() if stopped else _caught(case, plan, end)),
        *_gone_caller(case, end),
        *_ended(case, plan, workflow_type, end),
    )
    permanent = " Errors named as permanent are not tried again."
    told = attempts_words(case, starts) + (permanent if case.facts.get("retry") == "per-error" else "")
    express = workflow_type == EXPRESS
    ends_up, lost = _express_end(case, plan, stopped=stopped) if express else _standard_end(case, plan)
    return FailureStory(
        option=STEP_FUNCTIONS,
        attempts=told,
        events=tuple(sorted(events, key=lambda event: event.at_s or 0)),
        ends_up=ends_up,
        lost=lost,
        alarm=_alarm(plan),
    )


def _alarm(plan: ExecutionPlan) -> str:
    queue = plan.kept_outside or plan.report in ("sqs", "eventbridge")
    kept = "; ApproximateNumberOfMessagesVisible of the queue" if queue else ""
    return f"ExecutionsFailed and ExecutionsTimedOut of the state machine{kept}."


def _gone_caller(case: Case, end: float) -> tuple[FailureEvent, ...]:
    """Return the moment when an API in front gives up, if that is before the last attempt is over."""
    patience = case.limit("http-api-timeout")
    waiting = case.facts.get("caller_waits_for") == "result"
    if not waiting or case.facts.get("event_source") != "api-gateway" or end <= patience:
        return ()
    return (FailureEvent(patience, "API gives up", "The client gets a time-out while the run still tries."),)


def _caught(case: Case, plan: ExecutionPlan, end: float) -> tuple[FailureEvent, ...]:
    """Return what happens between the last attempt and the end of the execution."""
    found = []
    if plan.falls_back:
        other = "A step that has a fallback goes on with it. What follows is for a step without one."
        found.append(FailureEvent(end, "Fallback", other))
    parts = []
    if plan.undoes:
        parts.append("steps that undo what was done, last first")
    if plan.report:
        parts.append(f"a state that sends error and input to {case.place(plan.report)[0]}")
    if parts:
        found.append(FailureEvent(end, "Catch", f"The state machine goes on with {'; then '.join(parts)}."))
    return tuple(found)


def _ended(case: Case, plan: ExecutionPlan, workflow_type: str, end: float) -> tuple[FailureEvent, ...]:
    """Return the end of the execution and, where it can be redriven, the last moment for that."""
    if workflow_type == EXPRESS:
        waiting = case.facts.get("caller_waits_for") == "result"
        heard = "The caller gets FAILED or TIMED_OUT, with HTTP 200." if waiting else "Only the log tells."
        stopped = end >= case.limit("express-duration")
        title = "Execution stopped" if stopped else "Execution failed"
        return (FailureEvent(end, title, f"{heard} There is no redrive."),)
    if plan.caught:
        return (FailureEvent(end, "Execution failed", "EventBridge gets the status change."),)
    kept = f", and a rule sends it to {case.place('sqs')[0]}" if plan.kept_outside else ""
    stops = f"It stops at the failed state. EventBridge gets the status change{kept}."
    redrive = "Until now it can go on from the failed step; done steps stay done."
    return (
        FailureEvent(end, "Execution failed", stops),
        FailureEvent(end + case.limit("redrive-days") * _DAY_S, "Last redrive", redrive),
    )


def _standard_end(case: Case, plan: ExecutionPlan) -> tuple[str, str]:
    """Return where a failed Standard execution is found, and what is lost."""
    days, history = case.limit("redrive-days"), case.limit("sfn-history-days")
    place = f"the history of the execution, step by step with input and error, for {history:g} days"
    if plan.kept_outside:
        queue, found = case.place("sqs")
        place += f", and its event {found.lower()} {queue}"
    if plan.report:
        target, found = case.place(plan.report)
        ends_up = f"{found} {target}, with error and input, and in {place}."
    else:
        ends_up = f"In {place}."
    if plan.caught:
        return ends_up, f"Nothing within {history:g} days; the run must be started anew with its input."
    return (
        ends_up,
        f"Nothing within {days:g} days; later it must be started anew with the input from the history.",
    )


def _express_end(case: Case, plan: ExecutionPlan, *, stopped: bool) -> tuple[str, str]:
    """Return the same for Express, which has no history."""
    if stopped or not plan.report:
        waiting = case.facts.get("caller_waits_for") == "result"
        repeat = "the caller repeats it" if waiting else "the event is sent again"
        return "In CloudWatch Logs, best effort.", f"The run and its input, unless {repeat}."
    target, found = case.place(plan.report)
    where = f"{found} {target}, with error and input, and in CloudWatch Logs, best effort."
    return where, "Nothing that Catch could send."
