"""Work that keeps failing under Lambda Destinations: retried by Lambda, then handed over or lost."""

from __future__ import annotations

from advisor.decision.failure.inputs import Case, attempts, attempts_words, impossible
from advisor.decision.recommendation import FailureEvent, FailureStory
from advisor.knowledge.failure_plan import HandoverPlan
from advisor.knowledge.rules import DESTINATIONS

_DAY_S = 86_400
_KB = 1024
_UNDELIVERED = "; DestinationDeliveryFailures if the record cannot be delivered."
_NOWHERE = "Nowhere, as answered; the starter project adds a queue all the same."


def handover_story(case: Case, plan: HandoverPlan) -> FailureStory:
    """Return what Destinations do with work that keeps failing."""
    if case.facts.get("invocation") == "sync":
        return impossible(
            DESTINATIONS,
            "A synchronous call never reaches a destination: the error goes back to the caller, once.",
            ends_up="With the caller.",
            lost="The request, unless the caller repeats it.",
            alarm="Errors of the function, and the error metric of the API in front of it.",
        )
    if case.facts.get("event_source") == "sqs":
        return impossible(
            DESTINATIONS,
            "An SQS mapping has no destinations: the message becomes visible again until the queue's redrive "
            "policy moves it.",
            ends_up="In the dead-letter queue of the source queue, if it has one.",
            lost="The message after the retention period, if there is no dead-letter queue.",
            alarm="ApproximateNumberOfMessagesVisible of the dead-letter queue.",
        )
    polled = case.facts.get("invocation") == "stream"
    return _stream(case, plan) if polled else _asynchronous(case, plan)


def _asynchronous(case: Case, plan: HandoverPlan) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html"""
    retry = case.facts.get("retry")
    waits = list(case.series("async-retry-waits")[: plan.retries])
    starts = case.attempts_at(waits)
    over = starts[-1] + case.run_s
    target, ends_up, lost = _async_end(case, plan)
    least, most = case.series("async-throttle-waits")
    last = f"The record of event, error and {len(starts)} attempts goes to {target}." if target else lost
    events = (
        *attempts(starts, waits, "Lambda's queue invokes the function and it fails."),
        FailureEvent(over, "On-failure destination" if target else "Dropped", last),
        FailureEvent(
            plan.age_s,
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
        ends_up=ends_up,
        lost=lost,
        alarm="AsyncEventsDropped of the function"
        + (_queue_alarm(plan) if target else "")
        + (_UNDELIVERED if target else "."),
    )


def _queue_alarm(plan: HandoverPlan) -> str:
    return ", ApproximateNumberOfMessagesVisible of the queue" if "sqs" in _wanted(plan) else ""


def _wanted(plan: HandoverPlan) -> tuple[str, ...]:
    """Return the targets as answered, or the one that stands in."""
    return (plan.target,) if plan.answered is None else plan.answered


def _async_end(case: Case, plan: HandoverPlan) -> tuple[str, str, str]:
    """Return in words where the failure record goes (empty: nowhere), where it is found, and what is lost."""
    wanted = _wanted(plan)
    if not wanted:
        return (
            "",
            _NOWHERE,
            "The event: without an on-failure destination it is dropped after the last attempt.",
        )
    direct = [name for name in wanted if name in case.aws.accepting("failure")]
    names = ", ".join(case.labels[name] for name in wanted)
    if len(wanted) > 1:
        target, found = f"an SNS topic or EventBridge bus that passes it on to {names}", "Behind"
    elif direct:
        target, found = case.place(direct[0])
    else:
        target, found = f"an EventBridge bus, where a rule leads on to {names}", "Behind"
    ends_up = f"{found} {target}, with event, error and number of attempts."
    if wanted == ("sns",) and (case.number("payload_kb") or 0) * _KB > case.limit("sns-payload-bytes"):
        return target, ends_up, "The payload: the record is above what a topic takes, so use SQS or S3."
    undone = " What earlier steps did is not undone." if (case.number("steps") or 1) > 1 else ""
    return target, ends_up, f"Nothing, as long as the record can be delivered.{undone}"


def _stream(case: Case, plan: HandoverPlan) -> FailureStory:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html"""
    kafka = case.facts.get("event_source") == "kafka"
    part = "partition" if kafka else "shard"
    target, ends_up, lost = _stream_end(case, plan)
    bounded = plan.age_s > 0
    halves = ", in halves, so that the bad record is found" if bounded else ""
    events = [
        FailureEvent(0, "Attempt 1", "The function gets the batch and fails."),
        FailureEvent(
            None,
            f"Attempts 2 to {plan.retries + 1}",
            f"The batch is tried again{halves}, with no wait that can be set. The {part} waits behind it.",
        ),
        FailureEvent(
            None,
            "On-failure destination" if target else "Skipped",
            f"{f'A record goes to {target}; t' if target else 'T'}he {part} goes on with the next batch.",
        ),
    ]
    if bounded:
        old = "Records of this age are given up even if attempts are left."
        events.append(FailureEvent(plan.age_s, "At the latest", old))
    return FailureStory(
        option=DESTINATIONS,
        attempts=f"{plan.retries + 1} at most, as {'the starter' if bounded else 'Lambda'} bounds them. "
        + (_unbounded_kafka(case) if kafka else _unbounded(case)),
        events=tuple(events),
        ends_up=ends_up,
        lost=lost,
        alarm=f"Errors of the function, {'OffsetLag' if kafka else 'IteratorAge'} while the {part} waits"
        + (_UNDELIVERED if target else "."),
    )


def _unbounded(case: Case) -> str:
    table = case.facts.get("event_source") == "dynamodb-stream"
    days = case.limit("dynamodb-stream-block" if table else "kinesis-block") / _DAY_S
    return f"Unbounded, one bad record can block its shard for {days:g} {'day' if days == 1 else 'days'}."


def _unbounded_kafka(case: Case) -> str:
    """Source: https://docs.aws.amazon.com/lambda/latest/dg/kafka-retry-configurations.html"""
    return (
        "A Kafka mapping takes other bounds in provisioned mode only; without them Lambda stops after "
        f"{case.limit('kafka-max-retries'):g} retries where there is a destination, "
        "and never where there is none."
    )


def _stream_end(case: Case, plan: HandoverPlan) -> tuple[str, str, str]:
    """Return the same for a batch; only S3 keeps the records, SQS and SNS get positions."""
    if plan.answered == () and not case.facts.get("replay_payload"):
        return (
            "",
            _NOWHERE,
            "The batch: without an on-failure destination it is skipped after the last attempt.",
        )
    if plan.target == "kafka":
        told = "Nothing, as long as the record can be delivered."
        return "another topic of the cluster", "In another topic of the cluster, the records.", told
    accepted = [name for name in _wanted(plan) if name in case.aws.accepting("stream-failure")]
    name = "s3" if "s3" in accepted else (*accepted, "sqs")[0]
    target, found = case.place(name)
    if name == "s3":
        return (
            target,
            f"{found} {target}, the whole batch.",
            "Nothing, as long as the record can be delivered.",
        )
    lost = "The records themselves, once the stream expires them: read them back before that."
    return target, f"{found} {target}, positions in the stream only.", lost
