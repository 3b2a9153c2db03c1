"""What happens to a record that a pipe cannot hand on, or on which a function in it fails, by its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from advisor.knowledge.aws import AwsFacts
from advisor.knowledge.limits import in_words
from advisor.starter.blueprint.project import FailureRoute
from advisor.starter.blueprint.resources import Function, Pipe, Queue, Resource
from advisor.starter.blueprint.wiring import Phrase, Ref

_WAITS = "the record, as long as the topic keeps it; its partition waits"
_TOPIC = Phrase("the topic itself: the pipe tries the record until the topic drops it")
FindAlarm = Callable[[str, str, str], Ref]


def failed_topic(pipe: Pipe, alarm: FindAlarm) -> FailureRoute:
    """Return what happens to a record of a topic, which a pipe cannot set aside."""
    run = ", or a run that it waits for fails" if pipe.target_service == "step-functions" else ""
    return FailureRoute(
        failure=Phrase(f"the pipe cannot hand a record on{run}"),
        ends_up=_TOPIC,
        holds=_WAITS,
        alarms=(alarm(pipe.id, "pipes", "failed"),),
    )


def unseen_lag(pipe: Pipe, aws: AwsFacts) -> Iterator[FailureRoute]:
    """Yield what no alarm sees: a pipe has no metric of how far it is behind; a queue and Kinesis have.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-monitoring.html
    """
    if pipe.service == "kafka":
        yield _slow(
            "the topic, until it drops them",
            "nothing here: look at `SumOffsetLag` of the consumer group (`AWS/Kafka`), by cluster and topic",
        )
    elif pipe.service == "dynamodb-stream":
        yield _slow(
            f"the stream of the table, which drops them after {aws.limit('dynamodb-stream-retention')} hours",
            "nothing: compare `EventCount` of the pipe (`AWS/EventBridge/Pipes`) with the table's writes",
        )


def _slow(where: str, unseen: str) -> FailureRoute:
    return FailureRoute(
        failure=Phrase("records come faster than the pipe hands them on"),
        ends_up=Phrase(where),
        holds="the records, until then",
        alarms=(),
        unseen=unseen,
    )


def failed_records(
    function: Function, resources: Iterable[Resource], aws: AwsFacts, alarm: FindAlarm
) -> Iterator[FailureRoute]:
    """Yield what happens where ``function`` fails, and where what it made cannot be handed on."""
    every, own = {item.id: item for item in resources}, Ref(function.id)
    pipe = next(item for item in every.values() if isinstance(item, Pipe))
    source = every.get(pipe.source.to)
    queue = source if isinstance(source, Queue) else None
    kept = queue.dead_letters if queue else pipe.undelivered
    holds = "the message itself" if queue else position(pipe, aws) if kept else _WAITS
    rings = alarm(kept.to, "sqs", "waiting") if kept else alarm(pipe.id, "pipes", "failed")
    alarms = (rings, alarm(function.id, "lambda", "errors"))
    yield FailureRoute(
        failure=Phrase(f"`{{0}}` fails on a record, or works longer than {function.timeout_s} s", (own,)),
        ends_up=_end(pipe, queue),
        holds=holds,
        alarms=alarms,
    )
    if pipe.enrichment == own and pipe.target_service != "lambda":
        yield FailureRoute(
            failure=Phrase("what `{0}` has made cannot be handed on to `{1}`", (own, Ref(pipe.target.to))),
            ends_up=Phrase("the same place: the pipe begins the record anew, and calls `{0}` again", (own,)),
            holds=holds,
            alarms=alarms,
        )


def position(pipe: Pipe, aws: AwsFacts) -> str:
    """Return what is kept of a record that a pipe gave up on: its queue knows the position only."""
    days = f"{aws.limit('sqs-retention') // 86_400} days"
    kept = days if pipe.service == "kinesis" else f"{aws.limit('dynamodb-stream-retention')} hours"
    if pipe.logs_records:
        logged = f"the record is in the pipe's log for {pipe.log_days} days"
        return f"its position in the stream (kept {kept}); {logged}"
    return f"its position in the stream, not the record: read it back within {kept}"


def _end(pipe: Pipe, queue: Queue | None) -> Phrase:
    if queue and queue.dead_letters:
        hidden = in_words(queue.visibility_s, "s")
        return Phrase(
            f"its message comes back to queue `{{0}}` after {hidden}; after {queue.max_receives} receives it "
            "goes to queue `{1}`",
            (Ref(queue.id), queue.dead_letters),
        )
    if pipe.undelivered:
        return Phrase(
            f"the pipe tries it {pipe.retry_attempts} times more, and its shard waits; then queue `{{0}}`",
            (pipe.undelivered,),
        )
    return _TOPIC
