"""An answers file as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, TypeAlias

from msgspec import Struct, field

from advisor.knowledge.conditions import Answer

Iac: TypeAlias = Literal["sam", "cdk-python", "cdk-typescript", "terraform"]
Runtime: TypeAlias = Literal["python", "nodejs", "java", "go"]
QueryLanguage: TypeAlias = Literal["jsonata", "jsonpath"]
Operator: TypeAlias = Literal["equals", "at_least", "at_most", "present"]
OPERATOR_WORDS: Mapping[Operator, str] = {"equals": "", "at_least": "at least ", "at_most": "at most "}
OPERATORS: tuple[Operator, ...] = ("equals", "at_least", "at_most", "present")
PLACED_WAITS = ("timer", "callback", "human-approval")
FIELD = r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,9}"
QUERY_LANGUAGES: tuple[QueryLanguage, ...] = ("jsonata", "jsonpath")
IACS: tuple[Iac, ...] = ("sam", "cdk-python", "cdk-typescript", "terraform")
REGION = r"[a-z]{2,5}(-[a-z]{2,12}){1,3}-[0-9]{1,2}"
KAFKA_TOPIC = r"[A-Za-z0-9._-]{1,249}"
RUNTIMES: tuple[Runtime, ...] = ("python", "nodejs", "java", "go")


class Step(Struct, frozen=True):
    """One unit of work the user named, and the service that does it (a value of ``targets``)."""

    name: str
    service: str = "lambda"


class FieldCondition(Struct, frozen=True):
    """What decides between two ways: ``field`` is a path of names in the payload, joined by dots.

    ``present`` asks whether the field is there (true) or missing (false).
    """

    field: str
    operator: Operator
    value: str | bool | int | float

    @property
    def words(self) -> str:
        """Return the condition as a question."""
        if self.operator == "present":
            return f"Is {self.field} {'present' if self.value else 'missing'}?"
        value = str(self.value).lower() if isinstance(self.value, bool) else f"{self.value}"
        return f"Is {self.field} {OPERATOR_WORDS[self.operator]}{value}?"


class Parallel(Struct, frozen=True):
    """Branches that run at the same time, each a list of steps."""

    branches: tuple[tuple[Part, ...], ...]


class ForEach(Struct, frozen=True):
    """Steps that run for each item of a list."""

    steps: tuple[Part, ...]


class Choice(Struct, frozen=True):
    """Steps that run where a condition holds, and those that run where it does not."""

    condition: FieldCondition
    then: tuple[Part, ...]
    otherwise: tuple[Part, ...] = ()


class PlacedWait(Struct, frozen=True):
    """Where in the flow a wait is; ``kind`` is a value of ``waits``."""

    kind: str


Part: TypeAlias = Step | Parallel | ForEach | Choice | PlacedWait


def inside(part: Part) -> tuple[tuple[Part, ...], ...]:
    """Return the lists of parts in ``part``, in reading order."""
    if isinstance(part, Parallel):
        return part.branches
    if isinstance(part, Choice):
        return (part.then, part.otherwise)
    return (part.steps,) if isinstance(part, ForEach) else ()


def all_parts(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield every part of ``parts``, outer before inner."""
    for part in parts:
        yield part
        for inner in inside(part):
            yield from all_parts(inner)


def placed(parts: Iterable[Part]) -> Mapping[str, Answer]:
    """Return the answers that choices and waits in ``parts`` give, where the user gave none."""
    every = tuple(all_parts(parts))
    waits = tuple(dict.fromkeys(part.kind for part in every if isinstance(part, PlacedWait)))
    choices = any(isinstance(part, Choice) for part in every)
    return {**({"branching": "content"} if choices else {}), **({"waits": waits} if waits else {})}


def units_in(parts: Iterable[Part]) -> tuple[Step, ...]:
    """Return the single steps inside ``parts``, in reading order."""
    return tuple(part for part in all_parts(parts) if isinstance(part, Step))


class Project(Struct, frozen=True, kw_only=True):
    """Settings of the starter project; None where the user left one open.

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
    """Answers of a user. ``requirements`` holds only known answers, lists as tuples."""

    requirements: Mapping[str, Answer] = field(default_factory=dict)
    name: str = ""
    project: Project = Project()
    decision: RecordedDecision | None = None
