"""Facts of the destinations of functions, and of the pollers that read for them."""

from __future__ import annotations

from collections.abc import Mapping

from advisor.errors import Place
from advisor.inspect.findings.permissions import allows
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.subject import Subject, known
from advisor.inspect.findings.suppressions import in_metadata
from advisor.inspect.model import Destination, EventSource, InspectedFunction, Item, System
from advisor.inspect.values import Node, Unknown
from advisor.inspect.wiring.mappings import DECLARED
from advisor.knowledge.conditions import Answer

_BATCH = {"sqs": "sqs", "kinesis": "stream", "dynamodb-stream": "stream"}


def subject_of(about: str, facts: Mapping[str, Answer], function: InspectedFunction, place: Place) -> Subject:
    """Return something that belongs to a function."""
    return Subject(
        about=about,
        facts=facts,
        place=place,
        owner=function.place,
        resource=function.id,
        group=function.key if about == "function" else f"{function.key} {place}",
        suppressions=tuple(in_metadata(function.metadata)),
    )


# --- destinations


def destination(item: Destination, function: InspectedFunction, scene: Scene) -> Subject:
    """Return a destination with its facts."""
    target = item.target
    started_by = [source for source in function.sources if source.source.key and not source.filtered]
    facts = known(
        outcome=item.outcome,
        target=target.service,
        source=_stream_of(item, function),
        fifo=target.fifo if target.service in ("sqs", "sns") else None,
        arn=target.is_arn,
        itself=bool(target.key) and target.key == function.key,
        is_source=bool(target.key) and target.key in {source.source.key for source in started_by},
        type_differs=_type_differs(item),
        made_by_sam=item.made_by_sam,
        permitted=_permitted(item, function, scene),
        read=target.key in scene.system.sources if target.key else None,
    )
    return subject_of("destination", facts, function, item.place)


def _stream_of(item: Destination, function: InspectedFunction) -> str | None:
    if not item.outcome.startswith("stream"):
        return None
    kinds = {
        source.kind for source in function.sources if source.mode == "poll" and _configures(source, item)
    }
    return next(iter(kinds)) if len(kinds) == 1 and "unknown" not in kinds else None


def _configures(source: EventSource, item: Destination) -> bool:
    written = source.settings.get("DestinationConfig")
    nodes = [written.get(key) for key in ("OnFailure", "OnSuccess")]
    return any(item.place in (node.key, node.get("Destination").key) for node in nodes if node.there)


def _type_differs(item: Destination) -> bool | None:
    word = DECLARED.get(item.declared.lower())
    if word is None or item.made_by_sam or not item.target.key:
        return None
    return word != item.target.service


def _permitted(item: Destination, function: InspectedFunction, scene: Scene) -> bool | None:
    """Return whether the role may write to the target; SAM grants it where it knows the type."""
    service = scene.rule_base.services.get(item.target.service)
    if service is None or "write" not in service.access:
        return None
    if function.properties.get("Role").there or not item.declared:
        actions = service.actions("write")[:1]
        return allows(function.grants, actions, scene.rule_base.inspection)
    return None


# --- pollers


def mapping(source: EventSource, function: InspectedFunction, scene: Scene) -> Subject:
    """Return a poller with its facts."""
    settings, system = source.settings, scene.system
    queue = system.by_key.get(source.source.key) if source.kind == "sqs" else None
    place = source.place
    facts = known(
        source=None if source.kind == "unknown" else source.kind,
        bounded=_bounded(settings),
        on_failure=_flag(settings.get("DestinationConfig", "OnFailure")),
        splits=_splits(settings),
        partial_responses=_partial(settings),
        batch_size=_number(settings.get("BatchSize"), _default(_BATCH.get(source.kind, ""), "batch", scene)),
        visibility_per_timeout=_ratio(queue, function, scene),
        redrive=_redrive(queue, system),
        max_receives=queue.properties.get("RedrivePolicy", "maxReceiveCount").number if queue else None,
    )
    return subject_of("mapping", facts, function, place)


def _flag(node: Node) -> bool | None:
    return None if isinstance(node.value, Unknown) else node.there


def _number(node: Node, default: float | None) -> float | None:
    return node.number if node.there else default


def _bounded(settings: Node) -> bool | None:
    """Return whether attempts or age have a limit; -1 and nothing at all mean none."""
    nodes = (settings.get("MaximumRetryAttempts"), settings.get("MaximumRecordAgeInSeconds"))
    if any(node.there and node.number is None for node in nodes):
        return None
    return any(node.number is not None and node.number >= 0 for node in nodes)


def _partial(settings: Node) -> bool | None:
    node = settings.get("FunctionResponseTypes")
    if node.there and any(item.string is None for item in node.items):
        return None
    return any(item.string == "ReportBatchItemFailures" for item in node.items)


def _splits(settings: Node) -> bool | None:
    bisect = settings.get("BisectBatchOnFunctionError")
    if bisect.there and bisect.flag is None:
        return None
    partial = _partial(settings)
    return True if bisect.flag else partial


def _default(what: str, setting: str, scene: Scene) -> float | None:
    found = scene.rule_base.limits.get(f"default-{what}-{setting}")
    return found.number if found else None


def _ratio(queue: Item | None, function: InspectedFunction, scene: Scene) -> float | None:
    timeout = _number(function.properties.get("Timeout"), _default("function", "timeout", scene))
    if queue is None or not timeout:
        return None
    visibility = _number(queue.properties.get("VisibilityTimeout"), _default("sqs", "visibility", scene))
    return None if visibility is None else visibility / timeout


def _redrive(queue: Item | None, system: System) -> bool | None:
    if queue is None:
        return None
    if any(redrive.owner.key == queue.key for redrive in system.redrives):
        return True
    return False if not queue.properties.get("RedrivePolicy").there else None
