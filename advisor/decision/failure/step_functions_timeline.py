"""Work that keeps failing in a state machine: retried by the state, caught, or the end of the execution."""

from __future__ import annotations

from msgspec.structs import replace

from advisor.decision.failure.inputs import Case, attempts, attempts_words, impossible
from advisor.decision.recommendation import FailureEvent, FailureStory
from advisor.knowledge.rules import EXPRESS, STEP_FUNCTIONS

_DAY_S = 86_400
_ALARM = "ExecutionsFailed and ExecutionsTimedOut of the state machine."


def execution_story(case: Case, workflow_type: str) -> FailureStory:
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
    waits = _retry_waits(case)
    starts = case.attempts_at(waits)
    end = starts[-1] + case.run_s
    bound = case.limit("express-duration")
    stopped = workflow_type == EXPRESS and end >= bound
    if stopped:
        starts, end = [at for at in starts if at < bound], bound
    caught = () if stopped else (FailureEvent(end, "Catch", _caught(case)),)
    per_error = case.facts.get("retry") == "per-error"
    events = (*attempts(starts, waits, "The state calls the work and it fails."), *caught)
    permanent = " Errors named as permanent go to Catch after the first." if per_error else ""
    told = attempts_words(case, starts) + permanent
    events = (*events, *_gone_caller(case, end))
    story = _express_story if workflow_type == EXPRESS else _standard_story
    return story(case, told, events, end)


def _gone_caller(case: Case, end: float) -> tuple[FailureEvent, ...]:
    """Tell when an API in front gives up waiting before the last attempt is over."""
    patience = case.limit("http-api-timeout")
    waiting = case.facts.get("caller_waits_for") == "result"
    if not waiting or case.facts.get("event_source") != "api-gateway" or end <= patience:
        return ()
    return (FailureEvent(patience, "API gives up", "The client gets a time-out while the run still tries."),)


def _retry_waits(case: Case) -> list[float]:
    """Return the longest waits of the starter's retrier; full jitter may shorten each."""
    if case.facts.get("retry") == "none":
        return []
    interval, backoff = case.limit("starter-retry-interval"), case.limit("starter-retry-backoff")
    retries = int(case.limit(f"starter-retries-{case.facts.get('retry', 'default')}"))
    return [
        min(interval * backoff**number, case.limit("starter-retry-max-delay")) for number in range(retries)
    ]


def _caught(case: Case) -> str:
    handling, targets = case.names("failure_handling"), case.names("on_failure")
    parts = []
    if "compensate" in handling:
        parts.append("steps that undo what was done, last first")
    if "fallback" in handling:
        parts.append("another way to the goal, and back to the flow")
    if targets or {"capture", "notify"} & set(handling):
        names = ", ".join(case.labels[target] for target in targets)
        parts.append(f"a state that sends error and input to {names or 'a queue or topic'}")
    return (
        f"The state machine goes on with {'; then '.join(parts)}."
        if parts
        else "The run goes to a Fail state."
    )


def _goes_on(case: Case) -> bool:
    """Return whether a failure only leads the run another way."""
    return case.names("failure_handling") == ("fallback",)


def _standard_story(case: Case, told: str, events: tuple[FailureEvent, ...], end: float) -> FailureStory:
    days, history = case.limit("redrive-days"), case.limit("sfn-history-days")
    failed = FailureEvent(end, "Execution failed", "EventBridge gets the status change.")
    redrive = FailureEvent(
        end + days * _DAY_S,
        "Last redrive",
        "Until now it can go on from the failed step; done steps stay done.",
    )
    ended = FailureStory(
        option=STEP_FUNCTIONS,
        attempts=told,
        events=_in_order((*events, failed, redrive)),
        ends_up=f"In the history of the execution, step by step with input and error, for {history:g} days.",
        lost=f"Nothing within {days:g} days; later it must be started anew with the input from the history.",
        alarm=_ALARM,
    )
    return _gone_on(ended, events) if _goes_on(case) else ended


def _in_order(events: tuple[FailureEvent, ...]) -> tuple[FailureEvent, ...]:
    return tuple(sorted(events, key=lambda event: event.at_s or 0))


def _express_story(case: Case, told: str, events: tuple[FailureEvent, ...], end: float) -> FailureStory:
    waiting = case.facts.get("caller_waits_for") == "result"
    stopped = end >= case.limit("express-duration")
    heard = "The caller gets FAILED or TIMED_OUT, with HTTP 200." if waiting else "Only the log tells."
    title = "Execution stopped" if stopped else "Execution failed"
    kept = not stopped and (bool(case.names("on_failure")) or "capture" in case.names("failure_handling"))
    repeat = "the caller repeats it" if waiting else "the event is sent again"
    ended = FailureStory(
        option=STEP_FUNCTIONS,
        attempts=told,
        events=_in_order((*events, FailureEvent(end, title, f"{heard} There is no redrive."))),
        ends_up="In CloudWatch Logs, best effort" + (", and where Catch sends it." if kept else "."),
        lost="Nothing that Catch could send." if kept else f"The run and its input, unless {repeat}.",
        alarm=_ALARM,
    )
    return _gone_on(ended, events) if _goes_on(case) and not stopped else ended


def _gone_on(story: FailureStory, events: tuple[FailureEvent, ...]) -> FailureStory:
    return replace(
        story,
        events=_in_order(events),
        ends_up="Back in the flow: the fallback takes over and the run goes on.",
        lost="Nothing, as long as the fallback works.",
    )
