"""The table "where does a failed event end up", read off the resources of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

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

DELIVERERS = {"eventbridge": "EventBridge", "schedule": "EventBridge Scheduler", "sns": "SNS"}
REPORTS = {"sqs": "FailureQueue", "sns": "FailureTopic", "eventbridge": "FailureBus"}
RECORD = "the execution record: event, error, attempts"


def failure_routes(context: PlanContext, resources: Iterable[Resource]) -> tuple[FailureRoute, ...]:
    """Return one line for each way in which an event can fail; KeyError where no alarm would ring."""
    table = _Table.of(context, tuple(resources))
    return tuple(route for resource in table.resources for route in table.routes(resource))


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
            for sender in dict.fromkeys(self.senders(resource)):
                yield FailureRoute(
                    failure=Phrase(f"{sender} cannot deliver an event"),
                    ends_up=Phrase("queue `{0}`", (Ref(resource.id),)),
                    holds="the event itself",
                    alarms=(self.alarm(resource.id, "sqs", "waiting"),),
                )
            if resource.id in self.worked_on:
                yield from self.of_messages(resource, self.worked_on[resource.id])
        elif isinstance(resource, Function):
            yield from self.of_function(resource)
        elif isinstance(resource, Machine):
            yield from self.of_machine(resource)

    def senders(self, queue: Queue) -> Iterator[str]:
        """Yield what puts events into ``queue`` that it cannot deliver."""
        for item in self.resources:
            trigger: Trigger | None = getattr(item, "trigger", None)
            if trigger and trigger.undelivered and trigger.undelivered.to == queue.id:
                yield DELIVERERS[trigger.kind]
            if isinstance(item, IotRule) and item.undelivered.to == queue.id:
                yield "the IoT rule"
            if isinstance(item, Route | Subscription) and item.undelivered == Ref(queue.id):
                yield "EventBridge" if isinstance(item, Route) else "SNS"
            letters = item.undelivered if isinstance(item, Pipe) else _letters(item)
            if letters and letters.to == queue.id and item.id not in self.worked_on:
                yield "the pipe"

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
                f"messages wait in queue `{{0}}` for {queue.retention_s // 86_400} days", (Ref(queue.id),)
            ),
            holds="the message itself",
            alarms=(self.alarm(queue.id, "sqs", "oldest"),),
        )

    def of_function(self, function: Function) -> Iterator[FailureRoute]:
        if function.answers:
            yield from self.of_answers(function)
        if function.asynchronous:
            ends_up, alarm = self.end(function.asynchronous.on_failure)
            yield FailureRoute(
                failure=Phrase("`{0}` keeps failing", (Ref(function.id),)),
                ends_up=ends_up,
                holds=RECORD if function.does == "step" else "the execution record",
                alarms=(alarm or self.alarm(function.id, "lambda", "dropped"),),
            )
        if function.durable and function.dead_letters:
            kept = function.dead_letters
            yield FailureRoute(
                failure=Phrase("a run fails, is stopped or times out"),
                ends_up=Phrase(
                    "queue `{0}`; its steps and errors in the history of `{1}`, kept "
                    f"{function.durable.retention_days} days",
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
        batch = function.trigger.batch if function.trigger else None
        if batch and batch.on_failure:
            ends_up, alarm = self.end(batch.on_failure)
            whole = batch.on_failure.service in ("s3", "kafka")
            yield FailureRoute(
                failure=Phrase("a record that `{0}` keeps failing on", (Ref(function.id),)),
                ends_up=ends_up,
                holds="the records themselves" if whole else "positions in the stream, not the records",
                alarms=(alarm or self.alarm(function.id, "lambda", "errors"),),
            )

    def of_answers(self, function: Function) -> Iterator[FailureRoute]:
        """Yield what callers see of a failure; nothing is kept, since they decide what to do about it."""
        own = (Ref(function.id),)
        seen, alarms = self.caller_sees(function)
        yield FailureRoute(
            failure=Phrase("`{0}` fails or runs out of time", own),
            ends_up=Phrase(seen),
            holds="the error, in the log group of the function",
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
            return "the caller, as `FunctionError`", (self.alarm(function.id, "lambda", "errors"),)
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
            case "eventbridge":
                kept = next(
                    item.target
                    for item in self.resources
                    if isinstance(item, Route) and item.bus and item.bus.to == to.target.to
                )
                words = Phrase("bus `{0}`, whose rule keeps it in queue `{1}`", (*target, kept))
                return words, self.alarm(kept.to, "sqs", "waiting")
            case "lambda":
                return Phrase("function `{0}`", target), self.alarm(to.target.to, "lambda", "dropped")
            case "sns":
                return Phrase("topic `{0}`, and from there only where somebody subscribed", target), None
            case "kafka":
                return Phrase("the topic that `{0}` names", target), None
        return Phrase("bucket `{0}`", target), None

    def of_machine(self, machine: Machine) -> Iterator[FailureRoute]:
        plan, days = self.context.design.failure.execution, self.context.aws.limit("redrive-days")
        redrive = f"`aws stepfunctions redrive-execution` goes on where it stopped, for {days} days"
        failed = self.alarm(machine.id, "step-functions", "failed")
        standard = machine.workflow_type == "standard"
        if plan.report:
            place, _ = self.end(Destination(plan.report, Ref(REPORTS[plan.report])))
            again = "; start it anew with the input that is told there"
            yield FailureRoute(
                failure=Phrase("a run fails"),
                ends_up=Phrase(place.pattern + again, place.parts),
                holds="the run's input and the error",
                alarms=(failed,),
            )
            yield FailureRoute(
                failure=Phrase("a run times out as a whole"),
                ends_up=Phrase(
                    f"the execution history; {redrive}" if standard else "the workflow's log group"
                ),
                holds="input and every state",
                alarms=(self.alarm(machine.id, "step-functions", "timed-out"),),
            )
        elif plan.kept_outside:
            yield FailureRoute(
                failure=Phrase("a run fails or times out"),
                ends_up=Phrase(f"queue `{{0}}`; {redrive}", (Ref("FailedRuns"),)),
                holds="the run's ARN and input",
                alarms=(failed,),
            )
        else:
            history = f"the execution history, kept {self.context.aws.limit('sfn-history-days')} days"
            again = "start it anew with the same input" if plan.undoes else redrive
            yield FailureRoute(
                failure=Phrase("a run fails"),
                ends_up=Phrase(f"{history}; {again}"),
                holds="input, every state, error",
                alarms=(failed,),
            )
