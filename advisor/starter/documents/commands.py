"""Shell commands of the README: send one event, look for it, try a failed one again, empty the buckets."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Bucket, MailRule
from advisor.starter.documents import again, jobs, senders


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
        for route in blueprint.handed_on:
            if route.target_service == "sqs":
                yield f"aws sqs receive-message --queue-url {self.output(route.target.to + 'Url')}"
        first = blueprint.first_function
        success = first.asynchronous.on_success if first and first.asynchronous else None
        if success and success.service == "sqs":
            yield f"aws sqs receive-message --queue-url {self.output(success.target.to + 'Url')}"

    def again(self) -> str:
        """Return what tries a failed event again; empty where nothing keeps one that can be."""
        return "\n\n".join(again.Again(self.blueprint, self.output).blocks())

    def reported(self) -> str:
        """Return the place of reports on runs that their sender tries again; empty where there is none."""
        return again.Again(self.blueprint, self.output).reported

    def read_back(self) -> str:
        """Return what removes a position in a stream after its record was put in again."""
        return again.Again(self.blueprint, self.output).read_back()

    def deactivate(self) -> str:
        """Return what must be done before a set of receipt rules can be deleted: none that is active can."""
        rules = any(isinstance(item, MailRule) for item in self.blueprint.resources)
        return "aws ses set-active-receipt-rule-set" if rules else ""

    def empty(self) -> str:
        """Return what empties every bucket, which a stack cannot be deleted with."""
        buckets = [item.id for item in self.blueprint.resources if isinstance(item, Bucket)]
        return "\n".join(f"aws s3 rm s3://{self.output(id + 'Name')} --recursive" for id in buckets)
