"""Every fault of a state machine that a checker is known to miss or to see, in both query languages.

Two small machines without a fault, and one fault at a time: the gate must see each of them.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.starter.checks.machine import check_definition

Machine = dict[str, Any]
LAMBDA = "arn:aws:states:::lambda:invoke"
RETRY = [
    {
        "ErrorEquals": ["Lambda.ServiceException", "Lambda.TooManyRequestsException"],
        "IntervalSeconds": 2,
        "MaxAttempts": 3,
        "BackoffRate": 2.0,
        "MaxDelaySeconds": 60,
        "JitterStrategy": "FULL",
    },
    {"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 1},
]
CATCH = [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]


def _task(**fields: Any) -> Machine:
    return copy.deepcopy({"Type": "Task", "Resource": LAMBDA, "TimeoutSeconds": 30, **fields})


JSONATA: Machine = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "TimeoutSeconds": 300,
    "States": {
        "Work": _task(
            Arguments={"FunctionName": "${WorkArn}", "Payload": "{% $states.input %}"},
            Output="{% $states.result.Payload %}",
            Assign={"amount": "{% $number($states.result.Payload.amount) %}"},
            Retry=RETRY,
            Catch=CATCH,
            Next="Large?",
        ),
        "Large?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $amount > 100 %}", "Next": "Pause"}],
            "Default": "Each item",
        },
        "Pause": {"Type": "Wait", "Seconds": 5, "Next": "Each item"},
        "Each item": {
            "Type": "Map",
            "Items": "{% $states.input.items %}",
            "MaxConcurrency": 5,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Item",
                "States": {
                    "Item": _task(
                        Arguments={"FunctionName": "${ItemArn}", "Payload": "{% $states.input %}"},
                        Retry=RETRY,
                        Next="Item done",
                    ),
                    "Item done": {"Type": "Pass", "End": True},
                },
            },
            "Catch": CATCH,
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": "WorkFailed", "Cause": "see the history"},
    },
}
JSONPATH: Machine = {
    "QueryLanguage": "JSONPath",
    "StartAt": "Name",
    "TimeoutSeconds": 300,
    "States": {
        "Name": {
            "Type": "Pass",
            "Parameters": {"text.$": "States.Format('run {}', $.id)", "items.$": "$.items", "kept": 1},
            "Next": "Work",
        },
        "Work": _task(
            Resource="arn:aws:states:::aws-sdk:ssm:getParameter",
            Parameters={"Name.$": "$.text"},
            ResultPath="$.done",
            Retry=RETRY,
            Catch=CATCH,
            Next="Done",
        ),
        "Done": {"Type": "Succeed"},
        "Failed": {"Type": "Fail", "Error": "WorkFailed", "Cause": "see the history"},
    },
}


def problems(machine: Machine, *, express: bool = False) -> list[str]:
    return check_definition(json.dumps(machine), express=express)


@pytest.mark.parametrize("machine", [JSONATA, JSONPATH], ids=["JSONata", "JSONPath"])
def test_a_good_machine_has_no_finding(machine: Machine) -> None:
    assert problems(machine) == []


def state(name: str, **fields: Any) -> Callable[[Machine], None]:
    return lambda machine: machine["States"][name].update(copy.deepcopy(fields))


def without(name: str, field: str) -> Callable[[Machine], None]:
    return lambda machine: machine["States"][name].pop(field)


def inner(name: str, **fields: Any) -> Callable[[Machine], None]:
    return lambda machine: machine["States"]["Each item"]["ItemProcessor"]["States"][name].update(fields)


def retrier(place: int, **fields: Any) -> Callable[[Machine], None]:
    return lambda machine: machine["States"]["Work"]["Retry"][place].update(fields)


def output(expression: str) -> Callable[[Machine], None]:
    return state("Work", Output=expression)


IN_JSONATA: dict[str, tuple[Callable[[Machine], None], str]] = {
    "unreachable state": (lambda m: m["States"].update(Lonely={"Type": "Succeed"}), "Lonely"),
    "misspelt next": (state("Work", Next="Large"), "Large"),
    "misspelt default": (state("Large?", Default="Each"), "Each"),
    "misspelt next of a Catch": (state("Work", Catch=[{**CATCH[0], "Next": "Fail"}]), "Fail"),
    "misspelt start": (lambda m: m.update(StartAt="work"), "work"),
    "next out of a Map": (inner("Item", Next="Done"), "Done"),
    "no end": (without("Each item", "Next"), "Each item"),
    "Choice without a default": (without("Large?", "Default"), "without a default"),
    "backoff below one": (retrier(0, BackoffRate=0.5), "BackoffRate"),
    "misspelt jitter": (retrier(0, JitterStrategy="Full"), "JitterStrategy"),
    "negative attempts": (retrier(0, MaxAttempts=-1), "MaxAttempts"),
    "cap below the interval": (retrier(0, MaxDelaySeconds=1), "MaxDelaySeconds"),
    "catch-all not last": (retrier(0, ErrorEquals=["States.ALL"]), "States.ALL"),
    "end and next": (state("Work", End=True), "End"),
    "unknown type": (state("Done", Type="Success"), "Success"),
    "unknown field": (state("Work", Retries=[]), "Retries"),
    "two durations": (state("Pause", Timestamp="2026-11-23T12:00:00Z"), "Pause"),
    "heartbeat not below the timeout": (state("Work", HeartbeatSeconds=30), "eartbeat"),
    "service that does not exist": (state("Work", Resource=f"{LAMBDA[:-1]}"), "lambda:invok"),
    "no ARN": (state("Work", Resource="work"), "Resource"),
    "function not named": (state("Work", Arguments={"Payload": {}}), "without FunctionName"),
    "field of JSONPath": (state("Work", ResultPath="$.x"), "ResultPath"),
    "Map without a processor": (without("Each item", "ItemProcessor"), "ItemProcessor"),
    "expression that cannot be read": (output("{% $states.( %}"), "Output"),
    "expression without its end": (output("{% $states.input"), "Output"),
    "unknown function": (output("{% $first($states.input) %}"), "$first is not"),
    "function that AWS left out": (output("{% $eval('1') %}"), "$eval is not"),
    "variable nobody assigns": (output("{% $total %}"), "$total is never assigned"),
    "result before it exists": (
        state("Work", Arguments={"FunctionName": "${WorkArn}", "Payload": "{% $states.result %}"}),
        "does not exist yet",
    ),
}
IN_JSONPATH: dict[str, tuple[Callable[[Machine], None], str]] = {
    "bad path": (state("Work", ResultPath="$.[done"), "ResultPath"),
    "bad intrinsic": (
        state("Name", Parameters={"text.$": "States.Fromat('x')"}),
        "not a JSONPath or intrinsic",
    ),
    "plain text where a path is due": (state("Name", Parameters={"text.$": "plain"}), "text"),
    "field of JSONata": (state("Work", Arguments={"FunctionName": "x"}), "Arguments"),
}
FAULTS = [
    pytest.param(machine, edit, told, id=name)
    for machine, faults in ((JSONATA, IN_JSONATA), (JSONPATH, IN_JSONPATH))
    for name, (edit, told) in faults.items()
]


@pytest.mark.parametrize(("machine", "edit", "told"), FAULTS)
def test_the_gate_sees_the_fault(machine: Machine, edit: Callable[[Machine], None], told: str) -> None:
    broken = copy.deepcopy(machine)
    edit(broken)
    found = problems(broken)
    assert any(told in problem for problem in found), found
    assert problems(machine) == []  # a reader that stumbled still reads the next one


@pytest.mark.parametrize("resource", ["sqs:sendMessage.waitForTaskToken", "ecs:runTask.sync"])
def test_the_gate_sees_what_express_cannot_do(resource: str) -> None:
    broken = copy.deepcopy(JSONATA)
    state("Work", Resource=f"arn:aws:states:::{resource}")(broken)
    assert any("parser" in problem for problem in problems(broken, express=True))
