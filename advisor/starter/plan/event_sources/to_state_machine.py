"""Event sources of a state machine: rules, schedules, pipes from queues and streams, else functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.names import name
from advisor.starter.blueprint.ids import MACHINE, STARTER, UNDELIVERED
from advisor.starter.blueprint.items import typed
from advisor.starter.blueprint.resources import (
    Function,
    HttpApi,
    Pipe,
    Queue,
    Resource,
    Subscription,
    Table,
    Topic,
)
from advisor.starter.blueprint.wiring import AsyncInvoke, Destination, Permission, Ref, Trigger
from advisor.starter.plan.context import Fragment, PlanContext, merge
from advisor.starter.plan.delivery import Source, reading, undelivered
from advisor.starter.plan.destinations.targets import destination, permissions
from advisor.starter.plan.event_sources.callers import (
    SIGN_UP,
    SIGN_UP_TRIGGER,
    asked,
    http_event,
    load_balancer,
    user_pool,
)
from advisor.starter.plan.event_sources.to_function import (
    IOT_RULE,
    LOG_PATTERN,
    SHARED,
    iot_source,
    kafka_topic,
    log_group_parameter,
    logs_event,
    mail_source,
    source_stream,
)
from advisor.starter.plan.event_sources.topic_reader import topic_reader
from advisor.starter.plan.load import SHARDED, pipe_readers, start_s, throttle, too_slow
from advisor.starter.state_language.entry import Entry

BECAUSE = ", which its source cannot do itself"
RECORD = Entry("$states.input[0].payload", "$states.input[0].event")
_OFFSET = "$states.input[0].topic & '-' & $states.input[0].partition & '-' & $states.input[0].offset"
# A record without a value is a tombstone: what has its key is deleted
RECORD_OF_TOPIC = Entry(
    "($has := function($v) { $exists($v) and $not($v = null) and $not($v = '') }; "
    "$has($states.input[0].payload) ? $states.input[0].payload : "
    f"{{'id': $has($states.input[0].key) ? $string($states.input[0].key) : {_OFFSET}, 'deleted': true}})",
    _OFFSET,
)
# An item as plain JSON, and whether it is new, changed or removed; then the image is its last one
PLAIN = (
    "$plain := function($v) { "
    "$exists($v.M) ? $merge([{}, $each($v.M, function($i, $k) { {$k: $plain($i)} })]) : "
    "$exists($v.L) ? [$map($v.L, $plain)] : $exists($v.N) ? $number($v.N) : $exists($v.SS) ? [$v.SS] : "
    "$exists($v.NS) ? [$map($v.NS, function($n) { $number($n) })] : $exists($v.NULL) ? null : $v.* }; "
)
CHANGE = Entry(
    "(" + PLAIN + "$record := $states.input[0].record; "
    "$image := $exists($record.NewImage) ? $record.NewImage : "
    "$exists($record.OldImage) ? $record.OldImage : $record.Keys; "
    "$merge([$plain({'M': $image}), {'eventName': $states.input[0].change}]))",
    "$states.input[0].event",
)


def source_of_machine(
    context: PlanContext, payload: Mapping[str, Any], *, express: bool, waits: bool
) -> Source:
    """Return how the event source starts the state machine; ``waits``: the caller gets its result."""
    kind = context.requirements.text("event_source", "sdk")
    if kind in SHARED:
        return SHARED[kind](context, payload, machine=True)
    return SOURCES[kind](context, payload, StartOptions(express, waits))


class StartOptions(Struct, frozen=True):
    """Options of a start: is the machine Express, and does the caller wait for its result?"""

    express: bool
    waits: bool


def _http_api(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    """Return the API: it starts the machine itself, or calls a function that waits for the run.

    Without the function a caller would get 200 and the whole execution, whatever became of the run.
    """
    rate, burst = throttle(context.requirements, context.aws)
    api = HttpApi(
        "Api",
        f"starts the workflow and answers {'with its result' if way.waits else 'at once'}",
        asked(context),
        per_second=rate,
        burst=burst,
        machine=None if way.waits else Ref(MACHINE),
        function=Ref(STARTER) if way.waits else None,
    )
    if way.waits:
        return Source(None, http_event(payload), merge([Fragment((api,)), _starter(context, None, way)]))
    start = Permission(api.id, _start_actions(context, waits=False), (Ref(MACHINE),))
    return Source(None, payload, Fragment((api,), (start,)))


def _start_actions(context: PlanContext, *, waits: bool) -> tuple[str, ...]:
    return context.aws.services["step-functions"].actions("start-and-wait" if waits else "start")


def _queue(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    return _from_queue(context, payload, way, (), ())


def _sns(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    topic = Topic("SourceTopic", "receives the messages to work on", asked(context), fifo=context.ordered)
    link = Subscription(
        "SourceSubscription",
        "brings the topic's messages to the queue",
        topic.rules,
        topic=Ref(topic.id),
        queue=Ref("SourceQueue"),
        undelivered=Ref(UNDELIVERED),
    )
    return _from_queue(context, payload, way, (topic, link), (("sns.amazonaws.com", Ref(topic.id)),))


def _from_queue(
    context: PlanContext,
    payload: Mapping[str, Any],
    way: StartOptions,
    before: tuple[Resource, ...],
    senders: tuple[tuple[str, Ref], ...],
) -> Source:
    each_s = context.run_s if way.express else context.aws.limit("starter-pipe-timeout")
    visibility_s = context.aws.limit("advised-visibility") * each_s
    receives, old_s = context.aws.limit("advised-receives"), context.aws.limit("starter-queue-retention") // 4
    kept_s, alarm_s = context.waiting(visibility_s, receives, old_s)
    queue = Queue(
        "SourceQueue",
        "holds the messages to work on",
        asked(context),
        retention_s=kept_s,
        oldest_s=alarm_s,
        visibility_s=visibility_s,
        senders=senders,
        dead_letters=Ref(UNDELIVERED),
        max_receives=receives,
        fifo=context.ordered,
    )
    piped = _pipe(context, "sqs", Ref(queue.id), (envelope("messageId", "body"), way))
    kept = undelivered(context, "the pipe", senders[0] if senders else None, fifo=context.ordered)
    event = [{"event": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "payload": payload}]
    return Source(None, event, merge([Fragment((*before, queue)), kept, piped]), RECORD)


def _kinesis(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    stream = source_stream(context, positions=True)
    piped = _pipe(context, "kinesis", Ref(stream.id), (envelope("eventID", "data"), way))
    kept = undelivered(context, "the pipe", None)
    number = "49590338271490256608559692538361571095921575989136588898"
    event = [{"event": f"shardId-000000000000:{number}", "payload": payload}]
    return Source(None, event, merge([Fragment((stream,)), kept, piped]), RECORD)


def _table(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    table = Table("SourceTable", "is the table whose changes are worked on", asked(context), stream=True)
    template = '{"event": <$.eventID>, "change": <$.eventName>, "record": <$.dynamodb>}'
    piped = _pipe(context, "dynamodb-stream", Ref(table.id, "stream"), (template, way))
    kept = undelivered(context, "the pipe", None)
    return Source(None, [change(payload)], merge([Fragment((table,)), kept, piped]), CHANGE)


def change(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the pipe hands on for a new item of the table."""
    record = {"Keys": {"id": {"S": payload["id"]}}, "NewImage": typed(payload)["M"]}
    return {"event": "c4ca4238a0b923820dcc509a6f75849b", "change": "INSERT", "record": record}


