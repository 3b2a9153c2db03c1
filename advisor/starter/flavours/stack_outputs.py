"""Outputs of a deployed stack, and the order of its resources in a template."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.resources import Function, HttpApi, LoadBalancer, Machine, Resource
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
    return tuple(_outputs(blueprint))


def _outputs(blueprint: Blueprint) -> Iterator[Output]:
    first = True
    for item in blueprint.resources:
        if isinstance(item, Function) and first and item.asynchronous:
            yield Output("FirstFunction", "Invoke this alias with --invocation-type Event", Ref(item.id))
            first = False
        elif isinstance(item, Function) and item.trigger and item.trigger.kind == "function-url":
            yield Output("FunctionUrl", "POST the payload here, signed", Ref(item.id, "url"))
        elif isinstance(item, Machine):
            yield Output("StateMachine", "Start an execution of this state machine", Ref(item.id))
        elif isinstance(item, HttpApi):
            url = Arn("https://{0}.execute-api.{region}.amazonaws.com/", (Ref(item.id, "name"),))
            yield Output("ApiUrl", "POST the payload here, signed", url)
        elif isinstance(item, LoadBalancer):
            host = Ref(item.id, "address")
            yield Output("LoadBalancerHost", "Send requests here, from inside the network", host)
        elif item.kind in ("bucket", "topic", "stream", "table") and item.id.startswith("Source"):
            told: Attribute = "arn" if item.kind == "topic" else "name"
            name = f"{item.id}{told.capitalize()}"  # some tools keep outputs and resources in one space
            yield Output(name, f"This {item.kind} {item.purpose}", Ref(item.id, told))
        elif item.kind == "queue":
            yield Output(f"{item.id}Url", f"This queue {item.purpose}", Ref(item.id, "url"))
