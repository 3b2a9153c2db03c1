"""One Task: its call, what tries it again, and where its failure goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from advisor.knowledge.flow import Unit
from advisor.starter.blueprint.ids import INVALID_INPUT
from advisor.starter.state_language.expressions import ERROR, INPUT, State
from advisor.starter.state_language.task import Call

# https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html
LAMBDA_SERVICE_ERRORS = [
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
]
LAMBDA_RETRIES: list[State] = [
    {
        "ErrorEquals": LAMBDA_SERVICE_ERRORS,
        "IntervalSeconds": 2,
        "MaxAttempts": 6,
        "BackoffRate": 2.0,
        "JitterStrategy": "FULL",
    },
    {
        "ErrorEquals": ["Lambda.TooManyRequestsException"],
        "IntervalSeconds": 1,
        "MaxAttempts": 6,
        "BackoffRate": 2.0,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    },
]


class Place(Struct, frozen=True):
    """Names of the variables of one level, ``depth`` branches or items deep."""

    depth: int = 0

    @property
    def failure(self) -> str:
        return f"failure{self.depth or ''}"

    def done(self, unit: Unit) -> str:
        """Return the variable that keeps what ``unit`` did."""
        return f"done{self.depth or ''}_{unit.name.module}"

    def inside(self) -> Place:
        return Place(self.depth + 1)


class Scope(Struct, frozen=True, kw_only=True):
    """Settings that all states of one level share.

    ``calls`` by unit module; ``catch`` is the state that takes failures (None where they end the run, and
    inside a branch, whose outer state catches); ``retries`` come after those for Lambda's own errors; no
    Task may take longer than ``most_s``, so that it fails before the run does;
    ``place`` is where what can be undone is kept.
    """

    calls: Mapping[str, Call]
    retries: tuple[Mapping[str, Any], ...]
    timeout_s: int
    most_s: int
    catch: str | None = None
    place: Place = Place()


def task_state(call: Call, nxt: str | None, scope: Scope) -> State:
    """Return the Task that makes ``call`` and goes on to ``nxt``."""
    work = call.resource.endswith("lambda:invoke") and scope.retries
    retries = [
        *(LAMBDA_RETRIES if call.resource.endswith("lambda:invoke") else ()),
        *([{"ErrorEquals": [INVALID_INPUT], "MaxAttempts": 0}] if work else ()),
        *(scope.retries if call.retries is None else call.retries),
    ]
    return {
        "Type": "Task",
        "Resource": call.resource,
        "Arguments": call.arguments,
        "Output": call.output,
        "TimeoutSeconds": min(max(call.timeout_s, scope.timeout_s), scope.most_s),
        **({"HeartbeatSeconds": call.heartbeat_s} if call.heartbeat_s else {}),
        **({"Retry": retries} if retries else {}),
        **catching(scope),
        **following(nxt),
    }


def catching(scope: Scope) -> State:
    if scope.catch is None:
        return {}
    catcher = {
        "ErrorEquals": ["States.ALL"],
        "Assign": {scope.place.failure: ERROR},
        "Output": INPUT,
        "Next": scope.catch,
    }
    return {"Catch": [catcher]}


def following(nxt: str | None) -> State:
    return {"Next": nxt} if nxt else {"End": True}
