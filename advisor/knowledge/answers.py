"""An answers file as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from advisor.knowledge.conditions import Answer

Iac: TypeAlias = Literal["sam", "cdk-python", "cdk-typescript", "terraform"]
Runtime: TypeAlias = Literal["python", "nodejs", "java", "go"]
IACS: tuple[Iac, ...] = ("sam", "cdk-python", "cdk-typescript", "terraform")
RUNTIMES: tuple[Runtime, ...] = ("python", "nodejs", "java", "go")


@dataclass(frozen=True, slots=True)
class Step:
    """One unit of work the user named, and the service that does it (a value of ``targets``)."""

    name: str
    service: str = "lambda"


@dataclass(frozen=True, slots=True)
class Project:
    """How the starter project is made; None where the user left it open."""

    iac: Iac | None = None
    runtime: Runtime | None = None
    region: str | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What a user said. ``requirements`` holds only known answers, lists as tuples."""

    requirements: Mapping[str, Answer] = field(default_factory=dict)
    name: str = ""
    project: Project = Project()
