"""What starts a state machine: rules and schedules, pipes from queues and streams, functions else."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from advisor.starter.blueprint import (
    AsyncInvoke,
    Destination,
    Function,
    HttpApi,
    LoadBalancer,
    Parameter,
    Permission,
    Pipe,
    Queue,
    Ref,
    Resource,
    Stream,
    Subscription,
    Table,
    Topic,
    Trigger,
    UserPool,
)
from advisor.starter.calls import MACHINE
from advisor.starter.names import name
from advisor.starter.outcomes import destination, failure_route, permissions
from advisor.starter.parts import Brief, Parts, joined
from advisor.starter.refusals import Refused
from advisor.starter.sources import UNDELIVERED, Source, reading, undelivered
from advisor.starter.triggers import (
    IOT_RULE,
    LOG_PATTERN,
    SHARED,
    iot_source,
    log_group_parameter,
    logs_event,
    mail_source,
)

START = "StartWorkflowFunction"
RECEIVES = 5


def source_of_machine(brief: Brief, payload: Mapping[str, Any], *, express: bool, waits: bool) -> Source:
    """Return how the event source starts the state machine; ``waits``: the caller gets its result.

    Raises Refused where this starter has no way.
    """
    kind = brief.wishes.text("event_source", "sdk")
    if kind in SHARED:
        return SHARED[kind](brief, payload, machine=True)
    if kind == "kafka":
        raise Refused(
            "A pipe from Kafka needs the network of your cluster, which this starter does not know. Use "
            "--approach destinations for the topic's reader, and let it start the state machine."
        )
    return SOURCES[kind](brief, payload, Way(express, waits))


class Way(Struct, frozen=True):
    """Whether the machine is Express, and whether the caller waits for its result."""

    express: bool
    waits: bool


def _asked(brief: Brief) -> tuple[str, ...]:
    return brief.asked("event_source", "invocation", "caller_waits_for")


def _http_api(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    answer = "with its result" if way.waits else "at once"
    api = HttpApi("Api", f"starts the workflow and answers {answer}", _asked(brief), Ref(MACHINE), way.waits)
    action = "states:StartSyncExecution" if way.waits else "states:StartExecution"
    return Source(None, payload, Parts((api,), (Permission(api.id, (action,), (Ref(MACHINE),)),)))


def _queue(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    return _from_queue(brief, payload, way, (), ())


def _sns(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    topic = Topic("SourceTopic", "receives the messages to work on", _asked(brief))
    link = Subscription(
        "SourceSubscription",
        "brings the topic's messages to the queue",
        topic.rules,
        Ref(topic.id),
        Ref("SourceQueue"),
    )
    return _from_queue(brief, payload, way, (topic, link), (("sns.amazonaws.com", Ref(topic.id)),))


def _from_queue(
    brief: Brief,
    payload: Mapping[str, Any],
    way: Way,
    before: tuple[Resource, ...],
    senders: tuple[tuple[str, Ref], ...],
) -> Source:
    queue = Queue(
        "SourceQueue",
        "holds the messages to work on",
        _asked(brief),
        visibility_s=360,
        senders=senders,
        dead_letters=Ref(UNDELIVERED),
        max_receives=RECEIVES,
    )
    piped = _pipe(brief, "sqs", Ref(queue.id), ("<$.body>", way))
    kept = undelivered(brief, "the pipe", None)
    return Source(None, [payload], joined([Parts((*before, queue)), kept, piped]), first=True)


def _kinesis(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    stream = Stream("SourceStream", "carries the records to work on", _asked(brief))
    piped = _pipe(brief, "kinesis", Ref(stream.id), ("<$.data>", way))
    kept = undelivered(brief, "the pipe", None)
    return Source(None, [payload], joined([Parts((stream,)), kept, piped]), first=True)


def _table(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    table = Table("SourceTable", "is the table whose changes are worked on", _asked(brief), stream=True)
    template = '{"id": <$.dynamodb.Keys.id.S>, "change": <$.eventName>, "image": <$.dynamodb.NewImage>}'
    piped = _pipe(brief, "dynamodb-stream", Ref(table.id, "stream"), (template, way))
    kept = undelivered(brief, "the pipe", None)
    event = [{**payload, "change": "INSERT", "image": {"id": {"S": "1001"}}}]
    return Source(None, event, joined([Parts((table,)), kept, piped]), first=True)


def _pipe(brief: Brief, service: str, source: Ref, how: tuple[str, Way]) -> Parts:
    """Return the pipe; an Express run is waited for, so that its failure is retried and then kept."""
    template, way = how
    pipe = Pipe(
        "SourcePipe",
        f"starts the workflow for each record of {source.to}",
        _asked(brief),
        service,
        source,
        Ref(MACHINE),
        template,
        way.express,
        None if service == "sqs" else Ref(UNDELIVERED),
        brief.limits.stream_retries,
        brief.limits.stream_age_s,
    )
    start = "states:StartSyncExecution" if way.express else "states:StartExecution"
    permissions = [*reading(pipe.id, service, source), Permission(pipe.id, (start,), (Ref(MACHINE),))]
    if pipe.undelivered:
        permissions.append(Permission(pipe.id, ("sqs:SendMessage",), (pipe.undelivered,)))
    return Parts((pipe,), tuple(permissions))


def _iot(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    start = Permission(IOT_RULE, ("states:StartExecution",), (Ref(MACHINE),))
    return iot_source(brief, payload, (start,), machine=Ref(MACHINE))


def _function_url(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    return Source(None, http_event(payload), _starter(brief, Trigger("function-url"), way))


def _load_balancer(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    rules = _asked(brief)
    network = Parameter("VpcId", "network of the load balancer", rules, None, type="AWS::EC2::VPC::Id")
    subnets = Parameter(
        "SubnetIds", "two subnets of it or more", rules, None, type="List<AWS::EC2::Subnet::Id>"
    )
    balancer = LoadBalancer(
        "LoadBalancer",
        "hands each request to a function that starts the workflow",
        rules,
        Ref(START),
        Ref(network.id, "name"),
        Ref(subnets.id, "name"),
    )
    parts = [Parts((network, subnets, balancer)), _starter(brief, None, way)]
    return Source(None, http_event(payload), joined(parts))


def _cognito(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    pool = UserPool("Users", "keeps the users; each sign-up starts the workflow", _asked(brief))
    event = {
        "triggerSource": "PostConfirmation_ConfirmSignUp",
        "userName": "1001",
        "request": {"userAttributes": {"email": "ann@example.com"}},
        "response": {},
    }
    trigger = Trigger("cognito", source=Ref(pool.id, "name"))
    return Source(None, event, joined([Parts((pool,)), _starter(brief, trigger, way)]))


def _mail(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    mail = mail_source(brief, START)
    return Source(None, mail.event, joined([mail.parts, _starter(brief, None, way, asynchronous=True)]))


def _logs(brief: Brief, payload: Mapping[str, Any], way: Way) -> Source:
    group = log_group_parameter(brief)
    trigger = Trigger("cloudwatch-logs", source=Ref(group.id, "name"), filter=LOG_PATTERN)
    starter = _starter(brief, trigger, way, asynchronous=True)
    return Source(None, logs_event(), joined([Parts((group,)), starter]))


def _starter(brief: Brief, trigger: Trigger | None, way: Way, *, asynchronous: bool = False) -> Parts:
    """Return the function that starts the workflow where its source cannot."""
    kept: Destination | None = None
    kept_parts = Parts()
    if asynchronous:
        kept, kept_parts = destination(brief, "sqs", "failure")
    function = Function(
        START,
        "starts the workflow, which its source cannot do itself",
        _asked(brief),
        name("Start workflow"),
        "start",
        timeout_s=35 if way.waits else 30,
        environment=(("STATE_MACHINE_ARN", Ref(MACHINE)),),
        trigger=trigger,
        asynchronous=AsyncInvoke(brief.limits.async_retries, brief.limits.event_age_s, kept)
        if kept
        else None,
    )
    action = "states:StartSyncExecution" if way.waits else "states:StartExecution"
    own = [Permission(START, (action,), (Ref(MACHINE),)), *(permissions(START, kept) if kept else ())]
    routes = (failure_route(f"`{START}` keeps failing", kept, "the execution record"),) if kept else ()
    return joined([kept_parts, Parts((function,), tuple(own), routes)])


def http_event(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request that a function URL or a load balancer hands on."""
    return {
        "headers": {"content-type": "application/json"},
        "body": json.dumps(payload),
        "isBase64Encoded": False,
    }


SOURCES: Mapping[str, Callable[[Brief, Mapping[str, Any], Way], Source]] = {
    "api-gateway": _http_api,
    "sqs": _queue,
    "sns": _sns,
    "kinesis": _kinesis,
    "dynamodb-stream": _table,
    "iot": _iot,
    "function-url": _function_url,
    "alb": _load_balancer,
    "cognito": _cognito,
    "ses": _mail,
    "cloudwatch-logs": _logs,
}
