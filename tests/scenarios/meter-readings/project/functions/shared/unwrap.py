"""The payload inside an event, whatever carried it here."""

from typing import Any


def unwrap(event: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `event`, without what carried it."""
    if event.keys() >= {"execution", "state", "payload"}:  # a Task of the state machine
        return unwrap(event["payload"])
    return event
