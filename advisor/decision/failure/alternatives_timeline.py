"""Work that keeps failing under an alternative: a queue, a caller, a pipe, a job or durable steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from advisor.decision.failure.destinations_timeline import handover_story
from advisor.decision.failure.inputs import Case, attempts, attempts_words
from advisor.decision.failure.queue_plan import queue_plan_for, steps_together
from advisor.decision.recommendation import Design, FailureEvent, FailureStory
from advisor.knowledge.requirements import Requirements
from advisor.knowledge.rules import DESTINATIONS, DURABLE_FUNCTIONS, STEP_FUNCTIONS

Designs = Mapping[str, Design]
_DEPTH = "ApproximateNumberOfMessagesVisible of the dead-letter queue"
_UNREPEATED = "The request, unless the caller repeats it."


def alternative_story(case: Case, designs: Designs, alternative: str) -> FailureStory:
    """Return what the starter of ``alternative`` does with work that keeps failing."""
    return replace(_STORIES[alternative](case, designs), option=alternative)


def _single_function(case: Case, designs: Designs) -> FailureStory:
    """Return the story of asynchronous calls, with a queue for what failed."""
    plan = replace(designs[DESTINATIONS].failure.handover, answered=None, target="sqs")
    return handover_story(case, plan)


def _queue(case: Case, designs: Designs) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    requirements = Requirements(case.facts)
    together = steps_together(requirements, int(case.number("steps") or 1))
    plan = queue_plan_for(requirements, case.aws, together)
    starts = [float(plan.delay_s + turn * plan.visibility_s) for turn in range(plan.receives)]
    over = plan.delay_s + plan.receives * plan.visibility_s
    ordered = case.facts.get("ordering") == "required"
    waits = " The messages of its group wait." if ordered else " Other messages go on."
    again = f"The message was hidden for {plan.visibility_s:,} s, and comes back."
    events = (
        FailureEvent(
            starts[0], "Attempt 1", f"The poller hands the message over; the function fails.{waits}"
        ),
        *(FailureEvent(at, f"Attempt {turn}", again) for turn, at in enumerate(starts[1:], start=2)),
        FailureEvent(over, "Dead-letter queue", "The queue moves the message, and the alarm rings."),
        *_last_redrive(case),
    )
    return FailureStory(
        option="",
        attempts=_receives(starts),
        events=events,
        ends_up="In the dead-letter queue, the message itself, until a redrive sends it back.",
        lost=f"Nothing, within {_days(case, 'sqs-retention')} of its arrival.",
        alarm=f"{_DEPTH}; ApproximateAgeOfOldestMessage of the queue while a service is slow or away.",
    )


def _receives(starts: list[float]) -> str:
    return f"{len(starts)} attempts, at about {', '.join(f'{start:,.0f}' for start in starts)} s."


def _last_redrive(case: Case) -> tuple[FailureEvent, ...]:
    until = "Until now a redrive can bring the message back; then it is deleted."
    return (FailureEvent(case.limit("sqs-retention"), "Last redrive", until),)


def _days(case: Case, limit: str) -> str:
    return f"{case.limit(limit) / 86_400:g} days"


def _direct(case: Case, designs: Designs) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html"""
    source = str(case.facts.get("event_source", "sdk"))
    if source == "cognito":
        return _sign_up(case)
    over_http = source in ("api-gateway", "function-url", "alb")
    told = "HTTP 500 with the id of the request" if over_http else "the error as FunctionError"
    events = [
        FailureEvent(0, "Attempt 1", "The caller waits, the function fails."),
        FailureEvent(case.run_s, "Answer", f"The caller gets {told}. Nothing tries again but the caller."),
    ]
    if source == "api-gateway":
        patience = "A function that takes longer is cut off: the caller gets HTTP 503."
        events.append(FailureEvent(case.limit("http-api-timeout"), "At the latest", patience))
    alarm = {
        "api-gateway": "5xx and Latency of the API",
        "alb": "HTTPCode_Target_5XX_Count and HTTPCode_ELB_5XX_Count of the load balancer",
        "function-url": "Url5xxCount of the function",
    }.get(source, "Errors and Throttles of the function")
    return FailureStory(
        option="",
        attempts="1 attempt; more only where the caller repeats it.",
        events=tuple(events),
        ends_up="With the caller, and in the function's log.",
        lost=_UNREPEATED,
        alarm=f"{alarm}.",
    )


def _sign_up(case: Case) -> FailureStory:
    """Source: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-working-with-lambda-triggers.html"""
    waits = [case.limit("cognito-trigger-timeout")] * 2
    starts = case.attempts_at(waits)
    refused = FailureEvent(starts[-1] + case.run_s, "Refused", "The user gets an error.")
    return FailureStory(
        option="",
        attempts=attempts_words(case, starts),
        events=(*attempts(starts, waits, "Cognito calls the function, and it fails."), refused),
        ends_up="With the user, who sees an error; the function's log has the reason.",
        lost=_UNREPEATED,
        alarm="Errors of the function.",
    )


