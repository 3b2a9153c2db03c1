"""Shell commands that try a failed event again: a kept one is removed only after it was taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import indent

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import (
    Function,
    IotRule,
    Machine,
    Pipe,
    Queue,
    Route,
    Subscription,
)
from advisor.starter.blueprint.wiring import Destination, Ref, Trigger
from advisor.starter.documents import positions
from advisor.starter.documents.senders import RAW
from advisor.starter.state_language.states import REPORT

_ENVELOPED = "(.detail // .)"  # EventBridge puts what it carries into an envelope
_INVOKE = f"aws lambda invoke --invocation-type Event {RAW}"
_STDIN = "/dev/stdin"  # a payload may be longer than a shell lets an argument be


class _Kept(Struct):
    """Contents of one queue or bucket: records of functions, reports of runs, in which envelopes."""

    service: str
    functions: bool = False
    runs: bool = False
    enveloped: bool = False


class Again(Struct, frozen=True):
    """Commands for one project; ``output`` is how a command gets the value of an output of the stack."""

    blueprint: Blueprint
    output: Callable[[str], str]

    def blocks(self) -> Iterator[str]:
        """Yield what tries the events of each place again."""
        for item in self.blueprint.resources:
            letters = item.dead_letters if isinstance(item, Queue) else None
            if letters:
                yield _moved_back(self.output(f"{letters.to}Url"))
        yield from self._undelivered()
        yield from self._handed_on()
        durable = self.blueprint.durable
        if durable and durable.dead_letters:
            claimed = durable.durable is not None and durable.durable.claims
            yield self._body(durable.dead_letters.to, self._to_function("FirstFunction"), claimed=claimed)
        for place, kept in self._places().items():
            yield self._from_bucket(place, kept) if kept.service == "s3" else self._from_queue(place, kept)
        yield from self._reported()
        yield from self._from_bucket_of_batches()
        yield from self._positions()
        yield from self._runs()

    def _undelivered(self) -> Iterator[str]:
        """Yield what starts the work for events that EventBridge could not deliver."""
        for item in self.blueprint.resources:
            trigger: Trigger | None = getattr(item, "trigger", None)
            if trigger is None or trigger.kind not in ("eventbridge", "schedule") or not trigger.undelivered:
                continue
            if not self._others_use(trigger.undelivered):
                machine = isinstance(item, Machine)
                to = self._to_machine() if machine else self._to_function("FirstFunction")
                yield self._body(trigger.undelivered.to, to)

    def _handed_on(self) -> Iterator[str]:
        """Yield what gives the one queue or topic behind a rule what EventBridge could not deliver to it."""
        routes = self.blueprint.handed_on
        if len(routes) == 1 and routes[0].undelivered:
            to, name = routes[0], routes[0].target.to
            send = f"aws sqs send-message --queue-url {self.output(name + 'Url')} --message-body"
            if to.target_service == "sns":
                send = f"aws sns publish --topic-arn {self.output(name + 'Arn')} --message"
            yield self._body(routes[0].undelivered.to, f"{send} file://{_STDIN}")

    def _others_use(self, queue: Ref) -> bool:
        """Return whether ``queue`` also gets what is no event of the source."""
        linked = (Route, Subscription, IotRule, Pipe)
        return any(
            isinstance(item, linked) and item.undelivered == queue for item in self.blueprint.resources
        )

    def _places(self) -> dict[str, _Kept]:
        """Return the queues and buckets that keep records of functions, and reports of runs."""
        found: dict[str, _Kept] = {}
        for function in self.blueprint.functions:
            if function.asynchronous:
                self._add(found, function.asynchronous.on_failure, runs=False)
        report = self._report()
        if report and not self.sender_tries_again:
            self._add(found, report, runs=True)
        return found

    def _add(self, found: dict[str, _Kept], to: Destination, *, runs: bool) -> None:
        if to.service == "lambda":
            return
        place = (
            next(self._behind(to.target), to.target) if to.service in ("sns", "eventbridge") else to.target
        )
        kept = found.setdefault(place.to, _Kept("s3" if to.service == "s3" else "sqs"))
        kept.functions |= not runs
        kept.runs |= runs
        kept.enveloped |= to.service == "eventbridge"

    def _behind(self, carrier: Ref) -> Iterator[Ref]:
        """Yield the queues behind a topic or bus."""
        for item in self.blueprint.resources:
            if isinstance(item, Subscription) and item.topic.to == carrier.to:
                yield item.queue
            if isinstance(item, Route) and item.bus and item.bus.to == carrier.to:
                yield item.target

    def _report(self) -> Destination | None:
        """Return where a run reports its failure."""
        machine = self.blueprint.machine
        state = machine.definition["States"].get(REPORT) if machine else None
        if state is None:
            return None
        names = {"sqs": "FailureQueue", "sns": "FailureTopic", "events": "FailureBus", "s3": "FailureBucket"}
        service = state["Resource"].split(":")[-2]
        return Destination({"events": "eventbridge"}.get(service, service), Ref(names[service]))

    @property
    def reported(self) -> str:
        """Return the place of reports on runs that their sender tries again; empty where there is none."""
        report = self._report() if self.sender_tries_again else None
        found: dict[str, _Kept] = {}
        if report:
            self._add(found, report, runs=True)
        return next((place for place in found if place not in self._places()), "")

    def _reported(self) -> Iterator[str]:
        """Yield what shows a report and removes it: its event is with who sent it."""
        place = self.reported
        if place and self.blueprint.by_id[place].kind == "bucket":
            remove = f'aws s3 rm s3://{self.output(f"{place}Name")}/"$OBJECT"'
            yield f'{self._object(place)}\nprintf %s "$RECORD" | jq -ne input &&\n  {remove}'
        elif place:
            show = "printf %s \"$KEPT\" | jq -e '.Body | fromjson'"
            yield f"{self._taken(place)}\n{show} &&\n  {self._done(place)}"

    @property
    def sender_tries_again(self) -> bool:
        """Return whether a pipe runs a failed run again, or a caller has got its error."""
        pipes = (item for item in self.blueprint.resources if isinstance(item, Pipe))
        return self.blueprint.caller_waits or any(pipe.waits for pipe in pipes)

    def _from_queue(self, queue: str, kept: _Kept) -> str:
        inside = f" | {_ENVELOPED}" if kept.enveloped else ""
        read = f'record() {{ printf %s "$KEPT" | jq "$1" ".Body | fromjson{inside} | $2"; }}'
        again = self._work_again(kept)
        return f"{self._taken(queue)}\n{read}\n{again} &&\n  {self._done(queue)}"

    def _work_again(self, kept: _Kept) -> str:
        """Return what invokes the function of a record, or starts a run with the input of a report."""
        invoke = (
            f"record -c .requestPayload | {_INVOKE} \\\n"
            '  --function-name "$(record -r .requestContext.functionArn)" \\\n'
            f"  --payload file://{_STDIN} /dev/stdout"
        )
        if not kept.runs:
            return invoke
        start = f"record -c .input | {self._to_machine()}"
        if not kept.functions:
            return start
        return (
            "if record -e .requestPayload > /dev/null; then\n"
            f"{indent(invoke, '  ')}\nelse\n{indent(start, '  ')}\nfi"
        )

    def _body(self, queue: str, to: str, *, claimed: bool = False) -> str:
        """Return what hands the body of one message to ``to``.

        ``claimed``: a run that was stopped or timed out has not given its event free, so it gets another key.
        """
        body = 'printf %s "$KEPT" | jq -r .Body'
        if claimed:
            body = "printf %s \"$KEPT\" | jq -c '.MessageId as $id | .Body | fromjson + {sent_again: $id}'"
        return f"{self._taken(queue)}\n{body} | {to} &&\n  {self._done(queue)}"

    def _from_bucket(self, bucket: str, kept: _Kept) -> str:
        return (
            f"{self._object(bucket)}\n"
            'record() { printf %s "$RECORD" | jq "$1" "$2"; }\n'
            f"{self._work_again(kept)} &&\n"
            f'  aws s3 rm s3://{self.output(f"{bucket}Name")}/"$OBJECT"'
        )

    def _from_bucket_of_batches(self) -> Iterator[str]:
        """Yield what works on a kept batch of a stream again; its function says what failed of it."""
        for function in self.blueprint.functions:
            batch = _batch_target(function)
            if batch and batch.service == "s3":
                bucket = batch.target.to
                failed = ".errorMessage == null and (.batchItemFailures // []) == []"
                yield (
                    f"{self._object(bucket)}\n"
                    f'printf %s "$RECORD" | jq -r .payload | aws lambda invoke {RAW} \\\n'
                    '  --function-name "$(printf %s "$RECORD" | jq -r .requestContext.functionArn)" \\\n'
                    f"  --payload file://{_STDIN} answer.json\n"
                    f"jq -e '{failed}' answer.json &&\n"
                    f'  aws s3 rm s3://{self.output(f"{bucket}Name")}/"$OBJECT"'
                )

    def _positions(self) -> Iterator[str]:
        """Yield what shows the records of a stream whose positions are kept, to put them in again."""
        yield from (
            positions.read_back(self._taken(queue), source) for queue, source in self._kept_positions()
        )

    def _kept_positions(self) -> Iterator[tuple[str, str]]:
        """Yield each queue that keeps positions in a stream, with the kind of the stream."""
        for item in self.blueprint.resources:
            if isinstance(item, Pipe) and item.undelivered and item.service in positions.READ_BACK:
                yield item.undelivered.to, item.service
            batch = _batch_target(item) if isinstance(item, Function) else None
            if batch and batch.service in ("sqs", "sns"):
                kind = item.trigger.kind if isinstance(item, Function) and item.trigger else ""
                place = next(self._behind(batch.target), batch.target)
                if kind in positions.READ_BACK:
                    yield place.to, kind

    def read_back(self) -> str:
        """Return what removes the position that was read back last; empty where none is kept."""
        places = [place for place, _ in self._kept_positions()]
        return self._done(places[-1]) if places else ""

    def _object(self, bucket: str) -> str:
        name = self.output(f"{bucket}Name")
        return (
            f"OBJECT=$(aws s3api list-objects-v2 --bucket {name} --max-keys 1 \\\n"
            "  --query 'Contents[0].Key' --output text)\n"
            f'RECORD=$(aws s3 cp s3://{name}/"$OBJECT" -)'
        )

    def _runs(self) -> Iterator[str]:
        """Yield what goes on with a failed run, or starts it anew where only its history has it."""
        machine = self.blueprint.machine
        if machine is None or machine.workflow_type != "standard":
            return
        run = (
            f"RUN=$(aws stepfunctions list-executions --state-machine-arn {self.output('StateMachine')} "
            "--status-filter FAILED \\\n"
            "  --no-paginate --query 'executions[0].executionArn' --output text)\n"
        )
        routes = [route for route in self.blueprint.failure_routes if "a run fails" in route.failure.pattern]
        if any("redrive" in route.ends_up.pattern for route in routes):
            yield f'{run}aws stepfunctions redrive-execution --execution-arn "$RUN"'
        elif any("history" in route.ends_up.pattern for route in routes):
            yield (
                f'{run}aws stepfunctions describe-execution --execution-arn "$RUN" --query input \\\n'
                f"  --output text | {self._to_machine()}"
            )

    def _to_machine(self) -> str:
        machine = self.output("StateMachine")
        return (
            f"aws stepfunctions start-execution --state-machine-arn {machine} \\\n  --input file://{_STDIN}"
        )

    def _to_function(self, name: str) -> str:
        return f"{_INVOKE} \\\n  --function-name {self.output(name)} --payload file://{_STDIN} /dev/stdout"

    def _taken(self, queue: str) -> str:
        url = self.output(f"{queue}Url")
        return f"KEPT=$(aws sqs receive-message --queue-url {url} --query 'Messages[0]' --output json)"

    def _done(self, queue: str) -> str:
        receipt = '$(printf %s "$KEPT" | jq -r .ReceiptHandle)'
        return f'aws sqs delete-message --queue-url {self.output(f"{queue}Url")} --receipt-handle "{receipt}"'


def _batch_target(function: Function) -> Destination | None:
    batch = function.trigger.batch if function.trigger else None
    return batch.on_failure if batch else None


def _moved_back(queue: str) -> str:
    return (
        f"DEAD=$(aws sqs get-queue-attributes --queue-url {queue} --attribute-names QueueArn \\\n"
        "  --query Attributes.QueueArn --output text)\n"
        'aws sqs start-message-move-task --source-arn "$DEAD"'
    )
