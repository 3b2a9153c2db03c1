"""The table "where does a failed event end up", read off the resources of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from advisor.knowledge.limits import in_words
from advisor.starter.blueprint.ids import STARTER
from advisor.starter.blueprint.jobs import JobStart, JobWatch
from advisor.starter.blueprint.project import FailureRoute, readers_of_queues
from advisor.starter.blueprint.resources import (
    Alarm,
    Function,
    HttpApi,
    IotRule,
    LoadBalancer,
    Machine,
    Pipe,
    Queue,
    Resource,
    Route,
    Subscription,
)
from advisor.starter.blueprint.wiring import Destination, Phrase, Ref, Trigger
from advisor.starter.plan.context import PlanContext
from advisor.starter.plan.failed_pipes import failed_records, failed_topic, position, unseen_lag
from advisor.starter.plan.failed_rules import not_subscribed, not_taken
from advisor.starter.plan.failed_runs import failed_items, failed_runs

DELIVERERS = {"eventbridge": "EventBridge", "schedule": "EventBridge Scheduler", "sns": "SNS"}
REPORTS = {
    "sqs": "FailureQueue",
    "sns": "FailureTopic",
    "eventbridge": "FailureBus",
    "s3": "FailureBucket",
}
RECORD = "the execution record: event, error, attempts"
NOT_ON_BUS = " (a body that is not JSON: status 200 and a `FailedEntryCount` above 0)"
POSITIONS = "positions in the stream, not the records"


def failure_routes(context: PlanContext, resources: Iterable[Resource]) -> tuple[FailureRoute, ...]:
    """Return one line for each way in which an event can fail; KeyError where no alarm would ring."""
    table = _Table.of(context, tuple(resources))
    return tuple(route for resource in table.resources for route in table.routes(resource))


def _kept_failing(function: Function) -> str:
    """Return what of a stream fails in the end; from Kafka, a batch that is not halved goes as a whole."""
    batch = function.trigger.batch if function.trigger else None
    if batch is None or batch.bisect:
        return "a record that `{0}` keeps failing on"
    rest = "; what follows it in its partition is not worked on" if batch.order else ""
    return f"a batch with a record that `{{0}}` keeps failing on{rest}"


def _letters(resource: Resource) -> Ref | None:
    """Return the dead-letter queue of a queue."""
    return resource.dead_letters if isinstance(resource, Queue) else None


class _Table(Struct, frozen=True):
    """All resources, and their alarms by owner and metric."""

    context: PlanContext
    resources: tuple[Resource, ...]
    alarms: Mapping[tuple[str, str], Ref]

    @classmethod
    def of(cls, context: PlanContext, resources: tuple[Resource, ...]) -> _Table:
        alarms = (item for item in resources if isinstance(item, Alarm))
        return cls(context, resources, {(item.of.to, item.metric): Ref(item.id) for item in alarms})

    def alarm(self, owner: str, service: str, metric: str) -> Ref:
        """Return the alarm on ``metric``, by its name in ``rules/services.yaml``."""
        return self.alarms[owner, self.context.aws.services[service].metrics[metric].name]

    def routes(self, resource: Resource) -> Iterator[FailureRoute]:
        if isinstance(resource, Queue):
            yield from self.of_queue(resource)
            if resource.id in self.worked_on:
                yield from self.of_messages(resource, self.worked_on[resource.id])
        elif isinstance(resource, Function):
            yield from self.of_function(resource)
        elif isinstance(resource, HttpApi) and resource.function in (None, Ref(STARTER)):
            refused = NOT_ON_BUS if resource.bus else ""
            yield FailureRoute(
                failure=Phrase("the API cannot hand a request on"),
                ends_up=Phrase(f"with the caller, who gets an HTTP error{refused} and sends it again"),
                holds="nothing here",
                alarms=(self.alarm(resource.id, "api-gateway", "failed"),),
            )
        elif isinstance(resource, Route) and resource.target_service == "sns":
            yield not_subscribed(resource)
        elif isinstance(resource, Pipe):
            if resource.service == "kafka":
                yield failed_topic(resource, self.alarm)
            yield from unseen_lag(resource, self.context.aws)
        elif isinstance(resource, Machine):
            yield from self.of_machine(resource)
        elif isinstance(resource, JobWatch):
            yield FailureRoute(
                failure=Phrase("the job that `{0}` started fails", (resource.start,)),
                ends_up=Phrase("topic `{0}`; the event is not sent again", (resource.topic,)),
                holds="id, state and reason; what it wrote is in its own log",
                alarms=(self.alarm(resource.id, "eventbridge", "triggered"),),
            )

    def of_queue(self, queue: Queue) -> Iterator[FailureRoute]:
        for sender, holds in dict.fromkeys(self.senders(queue)):
            yield FailureRoute(
                failure=Phrase(f"{sender} cannot deliver an event"),
                ends_up=Phrase("queue `{0}`", (Ref(queue.id),)),
                holds=holds,
                alarms=(self.alarm(queue.id, "sqs", "waiting"),),
            )
        filled = any(isinstance(item, Route) and item.target == Ref(queue.id) for item in self.resources)
        if filled and queue.oldest_s and queue.id not in self.worked_on:
            yield not_taken(queue, self.alarm)

    def senders(self, queue: Queue) -> Iterator[tuple[str, str]]:
        """Yield what puts events into ``queue`` that it cannot deliver, and what it puts there."""
        itself = "the event itself"
        for item in self.resources:
            trigger: Trigger | None = getattr(item, "trigger", None)
            if trigger and trigger.undelivered and trigger.undelivered.to == queue.id:
                yield DELIVERERS[trigger.kind], itself
            if isinstance(item, JobStart) and item.undelivered.to == queue.id:
                yield DELIVERERS["schedule" if item.schedule else "eventbridge"], itself
            if isinstance(item, IotRule) and item.undelivered.to == queue.id:
                yield "the IoT rule", itself
            if isinstance(item, Route | Subscription) and item.undelivered == Ref(queue.id):
                by = "schedule" if isinstance(item, Route) and item.schedule else "eventbridge"
                yield DELIVERERS[by if isinstance(item, Route) else "sns"], itself
            letters = _letters(item)
            if letters and letters.to == queue.id and item.id not in self.worked_on:
                yield "the pipe", "the message itself"
            if isinstance(item, Pipe) and item.undelivered == Ref(queue.id):
                yield "the pipe", position(item, self.context.aws)

    @property
    def worked_on(self) -> dict[str, Function]:
        """Return the functions that read queues, by queue."""
        return readers_of_queues(self.resources)

    def of_messages(self, queue: Queue, function: Function) -> Iterator[FailureRoute]:
        """Yield what happens to the messages of a queue that a function reads."""
        assert queue.dead_letters is not None
        yield FailureRoute(
            failure=Phrase(
                f"a message that `{{0}}` failed on {queue.max_receives} times", (Ref(function.id),)
            ),
            ends_up=Phrase("queue `{0}`, until somebody sends it back", (queue.dead_letters,)),
            holds="the message itself",
            alarms=(self.alarm(queue.dead_letters.to, "sqs", "waiting"),),
        )
        yield FailureRoute(
            failure=Phrase("`{0}` is too slow, or a service it calls is away", (Ref(function.id),)),
            ends_up=Phrase(
                f"messages wait in queue `{{0}}` for {in_words(queue.retention_s, 's')}, then they are gone",
                (Ref(queue.id),),
            ),
            holds="the message itself",
            alarms=(self.alarm(queue.id, "sqs", "oldest"),),
        )

    def of_function(self, function: Function) -> Iterator[FailureRoute]:
        batch = function.trigger.batch if function.trigger else None
        if function.answers:
            yield from self.of_answers(function)
        if function.piped:
            yield from failed_records(function, self.resources, self.context.aws, self.alarm)
        if function.asynchronous:
            ends_up, alarm = self.end(function.asynchronous.on_failure)
            age = in_words(function.asynchronous.max_event_age_s, "s")
            yield FailureRoute(
                failure=Phrase(f"`{{0}}` keeps failing, or is throttled for {age}", (Ref(function.id),)),
                ends_up=ends_up,
                holds=RECORD if function.does == "step" else "the execution record",
                alarms=(alarm or self.alarm(function.id, "lambda", "dropped"),),
            )
        if function.durable and function.dead_letters:
            yield from self.of_durable(function, function.durable.retention_days, function.dead_letters)
        elif batch and batch.on_failure:
            ends_up, alarm = self.end(batch.on_failure)
            metric = "handed-over" if batch.metered else "errors"
            yield FailureRoute(
                failure=Phrase(_kept_failing(function), (Ref(function.id),)),
                ends_up=ends_up,
                holds="the records themselves" if batch.on_failure.service in ("s3", "kafka") else POSITIONS,
                alarms=(alarm or self.alarm(function.id, "lambda", metric),),
            )
        elif function.does == "start" and not function.asynchronous:
            yield self.of_starter(function)
        if function.asynchronous or (batch and batch.on_failure):
            yield FailureRoute(
                failure=Phrase("the record of `{0}` cannot be delivered there", (Ref(function.id),)),
                ends_up=Phrase("nowhere: what was worked on is in the function's log, if your code logs it"),
                holds="nothing",
                alarms=(self.alarm(function.id, "lambda", "undelivered"),),
            )

    def of_durable(self, function: Function, days: int, kept: Ref) -> Iterator[FailureRoute]:
        """Yield what happens to the runs of a durable function."""
        yield FailureRoute(
            failure=Phrase("a run fails, is stopped or times out"),
            ends_up=Phrase(
                f"queue `{{0}}`; its steps and errors in the history of `{{1}}`, kept {days} days. Of a run "
                "that was stopped or timed out nothing is undone",
                (kept, Ref(function.id)),
            ),
            holds="the event itself",
            alarms=(
                self.alarm(kept.to, "sqs", "waiting"),
                self.alarm(function.id, "lambda", "run-failed"),
                self.alarm(function.id, "lambda", "run-timed-out"),
            ),
        )
        yield FailureRoute(
            failure=Phrase("an event waits too long to start a run"),
            ends_up=Phrase("queue `{0}`", (kept,)),
            holds="the event itself",
            alarms=(self.alarm(function.id, "lambda", "dropped"),),
        )

    def of_starter(self, function: Function) -> FailureRoute:
        """Return what happens to a request that starts no run: who sent it is told."""
        told = "with the caller, who gets an HTTP error and sends it again"
        holds = "nothing here"
        if function.trigger and function.trigger.kind == "cognito":
            told = "with the client, who gets an error although the user is confirmed; start the run by hand"
            holds = "the user, in the pool"
        return FailureRoute(
            failure=Phrase("`{0}` cannot start a run, or is throttled", (Ref(function.id),)),
            ends_up=Phrase(told),
            holds=holds,
            alarms=tuple(self.alarm(function.id, "lambda", name) for name in ("errors", "throttled")),
        )

    def of_answers(self, function: Function) -> Iterator[FailureRoute]:
        """Yield what callers see of a failure; nothing is kept, since they decide what to do about it."""
        own = (Ref(function.id),)
        seen, alarms = self.caller_sees(function)
        holds = "the error, in the log group of the function"
        if function.durable:
            days = function.durable.retention_days
            holds = f"the error in the log; steps and their errors in the history of the run, {days} days"
            ended = (self.alarm(function.id, "lambda", name) for name in ("run-failed", "run-timed-out"))
            alarms = tuple(dict.fromkeys((*alarms, *ended)))
        yield FailureRoute(
            failure=Phrase("`{0}` fails or runs out of time", own),
            ends_up=Phrase(seen),
            holds=holds,
            alarms=alarms,
        )
        yield FailureRoute(
            failure=Phrase("more calls of `{0}` at once than the account allows", own),
            ends_up=Phrase("the caller, who is told so and tries again later"),
            holds="nothing",
            alarms=(self.alarm(function.id, "lambda", "throttled"),),
        )

    def caller_sees(self, function: Function) -> tuple[str, tuple[Ref, ...]]:
        """Return in what shape an error reaches the caller of ``function``, and the alarms on it."""
        if function.answers == "user-pool":
            told = "Cognito, which tries twice more and then shows the error to the user"
            return told, (self.alarm(function.id, "lambda", "errors"),)
        if function.answers == "caller":
            metric = "run-failed" if function.durable else "errors"
            return "the caller, as `FunctionError`", (self.alarm(function.id, "lambda", metric),)
        told = "the caller, as a status from 500 on; whether to try again is the caller's decision"
        for item in self.resources:
            if isinstance(item, HttpApi) and item.function == Ref(function.id):
                return told, (self.alarm(item.id, "api-gateway", "failed"),)
            if isinstance(item, LoadBalancer) and item.function == Ref(function.id):
                return told, tuple(
                    self.alarm(item.id, "alb", metric) for metric in ("failed", "not-answered")
                )
        return told, (self.alarm(function.id, "function-url", "failed"),)

    def end(self, to: Destination) -> tuple[Phrase, Ref | None]:
        """Return where ``to`` puts a record, and the alarm of that place if it has one."""
        target = (Ref(to.target.to),)
        match to.service:
            case "sqs":
                return Phrase("queue `{0}`", target), self.alarm(to.target.to, "sqs", "waiting")
            case "eventbridge" | "sns":
                kept = next(self.behind(to.target.to))
                words = "bus `{0}`, whose rule" if to.service == "eventbridge" else "topic `{0}`, which"
                return Phrase(f"{words} keeps it in queue `{{1}}`", (*target, kept)), self.alarm(
                    kept.to, "sqs", "waiting"
                )
            case "lambda":
                return Phrase("function `{0}`", target), None
            case "kafka":
                return Phrase("the topic that `{0}` names", target), None
        return Phrase("bucket `{0}`", target), None

    def behind(self, carrier: str) -> Iterator[Ref]:
        """Yield the queues behind a bus or topic."""
        for item in self.resources:
            if isinstance(item, Route) and item.bus and item.bus.to == carrier:
                yield item.target
            if isinstance(item, Subscription) and item.topic.to == carrier:
                yield item.queue

    def of_machine(self, machine: Machine) -> Iterator[FailureRoute]:
        report = self.context.design.failure.execution.report
        told = self.end(Destination(report, Ref(REPORTS[report]))) if report else None
        pipe = next((item for item in self.resources if isinstance(item, Pipe)), None)
        queue = next((item for item in self.resources if isinstance(item, Queue) and item.dead_letters), None)
        yield from failed_items(self.context, machine, self.alarm)
        yield from failed_runs(self.context, machine, told, (pipe, queue), self.alarm)