def _pipe(case: Case, designs: Designs) -> FailureStory:
    """Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html"""
    source = case.facts.get("event_source", "sqs")
    if source == "kafka":
        return _endless_pipe()
    first = FailureEvent(0, "Attempt 1", "The pipe hands the record on, and its target refuses it.")
    alarm = f"ExecutionFailed of the pipe; {_DEPTH}."
    if source in case.aws.ordered_sources:
        retries = int(case.limit("starter-stream-retries"))
        return FailureStory(
            option="",
            attempts=f"{retries + 1} attempts, with no wait that can be set; the shard waits behind them.",
            events=(
                first,
                FailureEvent(None, f"Attempts 2 to {retries + 1}", "The record is tried again."),
                FailureEvent(None, "Dead-letter queue", "The position of the record goes there."),
                FailureEvent(
                    case.limit("starter-stream-record-age"), "At the latest", "The record is given up."
                ),
            ),
            ends_up="In the dead-letter queue, as a position in the stream.",
            lost="The record, once the stream expires it: read it back before that.",
            alarm=alarm,
        )
    hidden = case.limit("starter-pipe-timeout") * case.limit("advised-visibility")
    receives = int(case.limit("advised-receives"))
    starts = [turn * hidden for turn in range(receives)]
    again = f"The message was hidden for {hidden:,.0f} s, and comes back."
    return FailureStory(
        option="",
        attempts=_receives(starts),
        events=(
            first,
            *(FailureEvent(at, f"Attempt {turn}", again) for turn, at in enumerate(starts[1:], start=2)),
            FailureEvent(receives * hidden, "Dead-letter queue", "The queue moves the message."),
            *_last_redrive(case),
        ),
        ends_up="In the dead-letter queue of the source queue, the message itself.",
        lost=f"Nothing, within {_days(case, 'sqs-retention')} of its arrival.",
        alarm=alarm,
    )


def _endless_pipe() -> FailureStory:
    """Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-msk.html"""
    return FailureStory(
        option="",
        attempts="Until the record leaves the topic; its partition waits.",
        events=(
            FailureEvent(0, "Attempt 1", "The pipe hands the record on, and its target refuses it."),
            FailureEvent(None, "Again", "The pipe tries until it succeeds or the topic drops the record."),
        ),
        ends_up="In the topic, as long as the topic keeps it.",
        lost="The record, once the topic drops it.",
        alarm="ExecutionFailed of the pipe.",
    )


def _job(case: Case, designs: Designs) -> FailureStory:
    """Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
    age = case.limit("eventbridge-retry-age")
    by = "The schedule" if case.facts.get("event_source") == "schedule" else "The rule"
    return FailureStory(
        option="",
        attempts="1 attempt of the job, as its service is told; its start is tried again.",
        events=(
            FailureEvent(0, "Start", f"{by} starts the job."),
            FailureEvent(
                case.run_s, "Job fails", "A rule on its state tells people by mail, with the reason."
            ),
            FailureEvent(
                age,
                "If it cannot be started",
                "The event goes to a queue after this time, and an alarm rings.",
            ),
        ),
        ends_up="In the log of the job; the event of a start that failed in a queue.",
        lost="The event of a job that failed: start it again with what the log says.",
        alarm="TriggeredRules of the rule on failed jobs; the queue for events that could not be delivered.",
    )


def _durable(case: Case, designs: Designs) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/durable-best-practices.html"""
    plan = designs[STEP_FUNCTIONS].failure.execution
    waits = list(plan.retrier.waits) if plan.retrier else []
    starts = case.attempts_at(waits)
    over = starts[-1] + case.run_s
    answered = case.facts.get("caller_waits_for") == "result"
    undone = [FailureEvent(over, "Undo", "Done steps are taken back, latest first.")] if plan.undoes else []
    kept = "The caller gets the error." if answered else "The event of the run goes to a dead-letter queue."
    days = case.limit("starter-durable-retention")
    history = f"in the history of the run, step by step, for {days:g} days"
    return FailureStory(
        option="",
        attempts=attempts_words(case, starts),
        events=(
            *attempts(starts, waits, "The step runs and fails; nothing is paid for while it waits."),
            *undone,
            FailureEvent(over, "Run failed", kept),
        ),
        ends_up=f"{'With the caller' if answered else 'In the dead-letter queue'}, and {history}.",
        lost=_UNREPEATED if answered else "Nothing; a run begins anew with its event.",
        alarm="DurableExecutionFailed and DurableExecutionTimedOut of the function"
        + ("." if answered else f"; {_DEPTH}."),
    )


_STORIES: Mapping[str, Callable[[Case, Designs], FailureStory]] = {
    "single-function": _single_function,
    "direct-invoke": _direct,
    "messaging": _queue,
    "queue-redrive": _queue,
    "pipes": _pipe,
    DURABLE_FUNCTIONS: _durable,
    "managed-job": _job,
}
