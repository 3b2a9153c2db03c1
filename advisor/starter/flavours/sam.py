"""Blueprint in the syntax of AWS SAM: references, destination types, permissions that SAM adds by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from advisor.errors import RuleBaseError
from advisor.starter.blueprint.project import Blueprint
from advisor.starter.blueprint.wiring import Arn, Destination, Permission, Ref, Target, refs_in, spelt
from advisor.starter.flavours.references import load_references
from advisor.starter.flavours.senders import senders_of
from advisor.text.yaml_scalar import quoted

PSEUDO = {"partition": "${AWS::Partition}", "region": "${AWS::Region}", "account": "${AWS::AccountId}"}
DESTINATION_TYPES = {
    "sqs": "SQS",
    "sns": "SNS",
    "lambda": "Lambda",
    "eventbridge": "EventBridge",
    "s3": "S3Bucket",
}
STREAM_DESTINATION_TYPES = {"sqs": "SQS", "sns": "SNS", "s3": "S3", "kafka": "Kafka"}


class Sam(Struct, frozen=True, dict=True):
    """The words of SAM for one blueprint; ``words`` is ``templates/sam/references.yaml``."""

    blueprint: Blueprint
    words: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, blueprint: Blueprint, folder: Path) -> Sam:
        """Return the words for ``blueprint``, with the spelling of references in ``folder``."""
        return cls(blueprint, load_references(folder))

    @property
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        """Return the filters SAM's templates use."""
        return {
            "ref": self.ref,
            "inline": self.inline,
            "block": self.block,
            "json_text": self.json_text,
            "destination_type": destination_type,
            "stream_destination_type": stream_destination_type,
        }

    @property
    def names(self) -> Mapping[str, Any]:
        """Return what SAM's templates may call by name."""
        return {
            "statements_of": self.statements_of,
            "own_statements_of": self.own_statements_of,
            "senders_of": lambda queue: senders_of(self.blueprint, queue),
        }

    def output(self, name: str) -> str:
        """Return a call of the shell function that the README defines."""
        return f'"$(output {name})"'

    def ref(self, target: Target) -> str:
        """Return ``target`` as a YAML value."""
        if isinstance(target, str):
            return quoted(target)
        if isinstance(target, Arn):
            return self._sub(target)
        kind = self.blueprint.by_id[target.to].kind
        spelt = self.words[kind].get(target.attribute)
        if spelt is None:
            raise RuleBaseError(f"templates/sam/references.yaml has no '{target.attribute}' for '{kind}'.")
        return spelt.format(target.to)

    def _sub(self, arn: Arn) -> str:
        """Return ``arn`` as a text with what it names in it; what is no plain reference gets a name."""
        inside, named = [], []
        for part in arn.parts:
            function, _, argument = self.ref(part).partition(" ")
            if function in ("!Ref", "!GetAtt"):
                inside.append(f"${{{argument}}}")
            else:
                inside.append(f"${{{part.attribute}}}")
                named.append(f"{part.attribute}: {function} {argument}")
        text = f'"{arn.pattern.format(*inside, **PSEUDO)}"'
        return f"!Sub [{text}, {{{', '.join(named)}}}]" if named else f"!Sub {text}"

    def inline(self, value: Any) -> str:
        """Return plain data that may hold references as YAML in one line."""
        if isinstance(value, Ref | Arn):
            return self.ref(value)
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{_key(key)}: {self.inline(item)}" for key, item in value.items()) + "}"
        if isinstance(value, list | tuple):
            return "[" + ", ".join(self.inline(item) for item in value) + "]"
        return quoted(value) if isinstance(value, str) else str(value).lower()

    def json_text(self, value: Any) -> str:
        """Return plain data that may hold references to parameters as one YAML scalar of JSON."""
        text = json.dumps(spelt(value, lambda ref: f"${{{ref.to}}}"), separators=(",", ":"))
        return f"!Sub {quoted(text)}" if any(refs_in(value)) else quoted(text)

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


def destination_type(destination: Destination) -> str:
    """Return the ``Type`` of an asynchronous destination."""
    return DESTINATION_TYPES[destination.service]


def stream_destination_type(destination: Destination) -> str:
    """Return the ``Type`` of a stream's on-failure destination."""
    return STREAM_DESTINATION_TYPES[destination.service]


def _key(key: str) -> str:
    return quoted(key)
