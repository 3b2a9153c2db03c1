"""The functions of a system, with what starts them and where their outcomes go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from advisor.errors import Place
from advisor.inspect.model import (
    UNKNOWN,
    AsyncConfig,
    Connection,
    Destination,
    EventSource,
    InspectedFunction,
    Mode,
    Outcome,
    Target,
)
from advisor.inspect.reading.document import Resource
from advisor.inspect.values import NOTHING, Node, Unknown
from advisor.inspect.wiring.catalogue import FUNCTIONS, LATEST, Catalogue
from advisor.inspect.wiring.grants import grants
from advisor.inspect.wiring.mappings import declared_target, mapping_outcomes
from advisor.inspect.wiring.sam_events import sam_events

_SERVERLESS = "AWS::Serverless::Function"


def with_globals(own: Node, defaults: Node) -> Node:
    """Return the properties of a resource with SAM's ``Globals`` under them."""
    if not defaults.mapping:
        return own
    merged = dict(own.mapping)
    for key, value in defaults.mapping.items():
        mine = merged.get(key, NOTHING)
        if not mine.there:
            merged[key] = value
        elif mine.mapping and value.mapping:
            merged[key] = Node({**value.mapping, **mine.mapping}, mine.place, mine.key)
    return Node(merged, own.place, own.key)


def functions(
    catalogue: Catalogue,
    connections: Sequence[Connection],
    callers: Mapping[str, tuple[tuple[str, Mode], ...]],
) -> tuple[InspectedFunction, ...]:
    """Return every function; ``callers`` are those that call it from within, by its key."""
    by_target: dict[str, list[Connection]] = {}
    for connection in connections:
        by_target.setdefault(connection.target.key, []).append(connection)
    configs = _stand_alone_configs(catalogue)
    permissions = _permissions(catalogue)
    found = []
    for resource in catalogue.of_type(*FUNCTIONS):
        defaults = catalogue.by_scope[resource.scope].globals.get("Function")
        properties = with_globals(resource.properties, defaults if resource.type == _SERVERLESS else NOTHING)
        sources = list(_sources(resource, properties, catalogue, by_target.get(resource.key, ())))
        sources += _not_named(permissions.get(resource.key, ()), sources)
        own = [*_own_configs(resource, properties), *configs.get(resource.key, ())]
        outcomes = [*_outcomes(resource, properties, catalogue, own)]
        for source in sources:
            outcomes += mapping_outcomes(source, catalogue) if source.mode == "poll" else ()
        found.append(
            InspectedFunction(
                key=resource.key,
                id=resource.id,
                place=resource.place,
                properties=properties,
                runtime=properties.get("Runtime").string,
                durable=properties.get("DurableConfig").there,
                sources=tuple(sources),
                callers=callers.get(resource.key, ()),
                destinations=tuple(outcomes),
                configs=tuple(config for config, _ in own),
                grants=grants(resource, properties, catalogue),
                metadata=resource.metadata,
            )
        )
    return (*found, *_of_other_files(catalogue, connections))


def _of_other_files(catalogue: Catalogue, connections: Sequence[Connection]) -> Iterator[InspectedFunction]:
    """Yield the functions of other files that have asynchronous settings here; the rest is open."""
    for resource in catalogue.of_type("AWS::Lambda::EventInvokeConfig"):
        properties = resource.properties
        target = catalogue.function(properties.get("FunctionName"))
        if target.key:
            continue
        config = _config(properties, properties.get("Qualifier").string, resource.place)
        own = Node({"DeadLetterConfig": Node(Unknown("of another file"))}, resource.place)
        destinations = _outcomes(
            resource, NOTHING, catalogue, [(config, properties.get("DestinationConfig"))]
        )
        named = [one for one in connections if target.text and one.target.text == target.text]
        yield InspectedFunction(
            key=f"{resource.key} function",
            id=target.text or resource.id,
            place=resource.place,
            properties=own,
            sources=tuple(replace(one.source, qualifier=one.target.qualifier) for one in named),
            destinations=tuple(destinations),
            configs=(config,),
            metadata=resource.metadata,
        )


def _not_named(permitted: Sequence[EventSource], sources: Sequence[EventSource]) -> list[EventSource]:
    """Return the sources that only permissions show; that of a schedule names EventBridge."""
    named = {source.kind for source in sources}
    if "schedule" in named:
        named.add("eventbridge")
    return [source for source in permitted if source.kind not in named]


def _sources(
    resource: Resource, properties: Node, catalogue: Catalogue, connections: Sequence[Connection]
) -> Iterator[EventSource]:
    alias = properties.get("AutoPublishAlias")
    qualifier = (alias.string if alias.there else LATEST) if resource.type == _SERVERLESS else LATEST
    for source in sam_events(properties.get("Events"), resource, catalogue):
        yield replace(source, qualifier=qualifier)
    url = properties.get("FunctionUrlConfig")
    if url.there:
        mode = catalogue.mode("function-url")
        yield EventSource(kind="function-url", mode=mode, place=url.key, qualifier=qualifier)
    for connection in connections:
        yield replace(connection.source, qualifier=connection.target.qualifier)


