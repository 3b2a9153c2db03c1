"""Requirements that a system shows, each with the line that says so; everything else stays open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from advisor.errors import Place
from advisor.inspect.definition import Definition, State
from advisor.inspect.findings.graph import cycle
from advisor.inspect.inspection import Evidence
from advisor.inspect.model import EventSource, InspectedFunction, Outcome, StateMachine, System
from advisor.inspect.schedules import monthly_executions
from advisor.knowledge.answers import Answers, Iac, Project, Runtime
from advisor.knowledge.conditions import Answer
from advisor.knowledge.questions import Questionnaire

_MODES = {"sync": "sync", "async": "async", "poll": "stream"}
_JOBS = ("sync", "sync:2")
_HANDLED = {"sns": "notify", "sqs": "capture", "s3": "capture", "dynamodb": "capture"}
_LOST: tuple[Outcome, ...] = ("failure", "stream-failure", "dead-letter")
_SERVICES = {
    "lambda": "lambda", "sns": "sns", "sqs": "sqs", "events": "eventbridge", "s3": "s3",
    "dynamodb": "dynamodb", "ecs": "ecs-fargate", "batch": "batch", "glue": "glue", "athena": "athena",
    "elasticmapreduce": "emr",
    "emr-serverless": "emr", "emr-containers": "emr", "sagemaker": "sagemaker", "bedrock": "bedrock",
    "bedrockruntime": "bedrock", "codebuild": "codebuild", "http": "http-api", "apigateway": "http-api",
    "states": "step-functions", "sfn": "step-functions",
}  # fmt: skip


class Answered(Struct, frozen=True):
    """One answer, and where it comes from."""

    key: str
    value: Answer
    place: Place
    because: str


def answers_of(
    system: System, questionnaire: Questionnaire, name: str
) -> tuple[Answers, tuple[Evidence, ...]]:
    """Return the answers that the system shows, in the order of the questionnaire, with their evidence."""
    found: dict[str, Answered] = {}
    for answered in _answered(system):
        if _fits(answered, questionnaire):
            found.setdefault(answered.key, answered)
    order = [question.key for question in questionnaire.questions if question.key in found]
    requirements = {key: found[key].value for key in order}
    evidence = tuple(Evidence(key, found[key].place, found[key].because) for key in order)
    return Answers(requirements, name, _project(system)), evidence


def _fits(answered: Answered, questionnaire: Questionnaire) -> bool:
    """Return whether the questionnaire has a word for the answer."""
    question = questionnaire.by_key.get(answered.key)
    if question is None:
        return False
    if question.kind in ("whole", "number"):
        value = answered.value
        return isinstance(value, int | float) and question.minimum <= value <= question.maximum
    values = answered.value if isinstance(answered.value, tuple) else (answered.value,)
    return all(question.choice(value) is not None for value in values)


def _answered(system: System) -> Iterator[Answered]:
    machine = _main(system)
    if machine is not None:
        yield from _from_sources(_started_by(machine, system))
        yield from _from_machine(machine)
    if system.machines:
        return
    entries = _entries(system)
    yield from _from_sources([source for function in entries for source in function.sources])
    if len(entries) == 1:
        yield from _from_function(entries[0], system)


def _main(system: System) -> StateMachine | None:
    """Return the one state machine that is no part of another; None where there is none or more."""
    outer = [machine for machine in system.machines if not machine.is_nested and machine.definition]
    return outer[0] if len(outer) == 1 else None


def _started_by(machine: StateMachine, system: System) -> Sequence[EventSource]:
    """Return what starts the machine, or the one function that does nothing but start it."""
    if machine.sources:
        return machine.sources
    called = [function for function in system.functions if function.sources and not function.callers]
    starters = [function for function in called if machine.key in function.named]
    return starters[0].sources if len(starters) == 1 else ()


def _entries(system: System) -> list[InspectedFunction]:
    """Return the functions that something outside the system starts: those with destinations, if any."""
    chained = {item.target.key for one in system.functions for item in one.outcomes("success", "failure")}
    outer = [one for one in system.functions if one.key not in chained]
    handed_on = [one for one in outer if one.outcomes("success", "failure", "stream-failure")]
    called = [function for function in system.functions if function.sources]
    return handed_on or called or outer


# --- what starts it


def _from_sources(sources: Sequence[EventSource]) -> Iterator[Answered]:
    modes = {source.mode for source in sources}
    kinds = {_asked_kind(source) for source in sources}
    first = sources[0] if sources else None
    if first is None:
        return
    if len(kinds) == 1:
        yield Answered("event_source", kinds.pop(), first.place, f"{first.kind} starts it")
    if len(modes) == 1 and first.mode in _MODES and not first.through:
        yield Answered("invocation", _MODES[first.mode], first.place, f"{first.kind} calls it this way")
    elif first.through == "pipes" and len(modes) == 1:
        yield Answered("invocation", "stream", first.place, "a pipe reads the source for it")
    if any(source.source.fifo and source.mode == "poll" for source in sources):
        fifo = next(source for source in sources if source.source.fifo)
        yield Answered("ordering", "required", fifo.place, "the source is a FIFO queue")


def _asked_kind(source: EventSource) -> str:
    """Return the source in the words of the question: a rule for a bucket's events is about the bucket."""
    names = [item.string for item in source.pattern.get("source").items]
    return "s3" if source.kind == "eventbridge" and names == ["aws.s3"] else source.kind


