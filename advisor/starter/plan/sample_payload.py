"""An example of the payload that a flow works on."""

from __future__ import annotations

from typing import Any

from advisor.knowledge.answers import FieldCondition
from advisor.knowledge.flow import Choice, Flow, Map, maps
from advisor.knowledge.flow import parts as flows_in
from advisor.starter.state_language.states import LISTS

ID = "1001"


def sample_payload(flow: Flow) -> dict[str, Any]:
    """Return a payload that takes the first way at every choice of ``flow`` that the user described."""
    return _sample(flow, {"id": ID})


def _sample(flow: Flow, payload: dict[str, Any]) -> dict[str, Any]:
    for node in flow:
        if isinstance(node, Map):
            address = {"key": f"{LISTS}/{payload['id']}.json"}
            payload.setdefault(node.key, address if node.listed else _items(node, payload["id"]))
            continue
        if isinstance(node, Choice) and not node.placeholder:
            _fulfil(payload, node.condition)
        for inner in flows_in(node):
            _sample(inner, payload)
    return payload


def sample_list(flow: Flow) -> list[dict[str, Any]]:
    """Return the list that the sample payload names; empty where it names none."""
    return next((_items(node, ID) for node in maps(flow) if node.listed), [])


def _items(node: Map, key: str) -> list[dict[str, Any]]:
    return [_sample(node.body, {"id": f"{key}-{number}"}) for number in (1, 2)]


def _fulfil(payload: dict[str, Any], condition: FieldCondition) -> None:
    """Put into ``payload`` what ``condition`` asks for, where nothing is there yet."""
    *outer, last = condition.field.split(".")
    if condition.operator == "present" and not condition.value:
        return
    place = payload
    for key in outer:
        place = place.setdefault(key, {})
        if not isinstance(place, dict):
            return
    place.setdefault(last, condition.value)
