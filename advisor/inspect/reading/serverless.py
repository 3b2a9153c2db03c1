"""The Serverless Framework, with its plugin for Step Functions, in CloudFormation's words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from advisor.errors import Place
from advisor.inspect.reading.document import Document, Resource
from advisor.inspect.reading.intrinsics import Budget, Scope
from advisor.inspect.reading.nodes import node_of
from advisor.inspect.reading.serverless_events import ARN, events, mapping
from advisor.inspect.reading.serverless_variables import Variables
from advisor.inspect.reading.source import CannotRead, Source
from advisor.inspect.values import NOTHING, PLACEHOLDER, Node, Reference, Text, Unknown
from advisor.loading.yaml_nodes import Entry

_EMPTY = Entry({}, Place(""))
_HASHES = ("serverless-pseudo-parameters", "serverless-cf-vars")  # plugins that make ``#{x}`` a ``Fn::Sub``


def read(source: Source, file: str, texts: Callable[[str], str]) -> Document:
    """Return the service in ``source``; ``texts`` reads the files that its variables name.

    Raises CannotRead where there is nothing that it would deploy.
    """
    variables = Variables(source.entry, file, texts)
    top = source.entry
    provider = variables.expanded(top.mapping.get("provider", _EMPTY))
    name = provider.text or (provider.mapping["name"].text if "name" in provider.mapping else "aws")
    if name != "aws" and "${" not in name:
        raise CannotRead(top.place_of("provider"), f"the provider is {name[:40]}, not aws.")
    plugins = {item.text for item in variables.expanded(top.mapping.get("plugins", _EMPTY)).items}

    def part_of(key: str) -> Entry:
        found = variables.expanded(top.mapping.get(key, _EMPTY))
        return _with_hashes(found) if plugins & set(_HASHES) else found

    functions = _merged(part_of("functions"))
    machines = _merged(part_of("stepFunctions").mapping.get("stateMachines", _EMPTY))
    resources = [part.mapping.get("Resources", _EMPTY) for part in _parts(part_of("resources"))]
    if not (functions.mapping or machines.mapping or any(part.mapping for part in resources)):
        raise CannotRead(Place(file, 1, 1), "there are no functions, state machines or resources.")
    scope = _scope(file, functions, machines, resources)
    made = [
        *_functions(functions, provider, scope),
        *_machines(machines, scope),
        *(one for part in resources for one in _resources(part, scope)),
    ]
    return Document(
        kind="serverless",
        scope=file,
        files=(file, *dict.fromkeys(variables.files)),
        resources=tuple(made),
        notes=(*source.notes, *variables.notes),
    )


def _with_hashes(entry: Entry) -> Entry:
    """Return ``entry`` with each text that has ``#{name}`` as the ``Fn::Sub`` that a plugin makes of it."""
    value = entry.value
    if entry.mapping:
        value = {key: _with_hashes(item) for key, item in entry.mapping.items()}
    elif entry.items:
        value = tuple(_with_hashes(item) for item in entry.items)
    elif isinstance(value, str) and "#{" in value:
        text = value.replace("#{", "${")
        return Entry(text, entry.place, text, None, "!Sub", entry.style)
    return Entry(value, entry.place, entry.text, entry.key_places, entry.tag, entry.style)


def _parts(entry: Entry) -> tuple[Entry, ...]:
    return entry.items or (entry,)


def _merged(entry: Entry) -> Entry:
    """Return one mapping for a mapping or a list of them."""
    if not entry.items:
        return entry
    found: dict[str, Entry] = {}
    places: dict[str, Place] = {}
    for part in entry.items:
        for key, value in part.mapping.items():
            found[key], places[key] = value, part.place_of(key)
    return Entry(found, entry.place, "", places)


class _Names(Scope, frozen=True, dict=True):
    """Knows functions and state machines by the keys of the file, and by the ids that are made of them."""

    made: Mapping[str, str]

    def ref(self, name: str) -> Node:
        return super().ref(self.made.get(name, name))

    def attribute(self, name: str, attribute: str) -> Node:
        return super().attribute(self.made.get(name, name), attribute)


def _scope(file: str, functions: Entry, machines: Entry, resources: list[Entry]) -> _Names:
    made = {f"{_pascal(key)}LambdaFunction": key for key in functions.mapping}
    for key, entry in machines.mapping.items():
        given = entry.mapping.get("id", entry.mapping.get("name"))
        made[f"{_pascal(key)}StepFunctionsStateMachine"] = key
        if given is not None and given.text:
            made.setdefault(given.text, key)
    names = {*functions.mapping, *machines.mapping, *(name for part in resources for name in part.mapping)}
    return _Names(file, frozenset(names), {}, {}, {}, Budget(50_000_000), made)