# --- a state machine


def _from_machine(machine: StateMachine) -> Iterator[Answered]:
    definition = machine.definition
    assert definition is not None
    tasks = list(definition.of_type("Task"))
    if tasks:
        because = f"the definition has {len(tasks)} Task states"
        yield Answered("steps", len(tasks), definition.place, because)
    yield from _parallelism(definition)
    yield from _branching(definition)
    yield from _waits(definition)
    yield from _retry(definition, tasks)
    yield from _failures(definition)
    yield from _targets(tasks)
    volume = monthly_executions(machine)
    if volume is not None:
        yield Answered("monthly_executions", volume.runs, volume.place, volume.because)
    api = [source for source in machine.sources if source.kind == "api-gateway"]
    if api and len(api) == len(machine.sources):
        value = "result" if api[0].mode == "sync" else "acknowledgement"
        yield Answered("caller_waits_for", value, api[0].place, "how the API starts the machine")


def _parallelism(definition: Definition) -> Iterator[Answered]:
    maps, branches = list(definition.of_type("Map")), list(definition.of_type("Parallel"))
    if maps:
        yield Answered("parallelism", "dynamic", maps[0].place, f"Map state {maps[0].name}")
        limits = [(state.node.get("MaxConcurrency").number, state) for state in maps]
        limit, state = max(limits, key=lambda pair: pair[0] or 0)
        if isinstance(limit, int) and limit > 0:
            yield Answered(
                "max_parallel_items", limit, state.node.get("MaxConcurrency").key, "MaxConcurrency"
            )
    elif branches:
        yield Answered("parallelism", "static", branches[0].place, f"Parallel state {branches[0].name}")
    else:
        yield Answered("parallelism", "none", definition.place, "there is no Map and no Parallel state")


def _branching(definition: Definition) -> Iterator[Answered]:
    polls = {id(state) for state in _polling(definition)}
    choices = [state for state in definition.of_type("Choice") if id(state) not in polls]
    caught = [state for state in definition.states if state.catchers]
    if choices:
        yield Answered("branching", "content", choices[0].place, f"Choice state {choices[0].name}")
    elif caught:
        yield Answered("branching", "success-failure", caught[0].place, f"{caught[0].name} has a Catch")
    else:
        yield Answered("branching", "none", definition.place, "there is no Choice and no Catch")


def _polling(definition: Definition) -> list[State]:
    """Return the states of loops that wait and ask again."""
    return [
        state
        for graph in definition.graphs
        for waiting in graph.states
        if waiting.type == "Wait"
        for state in cycle(graph, waiting)
    ]


def _waits(definition: Definition) -> Iterator[Answered]:
    polls = {id(state) for state in _polling(definition)}
    found: dict[str, State] = {}
    for state in definition.states:
        if state.pattern == "waitForTaskToken" or state.integration == "states:activity":
            found.setdefault("callback", state)
        elif state.pattern in _JOBS or (state.type == "Wait" and id(state) in polls):
            found.setdefault("poll-job", state)
        elif state.type == "Wait":
            found.setdefault("timer", state)
    if found:
        names = ", ".join(state.name for state in found.values())
        yield Answered("waits", tuple(found), next(iter(found.values())).place, f"the states {names}")
    elif all(state.integration for state in definition.of_type("Task")):
        yield Answered("waits", (), definition.place, "no state waits for anything but a call")


