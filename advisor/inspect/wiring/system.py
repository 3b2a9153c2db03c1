"""From the documents that belong together to the model of one system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from advisor.inspect.model import Connection, InspectedFunction, Item, Mode, Redrive, System
from advisor.inspect.reading.document import Resource
from advisor.inspect.reading.source import Note
from advisor.inspect.values import Node
from advisor.inspect.wiring.catalogue import FUNCTIONS, MACHINES, Catalogue
from advisor.inspect.wiring.connections import CONNECTORS
from advisor.inspect.wiring.functions import functions
from advisor.inspect.wiring.machines import Texts, callers, machines


class Wired(Struct, frozen=True):
    """A system, and what could not be read of it."""

    system: System
    notes: tuple[Note, ...]


def wire(catalogue: Catalogue, texts: Texts) -> Wired:
    """Return the system that the documents of ``catalogue`` make; ``texts`` reads definition files."""
    documents = catalogue.documents
    connections = tuple(_connections(catalogue))
    made = machines(catalogue, connections, texts)
    called = _grouped([*callers(made.machines), *_custom_resources(catalogue)])
    made_functions = _with_chain(functions(catalogue, connections, called))
    system = System(
        files=tuple(
            dict.fromkeys([*(file for document in documents for file in document.files), *made.files])
        ),
        kinds=tuple(dict.fromkeys(document.kind for document in documents)),
        functions=made_functions,
        machines=made.machines,
        items=tuple(_item(resource) for resource in catalogue.by_key.values() if _is_item(resource)),
        connections=connections,
        redrives=tuple(_redrives(catalogue)),
    )
    return Wired(system, made.notes)


def _is_item(resource: Resource) -> bool:
    return resource.type not in (*FUNCTIONS, *MACHINES)


def _item(resource: Resource) -> Item:
    return Item(
        key=resource.key,
        id=resource.id,
        type=resource.type,
        place=resource.place,
        properties=resource.properties,
        metadata=resource.metadata,
    )


def _connections(catalogue: Catalogue) -> Iterator[Connection]:
    for resource in catalogue.by_key.values():
        connect = CONNECTORS.get(resource.type)
        if connect is not None:
            item = _item(resource)
            for source, target in connect(resource, catalogue):
                yield Connection(item=item, source=source, target=target)


def _custom_resources(catalogue: Catalogue) -> Iterator[tuple[str, tuple[str, Mode]]]:
    """Yield the functions behind custom resources, which CloudFormation calls asynchronously."""
    for resource in catalogue.by_key.values():
        token = resource.properties.get("ServiceToken")
        if token.there:
            target = catalogue.function(token)
            if target.key:
                yield target.key, ("cloudformation", "async")


def _with_chain(found: tuple[InspectedFunction, ...]) -> tuple[InspectedFunction, ...]:
    """Return the functions, those that are destinations of others called by Lambda asynchronously."""
    targets = {item.target.key for function in found for item in function.outcomes("success", "failure")}
    return tuple(
        replace(function, callers=(*function.callers, ("lambda", "async")))
        if function.key in targets
        else function
        for function in found
    )


def _grouped(pairs: Sequence[tuple[str, tuple[str, Mode]]]) -> Mapping[str, tuple[tuple[str, Mode], ...]]:
    found: dict[str, list[tuple[str, Mode]]] = {}
    for key, caller in pairs:
        if caller not in found.setdefault(key, []):
            found[key].append(caller)
    return {key: tuple(callers) for key, callers in found.items()}


# --- queues that take what was not handled


def _redrives(catalogue: Catalogue) -> Iterator[Redrive]:
    for resource in catalogue.by_key.values():
        for node, receives in _dead_letters(resource):
            if node.there:
                yield Redrive(
                    owner=_item(resource),
                    target=catalogue.target(node),
                    max_receives=receives,
                    place=node.key if node.key.line else resource.place,
                )


def _dead_letters(resource: Resource) -> Iterator[tuple[Node, Node]]:
    """Yield the queues that a resource names for what it could not hand over."""
    properties = resource.properties
    policy = properties.get("RedrivePolicy")
    none = Node(None)
    yield policy.get("deadLetterTargetArn"), policy.get("maxReceiveCount")
    yield properties.get("DeadLetterConfig", "Arn"), none
    yield properties.get("Target", "DeadLetterConfig", "Arn"), none
    for target in properties.get("Targets").items:
        yield target.get("DeadLetterConfig", "Arn"), none
    for event in properties.get("Events").mapping.values():
        yield event.get("Properties", "DeadLetterConfig", "Arn"), none
    for source in properties.get("SourceParameters").mapping.values():
        yield source.get("DeadLetterConfig", "Arn"), none
    for subscription in properties.get("Subscription").items:
        yield subscription.get("RedrivePolicy", "deadLetterTargetArn"), none