def _pascal(key: str) -> str:
    """Return a key in the spelling of the ids that the framework makes of it."""
    return (key[:1].upper() + key[1:]).replace("-", "Dash").replace("_", "Underscore")


def _node(entry: Entry, scope: Scope) -> Node:
    """Return ``entry`` as a value; text with variables that are still open is not known."""

    def function(found: Entry, depth: int) -> Node | None:
        called = scope.function(found, depth)
        if called is not None or not isinstance(found.value, str) or "${" not in found.value:
            return called
        whole = PLACEHOLDER.fullmatch(found.value)
        return Node(Unknown(whole[1]) if whole else Text(found.value, {}), found.place)

    return node_of(entry, function)


def _resources(part: Entry, scope: Scope) -> Iterator[Resource]:
    for name, entry in part.mapping.items():
        kind = entry.mapping.get("Type")
        if kind is not None and kind.text:
            yield Resource(
                scope=scope.name,
                id=name,
                type=kind.text,
                properties=_node(entry.mapping.get("Properties", _EMPTY), scope),
                place=part.place_of(name),
            )


# --- functions


def _functions(functions: Entry, provider: Entry, scope: Scope) -> Iterator[Resource]:
    defaults = _node(provider, scope)
    for name, entry in functions.mapping.items():
        given = _node(entry, scope)
        if given.mapping:
            yield Resource(
                scope=scope.name,
                id=name,
                type="AWS::Lambda::Function",
                properties=_function(given, defaults, scope),
                place=functions.place_of(name),
            )


def _function(given: Node, defaults: Node, scope: Scope) -> Node:
    found = {
        "FunctionName": given.get("name"),
        "Handler": given.get("handler"),
        "Runtime": given.get("runtime") if given.get("runtime").there else defaults.get("runtime"),
        "Timeout": given.get("timeout") if given.get("timeout").there else defaults.get("timeout"),
        "PackageType": Node("Image") if given.get("image").there else NOTHING,
        "Role": given.get("role"),
        "ReservedConcurrentExecutions": given.get("reservedConcurrency"),
        "Events": events(given.get("events")),
        "EventInvokeConfig": _asynchronous(given, scope),
        "DeadLetterConfig": mapping(given.get("onError"), TargetArn=given.get("onError")),
        "FunctionUrlConfig": _url(given.get("url")),
    }
    return mapping(given, **found)


def _url(node: Node) -> Node:
    return node if node.mapping else Node({}, node.place, node.key) if node.flag else NOTHING


def _asynchronous(given: Node, scope: Scope) -> Node:
    destinations = given.get("destinations")
    config = mapping(
        destinations,
        OnSuccess=_destination(destinations.get("onSuccess"), scope),
        OnFailure=_destination(destinations.get("onFailure"), scope),
    )
    found = mapping(
        given,
        MaximumRetryAttempts=given.get("maximumRetryAttempts"),
        MaximumEventAgeInSeconds=given.get("maximumEventAge"),
        DestinationConfig=config,
    )
    first = next(iter(found.mapping.values()), NOTHING)
    return Node(found.value, first.place, first.key) if found.mapping else NOTHING


def _destination(node: Node, scope: Scope) -> Node:
    """Return a destination: the key of a function, an ARN, or a mapping with type and ARN."""
    target = node.any("arn", "Arn") if node.get("arn").there else node
    if target.string in scope.resources:
        target = Node(Reference(scope.name, target.string or "", ARN), node.place, node.key)
    return mapping(node, Destination=target, Type=node.get("type"))


# --- state machines


def _machines(machines: Entry, scope: Scope) -> Iterator[Resource]:
    for name, entry in machines.mapping.items():
        given = _node(entry, scope)
        logging = given.get("loggingConfig")
        groups = [
            Node({"CloudWatchLogsLogGroup": Node({"LogGroupArn": item})})
            for item in logging.get("destinations").items
        ]
        definition = given.get("definition")
        yield Resource(
            scope=scope.name,
            id=name,
            type="AWS::StepFunctions::StateMachine",
            properties=mapping(
                given,
                StateMachineName=given.get("name"),
                StateMachineType=given.get("type"),
                RoleArn=given.get("role"),
                Events=events(given.get("events")),
                LoggingConfiguration=mapping(
                    logging, Level=logging.get("level"), Destinations=Node(tuple(groups))
                ),
                **{"Definition" if definition.mapping else "DefinitionString": definition},
            ),
            place=machines.place_of(name),
        )
