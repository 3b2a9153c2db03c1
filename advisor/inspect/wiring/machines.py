"""The state machines of a system: their definitions, wherever these stand, and what starts them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.errors import Place
from advisor.inspect.definition import Definition, State
from advisor.inspect.model import Connection, EventSource, Mode, StateMachine, Target
from advisor.inspect.reading import asl
from advisor.inspect.reading.cloudformation import local
from advisor.inspect.reading.document import ASL_FILE, Resource
from advisor.inspect.reading.source import CannotRead, Note
from advisor.inspect.values import NOTHING, Node, Text
from advisor.inspect.wiring.catalogue import Catalogue
from advisor.inspect.wiring.functions import with_globals
from advisor.inspect.wiring.grants import grants
from advisor.inspect.wiring.sam_events import sam_events

SAM_MACHINE = "AWS::Serverless::StateMachine"
CFN_MACHINE = "AWS::StepFunctions::StateMachine"
_DEFINITIONS = ("Definition", "DefinitionString", "DefinitionUri", "DefinitionS3Location")

Texts = Callable[[str], str]


class Machines(Struct, frozen=True):
    """State machines, the definition files that were read for them, and what could not be read."""

    machines: tuple[StateMachine, ...]
    files: tuple[str, ...]
    notes: tuple[Note, ...]


def machines(catalogue: Catalogue, connections: Sequence[Connection], texts: Texts) -> Machines:
    """Return every state machine; ``texts`` returns the text of a file, or raises CannotRead."""
    by_target: dict[str, list[Connection]] = {}
    for connection in connections:
        by_target.setdefault(connection.target.key, []).append(connection)
    found: list[StateMachine] = []
    files: list[str] = []
    notes: list[Note] = []
    for resource in catalogue.of_type(SAM_MACHINE, CFN_MACHINE, ASL_FILE):
        defaults = catalogue.by_scope[resource.scope].globals.get("StateMachine")
        properties = with_globals(resource.properties, defaults if resource.type == SAM_MACHINE else NOTHING)
        definition = None
        try:
            definition, file, more = _definition(resource, properties, catalogue, texts)
            files += [file] if file else []
            notes += more
        except CannotRead as error:
            notes.append(error.note)
        found.append(_machine(resource, properties, catalogue, definition, by_target.get(resource.key, ())))
    nested = {target.key for machine in found for target in machine.targets.values()}
    marked = (replace(machine, is_nested=machine.key in nested) for machine in found)
    return Machines(tuple(marked), tuple(files), tuple(notes))


def _machine(
    resource: Resource,
    properties: Node,
    catalogue: Catalogue,
    definition: Definition | None,
    connections: Sequence[Connection],
) -> StateMachine:
    logging = properties.any("Logging", "LoggingConfiguration")
    group = next((item for item in logging.get("Destinations").items), NOTHING)
    targets = _targets(definition, catalogue) if definition else {}
    return StateMachine(
        key=resource.key,
        id=resource.id,
        place=resource.place,
        type=_type(resource, properties),
        definition=_settled(definition, targets) if definition else None,
        properties=properties,
        filled=_filled(resource, properties, catalogue),
        sources=(
            *map(_starting, sam_events(properties.get("Events"), resource, catalogue)),
            *(connection.source for connection in connections),
        ),
        targets=targets,
        logging=logging,
        log_group=catalogue.target(group.get("CloudWatchLogsLogGroup", "LogGroupArn")),
        grants=grants(resource, properties, catalogue),
        metadata=resource.metadata,
    )


def _starting(source: EventSource) -> EventSource:
    """Return an event of a state machine: an API starts it and does not wait, unless it says otherwise."""
    waits = source.settings.get("action").string == "StartSyncExecution"
    return replace(source, mode="async") if source.mode == "sync" and not waits else source


def _filled(resource: Resource, properties: Node, catalogue: Catalogue) -> frozenset[str] | None:
    """Return the placeholders of a definition file that a template gives a value."""
    given = properties.get("DefinitionSubstitutions")
    in_template = catalogue.by_scope[resource.scope].kind in ("sam", "cloudformation")
    open_ended = given.there and (not given.mapping or "Fn::Transform" in given.mapping)
    if not in_template or open_ended or not properties.get("DefinitionUri").string:
        return None
    return frozenset(given.mapping)


def _type(resource: Resource, properties: Node) -> str | None:
    """Return the type; Standard where a template does not name one, open where there is no template."""
    if resource.type == ASL_FILE:
        return None
    written = properties.any("Type", "StateMachineType")
    word = (written.string or "").lower()
    if word in ("standard", "express"):
        return word
    return None if written.there else "standard"


# --- definitions


def _definition(
    resource: Resource, properties: Node, catalogue: Catalogue, texts: Texts
) -> tuple[Definition, str, Sequence[Note]]:
    """Return the definition, the file it stands in where it has one, and notes. Raises CannotRead."""
    written = properties.any(*_DEFINITIONS)
    substitutions = properties.get("DefinitionSubstitutions").mapping
    if properties.get("DefinitionUri").string or _asset(properties, catalogue):
        path = _asset(properties, catalogue) or properties.get("DefinitionUri").string or ""
        return _from_file(resource, path, substitutions, texts)
    if written.mapping and not written.get("Bucket").there:
        node = asl.substituted(written, substitutions)
        return asl.from_node(node, written.key if written.key.line else resource.place), "", ()
    if isinstance(written.value, str | Text):
        place = written.place if written.place.line else resource.place
        parts = (
            {name: Node(part) for name, part in written.value.parts.items()}
            if isinstance(written.value, Text)
            else {}
        )
        text = asl.Written(
            written.template, place, place.line if written.block else None, {**parts, **substitutions}
        )
        definition, notes = asl.from_text(text)
        return definition, "", notes
    raise CannotRead(resource.place, f"the definition of '{resource.id[:60]}' is not in these files.")


def _asset(properties: Node, catalogue: Catalogue) -> str:
    """Return the file in ``cdk.out`` that a definition in the bootstrap bucket was made from."""
    location = properties.any("DefinitionS3Location", "DefinitionUri")
    key = location.get("Key").string or ""
    stem, dot, suffix = key.rpartition(".")
    return f"asset.{stem}.{suffix}" if dot and len(stem) == 64 and location.get("Bucket").there else ""


def _from_file(
    resource: Resource, path: str, substitutions: Mapping[str, Node], texts: Texts
) -> tuple[Definition, str, Sequence[Note]]:
    if not local(path):
        raise CannotRead(resource.place, f"the definition {path[:100]} is not a file beside the template.")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(resource.place.file), path))
    try:
        text = texts(file)
    except CannotRead as error:
        because = f"the definition {path[:100]} cannot be read: {error.note.because}"
        raise CannotRead(resource.place, because) from None
    definition, notes = asl.from_text(asl.Written(text, Place(file, 1, 1), 0, substitutions))
    return definition, file, notes


# --- what Task states call

_CALLED = {
    "lambda:invoke": ("FunctionName",),
    "sns:publish": ("TopicArn",),
    "sqs:sendMessage": ("QueueUrl",),
    "states:startExecution": ("StateMachineArn",),
    "aws-sdk:sfn:startExecution": ("StateMachineArn",),
    "aws-sdk:sfn:startSyncExecution": ("StateMachineArn",),
    "aws-sdk:lambda:invoke": ("FunctionName",),
    "aws-sdk:sqs:sendMessage": ("QueueUrl",),
    "dynamodb:putItem": ("TableName",),
    "dynamodb:getItem": ("TableName",),
    "dynamodb:updateItem": ("TableName",),
    "dynamodb:deleteItem": ("TableName",),
}


def _targets(definition: Definition, catalogue: Catalogue) -> Mapping[int, Target]:
    """Return what each Task state calls, by its position among the states, where the files say so."""
    found = {}
    for number, state in enumerate(definition.states):
        if state.type != "Task":
            continue
        if state.integration in _CALLED:
            node = state.arguments.any(*_CALLED[state.integration])
            target = catalogue.function(node) if "lambda" in state.integration else catalogue.target(node)
            if not node.there and "lambda" in state.integration:
                target = catalogue.target(state.resource)
        else:
            target = catalogue.target(state.resource)
        if target.key or target.service != "unknown":
            found[number] = target
    return found


def _settled(definition: Definition, targets: Mapping[int, Target]) -> Definition:
    """Return the definition with the integrations that only a reference shows."""
    number = iter(range(len(definition.states)))
    graphs = tuple(
        replace(graph, states=tuple(_integrated(state, targets.get(next(number))) for state in graph.states))
        for graph in definition.graphs
    )
    return replace(definition, graphs=graphs)


def _integrated(state: State, target: Target | None) -> State:
    words = {"lambda": "lambda:invoke", "activity-worker": "states:activity"}
    if state.integration or state.type != "Task" or target is None:
        return state
    return replace(state, integration=words.get(target.service, ""))


def callers(machines: Sequence[StateMachine]) -> Iterator[tuple[str, tuple[str, Mode]]]:
    """Yield the functions that Task states call: the state waits unless it says otherwise."""
    for machine in machines:
        for number, target in machine.targets.items():
            state = machine.definition.states[number] if machine.definition else None
            if state is not None and target.service == "lambda" and target.key:
                event = state.arguments.get("InvocationType").string == "Event"
                yield target.key, ("step-functions", "async" if event else "sync")