def envelope(event: str, payload: str) -> str:
    """Return a pipe's template of a record's id and its payload."""
    return f'{{"event": <$.{event}>, "payload": <$.{payload}>}}'


def _kafka(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    """Return a pipe from a topic; runs that must keep its order are waited for, the others start at once.

    A function reads the topic where another topic is to take what fails; a pipe cannot write there.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-msk.html
    """
    if context.failure_topic:
        return topic_reader(context, payload, express=way.express)
    read = kafka_topic(context, "SourcePipe")
    waits = way.express and context.ordered
    template = (
        '{"topic": <$.topic>, "partition": <$.partition>, "offset": <$.offset>, '
        '"key": <$.key>, "payload": <$.value>}'
    )
    piped = _pipe(context, "kafka", read.cluster, (template, StartOptions(waits, way.waits)))
    pipe = replace(piped.resources[0], topic=read.topic, group=read.group)
    event = [{"topic": "orders", "partition": 0, "offset": 15, "key": "1001", "payload": payload}]
    return Source(None, event, merge([read.parts, Fragment((pipe,), piped.permissions)]), RECORD_OF_TOPIC)


def _pipe(context: PlanContext, service: str, source: Ref, how: tuple[str, StartOptions]) -> Fragment:
    """Return the pipe; an Express run is waited for, so that its failure is retried and then kept.

    Where a stream brings more than waiting can carry, and need not keep its order, runs are only started.
    """
    template, way = how
    each_s = float(context.requirements.number("total_duration_s", 0))
    waits = way.express and (context.ordered or service not in SHARDED or not too_slow(context, each_s))
    pipe = Pipe(
        "SourcePipe",
        f"starts the workflow for each record of {source.to}",
        asked(context),
        service=service,
        source=source,
        target=Ref(MACHINE),
        template=template,
        waits=waits,
        at_once=pipe_readers(context, service, each_s if waits else start_s(context.aws)),
        undelivered=None if service in ("sqs", "kafka") else Ref(UNDELIVERED),
        retry_attempts=context.aws.limit("starter-stream-retries"),
        max_record_age_s=context.retried_s("starter-stream-record-age"),
        logs_records=service in ("kinesis", "dynamodb-stream")
        and bool(context.requirements.flag("replay_payload")),
    )
    start = Permission(pipe.id, _start_actions(context, waits=waits), (Ref(MACHINE),))
    permissions = [*reading(context, pipe.id, service, source), start]
    if pipe.undelivered:
        keep = context.aws.services["sqs"].actions("write")
        permissions.append(Permission(pipe.id, keep, (pipe.undelivered,)))
    return Fragment((pipe,), tuple(permissions))


def _iot(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    start = Permission(IOT_RULE, _start_actions(context, waits=False), (Ref(MACHINE),))
    return iot_source(context, payload, (start,), machine=Ref(MACHINE))


def _function_url(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    return Source(None, http_event(payload), _starter(context, Trigger("function-url"), way))


def _load_balancer(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    purpose = "hands each request to a function that starts the workflow"
    balancer = load_balancer(context, Ref(STARTER), purpose, max(60, context.answer_s + 10))
    return Source(None, http_event(payload), merge([balancer, _starter(context, None, way)]))


def _cognito(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    pool = user_pool(context, "keeps the users; each sign-up starts the workflow")
    return Source(None, SIGN_UP, merge([pool, _starter(context, SIGN_UP_TRIGGER, way)]))


def _mail(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    mail = mail_source(context, STARTER)
    return Source(None, mail.event, merge([mail.parts, _starter(context, None, way, asynchronous=True)]))


def _logs(context: PlanContext, payload: Mapping[str, Any], way: StartOptions) -> Source:
    group = log_group_parameter(context)
    trigger = Trigger("cloudwatch-logs", source=Ref(group.id, "name"), filter=LOG_PATTERN)
    starter = _starter(context, trigger, way, asynchronous=True)
    return Source(None, logs_event(), merge([Fragment((group,)), starter]))


def _starter(
    context: PlanContext, trigger: Trigger | None, way: StartOptions, *, asynchronous: bool = False
) -> Fragment:
    """Return the function that starts the workflow where its source cannot."""
    kept: Destination | None = None
    kept_parts = Fragment()
    if asynchronous:
        kept, kept_parts = destination(context, "sqs", "failure")
    function = Function(
        STARTER,
        "starts the workflow" + (" and answers with its result" if way.waits else BECAUSE),
        asked(context),
        name=name("Start workflow"),
        does="start",
        timeout_s=_start_timeout(context, trigger, way),
        environment=(("STATE_MACHINE_ARN", Ref(MACHINE)),),
        trigger=trigger,
        asynchronous=AsyncInvoke(
            retry_attempts=context.aws.limit("async-max-retries"),
            max_event_age_s=context.retried_s("starter-event-age"),
            on_failure=kept,
        )
        if kept
        else None,
    )
    start = Permission(STARTER, _start_actions(context, waits=way.waits), (Ref(MACHINE),))
    own = [start, *(permissions(context, STARTER, kept) if kept else ())]
    return merge([kept_parts, Fragment((function,), tuple(own))])


def _start_timeout(context: PlanContext, trigger: Trigger | None, way: StartOptions) -> int:
    """Return the timeout of the function that starts a run: longer than the run that it waits for."""
    if trigger and trigger.kind == "cognito":
        return context.trigger_s
    patience = 3 if context.requirements.text("event_source") == "api-gateway" else 6
    return context.answer_s + patience if way.waits else 30


SOURCES: Mapping[str, Callable[[PlanContext, Mapping[str, Any], StartOptions], Source]] = {
    "api-gateway": _http_api,
    "sqs": _queue,
    "sns": _sns,
    "kinesis": _kinesis,
    "dynamodb-stream": _table,
    "kafka": _kafka,
    "iot": _iot,
    "function-url": _function_url,
    "alb": _load_balancer,
    "cognito": _cognito,
    "ses": _mail,
    "cloudwatch-logs": _logs,
}
