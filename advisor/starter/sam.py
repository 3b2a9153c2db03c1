"""How AWS SAM spells what a blueprint says: references, destination types, what it grants by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from advisor.errors import RuleBaseError
from advisor.starter.blueprint import (
    Arn,
    Blueprint,
    Destination,
    Function,
    HttpApi,
    Machine,
    Permission,
    Ref,
    Resource,
    Target,
)

PSEUDO = {"partition": "${AWS::Partition}", "region": "${AWS::Region}", "account": "${AWS::AccountId}"}
DESTINATION_TYPES = {
    "sqs": "SQS",
    "sns": "SNS",
    "lambda": "Lambda",
    "eventbridge": "EventBridge",
    "s3": "S3Bucket",
}
STREAM_DESTINATION_TYPES = {"sqs": "SQS", "sns": "SNS", "s3": "S3"}


@dataclass(frozen=True, slots=True)
class Output:
    """A value the stack tells after deployment."""

    name: str
    text: str
    value: Target


@dataclass(frozen=True)
class Sam:
    """The words of SAM for one blueprint; ``words`` is ``templates/sam/references.yaml``."""

    blueprint: Blueprint
    words: Mapping[str, Mapping[str, str]]

    def ref(self, target: Target) -> str:
        """Return ``target`` as a YAML value."""
        if isinstance(target, str):
            return quoted(target)
        if isinstance(target, Arn):
            return f'!Sub "{self._text(target)}"'
        kind = self.blueprint.by_id[target.to].kind
        spelt = self.words[kind].get(target.attribute)
        if spelt is None:
            raise RuleBaseError(f"templates/sam/references.yaml has no '{target.attribute}' for '{kind}'.")
        return spelt.format(target.to)

    def _text(self, arn: Arn) -> str:
        inside = [self.ref(part).replace("!Ref ", "${").replace("!GetAtt ", "${") + "}" for part in arn.parts]
        return arn.pattern.format(*inside, **PSEUDO)

    def inline(self, value: Any) -> str:
        """Return plain data that may hold references as YAML in one line."""
        if isinstance(value, Ref | Arn):
            return self.ref(value)
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{_key(key)}: {self.inline(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list | tuple):
            return "[" + ", ".join(self.inline(item) for item in value) + "]"
        return quoted(value) if isinstance(value, str) else str(value).lower()

    def block(self, items: Sequence[Target], indent: int) -> str:
        """Return one item beside its key, several as a list below it."""
        if len(items) == 1:
            return f" {self.inline(items[0])}"
        return "".join(f"\n{' ' * indent}- {self.inline(item)}" for item in items)

    def statements_of(self, holder: str) -> tuple[Permission, ...]:
        """Return the permissions SAM does not grant by itself."""
        asked = self.blueprint.permissions_of(holder)
        return tuple(item for item in asked if not item.implied and not item.on_itself)

    def own_statements_of(self, holder: str) -> tuple[Permission, ...]:
        """Return the permissions of ``holder`` on itself, which its own role cannot hold: a circle."""
        return tuple(item for item in self.blueprint.permissions_of(holder) if item.on_itself)

    def resources(self) -> tuple[Resource, ...]:
        """Return the resources in reading order: what runs first, alarms last."""
        order = {"function": 0, "machine": 1, "http_api": 2, "alarm": 9}
        every = [item for item in self.blueprint.resources if item.kind != "parameter"]
        return tuple(sorted(every, key=lambda item: order.get(item.kind, 5)))

    def outputs(self) -> tuple[Output, ...]:
        """Return what a user needs to try the project out."""
        return tuple(_outputs(self.blueprint.resources))


def _outputs(resources: Iterable[Resource]) -> Iterable[Output]:
    first = True
    for item in resources:
        if isinstance(item, Function) and first and item.asynchronous:
            yield Output("FirstFunction", "Invoke this alias with --invocation-type Event", Ref(item.id))
            first = False
        elif isinstance(item, Machine):
            yield Output("StateMachine", "Start an execution of this state machine", Ref(item.id))
        elif isinstance(item, HttpApi):
            url = Arn("https://{0}.execute-api.{region}.amazonaws.com/", (Ref(item.id, "name"),))
            yield Output("ApiUrl", "POST the payload here, signed", url)
        elif item.kind in ("bucket", "topic", "stream", "table") and item.id.startswith("Source"):
            attribute = "arn" if item.kind == "topic" else "name"
            yield Output(item.id, f"This {item.kind} {item.purpose}", Ref(item.id, attribute))  # type: ignore[arg-type]
        elif item.kind == "queue":
            yield Output(f"{item.id}Url", f"This queue {item.purpose}", Ref(item.id, "url"))


def load_words(folder: Path) -> Mapping[str, Mapping[str, str]]:
    """Return the spelling of references in ``folder``."""
    words = yaml.safe_load((folder / "references.yaml").read_text(encoding="utf-8"))
    return {kind: dict(spelt) for kind, spelt in words.items()}


def destination_type(destination: Destination) -> str:
    """Return the ``Type`` of an asynchronous destination."""
    return DESTINATION_TYPES[destination.service]


def stream_destination_type(destination: Destination) -> str:
    """Return the ``Type`` of a stream's on-failure destination."""
    return STREAM_DESTINATION_TYPES[destination.service]


def quoted(text: str) -> str:
    """Return ``text`` as one YAML scalar in one line, quoted only where it must be."""
    if _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return str(yaml.safe_dump(text, default_style='"', allow_unicode=True, width=2**31)).strip()


_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./:-]*[A-Za-z0-9]")
_YAML_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def _key(key: str) -> str:
    return quoted(key)
