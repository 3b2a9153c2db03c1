"""What a project's template deploys, as the services see it: rules, subscriptions, readers, destinations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.starter.checks.deployed import read, resolve, translate

Properties = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """The resources of a template, every reference filled in; ``files`` are those of the project."""

    files: Mapping[str, str]

    @cached_property
    def translated(self) -> dict[str, Any]:
        """Return what SAM makes of the template."""
        return translate(read(self.files["template.yaml"]), dict(self.files))

    @cached_property
    def resources(self) -> dict[str, dict[str, Any]]:
        """Return each resource by its logical id."""
        found: dict[str, dict[str, Any]] = resolve(self.translated["Resources"], self.translated)
        return found

    def of(self, kind: str) -> dict[str, Properties]:
        """Return the properties of each resource of a type."""
        return {
            name: item.get("Properties", {}) for name, item in self.resources.items() if item["Type"] == kind
        }

    @cached_property
    def asynchronous(self) -> dict[str, Properties]:
        """Return the settings of asynchronous calls, by the function whose alias has them."""
        configured = self.of("AWS::Lambda::EventInvokeConfig").values()
        return {item["FunctionName"]: item for item in configured if item["Qualifier"] == "live"}

    def rules(self, bus: str, event: Any) -> Iterator[tuple[str, list[Properties]]]:
        """Yield the name and the targets of each rule of a bus that an event is for."""
        for name, rule in self.of("AWS::Events::Rule").items():
            if _last(rule.get("EventBusName", "default")) == bus and matches(rule["EventPattern"], event):
                yield name, rule["Targets"]

    def subscriptions(self, topic: str) -> Iterator[Properties]:
        """Yield what a topic delivers to."""
        for item in self.of("AWS::SNS::Subscription").values():
            if _last(item["TopicArn"]) == topic:
                yield item

    def pipe(self, source: str) -> Properties | None:
        """Return the pipe that reads ``source``."""
        pipes = self.of("AWS::Pipes::Pipe").values()
        return next((item for item in pipes if source in item["Source"].replace(":", "/").split("/")), None)

    @cached_property
    def mapping(self) -> Properties | None:
        """Return the poller that reads a stream for a function."""
        pollers = self.of("AWS::Lambda::EventSourceMapping").values()
        return next((item for item in pollers if ":sqs:" not in item.get("EventSourceArn", "")), None)

    def worker(self, queue: str) -> Properties | None:
        """Return the poller that reads a queue for a function."""
        pollers = self.of("AWS::Lambda::EventSourceMapping").values()
        return next((item for item in pollers if _last(item.get("EventSourceArn", "")) == queue), None)

    @cached_property
    def machine(self) -> tuple[str, Properties] | None:
        """Return the state machine with its logical id."""
        return next(iter(self.of("AWS::StepFunctions::StateMachine").items()), None)


def matches(pattern: Any, event: Any) -> bool:
    """Return whether EventBridge would hand ``event`` to a rule with ``pattern``; one item of a list does."""
    if isinstance(event, list):
        return any(matches(pattern, item) for item in event)
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(
            any(matches(way, event) for way in part) if key == "$or" else matches(part, event.get(key))
            for key, part in pattern.items()
        )
    return any(_is(wanted, event) for wanted in pattern)


def _is(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, dict):
        ((way, what),) = wanted.items()
        assert way in ("prefix", "suffix", "anything-but"), f"what is {wanted}?"
        if way == "anything-but":
            return value is not None and not _is(what, value)
        return str(value).startswith(what) if way == "prefix" else str(value).endswith(what)
    return bool(wanted == value)


def transformed(target: Properties, event: Any) -> Any:
    """Return what a target gets of an event: the template with its paths filled in, or all of it."""
    if "InputTransformer" not in target:
        return event
    text = target["InputTransformer"]["InputTemplate"]
    for name, path in target["InputTransformer"]["InputPathsMap"].items():
        value = event
        for key in path.removeprefix("$.").split("."):
            value = value[key]
        text = text.replace(f"<{name}>", str(value))
    return json.loads(text)


def function_of(arn: str) -> str:
    """Return the logical id in the ARN of a function's alias."""
    found = re.search(r":function:(\w+)", arn)
    assert found and arn.endswith(":live"), f"{arn} is not the alias, and has none of its settings"
    return found[1]


def takes(subscription: Properties, message: str) -> bool:
    """Return whether a subscription's filter lets a message through."""
    pattern = subscription.get("FilterPolicy")
    return pattern is None or matches(pattern, json.loads(message))


def _last(name: str) -> str:
    return name.replace(":", "/").rpartition("/")[2]


def filled(template: str, record: dict[str, Any]) -> Any:
    """Return what a pipe makes of ``record``: each ``<$.path>`` is the value, text that is JSON as data.

    Within a text it is the value as text.
    """

    def value(found: re.Match[str]) -> Any:
        value: Any = record
        for key in found[1].split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    place = re.compile(r"<\$\.([\w.]+)>")
    texts = re.sub(r'"[^"]*"', lambda text: place.sub(lambda found: str(value(found)), text[0]), template)
    return json.loads(place.sub(lambda found: json.dumps(value(found)), texts))


def filled_in(parameters: Any, record: dict[str, Any]) -> Any:
    """Return what a pipe makes of ``parameters``: each text that is a path of ``record`` is its value."""
    if isinstance(parameters, dict):
        return {key: filled_in(value, record) for key, value in parameters.items()}
    if isinstance(parameters, list):
        return [filled_in(value, record) for value in parameters]
    if not str(parameters).startswith("$."):
        return parameters
    return filled(f"<{parameters}>", record)
