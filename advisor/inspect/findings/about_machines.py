"""Facts of state machines as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from advisor.inspect.definition import Definition
from advisor.inspect.findings.scene import Scene
from advisor.inspect.findings.subject import Subject, known
from advisor.inspect.findings.suppressions import in_metadata
from advisor.inspect.model import StateMachine
from advisor.inspect.schedules import monthly_executions
from advisor.inspect.values import Unknown
from advisor.knowledge.conditions import Answer
from advisor.knowledge.prices import Price

_VENDED = "/aws/vendedlogs/"


def machines(scene: Scene) -> Iterator[Subject]:
    """Yield each state machine with its facts."""
    for machine in scene.system.machines:
        yield Subject(
            about="machine",
            facts=_facts(machine, scene),
            place=machine.place,
            owner=machine.place,
            resource=machine.id,
            group=machine.key,
            suppressions=tuple(in_metadata(machine.metadata)),
        )


def _facts(machine: StateMachine, scene: Scene) -> dict[str, Answer]:
    definition = machine.definition
    volume = monthly_executions(machine)
    longest = scene.rule_base.limits["express-duration"].number
    transitions = None
    if volume is not None and definition is not None:
        transitions = volume.runs * sum(1 for state in definition.states if state.depth == 1)
    return known(
        type=machine.type,
        logging=_logging(machine),
        vended_log_group=_vended(machine, scene),
        misplaced_language=definition.misplaced_language is not None if definition else None,
        only_a_function=_only_a_function(definition) if definition else None,
        express_possible=_express_possible(definition, longest) if definition else None,
        dearer_than_express_usd=_dearer(transitions, volume.runs if volume else None, scene),
    )


def _logging(machine: StateMachine) -> bool | None:
    """Return whether executions are logged; None where that is open, or no template says."""
    logging = machine.logging
    level = logging.get("Level")
    if isinstance(logging.value, Unknown) or isinstance(level.value, Unknown) or machine.type is None:
        return None
    return bool(logging.there) and (level.string or "OFF").upper() != "OFF"


def _vended(machine: StateMachine, scene: Scene) -> bool | None:
    group = scene.system.by_key.get(machine.log_group.key)
    if group is None:
        written = machine.log_group.text.partition("log-group:")[2]
        return written.startswith(_VENDED) if written and not written.startswith("${") else None
    name = group.properties.get("LogGroupName")
    if not name.there:
        return False
    text = name.template
    return None if not text or text.startswith("${") else text.startswith(_VENDED)


def _only_a_function(definition: Definition) -> bool:
    working = [state for state in definition.states if state.type not in ("Succeed", "Fail", "Pass")]
    if len(working) != 1:
        return False
    only = working[0]
    return only.type == "Task" and only.integration == "lambda:invoke" and not only.pattern


def _express_possible(definition: Definition, longest: float) -> bool | None:
    for state in definition.states:
        if state.type == "Task" and not state.integration:
            return None
        if state.pattern or state.integration == "states:activity":
            return False
        seconds = state.node.get("Seconds").number
        if state.type == "Wait" and (seconds is None or seconds >= longest):
            return False
    return not any(graph.mode.startswith("distributed") for graph in definition.graphs)


def _dearer(transitions: float | None, runs: float | None, scene: Scene) -> float | None:
    """Return what Standard costs more than Express a month, for runs of the length that estimates take."""
    if transitions is None or runs is None:
        return None
    prices = next((one.prices for one in scene.rule_base.prices if one.region == "us-east-1"), {})
    standard = _cost(prices, "sfn-standard-transition", transitions)
    express = _cost(prices, "sfn-express-request", runs)
    limits = scene.rule_base.limits
    gigabytes = limits["express-memory-mb"].number / 1024
    express += _cost(prices, "sfn-express-gb-second", runs * limits["assumed-run-s"].number * gigabytes)
    return standard - express


def _cost(prices: Mapping[str, Price], price_id: str, units: float) -> float:
    price = prices.get(price_id)
    return price.cost(units, free_tier=True) if price else 0.0
