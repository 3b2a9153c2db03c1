"""The first state of a run: it takes the payload out of the event, once for each event.

EventBridge, pipes and IoT rules deliver at least once and cannot name an execution, so the first state claims
the event's id in a table; a second execution for the same event finds the claim and ends. The state is
written in JSONata in either language: JSONPath cannot tell the time at which the claim is forgotten.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from advisor.starter.state_language.expressions import Value
from advisor.starter.state_language.levels import redirected
from advisor.starter.state_language.states import FAILED, REPORT

START, STARTED, FREE = "Start once", "Already started", "Allow a new start"
TAKE = "Take the event"
TABLE = "IdempotencyTableName"
TAKEN_ALREADY = "DynamoDB.ConditionalCheckFailedException"
EVENT = Value("variable", ("event",))  # what an Express run is known by
MINE = "{% $states.context.Execution.Id %}"


class Entry(Struct, frozen=True):
    """Expressions in JSONata that read the event of a run: its payload and its id."""

    payload: str
    event: str


class Claim(Struct, frozen=True, kw_only=True):
    """Settings of the claim on an event: its retries, how long it is kept."""

    retry: dict[str, Any]
    remembered_s: int


def entered(definition: dict[str, Any], entry: Entry, claim: Claim | None) -> dict[str, Any]:
    """Return ``definition``, already in its language, behind the state that takes the event.

    Without ``claim`` the event may be worked on twice.
    """
    assign = {EVENT.path[0]: f"{{% {entry.event} %}}"}
    after = {"Assign": assign, "Output": f"{{% {entry.payload} %}}", "Next": definition["StartAt"]}
    if claim is None:
        states = {TAKE: {"Type": "Pass", **after}, **definition["States"]}
        return _in_jsonata({**definition, "StartAt": TAKE, "States": states}, TAKE)
    known = definition["States"]
    start = _start_once(entry, claim) | after
    start["Catch"] += [_caught(end) for end in (REPORT, FAILED) if end in known][:1]
    states = {START: start, **known, STARTED: {"Type": "Succeed"}}
    if FAILED in known:
        states = redirected({**definition, "States": states}, {FAILED: FREE})["States"]
        states[FREE] = _free(entry, claim)
    return _in_jsonata({**definition, "StartAt": START, "States": states}, START, FREE)


def _in_jsonata(definition: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return ``definition`` with the states ``names`` in JSONata, whatever the language of the others."""
    if definition["QueryLanguage"] == "JSONata":
        return definition
    own = {name: definition["States"][name] for name in names if name in definition["States"]}
    said = {name: {"Type": state["Type"], "QueryLanguage": "JSONata", **state} for name, state in own.items()}
    return {**definition, "States": {**definition["States"], **said}}


def _start_once(entry: Entry, claim: Claim) -> dict[str, Any]:
    forgotten = f"{{% $string($floor($millis() / 1000) + {claim.remembered_s}) %}}"
    item = {"id": {"S": _key(entry.event)}, "started_by": {"S": MINE}, "expiration": {"N": forgotten}}
    return {
        "Type": "Task",
        "Comment": "A second execution for the same event ends here; an attempt of this one goes on.",
        "Resource": "arn:aws:states:::dynamodb:putItem",
        "Arguments": {
            "TableName": f"${{{TABLE}}}",
            "Item": item,
            "ConditionExpression": "attribute_not_exists(id) OR started_by = :me",
            "ExpressionAttributeValues": {":me": {"S": MINE}},
        },
        "TimeoutSeconds": 60,
        "Retry": [{"ErrorEquals": [TAKEN_ALREADY], "MaxAttempts": 0}, claim.retry],
        "Catch": [{"ErrorEquals": [TAKEN_ALREADY], "Next": STARTED}],
    }


def _free(entry: Entry, claim: Claim) -> dict[str, Any]:
    event = entry.event.replace("$states.input", "$states.context.Execution.Input")
    return {
        "Type": "Task",
        "Comment": "The run failed: its event may be started anew.",
        "Resource": "arn:aws:states:::dynamodb:deleteItem",
        "Arguments": {
            "TableName": f"${{{TABLE}}}",
            "Key": {"id": {"S": _key(event)}},
            "ConditionExpression": "started_by = :me",
            "ExpressionAttributeValues": {":me": {"S": MINE}},
        },
        "Output": "{% $states.input %}",
        "TimeoutSeconds": 60,
        "Retry": [claim.retry],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": FAILED}],
        "Next": FAILED,
    }


def _key(event: str) -> str:
    return f"{{% 'started#' & ({event}) %}}"


def _caught(end: str) -> dict[str, Any]:
    return {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"failure": "{% $states.errorOutput %}"},
        "Output": "{% $states.input %}",
        "Next": end,
    }
