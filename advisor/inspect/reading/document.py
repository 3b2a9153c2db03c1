"""What one file says, in the same words whatever its format: CloudFormation's types and properties."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.errors import Place
from advisor.inspect.reading.source import Note
from advisor.inspect.values import NOTHING, Node

Kind: TypeAlias = Literal["sam", "cloudformation", "terraform", "serverless", "asl"]
ASL_FILE = "Advisor::StateMachine::File"  # a definition by itself: no template says what it belongs to


class Resource(Struct, frozen=True, kw_only=True):
    """One resource, its ``type`` and ``properties`` in CloudFormation's words; ``place`` is its id's."""

    scope: str
    id: str
    type: str
    properties: Node
    place: Place
    metadata: Node = NOTHING

    @property
    def key(self) -> str:
        """Return the name that no other resource of the run shares."""
        return f"{self.scope}#{self.id}"


class Child(Struct, frozen=True):
    """A template that another one uses: a nested stack or a module, and what is passed to it."""

    id: str
    path: str
    arguments: Mapping[str, Node]
    place: Place


class Document(Struct, frozen=True, kw_only=True):
    """One file, or the files of one Terraform folder, read.

    ``scope`` is the name of its resources' namespace; ``globals`` are defaults by section; ``connectors``
    says whether SAM's connectors add to what roles allow.
    """

    kind: Kind
    scope: str
    files: tuple[str, ...]
    resources: tuple[Resource, ...] = ()
    outputs: Mapping[str, Node] = field(default_factory=dict)
    children: tuple[Child, ...] = ()
    globals: Node = NOTHING
    metadata: Node = NOTHING
    connectors: bool = False
    notes: tuple[Note, ...] = ()
