"""What happens to a unit of work that keeps failing: a timeline for each option, from the limits' figures."""

from __future__ import annotations

from advisor.decision.attempts import Case, attempts, attempts_words
from advisor.decision.recommendation import FailureEvent, FailureStory
from advisor.knowledge.questions import Settled
from advisor.knowledge.rules import DESTINATIONS, EXPRESS, STANDARD, STEP_FUNCTIONS, RuleBase

_DAY_S = 86_400
_KB = 1024
_ASYNC_TARGETS = {
    "sqs": "an SQS queue",
    "sns": "an SNS topic",
    "lambda": "another function",
    "eventbridge": "an EventBridge bus",
    "s3": "an S3 bucket",
}
_STREAM_TARGETS = {key: _ASYNC_TARGETS[key] for key in ("s3", "sqs", "sns")}


def failure_stories(
    rule_base: RuleBase, settled: Settled, verdict_type: str | None
) -> tuple[FailureStory, ...]:
    """Return the story of Destinations and of Step Functions, whichever is recommended.

    ``verdict_type``: the recommended workflow type; where None, Express if the caller waits for the result,
    else Standard.
    """
    case = Case(settled.facts.values, rule_base.limits)
    waiting = case.facts.get("caller_waits_for") == "result"
    workflow_type = verdict_type or (EXPRESS if waiting else STANDARD)
    return _destinations(case), _step_functions(case, workflow_type)


def _destinations(case: Case) -> FailureStory:
    if case.facts.get("invocation") == "sync":
        return _impossible(
            DESTINATIONS,
            "A synchronous call never reaches a destination: the error goes back to the caller, once.",
            ends_up="With the caller.",
            lost="The request, unless the caller repeats it.",
            alarm="Errors of the function, and the error metric of the API in front of it.",
        )
    if case.facts.get("event_source") == "sqs":
        return _impossible(
            DESTINATIONS,
            "An SQS mapping has no destinations: the message becomes visible again until the queue's redrive "
            "policy moves it.",
            ends_up="In the dead-letter queue of the source queue, if it has one.",
            lost="The message after the retention period, if there is no dead-letter queue.",
            alarm="ApproximateNumberOfMessagesVisible of the dead-letter queue.",
        )
    return _stream(case) if case.facts.get("invocation") == "stream" else _asynchronous(case)


def _impossible(option: str, why: str, *, ends_up: str, lost: str, alarm: str) -> FailureStory:
    event = FailureEvent(0, "Not possible here", why)
    return FailureStory(option, "None: this option cannot do it here.", (event,), ends_up, lost, alarm)


def _asynchronous(case: Case) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    retry = case.facts.get("retry")
    retries = 0 if retry == "none" else int(case.limit("async-max-retries"))
    waits = list(case.limits["async-retry-waits"].series[:retries])
    starts = case.attempts_at(waits)
    over = starts[-1] + case.run_s
    target, lost = _async_end(case)
    age, (least, most) = case.limit("starter-event-age"), case.limits["async-throttle-waits"].series
    last = f"The record of event, error and {len(starts)} attempts goes to {target}." if target else lost
    events = (
        *attempts(starts, waits, "Lambda's queue invokes the function and it fails."),
        FailureEvent(over, "On-failure destination" if target else "Dropped", last),
        FailureEvent(
            age,
            "If Lambda throttles instead",
            f"Throttled events are tried again after {least:g} to {most:g} s until they are this old, then "
            f"{f'go to {target}' if target else 'are dropped'}. Attempts are not counted.",
        ),
    )
    beyond = " More retries, other waits or rules per error cannot be set."
    return FailureStory(
        option=DESTINATIONS,
        attempts=attempts_words(case, starts)
        + (beyond if retry in ("attempts", "backoff", "per-error") else ""),
        events=events,
        ends_up=f"In {target}, with event, error and number of attempts." if target else "Nowhere.",
        lost=lost,
        alarm="AsyncEventsDropped and AsyncEventAge of the function"
        + (", DestinationDeliveryFailures if the record cannot be delivered." if target else "."),
    )


def _async_end(case: Case) -> tuple[str, str]:
    """Return in words where the failure record goes (empty: nowhere) and what is lost."""
    if "on_failure" in case.facts and not case.names("on_failure"):
        return "", "The event: without an on-failure destination it is dropped after the last attempt."
    wanted = case.names("on_failure") or ("sqs",)
    direct = [name for name in wanted if name in _ASYNC_TARGETS]
    payload_kb = case.number("payload_kb") or 0
    if len(wanted) > 1:
        target = f"an SNS topic or EventBridge bus that passes it on to {', '.join(wanted)}"
    elif direct:
        target = _ASYNC_TARGETS[direct[0]]
    else:
        target = f"an EventBridge bus, where a rule leads on to {wanted[0]}"
    if direct[:1] == ["sns"] and payload_kb * _KB > case.limit("sns-payload-bytes"):
        return target, "The payload: the record is above what a topic takes, so use SQS or S3."
    undone = (case.number("steps") or 1) > 1
    kept = "Nothing, as long as the record can be delivered."
    return target, kept + (" What earlier steps did is not undone." if undone else "")


