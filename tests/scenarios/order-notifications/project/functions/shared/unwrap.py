"""The payload inside an event, whatever carried it here."""

from typing import Any


def unwrap(event: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `event`, without what carried it."""
    if "detail" in event:
        return unwrap({"id": event["id"], **event["detail"]})
    return event
