"""Outputs of a deployed stack, and the order of its resources in a template."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import (
    Container,
    Function,
    HttpApi,
    LoadBalancer,
    Machine,
    MailRule,
    Resource,
    UserPool,
)
from advisor.starter.blueprint.wiring import Arn, Attribute, Ref, Target

FIRST = {"function": 0, "machine": 1, "http_api": 2, "alarm": 9}


class Output(Struct, frozen=True):
    """A value that is shown after deployment."""

    name: str
    text: str
    value: Target


def in_reading_order(blueprint: Blueprint) -> tuple[Resource, ...]:
    """Return the resources with what runs first and alarms last; parameters are not among them."""
    every = [item for item in blueprint.resources if item.kind != "parameter"]
    return tuple(sorted(every, key=lambda item: FIRST.get(item.kind, 5)))


def outputs(blueprint: Blueprint) -> tuple[Output, ...]:
    """Return what a user needs to try the project out."""
    return (*_given(blueprint), *_outputs(blueprint))


def _given(blueprint: Blueprint) -> Iterator[Output]:
    for value in blueprint.job_values:
        yield Output(f"{value.id}Given", f"This is the {value.purpose}", Ref(value.id, "name"))


def _of_function(first: Function) -> Iterator[Output]:
    if first.asynchronous or (first.durable and not first.answers):
        yield Output("FirstFunction", "Invoke this alias with --invocation-type Event", Ref(first.id))
    if first.answers in ("user-pool", "caller"):
        yield Output("FirstFunction", "Invoke this alias, and wait for its answer", Ref(first.id))
    if first.answers and first.trigger and first.trigger.kind == "function-url":
        yield Output("FunctionUrl", "POST the payload here, signed", Ref(first.id, "url"))
    yield Output("FirstFunctionLogs", "This log group is the first function's", Ref(first.id, "logs"))


def _of_machine(machine: Machine) -> Iterator[Output]:
    yield Output("StateMachine", "Start an execution of this state machine", Ref(machine.id))
    if machine.workflow_type == "express":
        yield Output("StateMachineLogs", "This log group has every run", Ref(machine.id, "logs"))


def _outputs(blueprint: Blueprint) -> Iterator[Output]:
    first = blueprint.first_function
    for item in blueprint.resources:
        if isinstance(item, Function) and first and item.id == first.id:
            yield from _of_function(item)
        elif isinstance(item, Function) and item.trigger and item.trigger.kind == "function-url":
            yield Output("FunctionUrl", "POST the payload here, signed", Ref(item.id, "url"))
        elif isinstance(item, Container) and blueprint.job_starts:
            yield Output(f"{item.id}ClusterName", "The task runs in this cluster", Ref(item.id, "name"))
            yield Output(f"{item.id}DefinitionArn", "Run a task of this definition", Ref(item.id))
        elif isinstance(item, Machine):
            yield from _of_machine(item)
        elif isinstance(item, HttpApi):
            url = Arn("https://{0}.execute-api.{region}.amazonaws.com/", (Ref(item.id, "name"),))
            yield Output("ApiUrl", "POST the payload here, signed", url)
        elif isinstance(item, LoadBalancer):
            host = Ref(item.id, "address")
            yield Output("LoadBalancerHost", "Send requests here, from inside the network", host)
        elif isinstance(item, UserPool):
            yield Output("UserPoolId", f"This user pool {item.purpose}", Ref(item.id, "name"))
        elif isinstance(item, MailRule):
            yield Output("MailRuleSetName", "Activate this set of receipt rules", Ref(item.id, "name"))
        elif item.kind == "bucket" or (
            item.kind in ("topic", "stream", "table", "bus")
            and (
                item.id.startswith("Source") or item.id in {route.target.to for route in blueprint.handed_on}
            )
        ):
            told: Attribute = "arn" if item.kind == "topic" else "name"
            name = f"{item.id}{told.capitalize()}"  # some tools keep outputs and resources in one space
            yield Output(name, f"This {item.kind} {item.purpose}", Ref(item.id, told))
        elif item.kind == "queue":
            yield Output(f"{item.id}Url", f"This queue {item.purpose}", Ref(item.id, "url"))