def _stream(case: Case) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    kafka = case.facts.get("event_source") == "kafka"
    part = "partition" if kafka else "shard"
    retries, age = case.limit("starter-stream-retries"), case.limit("starter-stream-record-age")
    target, lost = _stream_end(case)
    halves = "" if kafka else ", in halves, so that the bad record is found"
    events = (
        FailureEvent(0, "Attempt 1", "The function gets the batch and fails."),
        FailureEvent(
            None,
            f"Attempts 2 to {retries + 1:g}",
            f"The batch is tried again{halves}, with no wait that can be set. The {part} waits behind it.",
        ),
        FailureEvent(
            None,
            "On-failure destination" if target else "Skipped",
            f"{f'A record goes to {target}; t' if target else 'T'}he {part} goes on with the next batch.",
        ),
        FailureEvent(age, "At the latest", "Records of this age are given up even if attempts are left."),
    )
    return FailureStory(
        option=DESTINATIONS,
        attempts=f"{retries + 1:g} at most, as the starter bounds them. {_unbounded(case)}",
        events=events,
        ends_up=f"In {target}." if target else "Nowhere.",
        lost=lost,
        alarm="Errors of the function"
        + (", DestinationDeliveryFailures if the record cannot be delivered." if target else "."),
    )


def _unbounded(case: Case) -> str:
    source = case.facts.get("event_source")
    if source == "kafka":
        return (
            f"With endless retries and a destination Lambda stops after {case.limit('kafka-max-attempts'):g}."
        )
    if source == "dynamodb-stream":
        days = case.limit("dynamodb-stream-block") / _DAY_S
    else:
        days = case.limit("kinesis-block") / _DAY_S
    return f"Unbounded, one bad record can block its shard for {days:g} {'day' if days == 1 else 'days'}."


def _stream_end(case: Case) -> tuple[str, str]:
    if "on_failure" in case.facts and not case.names("on_failure") and not case.facts.get("replay_payload"):
        return "", "The batch: without an on-failure destination it is skipped after the last attempt."
    wanted = [name for name in case.names("on_failure") if name in _STREAM_TARGETS]
    name = "s3" if case.facts.get("replay_payload") or "s3" in wanted else (*wanted, "sqs")[0]
    if name == "s3":
        return "an S3 bucket, with the whole batch", "Nothing, as long as the record can be delivered."
    return (
        f"{_STREAM_TARGETS[name]}, with positions in the stream only",
        "The records themselves, once the stream expires them: read them back before that.",
    )


def _step_functions(case: Case, workflow_type: str) -> FailureStory:
    """Source: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html"""
    total = case.number("total_duration_s") or 0
    if total > case.limit("standard-duration"):
        return _impossible(
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
    stopped = workflow_type == EXPRESS and end > bound
    if stopped:
        starts, end = [at for at in starts if at < bound], bound
    caught = () if stopped else (FailureEvent(end, "Catch", _caught(case)),)
    per_error = case.facts.get("retry") == "per-error"
    events = (*attempts(starts, waits, "The state calls the work and it fails."), *caught)
    permanent = " Errors named as permanent go to Catch after the first." if per_error else ""
    told = attempts_words(case, starts) + permanent
    if workflow_type == EXPRESS:
        return _express_story(case, told, (*events, _express_end(case, end, stopped)))
    return _standard_story(case, told, events, end)


def _retry_waits(case: Case) -> list[float]:
    """Return the waits of the starter's retrier; interval x backoff per retry, without jitter."""
    if case.facts.get("retry") == "none":
        return []
    interval, backoff = case.limit("starter-retry-interval"), case.limit("starter-retry-backoff")
    return [interval * backoff**number for number in range(int(case.limit("starter-retry-attempts")))]


def _caught(case: Case) -> str:
    handling, targets = case.names("failure_handling"), case.names("on_failure")
    parts = []
    if "compensate" in handling:
        parts.append("steps that undo what was done, last first")
    if "fallback" in handling:
        parts.append("another way to the goal, and back to the flow")
    if targets or {"capture", "notify"} & set(handling):
        parts.append(f"a state that sends error and input to {', '.join(targets) or 'a queue or topic'}")
    return (
        f"The state machine goes on with {'; then '.join(parts)}."
        if parts
        else "The run goes to a Fail state."
    )


def _standard_story(case: Case, told: str, events: tuple[FailureEvent, ...], end: float) -> FailureStory:
    days, history = case.limit("redrive-days"), case.limit("sfn-history-days")
    if case.names("failure_handling") != ("fallback",):
        failed = FailureEvent(end, "Execution failed", "EventBridge gets the status change.")
        redrive = FailureEvent(
            end + days * _DAY_S,
            "Last redrive",
            "Until now it can go on from the failed step; done steps stay done.",
        )
        events = (*events, failed, redrive)
    return FailureStory(
        option=STEP_FUNCTIONS,
        attempts=told,
        events=events,
        ends_up=f"In the history of the execution, step by step with input and error, for {history:g} days.",
        lost=f"Nothing within {days:g} days; later it must be started anew with the input from the history.",
        alarm="ExecutionsFailed and ExecutionsTimedOut of the state machine.",
    )


def _express_end(case: Case, end: float, stopped: bool) -> FailureEvent:
    waiting = case.facts.get("caller_waits_for") == "result"
    told = (
        "The caller gets the status FAILED or TIMED_OUT, with HTTP 200." if waiting else "Only the log tells."
    )
    return FailureEvent(
        end, "Execution stopped" if stopped else "Execution failed", f"{told} There is no redrive."
    )


def _express_story(case: Case, told: str, events: tuple[FailureEvent, ...]) -> FailureStory:
    waiting = case.facts.get("caller_waits_for") == "result"
    kept = bool(case.names("on_failure")) or "capture" in case.names("failure_handling")
    repeat = "the caller repeats it" if waiting else "the event is sent again"
    return FailureStory(
        option=STEP_FUNCTIONS,
        attempts=told,
        events=events,
        ends_up="In CloudWatch Logs, best effort" + (", and where Catch sends it." if kept else "."),
        lost="Nothing that Catch could send." if kept else f"The run and its input, unless {repeat}.",
        alarm="ExecutionsFailed and ExecutionsTimedOut of the state machine.",
    )
