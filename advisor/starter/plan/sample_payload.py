"""An example of the payload that a flow works on."""

from __future__ import annotations

from typing import Any

from advisor.knowledge.answers import FieldCondition
from advisor.knowledge.flow import Choice, Flow, Map
from advisor.knowledge.flow import parts as flows_in


def sample_payload(flow: Flow) -> dict[str, Any]:
    """Return a payload that takes the first way at every choice of ``flow`` that the user described."""
    return _sample(flow, {"id": "1001"})


def _sample(flow: Flow, payload: dict[str, Any]) -> dict[str, Any]:
    for node in flow:
        if isinstance(node, Map):
            items = [_sample(node.body, {"id": f"{payload['id']}-{number}"}) for number in (1, 2)]
            payload.setdefault(node.key, items)
            continue
        if isinstance(node, Choice) and not node.placeholder:
            _fulfil(payload, node.condition)
        for inner in flows_in(node):
            _sample(inner, payload)
    return payload


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
