"""The payload inside an event, whatever carried it here."""

import json
from typing import Any


def unwrap(event: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of `event`, without what carried it."""
    return event


def payload_of(record: dict[str, Any]) -> dict[str, Any]:
    """Return the payload of one message of the queue."""
    return unwrap(json.loads(record["body"]))
