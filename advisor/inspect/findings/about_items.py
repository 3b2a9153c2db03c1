"""Facts of queues, pipes, rules, and of what roles allow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from advisor.inspect.findings.permissions import effect
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.subject import Subject, known
from advisor.inspect.findings.suppressions import in_metadata
from advisor.inspect.model import Connection, Grants, InspectedFunction, Item, StateMachine, System
from advisor.inspect.values import references_in


def items(scene: Scene) -> Iterator[Subject]:
    """Yield each queue, pipe, rule and role with its facts."""
    system = scene.system
    for queue in system.of_type("AWS::SQS::Queue"):
        yield _subject("queue", _queue_facts(queue, scene), queue)
    for connection in system.connections:
        if connection.item.type == "AWS::Pipes::Pipe" and connection.source.through == "pipes":
            yield _subject("pipe", _pipe_facts(connection, system), connection.item)
    for rule in system.of_type("AWS::Events::Rule"):
        yield _subject("rule", _rule_facts(rule, system), rule)
    for function in system.functions:
        yield from _statements(function.grants, function, scene)
    for machine in system.machines:
        yield from _statements(machine.grants, machine, scene)


def _subject(about: str, facts: Mapping[str, object], item: Item) -> Subject:
    return Subject(
        about=about,
        facts=known(**facts),  # type: ignore[arg-type]
        place=item.place,
        owner=item.place,
        resource=item.id,
        group=item.key,
        suppressions=tuple(in_metadata(item.metadata)),
    )


# --- queues


def _queue_facts(queue: Item, scene: Scene) -> dict[str, object]:
    system = scene.system
    before = [redrive.owner for redrive in system.redrives if redrive.target.key == queue.key]
    queues = [owner for owner in before if owner.type == "AWS::SQS::Queue"]
    return {
        "dead_letters": bool(before) or queue.key in system.failure_targets,
        "consumed": queue.key in system.sources,
        "alarm": _alarm(queue, system),
        "keeps_shorter": _keeps_shorter(queue, queues, scene),
        "other_kind": _other_kind(queue, queues),
    }


def _alarm(queue: Item, system: System) -> bool:
    """Return whether an alarm watches the queue, or one whose queue cannot be told."""
    for alarm in system.of_type("AWS::CloudWatch::Alarm"):
        references = {reference.key for reference in references_in(alarm.properties)}
        names = {
            node.template for node in (item.get("Value") for item in alarm.properties.get("Dimensions").items)
        }
        own = queue.properties.get("QueueName").template
        if queue.key in references or (own and own in names):
            return True
    return False


def _retention(queue: Item, scene: Scene) -> float | None:
    node = queue.properties.get("MessageRetentionPeriod")
    return node.number if node.there else scene.rule_base.limits["default-sqs-retention"].number


def _keeps_shorter(queue: Item, before: list[Item], scene: Scene) -> bool | None:
    own = _retention(queue, scene)
    others = [_retention(other, scene) for other in before]
    if not others or own is None or None in others:
        return None
    return any(other is not None and own < other for other in others)


def _other_kind(queue: Item, before: list[Item]) -> bool | None:
    if not before:
        return None
    return any(_fifo(other) != _fifo(queue) for other in before)


def _fifo(queue: Item) -> bool:
    name = queue.properties.get("QueueName").template
    return bool(queue.properties.get("FifoQueue").flag) or name.endswith(".fifo")


# --- pipes and rules


def _pipe_facts(connection: Connection, system: System) -> dict[str, object]:
    kind: str | None = connection.target.service
    if kind == "step-functions":
        machine = next((one for one in system.machines if one.key == connection.target.key), None)
        kind = machine.type if machine else None
    if connection.source.settings.get("TargetParameters").value is not None and not (
        connection.source.settings.get("TargetParameters").mapping
    ):
        return {"target": kind}
    return {"target": kind, "waits": connection.source.mode == "sync"}


def _rule_facts(rule: Item, system: System) -> dict[str, object]:
    sources = [item.string for item in rule.properties.get("EventPattern", "source").items]
    bus = rule.properties.get("EventBusName").reference
    custom = bus is not None and bus.key in system.by_key
    key = bus.key if bus else ""
    return {
        "aws_events": bool(sources) and all(name and name.startswith("aws.") for name in sources),
        "custom_bus": custom,
        "fed": any(connection.target.key == key for connection in system.connections) if custom else None,
    }


# --- permissions


def _statements(grants: Grants, holder: InspectedFunction | StateMachine, scene: Scene) -> Iterator[Subject]:
    """Yield what the role of a function or state machine allows, statement by statement."""
    subject = partial(
        Subject,
        about="statement",
        owner=holder.place,
        resource=holder.id,
        group=holder.key,
        suppressions=tuple(in_metadata(holder.metadata)),
    )
    lists = scene.rule_base.inspection.lists
    scoped, without = lists.get("scoped", ()), lists.get("without-resources", ())
    for statement in grants.statements:
        if effect(statement) != "Allow" or statement.get("Condition").there:
            continue
        actions = [item.string for item in statement.get("Action").items]
        anything = any(item.string == "*" for item in statement.get("Resource").items)
        place = statement.place if statement.place.line else holder.place
        facts = known(
            everything=anything and "*" in actions,
            service_wide=anything and any(_service_wide(name, without) for name in actions),
            unscoped=tuple(name for name in scoped if name in actions) if anything else (),
        )
        yield subject(facts=facts, place=place)
    full = [name for name in grants.managed if _full_access(name)]
    if full:
        facts = known(full_access=True, everything="AdministratorAccess" in full)
        yield subject(facts=facts, place=holder.place, part=", ".join(full))


def _service_wide(action: str | None, without: Sequence[str]) -> bool:
    service, _, name = (action or "").partition(":")
    return name == "*" and service not in without


def _full_access(name: str) -> bool:
    return name.lower().endswith("fullaccess") or name in ("AdministratorAccess", "PowerUserAccess")
