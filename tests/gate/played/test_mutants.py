"""Faults that users and reviewers met, put back into generated projects: a law of the ring finds each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from advisor.starter.render import RenderedFile
from tests.gate.share import share
from tests.starter.played.play import play
from tests.starter.played.world import project
from tests.starter.projects import blueprint


class Mutant(NamedTuple):
    """A fault: in which project and file, what becomes of which text, and the law that it breaks."""

    project: str
    path: str
    text: str
    instead: str
    law: str


ASL = "statemachine/order-pipeline.asl.json"
START = "functions/start_workflow/app.py"
WORK = "functions/shared/work.py"
MUTANTS = {
    "a batch goes on after a record that failed": Mutant(
        "stream-kinesis", WORK, r"return \{\"batchItemFailures\": \[\{.*\}\]\}", "continue", "lost"
    ),
    "a crashed attempt is never free again": Mutant(
        "async-s3-to-bus", WORK, r"once_a_day.register_lambda_context\(context\)", "pass", "steps"
    ),
    "each delivery is another event": Mutant(
        "async-bus-to-functions", WORK,
        r"key=identity\(event\)", 'key={"now": __import__("uuid").uuid4().hex}', "again"
    ),
    "every event is the same": Mutant(
        "async-bus-to-functions", WORK, r"key=identity\(event\)", 'key={"same": 1}', "again"
    ),
    "the step before a list returns none": Mutant(
        "both-arranged", "functions/receive/app.py", r"\"items\": items, ", "", "steps"
    ),
    "equal items are the same call": Mutant(
        "standard-map", ASL, r"\"item\": \"\{% \$item %\}\",\s*", "", "again"
    ),
    "two runs for one event": Mutant(
        "standard-sqs", ASL, r"\{% \$event %\}", "{% $states.context.Execution.Id %}", "again"
    ),
    "an invented condition skips a step": Mutant(
        "both-branch", ASL, r"\"Default\": \"Record result\"", '"Default": "Enrich result"', "steps"
    ),
    "a step is not taken back": Mutant(
        "standard-arranged", ASL,
        r"\$count\(\$done_check_credit\) > 0", "$count($done_check_credit) > 9", "undo"
    ),
    "what was never done is taken back": Mutant(
        "standard-arranged", ASL,
        r"(\"Nothing done yet\"[\s\S]*?\"done_take_payment\": )\[\]", r'\1"{% [$states.input] %}"', "undo"
    ),
    "a password that is reset starts a run": Mutant(
        "standard-cognito", "functions/start_workflow/app.py",
        r"PostConfirmation_ConfirmSignUp\":", 'nothing" and False:', "again"
    ),
    "failures have no destination": Mutant(
        "async-s3-to-bus", "template.yaml", r"          OnFailure:\n.*\n.*FailureQueue.Arn\n", "", "lost"
    ),
    "a rule has no queue for what it cannot deliver": Mutant(
        "standard-map", "template.yaml", r"DeadLetterConfig: .*|DeadLetterConfig:\n.*\n", "", "lost"
    ),
    "the table promises more than the service keeps": Mutant(
        "stream-queue", "README.md",
        r"positions in the stream, not the records", "the event itself", "lost"
    ),
    "the table names an alarm that cannot ring": Mutant(
        "async-s3-to-bus", "README.md", r"FailureQueueAlarm", "UndeliveredEventsAlarm", "rings"
    ),
    "an alarm watches another queue": Mutant(
        "async-s3-to-bus", "template.yaml",
        r"!GetAtt FailureQueue.QueueName", "!GetAtt UndeliveredEvents.QueueName", "rings"
    ),
    "an alarm rings where nothing failed": Mutant(
        "async-sdk", "template.yaml",
        r"!GetAtt FailureQueue.QueueName", "!GetAtt SuccessQueue.QueueName", "rings"
    ),
    "the table sends people to another place": Mutant(
        "async-s3-to-bus", "README.md", r"queue `FailureQueue`", "queue `UndeliveredEvents`", "lost"
    ),
    "an event in two messages is worked on twice": Mutant(
        "messaging-choice", WORK, r'jmespath="body"', 'jmespath="messageId"', "again"
    ),
    "a message that failed is deleted": Mutant(
        "messaging-topic", "template.yaml", r"FunctionResponseTypes: .*", "Enabled: true", "lost"
    ),
    "a message that failed brings back its batch": Mutant(
        "queue-redrive", WORK,
        r"if not succeeds\(record\)\]", "] if not all(map(succeeds, event['Records'])) else []", "steps"
    ),
    "a message overtakes the one before it in its group": Mutant(
        "queue-in-order", WORK, r"group in stopped or", "", "order"
    ),
    "wrong input is called a failure of the service": Mutant(
        "answer-url", WORK, r"answer\(400, \{\"error\": str", 'answer(500, {"error": str', "answer"
    ),
    "the caller reads the text of a failure": Mutant(
        "answer-url", WORK, r'"internal error"', 'str(__import__("sys").exception())', "answer"
    ),
    "a request's key is not looked at": Mutant(
        "answer-api", WORK, r'get\("idempotency-key"\)', 'get("another")', "again"
    ),
    "the token of a start is too short for the API": Mutant(
        "job-trained", "template.yaml", r"scheduled-start-<aws.scheduler.scheduled-time>",
        "<aws.scheduler.execution-id>", "steps"
    ),
    "a start that is refused is not kept": Mutant(
        "job-objects", "template.yaml", r" +DeadLetterConfig: .*", "", "lost"
    ),
    "nobody hears of a container that could not start": Mutant(
        "job-events", "template.yaml", r"TaskFailedToStart", "UserInitiated", "lost"
    ),
    "the table says that a Catch takes a state that is too large": Mutant(
        "standard-sqs", "README.md", r"the workflow's log group, 30 days", "queue `FailureQueue`", "lost"
    ),
    "nobody hears of a state that is too large": Mutant(
        "standard-map", "template.yaml", r"MetricName: ExecutionsFailed",
        "MetricName: ExecutionsAborted", "rings"
    ),
    "a request without a body is worked on": Mutant(
        "standard-function-url", "functions/shared/unwrap.py",
        r" or \"requestContext\" in event", "", "answer"
    ),
    "a field of the payload is taken for an envelope": Mutant(
        "express-http", "functions/shared/unwrap.py",
        r"return event\[\"payload\"\]", 'return unwrap(event["payload"])', "answer"
    ),
    "an empty key is taken for a key": Mutant(
        "standard-alb", START,
        r'\.get\("idempotency-key"\) or', '.get("idempotency-key") if True else', "again"
    ),
    "a request with its key again is another": Mutant(
        "express-slow-balancer", START, r"_name\(event.*", '_name(__import__("uuid").uuid4())', "again"
    ),
    "a run that fails is called a success": Mutant(
        "express-parallel", START, r"else 502", "else 200", "answer"
    ),
    "a run that takes too long is called a failure": Mutant(
        "express-slow-answer", START, r"504 if", "502 if", "answer"
    ),
    "wrong input behind a machine is called a failure": Mutant(
        "express-http", START, r"400 if", "502 if", "answer"
    ),
    "a start that is refused is called accepted": Mutant(
        "standard-function-url", START, r"states\.exceptions\.ExecutionAlreadyExists", "Exception", "answer"
    ),
    "nobody hears of a start that is refused": Mutant(
        "standard-function-url", "template.yaml", r"MetricName: Errors", "MetricName: Duration", "rings"
    ),
    "nobody hears of a run that takes too long": Mutant(
        "express-url", "template.yaml", r"MetricName: ExecutionsTimedOut",
        "MetricName: ExecutionsAborted", "rings"
    ),
    "a pipe does not keep what it cannot deliver": Mutant(
        "pipe-stream-to-queue", "template.yaml", r" +DeadLetterConfig: .*", "", "lost"
    ),
    "a pipe hands on an event without its payload": Mutant(
        "pipe-queue-to-topic", "template.yaml", r"<\$\.body>", "<$.text>", "steps"
    ),
    "nobody hears of a pipe that cannot deliver": Mutant(
        "pipe-topic-to-machine", "template.yaml", r"MetricName: ExecutionFailed",
        "MetricName: ExecutionTimeout", "rings"
    ),
    "a run that a service ended is looked for in a queue": Mutant(
        "standard-no-functions", "README.md", r"the execution history", "queue `FailureQueue`", "lost"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", share(MUTANTS, 5))
def test_a_law_finds(name: str, tmp_path: Path) -> None:
    mutant = MUTANTS[name]

    def edit(file: RenderedFile) -> RenderedFile:
        if file.path != mutant.path:
            return file
        text, times = re.subn(mutant.text, mutant.instead, file.text)
        assert times, f"{mutant.path} has no {mutant.text}"
        return replace(file, text=text)

    with project(blueprint(mutant.project), tmp_path, edit) as made:
        found = play(made)
    assert any(fault.startswith(f"{mutant.law}: ") for fault in found), found
