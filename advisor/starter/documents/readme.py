"""Facts of the README: what is in the project, and where to look if nothing happens."""

from __future__ import annotations

from collections.abc import Iterator

from advisor.knowledge.flow import Choice, WaitForCallback, nodes, units
from advisor.knowledge.limits import in_words
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Function, HttpApi, Resource


def described(blueprint: Blueprint) -> tuple[Resource, ...]:
    """Return the resources worth a line: all but alarms and parameters."""
    return tuple(item for item in blueprint.resources if item.kind not in ("alarm", "parameter"))


def placeholder(blueprint: Blueprint) -> str:
    """Return the name of the choice whose condition is still to be given; nothing where there is none."""
    choices = (node for node in nodes(blueprint.flow) if isinstance(node, Choice))
    return next((node.name for node in choices if node.placeholder), "")


def models(blueprint: Blueprint) -> tuple[str, ...]:
    """Return the parameters that hold the id of a Bedrock model."""
    asked = [unit.name.id for unit in units(blueprint.flow) if unit.service == "bedrock"]
    asked += [f.name.id for f in blueprint.inner if f.outside and f.outside.service == "bedrock"]
    return tuple(f"{name}ModelId" for name in asked)


def asking(blueprint: Blueprint) -> str:
    """Return what carries the tokens of the waits for an answer; empty where nothing asks."""
    waits = [node for node in nodes(blueprint.flow) if isinstance(node, WaitForCallback)]
    return ", ".join(dict.fromkeys(_asks(node) for node in waits))


def _asks(node: WaitForCallback) -> str:
    return f"`{node.unit.name.id}{'Topic' if node.unit.service == 'sns' else 'Queue'}`"


def routed(blueprint: Blueprint) -> bool:
    """Return whether Lambda hands outcomes of the work to destinations."""
    hands_on = any(f.asynchronous or (f.trigger and f.trigger.batch) for f in blueprint.functions)
    return hands_on and blueprint.approach != "step-functions"


def checklist(blueprint: Blueprint) -> tuple[str, ...]:
    """Return where to look, in order, when an event seems to be lost."""
    return tuple(_checks(blueprint))


def awaited(blueprint: Blueprint) -> tuple[str, ...]:
    """Return for each wait how long it lasts, and how to end it with the token of its message."""
    durable = blueprint.durable is not None
    waits = (node for node in nodes(blueprint.flow) if isinstance(node, WaitForCallback))
    return tuple(_awaited(node, durable=durable) for node in waits)


def _awaited(node: WaitForCallback, *, durable: bool) -> str:
    answer = '{"approved": true}' if node.approval else "{}"
    command = f"stepfunctions send-task-success --task-token TOKEN --task-output '{answer}'"
    if durable:
        command = (
            "lambda send-durable-execution-callback-success --cli-binary-format raw-in-base64-out "
            f"--callback-id TOKEN --result '{answer}'"
        )
    who = "Whoever has `AnswerPolicy` answers with" if durable else "Answer with"
    more = "; `false` refuses" if node.approval else ""
    if not durable and not node.approval:
        beat = in_words(node.timeout_s // 4, "s")
        more = f"; without `send-task-heartbeat` every {beat} the wait fails earlier"
    return (
        f"'{node.unit.name.words}' waits {in_words(node.timeout_s, 's')} at most for its answer, then it "
        f"fails. The message in {_asks(node)} holds the token. {who} `aws {command}`{more}."
    )


def _between(blueprint: Blueprint) -> Iterator[str]:
    """Yield where an event may still be that has neither failed nor arrived."""
    if blueprint.durable:
        yield (
            "Did a run start? `aws lambda list-durable-executions-by-function` tells, and "
            "`aws lambda get-durable-execution-history` tells each step of a run with its error."
        )
    if blueprint.handed_on:
        yield (
            "Which rule could not deliver it, and why? The attributes of the kept message tell (`RULE_ARN`, "
            "`TARGET_ARN`, `ERROR_MESSAGE`): `--message-attribute-names All` shows them."
        )
    if blueprint.worked_on:
        yield "Is it still hidden? After a failure a message comes back when its visibility timeout is over."


def _checks(blueprint: Blueprint) -> Iterator[str]:
    queues = [item.id for item in blueprint.resources if getattr(item, "stays_empty", False)]
    if any(f.asynchronous for f in blueprint.functions):
        yield (
            "Was the call asynchronous? The console's Test button, a plain `aws lambda invoke`, function "
            "URLs and API Gateway call synchronously, and then no destination fires."
        )
        alias = Function.alias
        yield f"Did it go to the alias `{alias}`? The settings are the alias's; the bare function has none."
        last = in_words(sum(blueprint.aws.limits["async-retry-waits"].series), "s")
        yield f"Is it still being retried? The last attempt starts about {last} after the first."
    triggers = [f.trigger for f in blueprint.functions if f.trigger and f.trigger.batch]
    if triggers:
        metric, part = ("OffsetLag", "partition") if triggers[0].kind == "kafka" else ("IteratorAge", "shard")
        yield f"Is the reader behind? Look at `{metric}`; a {part} waits while a batch is being retried."
    if queues:
        yield f"Is it in {' or '.join(f'`{queue}`' for queue in queues)}? `aws sqs receive-message` shows it."
    yield from _between(blueprint)
    if any(f.asynchronous or (f.trigger and f.trigger.batch) for f in blueprint.functions):
        yield "Could the record not be delivered? Only `DestinationDeliveryFailures` tells."
    for start in blueprint.job_starts:
        yield (
            f"Did `{start.id}` fail? The message in `{start.undelivered.to}` has the reason among its "
            "attributes (`ERROR_MESSAGE`)."
        )
    if any(isinstance(item, HttpApi) for item in blueprint.resources):
        yield "Did API Gateway let it in? The log group `ApiLogs` of the stack tells."
    if any(f.trigger and f.trigger.kind == "function-url" for f in blueprint.functions):
        yield (
            "Was the caller let in? A function URL needs a signed request, and a caller who is allowed both "
            "`lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` on it."
        )
    if blueprint.machine:
        where = (
            "the log group `/aws/vendedlogs/states/…`"
            if blueprint.workflow_type == "express"
            else "the console"
        )
        yield f"Did a run start? Look for it in {where}; its last state says what happened."
    if asking(blueprint):
        yield f"Does it wait for an answer? The token is in a message of {asking(blueprint)}, see above."
    if any(item.kind == "topic" for item in blueprint.resources):
        yield "Is the mail subscription confirmed? SNS keeps nothing for an address that is not."
