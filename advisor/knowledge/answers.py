"""An answers file as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.knowledge.conditions import Answer

Iac: TypeAlias = Literal["sam", "cdk-python", "cdk-typescript", "terraform"]
Runtime: TypeAlias = Literal["python", "nodejs", "java", "go"]
QueryLanguage: TypeAlias = Literal["jsonata", "jsonpath"]
QUERY_LANGUAGES: tuple[QueryLanguage, ...] = ("jsonata", "jsonpath")
IACS: tuple[Iac, ...] = ("sam", "cdk-python", "cdk-typescript", "terraform")
REGION = r"[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}"
KAFKA_TOPIC = r"[A-Za-z0-9._-]{1,249}"
RUNTIMES: tuple[Runtime, ...] = ("python", "nodejs", "java", "go")


class Step(Struct, frozen=True):
    """One unit of work the user named, and the service that does it (a value of ``targets``)."""

    name: str
    service: str = "lambda"


class Parallel(Struct, frozen=True):
    """Branches that run at the same time, each a list of steps."""

    branches: tuple[tuple[Part, ...], ...]


class ForEach(Struct, frozen=True):
    """Steps that run for each item of a list."""

    steps: tuple[Part, ...]


Part: TypeAlias = Step | Parallel | ForEach


def units_in(parts: Iterable[Part]) -> tuple[Step, ...]:
    """Return the single steps inside ``parts``, in reading order."""
    found: list[Step] = []
    for part in parts:
        if isinstance(part, Step):
            found.append(part)
        elif isinstance(part, Parallel):
            found += [step for branch in part.branches for step in units_in(branch)]
        else:
            found += units_in(part.steps)
    return tuple(found)


class Project(Struct, frozen=True):
    """How the starter project is made; None where the user left it open.

    ``failure_topic`` is the Kafka topic that takes the records a Kafka reader keeps failing on;
    ``steps`` is how the user arranged the units of work, ``units`` the same without the arrangement.
    """

    iac: Iac | None = None
    runtime: Runtime | None = None
    region: str | None = None
    query_language: QueryLanguage | None = None
    failure_topic: str | None = None
    steps: tuple[Part, ...] = ()

    @property
    def units(self) -> tuple[Step, ...]:
        return units_in(self.steps)


class RecordedDecision(Struct, frozen=True, kw_only=True):
    """The decision of the day the answers were saved, and the rule base that made it."""

    option: str
    workflow_type: str | None = None
    instead: tuple[str, ...] = ()
    rule_base: str = ""
    as_of: str = ""


class Answers(Struct, frozen=True):
    """What a user said. ``requirements`` holds only known answers, lists as tuples."""

    requirements: Mapping[str, Answer] = field(default_factory=dict)
    name: str = ""
    project: Project = Project()
    decision: RecordedDecision | None = None