def _retry(definition: Definition, tasks: Sequence[State]) -> Iterator[Answered]:
    retried = [state for state in definition.states if state.retriers]
    if retried:
        first = retried[0]
        kinds = {retrier.errors for retrier in first.retriers}
        value = "per-error" if len(kinds) > 1 else "backoff"
        yield Answered("retry", value, first.retriers[0].place, f"the retriers of {first.name}")
    elif tasks:
        yield Answered("retry", "none", definition.place, "no state has a Retry")


def _failures(definition: Definition) -> Iterator[Answered]:
    """Yield what is done about failures, as far as the state that a Catch leads to shows it."""
    found: dict[str, State] = {}
    for graph in definition.graphs:
        for state in graph.states:
            for catcher in state.catchers:
                service = (
                    _service(graph.by_name[catcher.next]) if catcher.next in graph.by_name else ""
                ) or ""
                word = {"sns": "notify", "sqs": "capture", "s3": "capture", "dynamodb": "capture"}.get(
                    service
                )
                if word:
                    found.setdefault(word, state)
    if found:
        first = next(iter(found.values()))
        yield Answered("failure_handling", tuple(found), first.place, "where the Catch leads to")


def _service(state: State) -> str | None:
    """Return what a Task uses, in the words of the answers file."""
    if state.integration == "states:activity":
        return "activity-worker"
    service = state.integration.removeprefix("aws-sdk:").partition(":")[0]
    return _SERVICES.get(service, "other-aws") if service else None


def _targets(tasks: Sequence[State]) -> Iterator[Answered]:
    services = [_service(state) for state in tasks]
    if tasks and None not in services:
        unique = tuple(dict.fromkeys(service for service in services if service))
        yield Answered("targets", unique, tasks[0].place, "what the Task states call")


# --- a function


def _from_function(function: InspectedFunction, system: System) -> Iterator[Answered]:
    chain = len(system.functions) - len(system.failure_handlers)
    linked = (other is function or ("lambda", "async") in other.callers for other in system.functions)
    if all(linked) and not function.durable:  # the steps of a durable function are in its code
        yield Answered("steps", chain, function.place, f"{chain} functions, handed on by destinations")
    for key, outcomes in (("on_success", ("success",)), ("on_failure", ("failure", "stream-failure"))):
        found = [item for item in function.destinations if item.outcome in outcomes]
        if found:
            services = tuple(dict.fromkeys(item.target.service for item in found))
            yield Answered(key, services, found[0].place, "the destination of the function")
    kept = [
        item for item in function.destinations if item.outcome in ("failure", "stream-failure", "dead-letter")
    ]
    if kept:
        words = {"notify" if item.target.service == "sns" else "capture": item for item in kept}
        yield Answered("failure_handling", tuple(words), kept[0].place, "where failures go")
    if function.outcomes("success", "failure"):
        yield Answered(
            "branching", "success-failure", function.outcomes("success", "failure")[0].place, "destinations"
        )
    attempts = [config for config in function.configs if config.attempts.number is not None]
    if attempts and {source.mode for source in function.sources} != {"poll"}:
        none = attempts[0].attempts.number == 0
        because = f"MaximumRetryAttempts is {attempts[0].attempts.number:g}"
        yield Answered("retry", "none" if none else "default", attempts[0].attempts.key, because)
    volume = monthly_executions(function)
    if volume is not None:
        yield Answered("monthly_executions", volume.runs, volume.place, volume.because)


# --- the project


def _project(system: System) -> Project:
    """Return how the system is made, as far as a starter can be made the same way."""
    iac: Iac | None = "terraform" if "terraform" in system.kinds else "sam" if "sam" in system.kinds else None
    families = {(function.runtime or "").rstrip("0123456789.x") for function in system.functions}
    words: dict[str, Runtime] = {"python": "python", "nodejs": "nodejs", "java": "java"}
    runtime = words.get(families.pop()) if len(families) == 1 else None
    return Project(iac=iac, runtime=runtime)
