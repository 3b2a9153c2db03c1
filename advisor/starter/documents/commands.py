"""Shell commands of the README: send one event, look for it, try a failed one again, empty the buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Bucket, Queue
from advisor.starter.documents import jobs, senders


class Commands(Struct, frozen=True):
    """Commands for one project; ``output`` is how a command gets the value of an output of the stack."""

    blueprint: Blueprint
    output: Callable[[str], str]

    def send(self) -> str:
        """Return what sends one event through the source."""
        return senders.send(senders.Project(self.blueprint, self.output))

    def note(self) -> str:
        """Return what is to be known before it is sent."""
        return senders.note(senders.Project(self.blueprint, self.output))

    def look(self) -> str:
        """Return what shows that the event has arrived."""
        return "\n".join(self._look())

    def _look(self) -> Iterator[str]:
        blueprint = self.blueprint
        if blueprint.first_function:
            yield f"aws logs tail {self.output('FirstFunctionLogs')} --since 10m"
        if blueprint.job_starts:
            yield jobs.look(blueprint, self.output)
        if blueprint.machine and blueprint.workflow_type == "express":
            yield f"aws logs tail {self.output('StateMachineLogs')} --since 10m"
        elif blueprint.machine:
            machine = self.output("StateMachine")
            yield f"aws stepfunctions list-executions --state-machine-arn {machine} --max-items 3"
        if "TargetQueue" in blueprint.by_id:
            yield f"aws sqs receive-message --queue-url {self.output('TargetQueueUrl')}"
        first = blueprint.first_function
        success = first.asynchronous.on_success if first and first.asynchronous else None
        if success and success.service == "sqs":
            yield f"aws sqs receive-message --queue-url {self.output(success.target.to + 'Url')}"

    def again(self) -> str:
        """Return what tries a failed event again; empty where nothing keeps one that can be."""
        return "\n\n".join(self._again())

    def _again(self) -> Iterator[str]:
        for item in self.blueprint.resources:
            letters = item.dead_letters if isinstance(item, Queue) else None
            if letters:
                yield _moved_back(self.output(f"{letters.to}Url"))
        durable = self.blueprint.durable
        if durable and durable.dead_letters:
            yield _run_again(self.output(f"{durable.dead_letters.to}Url"), self.output("FirstFunction"))
        failed = self._kept_records()
        if failed:
            yield _invoked_again(self.output(f"{failed}Url"))
        if self.blueprint.machine and self._redrivable():
            yield _redriven(self.output("StateMachine"))
        elif self.blueprint.machine and "FailureQueue" in self.blueprint.by_id and not failed:
            yield _started_again(self.output("FailureQueueUrl"), self.output("StateMachine"))

    def _kept_records(self) -> str:
        """Return the queue with records of asynchronous calls that failed."""
        edges = (f.asynchronous for f in self.blueprint.functions if f.asynchronous)
        return next((edge.on_failure.target.to for edge in edges if edge.on_failure.service == "sqs"), "")

    def _redrivable(self) -> bool:
        routes = self.blueprint.failure_routes
        return any("redrive" in route.ends_up.pattern for route in routes if "fails" in route.failure.pattern)

    def empty(self) -> str:
        """Return what empties every bucket, which a stack cannot be deleted with."""
        buckets = [item.id for item in self.blueprint.resources if isinstance(item, Bucket)]
        return "\n".join(f"aws s3 rm s3://{self.output(id + 'Name')} --recursive" for id in buckets)


def _moved_back(queue: str) -> str:
    return (
        f"DEAD=$(aws sqs get-queue-attributes --queue-url {queue} --attribute-names QueueArn \\\n"
        "  --query Attributes.QueueArn --output text)\n"
        'aws sqs start-message-move-task --source-arn "$DEAD"'
    )


def _invoked_again(queue: str) -> str:
    return (
        f"{_taken(queue)}\n"
        f"aws lambda invoke --invocation-type Event {senders.RAW} \\\n"
        f'  --function-name "{_read("-r", ".requestContext.functionArn")}" \\\n'
        f'  --payload "{_read("-c", ".requestPayload")}" /dev/stdout\n'
        f"{_done(queue)}"
    )


def _run_again(queue: str, function: str) -> str:
    body = '$(printf %s "$KEPT" | jq -r .Body)'
    return (
        f"{_taken(queue)}\n"
        f"aws lambda invoke --invocation-type Event {senders.RAW} \\\n"
        f'  --function-name {function} --payload "{body}" /dev/stdout\n'
        f"{_done(queue)}"
    )


def _started_again(queue: str, machine: str) -> str:
    return (
        f"{_taken(queue)}\n"
        f"aws stepfunctions start-execution --state-machine-arn {machine} \\\n"
        f'  --input "{_read("-c", ".input")}"\n'
        f"{_done(queue)}"
    )


def _taken(queue: str) -> str:
    return f"KEPT=$(aws sqs receive-message --queue-url {queue} --query 'Messages[0]' --output json)"


def _read(how: str, field: str) -> str:
    """Return a field of the message that was taken; printf, because some shells' echo reads backslashes."""
    return f"$(printf %s \"$KEPT\" | jq {how} '.Body | fromjson | {field}')"


def _done(queue: str) -> str:
    receipt = '$(printf %s "$KEPT" | jq -r .ReceiptHandle)'
    return f'aws sqs delete-message --queue-url {queue} --receipt-handle "{receipt}"'


def _redriven(machine: str) -> str:
    return (
        f"RUN=$(aws stepfunctions list-executions --state-machine-arn {machine} --status-filter FAILED \\\n"
        "  --no-paginate --query 'executions[0].executionArn' --output text)\n"
        'aws stepfunctions redrive-execution --execution-arn "$RUN"'
    )