Config = tuple[AsyncConfig, Node]


def _own_configs(resource: Resource, properties: Node) -> Iterator[Config]:
    """Yield the ``EventInvokeConfig`` of a SAM function; SAM puts it on the alias that it publishes."""
    config = properties.get("EventInvokeConfig")
    if config.mapping:
        alias = properties.get("AutoPublishAlias")
        yield (
            _config(config, alias.string if alias.there else LATEST, config.key),
            config.get("DestinationConfig"),
        )


def _config(node: Node, qualifier: str | None, place: Place) -> AsyncConfig:
    return AsyncConfig(
        attempts=node.get("MaximumRetryAttempts"),
        age=node.get("MaximumEventAgeInSeconds"),
        qualifier=qualifier,
        place=place,
    )


def _stand_alone_configs(catalogue: Catalogue) -> Mapping[str, list[Config]]:
    """Return the configurations that are resources by themselves, by function."""
    found: dict[str, list[Config]] = {}
    for resource in catalogue.of_type("AWS::Lambda::EventInvokeConfig"):
        properties = resource.properties
        target = catalogue.function(properties.get("FunctionName"))
        qualifier = _written_qualifier(properties.get("Qualifier"), target, catalogue)
        config = _config(properties, qualifier, resource.place)
        found.setdefault(target.key, []).append((config, properties.get("DestinationConfig")))
    return found


def _written_qualifier(node: Node, function: Target, catalogue: Catalogue) -> str | None:
    """Return the alias or version that a configuration is for."""
    if not node.there:
        return function.qualifier
    if node.string:
        return node.string
    resource = catalogue.resource(node)
    if resource is None:
        return None
    return resource.properties.get("Name").string or catalogue.target(node).qualifier


def _outcomes(
    resource: Resource, properties: Node, catalogue: Catalogue, configs: Sequence[Config]
) -> Iterator[Destination]:
    sam = resource.type == _SERVERLESS
    for _, written in configs:
        for key, outcome in _KEYS:
            one = written.get(key)
            if one.mapping:
                yield from _destination(one, outcome, catalogue, sam)
    queue = properties.any("DeadLetterQueue", "DeadLetterConfig")
    if queue.get("TargetArn").there:
        yield from _destination(
            Node({"Destination": queue.get("TargetArn"), "Type": queue.get("Type")}, queue.place, queue.key),
            "dead-letter",
            catalogue,
            sam,
        )


_KEYS: tuple[tuple[str, Outcome], ...] = (("OnSuccess", "success"), ("OnFailure", "failure"))


def _destination(one: Node, outcome: Outcome, catalogue: Catalogue, sam: bool) -> Iterator[Destination]:
    node, declared = one.get("Destination"), one.get("Type").string or ""
    if not node.there and not declared:
        return
    target = catalogue.function(node) if declared == "Lambda" else catalogue.target(node)
    target = declared_target(target, declared)
    made = not node.there
    if made and target.service == UNKNOWN:
        return
    place = node.key if node.key.line else one.key
    yield Destination(
        outcome=outcome, target=target, place=place, declared=declared, made_by_sam=made and sam
    )


# --- permissions

_PRINCIPALS: Mapping[str, str] = {
    "apigateway.amazonaws.com": "api-gateway",
    "s3.amazonaws.com": "s3",
    "sns.amazonaws.com": "sns",
    "events.amazonaws.com": "eventbridge",
    "scheduler.amazonaws.com": "schedule",
    "elasticloadbalancing.amazonaws.com": "alb",
    "cognito-idp.amazonaws.com": "cognito",
    "ses.amazonaws.com": "ses",
    "iot.amazonaws.com": "iot",
}


def _caller(principal: str, action: str) -> str:
    if action == "lambda:InvokeFunctionUrl":
        return "function-url"
    return "cloudwatch-logs" if principal.startswith("logs.") else _PRINCIPALS.get(principal, "")


def _permissions(catalogue: Catalogue) -> Mapping[str, list[EventSource]]:
    """Return the sources that only a permission names, by function."""
    found: dict[str, list[EventSource]] = {}
    for resource in catalogue.of_type("AWS::Lambda::Permission"):
        properties = resource.properties
        target = catalogue.function(properties.get("FunctionName"))
        principal = properties.get("Principal").template
        action = properties.get("Action").string or ""
        kind = _caller(principal, action)
        rule = catalogue.resource(properties.get("SourceArn"))
        if kind == "eventbridge" and rule and rule.properties.get("ScheduleExpression").there:
            kind = "schedule"
        if kind and target.key:
            source = EventSource(
                kind=kind,
                mode=catalogue.mode(kind),
                place=resource.place,
                source=catalogue.target(properties.get("SourceArn")),
                qualifier=target.qualifier,
                permitted_only=True,
            )
            found.setdefault(target.key, []).append(source)
    return found
