"""Facts of functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from advisor.inspect.findings.about_destinations import destination, mapping, subject_of
from advisor.inspect.findings.permissions import allows
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.subject import Subject, known
from advisor.inspect.model import UNKNOWN, EventSource, InspectedFunction, System
from advisor.inspect.values import Node, Unknown, references_in
from advisor.knowledge.conditions import Answer

_MAX_HOPS = 20


def functions(scene: Scene) -> Iterator[Subject]:
    """Yield each function, its destinations and its pollers with their facts."""
    next_of = _next_functions(scene.system)
    calls_of = _called_functions(scene)
    for function in scene.system.functions:
        facts = {
            **_outcome_facts(function),
            **_config_facts(function),
            **known(
                durable=function.durable,
                hops=_longest(function.key, next_of),
                calls=_longest(function.key, calls_of),
                delivery_alarm=_delivery_alarm(function, scene.system),
                writes_to_source=_writes_to_source(function, scene),
                in_circle=_in_circle(function),
                runtime_deprecated=_deprecated(function.runtime, scene),
            ),
        }
        yield subject_of("function", facts, function, function.place)
        for item in function.destinations:
            yield destination(item, function, scene)
        for source in function.sources:
            if source.mode == "poll":
                yield mapping(source, function, scene)


# --- the function itself


def _outcome_facts(function: InspectedFunction) -> dict[str, Answer]:
    """Return what calls it and where its outcomes go; what is open is left out."""
    facts: dict[str, Answer] = {}
    modes = [source.mode for source in function.sources] + [mode for _, mode in function.callers]
    if modes and "unknown" not in modes:
        facts["invoked"] = tuple(dict.fromkeys(modes))
    facts["async_sources"] = tuple(
        dict.fromkeys(source.kind for source in function.sources if source.mode == "async")
    )
    config = function.properties.get("EventInvokeConfig")
    opened = (config, config.get("DestinationConfig"), config.get("DestinationConfig", "OnFailure"))
    dead = function.properties.any("DeadLetterQueue", "DeadLetterConfig")
    open_ends = {
        item.outcome
        for item in function.outcomes("failure", "dead-letter")
        if item.target.service == UNKNOWN and not item.target.text
    }  # both open: a module that offers both, and its caller chooses
    if len(open_ends) < 2 and not any(isinstance(node.value, Unknown) for node in (*opened, dead)):
        facts["outcomes"] = tuple(dict.fromkeys(item.outcome for item in function.destinations))
    return facts


def _config_facts(function: InspectedFunction) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for config in function.configs:
        if config.attempts.number is not None:
            found["attempts"] = config.attempts.number
        if config.age.number is not None:
            found["event_age_s"] = config.age.number
    reached = _config_reached(function)
    return found if reached is None else {**found, "config_reached": reached}


def _config_reached(function: InspectedFunction) -> bool | None:
    """Return whether an asynchronous caller uses a qualifier that has settings; None where that is open."""
    called = [source.qualifier for source in function.sources if source.mode == "async"]
    configured = [config.qualifier for config in function.configs]
    if not called or not configured or None in called or None in configured:
        return None
    if any(caller != "step-functions" for caller, _ in function.callers):
        return None
    return bool(set(called) & set(configured))


def _next_functions(system: System) -> Mapping[str, tuple[str, ...]]:
    return {
        function.key: tuple(
            item.target.key
            for item in function.outcomes("success")
            if item.target.service == "lambda" and item.target.key
        )
        for function in system.functions
    }


def _called_functions(scene: Scene) -> Mapping[str, tuple[str, ...]]:
    """Return the functions that each function may invoke and names in its environment."""
    keys = {function.key for function in scene.system.functions}
    found = {}
    for function in scene.system.functions:
        named = {
            reference.key
            for reference in references_in(function.properties.get("Environment"))
            if reference.key in keys and reference.key != function.key
        }
        may = allows(function.grants, ("lambda:InvokeFunction",), scene.rule_base.inspection)
        found[function.key] = tuple(sorted(named)) if may else ()
    return found


def _longest(start: str, following: Mapping[str, tuple[str, ...]]) -> int:
    """Return how many steps the longest way from ``start`` has."""
    reached, length = {start}, 0
    seen = {start}
    while reached and length < _MAX_HOPS:
        reached = {key for at in reached for key in following.get(at, ())} - seen
        seen |= reached
        length += bool(reached)
    return length


def _delivery_alarm(function: InspectedFunction, system: System) -> bool | None:
    """Return whether an alarm watches the deliveries; None where there are none to watch."""
    started = bool(function.sources or function.callers)
    modes = {source.mode for source in function.sources} | {mode for _, mode in function.callers}
    if started and modes <= {"poll", "sync"} and not function.outcomes("stream-failure"):
        return None
    for alarm in system.of_type("AWS::CloudWatch::Alarm"):
        properties = alarm.properties
        metrics = [properties.get("MetricName").string, *_metric_names(properties.get("Metrics"))]
        if "DestinationDeliveryFailures" in metrics:
            references = {reference.key for reference in references_in(properties)}
            if not references or function.key in references or not _names_function(properties):
                return True
    return False


def _metric_names(metrics: Node) -> Iterator[str | None]:
    for item in metrics.items:
        yield item.get("MetricStat", "Metric", "MetricName").string


def _names_function(properties: Node) -> bool:
    """Return whether the dimensions of an alarm are references, so that they can be told apart."""
    dimensions = properties.get("Dimensions").items
    return bool(dimensions) and all(item.get("Value").reference is not None for item in dimensions)


def _deprecated(runtime: str | None, scene: Scene) -> bool | None:
    end = scene.rule_base.inspection.table("runtimes").get(runtime or "")
    return date.fromisoformat(end[0]) <= scene.today if end else None


# --- buckets that start the function


def _bucket_sources(function: InspectedFunction) -> list[EventSource]:
    return [source for source in function.sources if source.kind == "s3" and source.source.key]


def _writes_to_source(function: InspectedFunction, scene: Scene) -> bool | None:
    """Return whether the function may write to a bucket whose events start it without a filter."""
    buckets = {source.source.key for source in _bucket_sources(function) if not source.filtered}
    if not buckets:
        return None
    write = ("S3WritePolicy", "S3CrudPolicy", "S3FullAccessPolicy")
    for name, argument in function.grants.templates:
        if name in write and any(reference.key in buckets for reference in references_in(argument)):
            return True
    for statement in function.grants.statements:
        actions = {(item.string or "").lower() for item in statement.get("Action").items}
        if actions & {"s3:putobject", "s3:*", "s3:put*"} and any(
            reference.key in buckets for reference in references_in(statement.get("Resource"))
        ):
            return True
    return False


def _in_circle(function: InspectedFunction) -> bool | None:
    """Return whether a SAM function with an S3 event refers to the bucket itself.

    SAM writes the notification into the bucket, so that the bucket needs the function first.
    """
    sources = _bucket_sources(function)
    events = function.properties.get("Events").mapping.values()
    sam = any(event.get("Type").string == "S3" for event in events)
    if not sources or not sam:
        return None
    buckets = {source.source.key for source in sources}
    own = ("Environment", "Policies")
    referred = {item.key for name in own for item in references_in(function.properties.get(name))}
    return bool(buckets & referred) and not function.properties.get("Role").there
